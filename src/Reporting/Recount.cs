using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Reporting;

/// <summary>A number that the rollups have and a full count does not give.</summary>
/// <param name="Unit">Whose breakdown; empty for the whole hotline.</param>
/// <param name="Dimension"><c>all</c>, <c>unit</c>, <c>category</c>, <c>channel</c> or <c>street</c>.</param>
public sealed record Difference(DateOnly Day, string Unit, string Dimension, string Code, string Measure, long Rollup, long Counted);

/// <param name="Tickets">How many tickets were counted.</param>
/// <param name="Differences">As found, before a correction.</param>
/// <param name="Owed">Messages on their way to Reporting: while there are any, differences may be theirs.</param>
/// <param name="Faulted">Messages to Reporting that were set aside: what they say is missing from the rollups.</param>
public sealed record RecountResult(long Tickets, IReadOnlyList<Difference> Differences, long Owed, long Faulted);

/// <summary>Where a recount of one day asks the roles.</summary>
/// <param name="Touched">The tickets that any of them knows something of, from one instant to another; a few too many do no harm.</param>
/// <param name="Facts">What the roles would say of these tickets now.</param>
public sealed record DaySources(
    Func<DateTimeOffset, DateTimeOffset, CancellationToken, Task<IReadOnlyCollection<string>>> Touched,
    Func<IReadOnlyList<string>, CancellationToken, Task<IReadOnlyList<IMessage>>> Facts);

/// <summary>
/// Proves the rollups (重算): counts every ticket afresh from the roles' own tables with the same <see cref="Count"/>, and compares.
/// </summary>
public static class Recount
{
    /// <summary>Tickets merged in one transaction.</summary>
    private const int BatchSize = 200;

    /// <summary>Tickets of a day that are read at once.</summary>
    private const int PageSize = 2000;

    /// <param name="tickets">What Intake would say of every ticket now; this and the other two in ordinal order of the ticket number.</param>
    /// <param name="fix">Correct facts and rollups. Safe while consumers run, and while another recount does.</param>
    public static async Task<RecountResult> RunAsync(
        Database database,
        IAsyncEnumerable<TicketChanged> tickets,
        IAsyncEnumerable<TicketRouted> routings,
        IAsyncEnumerable<WorkOrderChanged> workOrders,
        bool fix,
        CancellationToken ct)
    {
        var clock = database.Clock;
        var stored = await database.SnapshotAsync(db => ReadAsync(db, null), ct);
        var counted = new Tally();
        var count = 0L;
        var batch = new List<(string Ticket, Fact Fact)>(BatchSize);
        await foreach (var (ticket, fact) in MergeAsync(tickets, routings, workOrders, ct))
        {
            count++;
            Count.Add(counted, fact, clock);
            if (!fix) continue;
            batch.Add((ticket, fact));
            if (batch.Count < BatchSize) continue;
            await LearnAsync(database, batch, ct);
            batch.Clear();
        }
        if (batch.Count > 0) await LearnAsync(database, batch, ct);
        if (fix) await CorrectAsync(database, null, null, ct);
        return await ResultAsync(database, count, Compare(stored, counted), ct);
    }

    /// <summary>
    /// Compares and corrects one day alone, from the tickets that have anything to do with it. What a ticket counts on is never taken back from a day on which the roles
    /// have something to say of it (instants are added, none is moved), so facts that are out of date lie on days of their tickets too.
    /// </summary>
    public static async Task<RecountResult> RunDayAsync(Database database, DateOnly day, DaySources sources, bool fix, CancellationToken ct)
    {
        var clock = database.Clock;
        var stored = Task.Run(() => database.SnapshotAsync(db => ReadAsync(db, day), ct), ct);
        var counted = new Tally();
        var tickets = await TouchedAsync(sources, clock, day, ct);
        var count = 0L;
        await foreach (var page in FactsAsync(sources, tickets, ct))
        {
            var facts = new Dictionary<string, Fact>(PageSize, StringComparer.Ordinal);
            foreach (var message in page)
                facts[message.Ticket] = facts.TryGetValue(message.Ticket, out var known) ? known.Merge(FactOf(message)) : FactOf(message);
            foreach (var fact in facts.Values) Count.Add(counted, fact, clock, day);
            count += facts.Count;
            if (!fix) continue;
            await stored; // as found, before a correction
            foreach (var batch in facts.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => (f.Key, f.Value)).Chunk(BatchSize))
                await LearnAsync(database, [.. batch], ct);
        }
        var found = await stored;
        if (fix) await CorrectAsync(database, day, sources, ct);
        return await ResultAsync(database, count, Compare(found, counted), ct);
    }

    /// <summary>What the roles say of these tickets, page by page: the next is read while one is counted.</summary>
    private static async IAsyncEnumerable<IReadOnlyList<IMessage>> FactsAsync(
        DaySources sources, string[] tickets, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var pages = new Queue<string[]>(tickets.Chunk(PageSize));
        var next = Next();
        while (next is not null)
        {
            var page = await next;
            next = Next();
            yield return page;
        }

        // On a thread of its own, as SQLite reads on the one that asks.
        Task<IReadOnlyList<IMessage>>? Next() => pages.TryDequeue(out var page) ? Task.Run(() => sources.Facts(page, ct), ct) : null;
    }

    private static Fact FactOf(IMessage message) => message switch
    {
        TicketChanged m => Fact.Of(m),
        TicketRouted m => Fact.Of(m),
        WorkOrderChanged m => Fact.Of(m),
        _ => throw new ArgumentException($"{message.GetType().Name} is not counted."),
    };

    private static async Task<string[]> TouchedAsync(DaySources sources, HotlineClock clock, DateOnly day, CancellationToken ct) =>
        [.. (await sources.Touched(clock.StartOf(day), clock.EndOf(day), ct)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static async Task<RecountResult> ResultAsync(Database database, long count, Difference[] differences, CancellationToken ct)
    {
        var lag = await new OutboxLag(database).MeasureAsync(Role.Reporting, ct);
        return new RecountResult(count, differences, lag.Owed, lag.Faulted);
    }

    /// <summary>
    /// Makes rollups and facts agree. Every other transaction changes both by the same amount, or only moves what is pending into the lines, so their difference, read from one
    /// snapshot, stays what it is however many consumers run meanwhile, and can be added later; but only once, which the number in
    /// <c>reporting_correction</c> sees to.
    /// </summary>
    private static async Task CorrectAsync(Database database, DateOnly? day, DaySources? sources, CancellationToken ct)
    {
        while (true)
        {
            var (number, errors) = await database.SnapshotAsync(async db =>
            {
                var number = await db.ScalarAsync<long>("select number from reporting_correction");
                var counted = new Tally();
                if (day is { } one && sources is not null)
                {
                    // Asked after the snapshot was taken: whatever it has counted on the day was in the roles' tables before.
                    foreach (var page in (await TouchedAsync(sources, database.Clock, one, ct)).Chunk(PageSize))
                    {
                        foreach (var row in await db.QueryAsync<FactRow>($"select ticket, body from reporting_fact where {db.Dialect.Among("ticket", "@among")}", new { among = Json.Write(page) }))
                            Count.Add(counted, Fact.Read(row.Body), database.Clock, day);
                    }
                }
                else
                {
                    await foreach (var row in db.StreamAsync<FactRow>("select ticket, body from reporting_fact"))
                        Count.Add(counted, Fact.Read(row.Body), database.Clock, day);
                }
                counted.Add(await ReadAsync(db, day), -1);
                return (number, counted);
            }, ct);
            if (!errors.Lines.Any()) return;

            var corrected = await database.WriteAsync(async work =>
            {
                if (await work.ExecuteAsync("update reporting_correction set number = number + 1 where number = @number", new { number }) == 0) return false;
                Rollups.Add(work, errors.Lines);
                return true;
            }, ct);
            if (corrected) return;
        }
    }

    private static Task LearnAsync(Database database, List<(string Ticket, Fact Fact)> batch, CancellationToken ct)
    {
        var rollups = new Rollups(database.Clock);
        foreach (var (ticket, fact) in batch) rollups.Learn(ticket, fact);
        return database.WriteAsync(rollups.Prepare(), ct);
    }

    /// <param name="db">A snapshot: what is pending may move into the lines at any time.</param>
    private static async Task<Tally> ReadAsync(Session db, DateOnly? day)
    {
        var stored = new Tally();
        foreach (var (line, numbers) in await PendingRow.ReadAsync(db, line => day is null || line.Day == day)) stored.Add(line, numbers);
        await foreach (var (line, numbers) in db.StreamAsync($"select {RollupRow.Columns} from reporting_rollup{(day is null ? "" : " where day = @day")}", new { day }, RollupRow.Reader()))
            stored.Add(line, numbers);
        return stored;
    }

    private static Difference[] Compare(Tally stored, Tally counted)
    {
        var errors = new Tally();
        errors.Add(stored);
        errors.Add(counted, -1);
        return [.. errors.Lines
            .SelectMany(l => Enum.GetValues<Measure>().Where(m => l.Value[(int)m] != 0).Select(m => new Difference(
                l.Key.Day, l.Key.Unit, RollupRow.Word(l.Key.By), l.Key.Code, l.Key.Excluded ? $"excluded-{m.Word()}" : m.Word(), stored[l.Key, m], counted[l.Key, m])))
            .OrderBy(d => d.Day)
            .ThenBy(d => d.Unit, StringComparer.Ordinal)
            .ThenBy(d => d.Dimension, StringComparer.Ordinal)
            .ThenBy(d => d.Code, StringComparer.Ordinal)
            .ThenBy(d => d.Measure, StringComparer.Ordinal)];
    }

    /// <summary>Three lists in the order of tickets become one fact per ticket.</summary>
    private static async IAsyncEnumerable<(string Ticket, Fact Fact)> MergeAsync(
        IAsyncEnumerable<TicketChanged> tickets,
        IAsyncEnumerable<TicketRouted> routings,
        IAsyncEnumerable<WorkOrderChanged> workOrders,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        await using var ticket = await Source<TicketChanged>.OpenAsync(tickets, Fact.Of, ct);
        await using var routing = await Source<TicketRouted>.OpenAsync(routings, Fact.Of, ct);
        await using var workOrder = await Source<WorkOrderChanged>.OpenAsync(workOrders, Fact.Of, ct);
        while (First(First(ticket.Next, routing.Next), workOrder.Next) is { } number)
        {
            var fact = Fact.Empty;
            fact = await ticket.TakeAsync(number, fact);
            fact = await routing.TakeAsync(number, fact);
            fact = await workOrder.TakeAsync(number, fact);
            yield return (number, fact);
        }

        static string? First(string? a, string? b) => a is null || (b is not null && string.CompareOrdinal(b, a) < 0) ? b : a;
    }

    private sealed class Source<T>(IAsyncEnumerator<T> messages, Func<T, Fact> toFact) : IAsyncDisposable where T : IMessage
    {
        /// <summary>Ticket of the message that comes next; null at the end.</summary>
        public string? Next { get; private set; }

        public static async Task<Source<T>> OpenAsync(IAsyncEnumerable<T> messages, Func<T, Fact> toFact, CancellationToken ct)
        {
            var source = new Source<T>(messages.GetAsyncEnumerator(ct), toFact);
            await source.AdvanceAsync();
            return source;
        }

        public async Task<Fact> TakeAsync(string ticket, Fact fact)
        {
            while (Next == ticket)
            {
                fact = fact.Merge(toFact(messages.Current));
                await AdvanceAsync();
            }
            return fact;
        }

        public ValueTask DisposeAsync() => messages.DisposeAsync();

        private async Task AdvanceAsync()
        {
            var next = await messages.MoveNextAsync() ? messages.Current.Ticket : null;
            if (next is not null && string.CompareOrdinal(Next, next) > 0)
                throw new InvalidOperationException($"{typeof(T).Name} of {next} came after that of {Next}: a recount needs them in ordinal order of the ticket.");
            Next = next;
        }
    }
}
