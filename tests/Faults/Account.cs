using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Faults;

/// <summary>
/// Holds every promise of the ledger against what the service shows: the ticket, one current decision, one work order per round and unit, a timeline that is
/// complete and in order, one count in the report.
/// </summary>
internal sealed class Account(Site site)
{
    private const int AtOnce = 8;

    private readonly ConcurrentQueue<string> _broken = new();
    private int _decided, _issued;

    /// <summary>Tickets of this scenario with a decision, and their work orders.</summary>
    public int Decided => _decided;

    public int Issued => _issued;

    /// <summary>What does not hold, ticket by ticket.</summary>
    public IReadOnlyCollection<string> Broken => _broken;

    public async Task HoldAsync(IEnumerable<Entry> entries)
    {
        using var calls = new Calls(site);
        await Parallel.ForEachAsync(entries, new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (entry, ct) =>
        {
            try
            {
                var ticket = await calls.GetAsync($"/api/tickets/{entry.Number}", ct);
                Hold(entry, ticket);
                site.Ledger.Accounted[entry.Draft.Key] = Tally.Of(ticket);
            }
            catch (BrokenPromiseException e)
            {
                _broken.Enqueue($"{entry.Number} ({entry.Draft.Life}): {e.Message}");
            }
        });
        await HoldReportAsync(calls);
        var (status, output, notes) = await site.Hotline.TryAsync("recount");
        if (status != 0) _broken.Enqueue($"recount ended with {status}: {output}{notes}");
    }

    private void Hold(Entry entry, JsonNode ticket)
    {
        void Broken(string what) => _broken.Enqueue($"{entry.Number} ({entry.Draft.Life}): {what}");

        if (Text(ticket, "title") != entry.Draft.Title) Broken($"is another ticket: {Text(ticket, "title")}");
        var decisions = ticket["dispatch"]?["decisions"]?.AsArray().OfType<JsonNode>().ToArray() ?? [];
        var orders = ticket["workOrders"]!.AsArray().OfType<JsonNode>().ToArray();
        var lines = ticket["timeline"]!.AsArray().Select(l => (Action: Text(l!, "action"), Unit: l!["unit"]?.GetValue<string>())).ToList();
        var story = string.Join(" > ", lines.Select(l => l.Unit is null ? l.Action : $"{l.Action} {l.Unit}"));

        // An operator's answer may come before the decision; there is none then.
        var undecided = entry.Draft.Life == Life.Answered && decisions.Length == 0;
        if (!undecided)
        {
            if (decisions.Length > 0) Interlocked.Increment(ref _decided);
            var current = decisions.Count(d => d["current"]!.GetValue<bool>());
            if (current != 1) Broken($"{current} current decisions");
            var rounds = decisions.Select(d => d["round"]!.GetValue<int>()).ToArray();
            if (!rounds.SequenceEqual(Enumerable.Range(1, rounds.Length))) Broken($"decisions of the rounds {string.Join(", ", rounds)}");
            if (!entry.Loose && rounds.Length != (entry.Draft.Life is Life.Returned or Life.Reissued ? 2 : 1)) Broken($"{rounds.Length} rounds: {story}");
        }

        Interlocked.Add(ref _issued, orders.Length);
        var decided = decisions.Where(d => d["lead"] is not null)
            .SelectMany(d => d["support"]!.AsArray().Prepend(d["lead"]).Select(u => $"{d["round"]} {Text(u!, "code")}")).Order(StringComparer.Ordinal).ToArray();
        var issued = orders.Select(o => $"{o["round"]} {Text(o["unit"]!, "code")}").Order(StringComparer.Ordinal).ToArray();
        if (!decided.SequenceEqual(issued)) Broken($"decided for [{string.Join(", ", decided)}], issued to [{string.Join(", ", issued)}]");

        if (lines.Count == 0 || lines[0].Action != "filed" || lines.Count(l => l.Action == "filed") != 1) Broken($"is not filed once and first: {story}");
        var routed = lines.Count(l => l.Action is "dispatched" or "designated");
        if (routed != decided.Select(d => d[..d.IndexOf(' ', StringComparison.Ordinal)]).Distinct().Count()) Broken($"{routed} dispatches for {decisions.Length} decisions: {story}");
        if (lines.Count(l => l.Action == "issued") != orders.Length) Broken($"{orders.Length} work orders, otherwise in its timeline: {story}");
        if (!entry.Loose) HoldSteps(entry, ticket, lines, story, Broken);
    }

    private static void HoldSteps(Entry entry, JsonNode ticket, List<(string Action, string? Unit)> lines, string story, Action<string> broken)
    {
        var owed = entry.Owed;
        foreach (var action in new[] { "accepted", "returned", "replied", "called-back", "reissued", "answered", "closed" })
        {
            // The end of an answered ticket is its answer.
            if (action == "closed" && entry.Draft.Life == Life.Answered) continue;
            var (promised, noted) = (owed.Count(o => o.Action == action), lines.Count(l => l.Action == action));
            if (promised != noted) broken($"'{action}' was answered {promised} times and noted {noted} times: {story}");
        }
        using var rest = lines.GetEnumerator();
        foreach (var (action, unit) in owed.Where(o => entry.Draft.Life != Life.Answered || o.Action != "closed"))
        {
            var found = false;
            while (!found && rest.MoveNext()) found = rest.Current.Action == action && (unit is null || rest.Current.Unit == unit);
            if (!found)
            {
                broken($"'{action}' is missing or out of order: {story}");
                break;
            }
        }
        var status = Text(ticket, "status");
        var expected = entry.Draft.Life != Life.Left ? "closed" : ticket["decision"] is null ? "triage" : "dispatched";
        if (status != expected) broken($"is {status}, not {expected}: {story}");
    }

    /// <summary>The days of the report together count what the ledger holds: nothing is missing, nothing is there twice.</summary>
    private async Task HoldReportAsync(Calls calls)
    {
        var tallies = site.Ledger.Accounted.Values;
        if (tallies.Count == 0) return;
        var (filed, issued, callbacks) = (0L, 0L, 0L);
        var byDay = new Dictionary<DateOnly, long>();
        var today = DateOnly.FromDateTime((site.Clock?.Now ?? TimeProvider.System.GetUtcNow().ToOffset(TimeSpan.FromHours(8))).DateTime);
        var (first, last) = (tallies.Min(t => t.First), tallies.Max(t => t.Last));
        // A day that has not come yet has no report: where the clock was ahead, it goes there once more.
        if (last > today && site.Clock is { } clock) await clock.VisitAsync(last.ToDateTime(new TimeOnly(23, 0)), CountAsync);
        else await CountAsync();

        async Task CountAsync()
        {
            for (var day = first; day <= last; day = day.AddDays(1)) await AddAsync(day);
        }

        async Task AddAsync(DateOnly day)
        {
            var report = await calls.GetAsync($"/api/reports/daily?date={day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}", CancellationToken.None);
            long Total(string key) => report["whole"]!["totals"]![key]!["value"]!.GetValue<long>();
            byDay[day] = Total("filed");
            filed += Total("filed");
            issued += Total("workOrdersIssued");
            callbacks += Total("callbacks");
        }
        foreach (var day in byDay)
        {
            var promised = tallies.Count(t => t.Filed == day.Key);
            if (day.Value != promised) _broken.Enqueue($"the report of {day.Key:yyyy-MM-dd} counts {day.Value} tickets, {promised} were promised");
        }
        Compare("work orders", issued, tallies.Sum(t => (long)t.Orders));
        Compare("callbacks", callbacks, tallies.Sum(t => (long)t.Callbacks));

        void Compare(string what, long counted, long there)
        {
            if (counted != there) _broken.Enqueue($"the report counts {counted} {what}, there are {there}");
        }
    }

    private static string Text(JsonNode node, string member) => node[member]!.GetValue<string>();
}
