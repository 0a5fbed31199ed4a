using System.Globalization;
using System.Text.RegularExpressions;

namespace Hotline.Handlers;

/// <summary>
/// How long a unit has (时限), as it is written in the configuration: <c>15 minutes</c>, <c>2 hours</c> (around the clock), <c>end of day</c>
/// (of the local day of issue), <c>4 working hours</c>, <c>5 working days</c>.
/// </summary>
public abstract partial record Limit
{
    /// <summary>Around the clock, holidays included.</summary>
    public sealed record Span(TimeSpan Length) : Limit;

    /// <summary>Until the local day of issue ends.</summary>
    public sealed record EndOfDay : Limit;

    /// <summary>Within the working hours of working days.</summary>
    public sealed record WorkingHours(int Hours) : Limit;

    /// <summary>Until the end of the n-th working day after the day of issue.</summary>
    public sealed record WorkingDays(int Days) : Limit;

    /// <summary>What a limit may be, for messages.</summary>
    public const string Forms = "like '15 minutes', '2 hours', 'end of day', '4 working hours' or '5 working days', a year at most";

    private const int MaxDays = 366;

    /// <returns>Null where the text is none of <see cref="Forms"/>.</returns>
    public static Limit? Parse(string? text)
    {
        if (text is null) return null;
        if (text.Trim() == "end of day") return new EndOfDay();
        if (Counted().Match(text.Trim()) is not { Success: true } match) return null;
        if (!int.TryParse(match.Groups[1].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count < 1) return null;
        return match.Groups[2].Value switch
        {
            "minute" when count <= MaxDays * 24 * 60 => new Span(TimeSpan.FromMinutes(count)),
            "hour" when count <= MaxDays * 24 => new Span(TimeSpan.FromHours(count)),
            "day" when count <= MaxDays => new Span(TimeSpan.FromDays(count)),
            "working hour" when count <= MaxDays => new WorkingHours(count),
            "working day" when count <= MaxDays => new WorkingDays(count),
            _ => null,
        };
    }

    [GeneratedRegex("^([0-9]{1,7}) (minute|hour|day|working hour|working day)s?$")]
    private static partial Regex Counted();
}
