using Hotline.Contracts;

namespace Hotline.Handlers;

/// <summary>The limits of each class and the office hours, read from the settings.</summary>
public sealed class Limits
{
    private readonly Dictionary<DeadlineClass, (Limit Accept, Limit Reply)> _byClass;

    /// <exception cref="ArgumentException">A setting is wrong; the message is one line that names it.</exception>
    public Limits(DeadlineSettings settings)
    {
        if (settings.Errors() is [var first, ..]) throw new ArgumentException(first);
        _byClass = Enum.GetValues<DeadlineClass>().ToDictionary(
            c => c,
            c => (Limit.Parse(settings.Of(c).Accept)!, Limit.Parse(settings.Of(c).Reply)!));
        Hours = OfficeHours.Parse(settings.WorkingHours)!;
    }

    public OfficeHours Hours { get; }

    public (Limit Accept, Limit Reply) Of(DeadlineClass @class) => _byClass[@class];
}
