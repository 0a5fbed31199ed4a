using System.Data.Common;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Reporting;

/// <summary>
/// Keeps facts and rollups: what a transaction learns about tickets is merged into their facts, and the difference that this makes to the count is kept
/// with what is still to be added to the rollups (<see cref="PendingRow"/>). Both change in the same transaction, so their difference never depends on who runs when.
/// </summary>
internal sealed class Rollups(HotlineClock clock)
{
    private readonly Dictionary<string, Fact> _news = new(StringComparer.Ordinal);
    private readonly Dictionary<(Breakdown By, string Code), (DateOnly Day, string Name)> _names = [];

    public void Learn(string ticket, Fact news) =>
        _news[ticket] = _news.TryGetValue(ticket, out var known) ? known.Merge(news) : news;

    /// <param name="at">When the name was in use: the name heard last stays.</param>
    public void Learn(Breakdown by, Named named, DateTimeOffset at)
    {
        var heard = (Day: clock.DayOf(at), named.Name);
        if (!_names.TryGetValue((by, named.Code), out var known)
            || (heard.Day, string.CompareOrdinal(heard.Name, known.Name)).CompareTo((known.Day, 0)) > 0)
            _names[(by, named.Code)] = heard;
    }

    /// <summary>Writes down what was learned: others wait for the transaction, and not for this.</summary>
    /// <returns>What is to be done in the transaction, which may run again after a conflict.</returns>
    public Func<Work, Task> Prepare()
    {
        var rows = _news.OrderBy(n => n.Key, StringComparer.Ordinal).Select(n => new FactRow { Ticket = n.Key, Body = n.Value.Write() }).ToArray();
        var labels = _names.Count == 0 ? null : Json.Write(_names.Select(n => new { Dimension = n.Key.By.Word(), n.Key.Code, n.Value.Day, n.Value.Name }));
        return work => WriteAsync(work, rows, labels);
    }

    private async Task WriteAsync(Work work, FactRow[] rows, string? labels)
    {
        var changes = new Tally();
        var saved = new List<FactRow>();
        var known = await MergeAsync(work, rows, changes, saved);
        rows = [.. rows.Where(r => !known.Contains(r.Ticket))];
        var added = (await work.AddMissingAsync(FactRow.Open, "ticket", rows)).ToHashSet(StringComparer.Ordinal);
        foreach (var ticket in added) Count.Add(changes, _news[ticket], clock);
        // Another process heard of these for the first time too, and was waited for. (A third one that has taken them since, and waits for what was added here, would be a
        // deadlock, and one of the two begins anew.)
        rows = [.. rows.Where(r => !added.Contains(r.Ticket))];
        if ((await MergeAsync(work, rows, changes, saved)).Count < rows.Length) throw new ConflictException("A ticket's facts");
        work.Write(FactRow.Save, saved);
        if (labels is not null) await work.ExecuteAsync(work.Dialect.KeepLabels, new { labels });
        KeyValuePair<Line, int[]>[] lines = [.. changes.Lines];
        if (lines.Length > 0) work.Write(PendingRow.Insert, [PendingRow.Of(lines)]);
    }

    /// <summary>Merges the news of the tickets whose facts are stored into these.</summary>
    /// <returns>Those tickets.</returns>
    private async Task<HashSet<string>> MergeAsync(Work work, IReadOnlyCollection<FactRow> rows, Tally changes, List<FactRow> saved)
    {
        var merged = new HashSet<string>(StringComparer.Ordinal);
        if (rows.Count == 0) return merged;
        foreach (var known in await work.TakeAsync<FactRow>("ticket, body", ("reporting_fact", "ticket"), rows.Select(r => r.Ticket)))
        {
            merged.Add(known.Ticket);
            var before = Fact.Read(known.Body);
            var after = before.Merge(_news[known.Ticket]);
            var body = after.Write();
            if (body == known.Body) continue;
            Count.Add(changes, after, clock);
            Count.Add(changes, before, clock, times: -1);
            saved.Add(new FactRow { Ticket = known.Ticket, Body = body });
        }
        return merged;
    }

    /// <summary>Adds to the lines, in the order of their keys: two processes that change the same numbers wait and do not deadlock.</summary>
    public static void Add(Work work, IEnumerable<KeyValuePair<Line, int[]>> changes) => work.Write(RollupRow.Add, [.. InOrder(changes).Select(l => RollupRow.Of(l.Key, l.Value))]);

    public static IEnumerable<KeyValuePair<Line, int[]>> InOrder(IEnumerable<KeyValuePair<Line, int[]>> lines) => lines
        .OrderBy(l => l.Key.Day)
        .ThenBy(l => l.Key.Unit, StringComparer.Ordinal)
        .ThenBy(l => RollupRow.Word(l.Key.By), StringComparer.Ordinal)
        .ThenBy(l => l.Key.Code, StringComparer.Ordinal)
        .ThenBy(l => l.Key.Excluded);
}

internal sealed record FactRow
{
    public static readonly Bulk<FactRow> Open = Bulk<FactRow>.InsertMissing("reporting_fact", "ticket");

    public static readonly Bulk<FactRow> Save = Bulk<FactRow>.Update("reporting_fact", "ticket", ["body"]);

    public required string Ticket { get; init; }
    public required string Body { get; init; }
}

/// <summary>A line as it is written, with a column for each measure.</summary>
internal sealed record RollupRow
{
    public static readonly Bulk<RollupRow> Add;

    /// <summary>All columns of a line.</summary>
    public static readonly string Columns;

    private const string Whole = "all";

    private static readonly Action<RollupRow, int>[] Numbers = [.. Enum.GetNames<Measure>()
        .Select(name => typeof(RollupRow).GetProperty(name) ?? throw new InvalidOperationException($"The measure {name} has no column."))
        .Select(p => p.SetMethod!.CreateDelegate<Action<RollupRow, int>>())];

    static RollupRow()
    {
        string[] keys = ["day", "unit", "dimension", "code", "excluded"];
        string[] numbers = [.. Enum.GetValues<Measure>().Select(m => m.Word().Replace('-', '_'))];
        Add = Bulk<RollupRow>.Add("reporting_rollup", keys, numbers);
        Columns = string.Join(", ", keys.Concat(numbers));
    }

    public required DateOnly Day { get; init; }
    public required string Unit { get; init; }
    public required string Dimension { get; init; }
    public required string Code { get; init; }
    public required bool Excluded { get; init; }
    public int Filed { get; set; }
    public int Answered { get; set; }
    public int Repeated { get; set; }
    public int Undecided { get; set; }
    public int InTriage { get; set; }
    public int InHand { get; set; }
    public int Replied { get; set; }
    public int Closed { get; set; }
    public int SameDay { get; set; }
    public int SameDayDone { get; set; }
    public int AcceptDue { get; set; }
    public int AcceptedInTime { get; set; }
    public int ReplyDue { get; set; }
    public int RepliedInTime { get; set; }
    public int Issued { get; set; }
    public int Returned { get; set; }
    public int Upheld { get; set; }
    public int Callbacks { get; set; }
    public int Reached { get; set; }
    public int Satisfied { get; set; }
    public int AskedSolved { get; set; }
    public int Solved { get; set; }
    public int CalledBack { get; set; }
    public int Reissued { get; set; }

    public static RollupRow Of(Line line, int[] numbers)
    {
        var row = new RollupRow { Day = line.Day, Unit = line.Unit, Dimension = Word(line.By), Code = line.Code, Excluded = line.Excluded };
        for (var i = 0; i < numbers.Length; i++) Numbers[i](row, numbers[i]);
        return row;
    }

    /// <summary>From <see cref="Columns"/> to a line and its numbers.</summary>
    public static Func<DbDataReader, KeyValuePair<Line, int[]>> Reader()
    {
        const int keys = 5;
        var (written, day) = ("", default(DateOnly));
        return row =>
        {
            // Hundreds of lines on end are of one day.
            if (row.GetString(0) is var of && of != written) (written, day) = (of, Days.Parse(of)!.Value);
            var dimension = row.GetString(2);
            var numbers = new int[Numbers.Length];
            for (var i = 0; i < numbers.Length; i++) numbers[i] = row.GetInt32(keys + i);
            return new(new Line(day, row.GetString(1), dimension == Whole ? null : Words.Parse<Breakdown>(dimension), row.GetString(3), row.GetBoolean(4)), numbers);
        };
    }

    public static string Word(Breakdown? by) => by?.Word() ?? Whole;
}

/// <summary>Hears what is to be counted.</summary>
public sealed class CountingConsumer(HotlineClock clock) : IConsumer<IMessage>
{
    public async Task ConsumeAsync(IReadOnlyList<IMessage> messages, Work work) => await (await PrepareAsync(messages, work.Cancelled))(work);

    public Task<Func<Work, Task>> PrepareAsync(IReadOnlyList<IMessage> messages, CancellationToken ct)
    {
        var rollups = new Rollups(clock);
        foreach (var message in messages)
        {
            switch (message)
            {
                case TicketChanged ticket:
                    rollups.Learn(ticket.Ticket, Fact.Of(ticket));
                    break;
                case TicketRouted routed:
                    rollups.Learn(routed.Ticket, Fact.Of(routed));
                    if (routed.Lead is { } lead) rollups.Learn(Breakdown.Unit, lead, routed.At);
                    if (routed.Category is { } category) rollups.Learn(Breakdown.Category, category, routed.At);
                    if (routed.Street is { } street) rollups.Learn(Breakdown.Street, street, routed.At);
                    break;
                case WorkOrderChanged order:
                    rollups.Learn(order.Ticket, Fact.Of(order));
                    rollups.Learn(Breakdown.Unit, order.Unit, order.IssuedAt);
                    break;
                default:
                    throw new InvalidOperationException($"{message.GetType().Name} is not counted.");
            }
        }
        return Task.FromResult(rollups.Prepare());
    }
}
