using Hotline.Contracts;

namespace Hotline.Handlers;

/// <summary>
/// The limits of each deadline class and the hours and local days off of this hotline. Bound from <c>Deadlines</c>; limits are written as in
/// <see cref="Limit"/>.
/// </summary>
public sealed record DeadlineSettings
{
    public ClassLimits Emergency { get; init; } = new() { Accept = "15 minutes", Reply = "2 hours" };
    public ClassLimits SameDay { get; init; } = new() { Accept = "30 minutes", Reply = "end of day" };
    public ClassLimits Urgent { get; init; } = new() { Accept = "2 hours", Reply = "24 hours" };
    public ClassLimits Normal { get; init; } = new() { Accept = "1 working day", Reply = "5 working days" };
    public ClassLimits Complex { get; init; } = new() { Accept = "1 working day", Reply = "15 working days" };

    /// <summary>
    /// Office hours of a working day, for limits in working hours; days and spans do not look at them. The default is the eight hours a
    /// day of 国务院关于职工工作时间的规定, 9 to 12 and 13 to 18; when they lie is local custom.
    /// </summary>
    public string WorkingHours { get; init; } = "09:00-12:00, 13:00-18:00";

    /// <summary>Days off that a province or city arranged for itself, such as an extension of a holiday; they come before the national calendar.</summary>
    public IReadOnlyList<LocalHoliday> LocalHolidays { get; init; } = [];

    /// <summary>Days that are worked here although the national calendar has them off (yyyy-MM-dd).</summary>
    public IReadOnlyList<string> LocalWorkingDays { get; init; } = [];

    /// <summary>The limits of one class.</summary>
    public sealed record ClassLimits
    {
        public string Accept { get; init; } = "";
        public string Reply { get; init; } = "";
    }

    /// <summary>Days off in a row, first and last included (yyyy-MM-dd).</summary>
    public sealed record LocalHoliday
    {
        public string Name { get; init; } = "";
        public string From { get; init; } = "";
        public string To { get; init; } = "";

        /// <summary>The document that orders it, for the explanation.</summary>
        public string Source { get; init; } = "";
    }

    public ClassLimits Of(DeadlineClass @class) => @class switch
    {
        DeadlineClass.Emergency => Emergency,
        DeadlineClass.SameDay => SameDay,
        DeadlineClass.Urgent => Urgent,
        DeadlineClass.Normal => Normal,
        DeadlineClass.Complex => Complex,
        _ => throw new ArgumentOutOfRangeException(nameof(@class)),
    };

    /// <summary>What is wrong, one line for each setting, which names it and says what it may be; empty where all is well.</summary>
    public IReadOnlyList<string> Errors()
    {
        var errors = new List<string>();
        foreach (var @class in Enum.GetValues<DeadlineClass>())
        {
            var accept = Check($"Deadlines:{@class}:Accept", Of(@class).Accept);
            var reply = Check($"Deadlines:{@class}:Reply", Of(@class).Reply);
            var shorter = (accept, reply) switch
            {
                (Limit.Span a, Limit.Span r) => r.Length < a.Length,
                (Limit.WorkingHours a, Limit.WorkingHours r) => r.Hours < a.Hours,
                (Limit.WorkingDays a, Limit.WorkingDays r) => r.Days < a.Days,
                _ => false,
            };
            if (shorter) errors.Add($"Deadlines:{@class}:Reply: '{Of(@class).Reply}' is shorter than Deadlines:{@class}:Accept, '{Of(@class).Accept}'");
        }
        if (OfficeHours.Parse(WorkingHours) is null)
            errors.Add($"Deadlines:WorkingHours: '{WorkingHours}' must be ascending times of day such as '09:00-12:00, 13:00-18:00'");
        for (var i = 0; i < LocalHolidays.Count; i++)
        {
            var holiday = LocalHolidays[i];
            if (holiday.Name.Length == 0) errors.Add($"Deadlines:LocalHolidays:{i}:Name: is missing; it names the holiday");
            if (Days.Parse(holiday.From) is not { } from) errors.Add($"Deadlines:LocalHolidays:{i}:From: '{holiday.From}' must be a day such as 2020-02-03");
            else if (Days.Parse(holiday.To) is not { } to || to < from || to > from.AddDays(100))
                errors.Add($"Deadlines:LocalHolidays:{i}:To: '{holiday.To}' must be a day such as 2020-02-09, at most 100 days after From");
        }
        for (var i = 0; i < LocalWorkingDays.Count; i++)
        {
            if (Days.Parse(LocalWorkingDays[i]) is null) errors.Add($"Deadlines:LocalWorkingDays:{i}: '{LocalWorkingDays[i]}' must be a day such as 2020-02-08");
        }
        return errors;

        Limit? Check(string setting, string value)
        {
            var limit = Limit.Parse(value);
            if (limit is null) errors.Add($"{setting}: '{value}' must be {Limit.Forms}");
            return limit;
        }
    }

    /// <summary>The local arrangements, for <see cref="WorkingCalendar.With"/>; only for settings without <see cref="Errors"/>.</summary>
    public IEnumerable<Arrangement> Local() =>
    [
        .. LocalHolidays.Select(h => new Arrangement(
            new Sentence(h.Name, h.Name), Days.Parse(h.From)!.Value, Days.Parse(h.To)!.Value, [],
            h.Source.Length > 0 ? new Sentence(h.Source, h.Source) : LocalSource)),
        .. LocalWorkingDays.Select(d => Days.Parse(d)!.Value).Select(d => new Arrangement(
            new Sentence("", ""), d, d.AddDays(-1), [d], LocalSource)),
    ];

    private static Sentence LocalSource { get; } = new("本地安排", "local arrangement");
}

/// <summary>How long after issue a unit may return a work order. Bound from <c>Returns</c>.</summary>
public sealed record ReturnSettings
{
    /// <summary>Written as in <see cref="Limit"/>.</summary>
    public string Within { get; init; } = "1 working day";

    public IReadOnlyList<string> Errors() =>
        Limit.Parse(Within) is null ? [$"Returns:Within: '{Within}' must be {Limit.Forms}"] : [];
}
