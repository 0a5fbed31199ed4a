using System.Text.Json.Serialization;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Reporting;

/// <summary>A rate of the daily report (指标): two counts of one day. docs/figures.md says what each is.</summary>
public sealed record Figure(string Key, Measure Numerator, Measure Denominator)
{
    public static IReadOnlyList<Figure> All { get; } =
    [
        new("acceptedOnTime", Measure.AcceptedInTime, Measure.AcceptDue),
        new("completedOnTime", Measure.RepliedInTime, Measure.ReplyDue),
        new("sameDayCompletion", Measure.SameDayDone, Measure.SameDay),
        new("directAnswer", Measure.Answered, Measure.Filed),
        new("callbackReach", Measure.Reached, Measure.Callbacks),
        new("satisfaction", Measure.Satisfied, Measure.Reached),
        new("solved", Measure.Solved, Measure.AskedSolved),
        new("return", Measure.Returned, Measure.Issued),
        new("misdispatch", Measure.Upheld, Measure.Issued),
        new("reissue", Measure.Reissued, Measure.CalledBack),
        new("repeat", Measure.Repeated, Measure.Filed),
    ];
}

/// <summary>A total of the daily report: a count that excluded tickets are part of.</summary>
/// <param name="Measure">Null for the number of excluded tickets itself.</param>
public sealed record Total(string Key, Measure? Measure)
{
    public static IReadOnlyList<Total> All { get; } =
    [
        new("filed", Reporting.Measure.Filed),
        new("undecided", Reporting.Measure.Undecided),
        new("inTriage", Reporting.Measure.InTriage),
        new("inHand", Reporting.Measure.InHand),
        new("replied", Reporting.Measure.Replied),
        new("closed", Reporting.Measure.Closed),
        new("excluded", null),
        new("workOrdersIssued", Reporting.Measure.Issued),
        new("workOrdersReturned", Reporting.Measure.Returned),
        new("callbacks", Reporting.Measure.Callbacks),
    ];
}

/// <summary>Two counts, and the one divided by the other.</summary>
[method: JsonConstructor]
public readonly record struct Ratio(long Numerator, long Denominator)
{
    /// <summary>To four places; null where there is nothing to divide by.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? Rate => Of(Numerator, Denominator);

    internal static double? Of(long numerator, long denominator) =>
        denominator == 0 ? null : Math.Round((double)numerator / denominator, 4, MidpointRounding.AwayFromZero);
}

/// <summary>A figure of the day, with the same figure of the day before and of the same weekday a week before.</summary>
[method: JsonConstructor]
public readonly record struct FigureValue(long Numerator, long Denominator, Ratio DayBefore, Ratio WeekBefore)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public double? Rate => Ratio.Of(Numerator, Denominator);
}

[method: JsonConstructor]
public readonly record struct TotalValue(long Value, long DayBefore, long WeekBefore);

/// <summary>All numbers of the whole hotline or of one unit, category, channel or street.</summary>
/// <param name="Code">Empty for the whole, and for tickets that have none.</param>
/// <param name="Name">Null where no name was ever heard; a channel is named by its word.</param>
/// <param name="Totals">By <see cref="Total.Key"/>.</param>
/// <param name="Figures">By <see cref="Figure.Key"/>.</param>
public sealed record Section(string Code, string? Name, IReadOnlyDictionary<string, TotalValue> Totals, IReadOnlyDictionary<string, FigureValue> Figures);

/// <summary>The daily report (日报), read from the rollups alone. The report of a day that has not ended is provisional.</summary>
/// <param name="Unit">The one unit it is about; null for the whole hotline.</param>
/// <param name="Rows">One for each code that has numbers on one of the three days, most tickets first; empty without a breakdown.</param>
public sealed record DailyReport(
    DateOnly Date, DateOnly DayBefore, DateOnly WeekBefore, DateTimeOffset ReadAt, bool Provisional, Named? Unit, Breakdown? By, Section Whole, IReadOnlyList<Section> Rows)
{
    private const int MostHot = 10;

    /// <summary>The hot issues of the seven days up to this one; null for a unit, and where none were computed yet.</summary>
    public HotIssueList? Hot { get; init; }

    public static async Task<DailyReport> ReadAsync(Database database, DateOnly day, string? unit, Breakdown? by, CancellationToken ct)
    {
        var (dayBefore, weekBefore) = (day.AddDays(-1), day.AddDays(-7));
        var wholeDimension = RollupRow.Word(unit is null ? null : Breakdown.Unit);
        // All of it from one state of the database: what is pending may move into the lines at any time.
        var (lines, pending, names, hot) = await database.SnapshotAsync(async db => (
            await db.StreamAsync($"""
                select {RollupRow.Columns} from reporting_rollup
                where day in (@day, @dayBefore, @weekBefore) and unit = '' and dimension = @wholeDimension and code = @wholeCode
                union all
                select {RollupRow.Columns} from reporting_rollup
                where day in (@day, @dayBefore, @weekBefore) and unit = @unit and dimension = @dimension
                """, new
            {
                day,
                dayBefore,
                weekBefore,
                wholeDimension,
                wholeCode = unit ?? "",
                unit = unit ?? "",
                dimension = by?.Word() ?? "",
            }, RollupRow.Reader()).ToListAsync(ct),
            await PendingRow.ReadAsync(db, IsWanted),
            await db.QueryAsync<LabelRow>("""
                select dimension, code, name from reporting_label where dimension = @dimension or (dimension = 'unit' and code = @unit)
                """, new { dimension = by?.Word() ?? "", unit = unit ?? "" }),
            unit is null ? await HotIssueTable.ReadAsync(db, day, ReadHotIssues.OfReport) : null), ct);

        var nameOf = names.ToDictionary(n => (n.Dimension, n.Code), n => n.Name);
        var named = unit is null ? null : new Named(unit, nameOf.GetValueOrDefault((Breakdown.Unit.Word(), unit), unit));
        var isWhole = lines.Concat(pending).ToLookup(r => r.Key.Unit == "" && RollupRow.Word(r.Key.By) == wholeDimension);
        var whole = ToSection(unit ?? "", named?.Name, isWhole[true]);
        var sections = by is Breakdown.Unit && unit is not null ? [whole] : isWhole[false]
            .GroupBy(r => r.Key.Code)
            .Select(g => ToSection(g.Key, by == Breakdown.Channel ? g.Key : nameOf.GetValueOrDefault((by!.Value.Word(), g.Key)), g))
            .Where(HasNumbers)
            .OrderByDescending(s => s.Totals["filed"].Value)
            .ThenByDescending(s => s.Totals["workOrdersIssued"].Value)
            .ThenBy(s => s.Code, StringComparer.Ordinal)
            .ToArray();
        var now = database.Clock.Now;
        return new DailyReport(day, dayBefore, weekBefore, now, now < database.Clock.EndOf(day), named, by, whole, sections)
        {
            Hot = hot is null ? null : hot with { ComputedAt = database.Clock.Local(hot.ComputedAt), Issues = [.. hot.Issues.Take(MostHot)] },
        };

        // As the statement has it.
        bool IsWanted(Line line) => (line.Day == day || line.Day == dayBefore || line.Day == weekBefore)
            && ((line.Unit == "" && RollupRow.Word(line.By) == wholeDimension && line.Code == (unit ?? "")) || (by is not null && line.By == by && line.Unit == (unit ?? "")));

        Section ToSection(string code, string? name, IEnumerable<KeyValuePair<Line, int[]>> lines)
        {
            var (assessed, excluded) = (new Numbers(), new Numbers());
            foreach (var (line, numbers) in lines) (line.Excluded ? excluded : assessed).Add(line.Day == day ? 0 : line.Day == dayBefore ? 1 : 2, numbers);
            return new Section(
                code,
                name,
                Total.All.ToDictionary(t => t.Key, t => t.Measure is { } measure ? Sum(assessed[measure], excluded[measure]) : excluded[Measure.Filed]),
                Figure.All.ToDictionary(f => f.Key, f => Divide(assessed[f.Numerator], assessed[f.Denominator])));
        }
    }

    /// <summary>The numbers of the day, of the day before and of a week before.</summary>
    private sealed class Numbers
    {
        private readonly long[][] _days = [.. Enumerable.Range(0, 3).Select(_ => new long[Tally.Measures])];

        public TotalValue this[Measure measure] => new(_days[0][(int)measure], _days[1][(int)measure], _days[2][(int)measure]);

        public void Add(int day, int[] numbers)
        {
            for (var i = 0; i < numbers.Length; i++) _days[day][i] += numbers[i];
        }
    }

    /// <summary>Whether any message ever named this unit.</summary>
    public static async Task<bool> KnowsUnitAsync(Database database, string unit, CancellationToken ct) =>
        await database.ReadAsync(db => db.ScalarAsync<long>(
            "select count(*) from reporting_label where dimension = 'unit' and code = @unit", new { unit }), ct) > 0;

    private static bool HasNumbers(Section section) =>
        section.Totals.Values.Any(t => t is not { Value: 0, DayBefore: 0, WeekBefore: 0 })
        || section.Figures.Values.Any(f => f.Denominator + f.DayBefore.Denominator + f.WeekBefore.Denominator != 0);

    private static TotalValue Sum(TotalValue a, TotalValue b) => new(a.Value + b.Value, a.DayBefore + b.DayBefore, a.WeekBefore + b.WeekBefore);

    private static FigureValue Divide(TotalValue n, TotalValue d) =>
        new(n.Value, d.Value, new Ratio(n.DayBefore, d.DayBefore), new Ratio(n.WeekBefore, d.WeekBefore));

    private sealed record LabelRow
    {
        public required string Dimension { get; init; }
        public required string Code { get; init; }
        public required string Name { get; init; }
    }
}
