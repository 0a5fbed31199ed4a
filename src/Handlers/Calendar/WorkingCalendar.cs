using System.Collections.Frozen;
using System.Text.Json.Serialization;
using Hotline.Contracts;

namespace Hotline.Handlers;

/// <summary>What makes a day one to work on or not.</summary>
public enum DayKind
{
    /// <summary>Monday to Friday, nothing arranged.</summary>
    Weekday,
    /// <summary>Saturday or Sunday, nothing arranged.</summary>
    Weekend,
    /// <summary>Off by a notice or by configuration (放假).</summary>
    Holiday,
    /// <summary>A weekend day that is worked by a notice or by configuration (调休上班).</summary>
    MakeUp,
}

/// <summary>One day of the calendar, with what arranged it.</summary>
/// <param name="Arrangement">The holiday it belongs to or makes up for; null where nothing is arranged.</param>
public sealed record CalendarDay(DateOnly Date, DayKind Kind, Arrangement? Arrangement)
{
    public bool IsWorking => Kind is DayKind.Weekday or DayKind.MakeUp;
}

/// <summary>Days off in a row and the weekend days worked for them.</summary>
/// <param name="Notices">The document that says so: numbers of notices, or "local arrangement".</param>
public sealed record Arrangement(Sentence Name, DateOnly From, DateOnly To, IReadOnlyList<DateOnly> Working, Sentence Notices);

/// <summary>
/// The official working days of China (工作日): public holidays and make-up working days (调休), as the General Office of the State Council
/// announces them each year. The facts are in <c>china.json</c>, each with the number of its notice. A year that is not in it counts Monday to Friday;
/// <see cref="IsPublished"/> tells, so that a calculation can say so. A new year is one more entry there, once its notice is out (each November).
/// </summary>
public sealed class WorkingCalendar
{
    private readonly FrozenDictionary<DateOnly, CalendarDay> _arranged;
    private readonly FrozenSet<int> _published;
    private readonly IReadOnlyList<Arrangement> _official;

    private WorkingCalendar(IReadOnlyList<Arrangement> official, IEnumerable<Arrangement> local, IEnumerable<int> published)
    {
        _official = official;
        _published = published.ToFrozenSet();
        var days = new Dictionary<DateOnly, CalendarDay>();
        // Local arrangements come last and so win over the national ones.
        foreach (var arrangement in official.Concat(local))
        {
            for (var day = arrangement.From; day <= arrangement.To; day = day.AddDays(1))
                days[day] = new CalendarDay(day, DayKind.Holiday, arrangement);
            foreach (var day in arrangement.Working)
                days[day] = new CalendarDay(day, IsWeekend(day) ? DayKind.MakeUp : DayKind.Weekday, arrangement);
        }
        _arranged = days.ToFrozenDictionary();
    }

    /// <summary>The national calendar alone.</summary>
    public static WorkingCalendar Official { get; } = Load();

    /// <summary>The years whose notice is included, ascending.</summary>
    public IReadOnlyList<int> PublishedYears => [.. _published.Order()];

    public bool IsPublished(int year) => _published.Contains(year);

    /// <summary>The same calendar with what a province or city arranged for itself; that comes before the national notice.</summary>
    public WorkingCalendar With(IEnumerable<Arrangement> local) => new(_official, local, _published);

    public CalendarDay Of(DateOnly day) => _arranged.GetValueOrDefault(day)
        ?? new CalendarDay(day, IsWeekend(day) ? DayKind.Weekend : DayKind.Weekday, null);

    /// <summary>The days after <paramref name="day"/>, without end.</summary>
    public IEnumerable<CalendarDay> After(DateOnly day)
    {
        while (true)
        {
            day = day.AddDays(1);
            yield return Of(day);
        }
    }

    internal static bool IsWeekend(DateOnly day) => day.DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday;

    private static WorkingCalendar Load()
    {
        using var stream = typeof(WorkingCalendar).Assembly.GetManifestResourceStream("Hotline.Handlers.Calendar.china.json")!;
        using var reader = new StreamReader(stream);
        var years = Json.Read<IReadOnlyList<PublishedYear>>(reader.ReadToEnd());
        return new WorkingCalendar(
            [.. years.SelectMany(y => y.Holidays.Select(y.Arrange))],
            [],
            years.Select(y => y.Year));
    }

    /// <summary>One year of <c>china.json</c>.</summary>
    private sealed record PublishedYear(int Year, IReadOnlyList<Notice> Notices, IReadOnlyList<Holiday> Holidays)
    {
        public Arrangement Arrange(Holiday holiday)
        {
            var cited = Notices.Where(n => holiday.Notices.Contains(n.Number)).ToArray();
            if (cited.Length == 0 || cited.Length != holiday.Notices.Count)
                throw new FormatException($"china.json: {holiday.Zh} {Year} cites a notice that its year does not list.");
            if (holiday.To < holiday.From || holiday.Working.Any(d => !IsWeekend(d)))
                throw new FormatException($"china.json: {holiday.Zh} {Year} ends before it begins, or makes up on a day that is worked anyway.");
            return new Arrangement(
                new Sentence(holiday.Zh, holiday.En), holiday.From, holiday.To, holiday.Working,
                new Sentence(string.Join('、', cited.Select(n => n.Number)), string.Join(", ", cited.Select(n => n.Number))));
        }
    }

    private sealed record Notice(string Number, string Title, string Source);

    private sealed record Holiday(
        string Zh, string En, DateOnly From, DateOnly To, [property: JsonRequired] IReadOnlyList<DateOnly> Working, IReadOnlyList<string> Notices);
}
