using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>A work order as it is shown.</summary>
/// <param name="Overdue">Open, and its deadline is over.</param>
/// <param name="HandingOver">Taken back, and the unit answers to the citizen until another lead has accepted (<see cref="FirstResponsibility"/>).</param>
/// <param name="Matter">Its description is empty where the Dispatcher does not know the round.</param>
/// <param name="Why">The dispatch decision of its round, as it stands with the Dispatcher.</param>
/// <param name="ReturnBy">The last instant at which it may be returned; null where it may not at all.</param>
public sealed record WorkOrderView(
    string Id,
    string Ticket,
    int Round,
    Named Unit,
    bool Lead,
    WorkOrderState State,
    bool Designated,
    Matter Matter,
    TicketKind Kind,
    Channel Channel,
    Named? Category,
    Named? Street,
    bool Confidential,
    IReadOnlyList<Sentence> Why,
    DeadlineClass DeadlineClass,
    DateTimeOffset FiledAt,
    DateTimeOffset IssuedAt,
    DateTimeOffset AcceptBy,
    DateTimeOffset? AcceptedAt,
    string? AcceptedBy,
    DateTimeOffset ReplyBy,
    IReadOnlyList<Sentence> Deadline,
    bool Overdue,
    DateTimeOffset? ReturnBy,
    IReadOnlyList<Return> Returns,
    WorkOrderReply? Reply,
    DateTimeOffset? CancelledAt,
    string? CancelReason,
    bool HandingOver,
    IReadOnlyList<Urging> Urgings,
    int Version)
{
    /// <summary>Where it lies within its street; only where one work order is read by itself, and its grid is known.</summary>
    public WorkOrderGrid? Grid { get; init; }
}

/// <summary>What the unit reported.</summary>
public sealed record WorkOrderReply(
    ReplyResult Result, bool ContactedCitizen, string Text, string PublicText, ReplyToWorkOrder.Officer SignedBy, DateTimeOffset At, string By);

/// <summary>One time that the citizen pressed.</summary>
public sealed record Urging
{
    public required string Id { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Note { get; init; }
}

/// <summary>Work orders for a ticket's page and for their own. Those that are asked for together are read together.</summary>
public sealed class WorkOrderQuery(Database database, Deadlines deadlines, DispatchLookup known)
{
    private readonly Together<string, WorkOrderView?> _asked = new(
        most: 100, lanes: 2, ids => database.ReadAsync(db => FindAsync(db, ids, database.Clock, deadlines, known), CancellationToken.None), database.Dialect.IsAway);

    /// <summary>All work orders of a ticket, by round, the lead first; empty for a ticket that never had one.</summary>
    public async Task<IReadOnlyList<WorkOrderView>> OfTicketAsync(string ticket, CancellationToken ct) =>
        [.. (await database.ReadAsync(async db => await ViewsAsync(db, await WorkOrders.OfTicketAsync(db, ticket), database.Clock, deadlines, known), ct))
            .OrderBy(o => o.Round).ThenByDescending(o => o.Lead).ThenBy(o => o.Unit.Code, StringComparer.Ordinal)];

    public Task<WorkOrderView?> FindAsync(string id, CancellationToken ct) => _asked.DoAsync(id, ct);

    private static async Task<IReadOnlyList<WorkOrderView?>> FindAsync(Session db, IReadOnlyList<string> ids, HotlineClock clock, Deadlines deadlines, DispatchLookup known)
    {
        var views = (await ViewsAsync(db, await WorkOrders.FindAsync(db, [.. ids.Distinct(StringComparer.Ordinal)]), clock, deadlines, known)).ToDictionary(v => v.Id, StringComparer.Ordinal);
        return [.. ids.Select(views.GetValueOrDefault)];
    }

    private static async Task<IEnumerable<WorkOrderView>> ViewsAsync(Session db, IReadOnlyList<WorkOrderRow> orders, HotlineClock clock, Deadlines deadlines, DispatchLookup known)
    {
        if (orders.Count == 0) return [];
        var tickets = orders.Select(o => o.Ticket).Distinct(StringComparer.Ordinal).ToArray();
        var rounds = (await WorkOrders.RoundsAsync(db, tickets)).ToDictionary(r => (r.Ticket, r.Round));
        var urgings = (await db.QueryAsync<UrgingRow>(
            $"select ticket, id, at, note from handling_urging where {db.Dialect.Among("ticket", "@tickets")} order by at, id", new { tickets = Json.Write(tickets) }))
            .ToLookup(u => u.Ticket, u => new Urging { Id = u.Id, At = u.At, Note = u.Note }, StringComparer.Ordinal);
        var decided = await known.FindDecided(tickets, db.Cancelled);
        var hands = await HandingOverAsync(db, [.. orders.Where(FirstResponsibility.MayHandOver)]);
        return orders.Select(o => View(o, rounds[(o.Ticket, o.Round)], decided.GetValueOrDefault((o.Ticket, o.Round)) ?? Undecided, hands.Contains(o.Id), [.. urgings[o.Ticket]], deadlines, clock.Now));
    }

    private static readonly DecidedRound Undecided = new("", []);

    /// <summary>The ids of those that hand over.</summary>
    private static async Task<HashSet<string>> HandingOverAsync(Session db, IReadOnlyList<WorkOrderRow> may)
    {
        if (may.Count == 0) return [];
        var tickets = may.Select(o => o.Ticket).Distinct(StringComparer.Ordinal).ToArray();
        var all = (await WorkOrders.OfTicketsAsync(db, tickets)).ToLookup(o => o.Ticket, StringComparer.Ordinal);
        var closed = (await WorkOrders.ClosedAsync(db, tickets)).ToHashSet(StringComparer.Ordinal);
        return [.. may.Where(o => FirstResponsibility.HandsOver(o, [.. all[o.Ticket]], closed.Contains(o.Ticket))).Select(o => o.Id)];
    }

    private sealed record UrgingRow
    {
        public required string Ticket { get; init; }
        public required string Id { get; init; }
        public required DateTimeOffset At { get; init; }
        public required string Note { get; init; }
    }

    private static WorkOrderView View(WorkOrderRow row, RoundRow round, DecidedRound decided, bool handsOver, IReadOnlyList<Urging> urgings, Deadlines deadlines, DateTimeOffset now) => new(
        row.Id, row.Ticket, row.Round, new Named(row.UnitCode, row.UnitName), row.Lead, row.Stands, row.Designated,
        new Matter(round.Title, decided.Description, round.Address, round is { Lat: { } lat, Lng: { } lng } ? new Location(lat, lng) : null),
        Words.Parse<TicketKind>(round.Kind), Words.Parse<Channel>(round.Channel),
        round.CategoryCode is null ? null : new Named(round.CategoryCode, round.CategoryName!),
        round.StreetCode is null ? null : new Named(round.StreetCode, round.StreetName!),
        round.Confidential, decided.Why, Words.Parse<DeadlineClass>(row.DeadlineClass),
        round.FiledAt, row.IssuedAt, row.AcceptBy, row.AcceptedAt, row.AcceptedBy, row.ReplyBy, Json.Read<IReadOnlyList<Sentence>>(round.DeadlineWhy),
        row.Stands.IsOpen() && now > row.ReplyBy,
        row.Designated ? null : deadlines.ReturnBy(row.IssuedAt),
        row.AllReturns,
        row.RepliedAt is { } at
            ? new WorkOrderReply(
                Words.Parse<ReplyResult>(row.Result!), row.ContactedCitizen!.Value, row.ReplyText!, row.PublicText!,
                new ReplyToWorkOrder.Officer(row.SignedByName!, row.SignedByTitle!), at, row.RepliedBy!)
            : null,
        row.CancelledAt, row.CancelReason, handsOver, urgings, row.Version);
}

/// <summary>
/// The facts of work orders for counting afresh: the same snapshots that are sent as messages. Order is that of the bytes of ticket and id.
/// </summary>
public sealed class WorkOrderFacts
{
    /// <summary>All of them, one by one.</summary>
    public async IAsyncEnumerable<WorkOrderChanged> StreamAsync(Session db)
    {
        await foreach (var row in db.StreamAsync<WorkOrderFactsRow>(
            $"select {WorkOrderFactsRow.Columns} from handling_work_order order by ticket, id"))
        {
            yield return row.Snapshot();
        }
    }

    /// <summary>
    /// The tickets with a work order that was issued or returned, or whose return was upheld, between two instants, or one of whose limits fell there; a limit at midnight belongs to the
    /// day that it ends. One statement each, so that each finds its index.
    /// </summary>
    public async Task<IReadOnlyList<string>> TouchedAsync(Session db, DateTimeOffset from, DateTimeOffset to)
    {
        var tickets = new HashSet<string>(StringComparer.Ordinal);
        foreach (var touched in (string[])[
            "handling_work_order where issued_at >= @from and issued_at < @to",
            "handling_work_order where accept_by > @from and accept_by <= @to",
            "handling_work_order where reply_by > @from and reply_by <= @to",
            "handling_return where at >= @from and at < @to",
        ])
        {
            tickets.UnionWith(await db.QueryAsync<string>($"select ticket from {touched}", new { from, to }));
        }
        return [.. tickets];
    }

    /// <summary>Of these tickets.</summary>
    public async Task<IReadOnlyList<WorkOrderChanged>> OfAsync(Session db, IReadOnlyList<string> tickets) =>
        [.. (await db.QueryAsync<WorkOrderFactsRow>(
            $"select {WorkOrderFactsRow.CountedColumns} from handling_work_order where {db.Dialect.Among("ticket", "@among")}", new { among = Json.Write(tickets) })).Select(r => r.Snapshot())];

    public async Task<IReadOnlyList<WorkOrderChanged>> OfTicketAsync(Session db, string ticket) =>
        [.. (await db.QueryAsync<WorkOrderFactsRow>(
            $"select {WorkOrderFactsRow.Columns} from handling_work_order where ticket = @ticket order by id", new { ticket })).Select(r => r.Snapshot())];
}
