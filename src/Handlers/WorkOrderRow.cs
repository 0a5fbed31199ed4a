using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>One return of a work order, with its review once there is one.</summary>
public sealed record Return(DateTimeOffset At, string By, string Reason, string Basis, string? SuggestedUnit, Review? Review = null);

/// <summary>What the review of a return decided.</summary>
public sealed record Review(DateTimeOffset At, string By, bool Upheld, string Note);

/// <summary>
/// What the work orders of a round share (<c>handling_round</c>): written once, with the first of them, and never changed. What lists need not show, the description and why it
/// was decided so, stands with the Dispatcher (<see cref="DispatchLookup.FindDecided"/>).
/// </summary>
public sealed record RoundRow
{
    internal const string Columns = """
        ticket, round, title, address, lat, lng, kind, channel, category_code, category_name, street_code, street_name, confidential,
        filed_at, deadline_why
        """;

    public required string Ticket { get; init; }
    public required int Round { get; init; }
    public required string Title { get; init; }
    public required string Address { get; init; }
    public double? Lat { get; init; }
    public double? Lng { get; init; }
    public required string Kind { get; init; }
    public required string Channel { get; init; }
    public string? CategoryCode { get; init; }
    public string? CategoryName { get; init; }
    public string? StreetCode { get; init; }
    public string? StreetName { get; init; }
    public required bool Confidential { get; init; }

    public required DateTimeOffset FiledAt { get; init; }

    /// <summary>A JSON list of <see cref="Sentence"/>: the calculation of the deadline.</summary>
    public required string DeadlineWhy { get; init; }
}

/// <summary>The columns that count, of a <c>handling_work_order</c>.</summary>
public record WorkOrderFactsRow
{
    /// <summary>All that is counted; without the reply, which would have to be redacted for each.</summary>
    internal const string CountedColumns = """
        id, ticket, round, unit_code, unit_name, lead, state, version, deadline_class, issued_at, accept_by, accepted_at,
        reply_by, replied_at, returns, cancelled_at
        """;

    internal const string Columns = $"{CountedColumns}, public_text";

    public required string Id { get; init; }
    public required string Ticket { get; init; }
    public required int Round { get; init; }
    public required string UnitCode { get; init; }
    public required string UnitName { get; init; }
    public required bool Lead { get; init; }
    public required string State { get; init; }
    public required int Version { get; init; }
    public required string DeadlineClass { get; init; }
    public required DateTimeOffset IssuedAt { get; init; }
    public required DateTimeOffset AcceptBy { get; init; }
    public DateTimeOffset? AcceptedAt { get; init; }
    public required DateTimeOffset ReplyBy { get; init; }
    public DateTimeOffset? RepliedAt { get; init; }

    /// <summary>A JSON list of <see cref="Return"/>, oldest first.</summary>
    public required string Returns { get; init; }

    public DateTimeOffset? CancelledAt { get; init; }
    public string? PublicText { get; init; }

    public WorkOrderState Stands => Words.Parse<WorkOrderState>(State);

    public IReadOnlyList<Return> AllReturns => Returns == "[]" ? [] : Json.Read<IReadOnlyList<Return>>(Returns);

    /// <summary>The facts as they are told to the other roles, whether in a message or in a recount.</summary>
    public WorkOrderChanged Snapshot()
    {
        var returns = AllReturns;
        return new WorkOrderChanged(
            Ticket, Id, Version, Round, new Named(UnitCode, UnitName), Lead, Stands, Words.Parse<DeadlineClass>(DeadlineClass),
            IssuedAt, AcceptBy, AcceptedAt, ReplyBy, RepliedAt,
            [.. returns.Select(r => r.At)],
            returns.FirstOrDefault(r => r.Review is { Upheld: true })?.Review!.At,
            CancelledAt, PublicText is null ? null : Redaction.RedactPersonal(PublicText));
    }
}

/// <summary>A whole <c>handling_work_order</c>.</summary>
public sealed record WorkOrderRow : WorkOrderFactsRow
{
    internal const string AllColumns = $"""
        {Columns}, designated, accepted_by, replied_by, result, contacted_citizen, reply_text, signed_by_name, signed_by_title, cancel_reason
        """;

    public required bool Designated { get; init; }
    public string? AcceptedBy { get; init; }
    public string? RepliedBy { get; init; }
    public string? Result { get; init; }
    public bool? ContactedCitizen { get; init; }
    public string? ReplyText { get; init; }
    public string? SignedByName { get; init; }
    public string? SignedByTitle { get; init; }
    public string? CancelReason { get; init; }
}

/// <summary>A new work order, and what the other roles are told of it.</summary>
internal sealed record IssuedOrder(WorkOrderRow Row, Message Told)
{
    public static IssuedOrder Of(WorkOrderRow row, DateTimeOffset now) => new(row, Message.Of(row.Snapshot(), now));
}

/// <summary>Reads and changes work orders inside a transaction.</summary>
internal static class WorkOrders
{
    private static readonly Bulk<TicketKey> Open = Bulk<TicketKey>.InsertMissing("handling_ticket", "ticket");

    private static readonly Bulk<ReturnRow> KeepReturn = Bulk<ReturnRow>.InsertMissing("handling_return", "at", "work_order");

    private static readonly Bulk<RoundRow> InsertRounds = Bulk<RoundRow>.Insert("handling_round");

    private static readonly Bulk<WorkOrderRow> Insert = Bulk<WorkOrderRow>.Insert("handling_work_order");

    private static readonly Bulk<WorkOrderRow> Update = Bulk<WorkOrderRow>.Update("handling_work_order", "id",
    [
        "state", "accepted_at", "accepted_by", "returns", "replied_at", "replied_by", "result", "contacted_citizen", "reply_text", "public_text", "signed_by_name", "signed_by_title",
        "cancelled_at", "cancel_reason",
    ], version: "version");

    /// <summary>
    /// Goes first in every change of a ticket's work orders: the row is made where it is missing and held, so the changes of one ticket come one
    /// after another on every engine, and what is read next is current.
    /// </summary>
    public static async Task<TicketRow> EnterAsync(Work work, string ticket) => (await EnterAsync(work, [ticket]))[ticket];

    public static async Task<Dictionary<string, TicketRow>> EnterAsync(Work work, IReadOnlyCollection<string> tickets)
    {
        var entered = (await work.AddMissingAsync(Open, "ticket", [.. tickets.Order(StringComparer.Ordinal).Select(t => new TicketKey { Ticket = t })]))
            .ToDictionary(t => t, t => new TicketRow { Ticket = t, IsNew = true }, StringComparer.Ordinal);
        string[] known = [.. tickets.Where(t => !entered.ContainsKey(t))];
        if (known.Length > 0)
        {
            foreach (var ticket in await work.TakeAsync<TicketRow>("ticket, closed_at, closed_how", ("handling_ticket", "ticket"), known)) entered.Add(ticket.Ticket, ticket);
        }
        return entered;
    }

    /// <summary>Work orders as they are now, by their ids, with no other change to their tickets under way; those that are not there are left out.</summary>
    public static async Task<Dictionary<string, WorkOrderRow>> EnterOrdersAsync(Work work, IReadOnlyCollection<string> ids)
    {
        // The ticket's row has been there since its first order.
        await work.HoldAsync(
            ("handling_ticket", "ticket"), $"select ticket from handling_work_order where {work.Dialect.Among("id", "@ids")}", new { ids = Json.Write(ids) });
        return (await FindAsync(work, ids)).ToDictionary(o => o.Id, StringComparer.Ordinal);
    }

    public static Task<IReadOnlyList<WorkOrderRow>> FindAsync(Session db, IReadOnlyCollection<string> ids) => db.QueryAsync<WorkOrderRow>(
        $"select {WorkOrderRow.AllColumns} from handling_work_order where {db.Dialect.Among("id", "@ids")}", new { ids = Json.Write(ids) });

    public static Task<IReadOnlyList<WorkOrderRow>> OfTicketAsync(Session db, string ticket) => OfTicketsAsync(db, [ticket]);

    public static Task<IReadOnlyList<WorkOrderRow>> OfTicketsAsync(Session db, IReadOnlyCollection<string> tickets) => db.QueryAsync<WorkOrderRow>(
        $"select {WorkOrderRow.AllColumns} from handling_work_order where {db.Dialect.Among("ticket", "@tickets")} order by id", new { tickets = Json.Write(tickets) });

    public static Task<IReadOnlyList<RoundRow>> RoundsAsync(Session db, IReadOnlyCollection<string> tickets) => db.QueryAsync<RoundRow>(
        $"select {RoundRow.Columns} from handling_round where {db.Dialect.Among("ticket", "@tickets")}", new { tickets = Json.Write(tickets) });

    /// <summary>Those of the tickets that have ended.</summary>
    public static Task<IReadOnlyList<string>> ClosedAsync(Session db, IReadOnlyCollection<string> tickets) => db.QueryAsync<string>(
        $"select ticket from handling_ticket where {db.Dialect.Among("ticket", "@tickets")} and closed_at is not null", new { tickets = Json.Write(tickets) });

    /// <summary>Stores new work orders and tells the other roles.</summary>
    /// <param name="rounds">Those of the orders that have none yet.</param>
    public static void Add(Work work, IReadOnlyCollection<RoundRow> rounds, IReadOnlyCollection<IssuedOrder> orders)
    {
        work.Write(InsertRounds, rounds);
        work.Write(Insert, [.. orders.Select(o => o.Row)]);
        foreach (var (order, told) in orders)
        {
            work.Send(told);
            work.Note(order.Ticket, "handlers", "issued", order.Lead ? "lead" : "support", order.UnitCode);
            if (order.CancelReason is not null) work.Note(order.Ticket, "handlers", "cancelled", order.CancelReason, order.UnitCode);
        }
    }

    /// <summary>Stores the next version of work orders and tells the other roles.</summary>
    /// <param name="changed">The rows as read, with what changes; their version is still the one that was read.</param>
    public static async Task SaveAsync(Work work, IReadOnlyCollection<WorkOrderRow> changed)
    {
        if (changed.Count == 0) return;
        var saved = changed.Select(o => o with { Version = o.Version + 1 }).ToArray();
        if (await work.ExecuteAsync(Update, saved) != saved.Length) throw new ConflictException(saved is [var only] ? $"Work order {only.Id}" : "One of several work orders");
        foreach (var order in saved) work.Send(order.Snapshot());
    }

    /// <summary>Keeps the instant of a return, or of its being upheld, where a recount of the day finds it.</summary>
    public static void NoteReturn(Work work, WorkOrderRow order, DateTimeOffset at) =>
        work.Write(KeepReturn, [new ReturnRow { At = at, WorkOrder = order.Id, Ticket = order.Ticket }]);

    /// <summary>
    /// Takes work orders back. The earliest cause counts, whichever is heard of first, so that the same messages in any
    /// order leave the same state and times.
    /// </summary>
    /// <param name="causes">Each order, with when the cause arose (not when it was heard of), and by whom.</param>
    public static async Task CancelAsync(Work work, IEnumerable<(WorkOrderRow Order, DateTimeOffset Cause, string Reason, string By)> causes)
    {
        var cancelled = new List<WorkOrderRow>();
        foreach (var (order, cause, reason, by) in causes)
        {
            if (order.Stands.After(WorkOrderMove.Cancel, order.AcceptedAt is not null) is not { } state) continue;
            var at = CancelledAt(order, cause);
            if (order.CancelledAt is { } earlier && earlier <= at) continue;
            cancelled.Add(order with
            {
                State = state.Word(),
                CancelledAt = at,
                CancelReason = order.CancelReason == CancelReasons.ReturnUpheld ? order.CancelReason : reason,
            });
            if (order.CancelledAt is null) work.Note(order.Ticket, by, "cancelled", reason, order.UnitCode);
        }
        await SaveAsync(work, cancelled);
    }

    /// <summary>A ticket may end while the decision on it is being made: no work order ends before it was issued.</summary>
    public static DateTimeOffset CancelledAt(WorkOrderRow order, DateTimeOffset cause) => cause < order.IssuedAt ? order.IssuedAt : cause;

    private sealed record TicketKey
    {
        public required string Ticket { get; init; }
    }

    private sealed record ReturnRow
    {
        public required DateTimeOffset At { get; init; }
        public required string WorkOrder { get; init; }
        public required string Ticket { get; init; }
    }

    public sealed record TicketRow
    {
        public required string Ticket { get; init; }
        public DateTimeOffset? ClosedAt { get; init; }
        public string? ClosedHow { get; init; }

        /// <summary>Added in this transaction: it has no work order yet.</summary>
        public bool IsNew { get; init; }
    }
}

/// <summary>Why a work order was taken back; a closed ticket gives the word of its <see cref="Closing"/>.</summary>
public static class CancelReasons
{
    /// <summary>A newer round of the ticket replaced it.</summary>
    public const string Superseded = "superseded";

    public const string ReturnUpheld = "return-upheld";
}
