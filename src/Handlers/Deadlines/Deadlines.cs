using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>The deadlines of this hotline: its settings, its calendar and its time zone together.</summary>
public sealed class Deadlines
{
    private readonly Limits _limits;
    private readonly Limit _returnWithin;
    private readonly HotlineClock _clock;

    /// <exception cref="ArgumentException">A setting is wrong; the message is one line that names it.</exception>
    public Deadlines(DeadlineSettings settings, ReturnSettings returns, HotlineClock clock)
    {
        _limits = new Limits(settings);
        if (returns.Errors() is [var first, ..]) throw new ArgumentException(first);
        _returnWithin = Limit.Parse(returns.Within)!;
        _clock = clock;
        Calendar = WorkingCalendar.Official.With(settings.Local());
    }

    /// <summary>The national calendar with the local arrangements of the settings.</summary>
    public WorkingCalendar Calendar { get; }

    public Deadline Of(DeadlineClass @class, DateTimeOffset issuedAt) => Deadline.Of(@class, issuedAt, _limits, Calendar, _clock);

    /// <summary>The last instant at which a work order issued then may be returned.</summary>
    public DateTimeOffset ReturnBy(DateTimeOffset issuedAt) => Deadline.End(_returnWithin, issuedAt, _limits.Hours, Calendar, _clock);
}
