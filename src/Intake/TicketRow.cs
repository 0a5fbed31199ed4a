using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>What may change of a ticket (<c>intake_progress</c>): how far it is, from what the other roles have reported and people have done. A narrow row beside the texts.</summary>
internal record TicketProgress
{
    public required string Number { get; init; }

    /// <summary>Never changed; here for the indexes.</summary>
    public required DateTimeOffset FiledAt { get; init; }
    public required int Version { get; init; }
    public required string Status { get; init; }
    public DateTimeOffset? ClosedAt { get; init; }

    /// <summary>Round of the routing last heard of; 0 before the first.</summary>
    public required int Round { get; init; }
    public required int RoutingVersion { get; init; }
    public required bool InTriage { get; init; }

    /// <summary>The round after which a callback asked for another; 0 for none.</summary>
    public required int ReissuedAfter { get; init; }
    public string? LeadCode { get; init; }
    public string? LeadName { get; init; }
    public string? RoutedCategory { get; init; }
    public string? CategoryName { get; init; }

    /// <summary>The lead's work order last heard of: its round, version and state.</summary>
    public required int OrderRound { get; init; }
    public required int OrderVersion { get; init; }
    public string? OrderState { get; init; }
    public string? PublicReply { get; init; }

    /// <summary>Where the ticket stands, from what has been heard so far, in whatever order it was heard.</summary>
    public TicketStatus Standing() => this switch
    {
        { ClosedAt: not null } => TicketStatus.Closed,
        { RoutingVersion: 0, OrderRound: 0 } => TicketStatus.Filed,
        _ when ReissuedAfter > 0 && ReissuedAfter >= Math.Max(Round, OrderRound) => TicketStatus.Reissued,
        _ when OrderRound >= Round && OrderState == WorkOrderState.Replied.Word() => TicketStatus.Replied,
        { InTriage: true } when OrderRound <= Round => TicketStatus.Triage,
        _ when OrderRound >= Round && OrderState == WorkOrderState.Accepted.Word() => TicketStatus.Accepted,
        _ => TicketStatus.Dispatched,
    };
}

/// <summary>A ticket (工单) as Intake keeps it: what the citizen said (<c>intake_ticket</c>, never changed), and how far it is.</summary>
internal sealed record TicketRow : TicketProgress
{
    public required string FiledBy { get; init; }
    public required string Channel { get; init; }
    public required string Kind { get; init; }
    public required string Title { get; init; }
    public required string Description { get; init; }
    public required string Address { get; init; }
    public double? Lat { get; init; }
    public double? Lng { get; init; }
    public string? Category { get; init; }
    public string? Urgency { get; init; }
    public required bool Confidential { get; init; }
    public string? Attributes { get; init; }
    public string? CallerName { get; init; }
    public string? CallerPhone { get; init; }
    public string? PhoneHash { get; init; }
    public string? RepeatOf { get; init; }
    public required bool Excluded { get; init; }
    public required int Urged { get; init; }
    public string? Answer { get; init; }
    public string? ClosedHow { get; init; }

    /// <summary>The facts for counting, as they are sent and as a recount reads them.</summary>
    public TicketChanged Facts(IReadOnlyList<Callback> callbacks) => new(
        Number,
        Version,
        FiledAt,
        Words.Parse<Channel>(Channel),
        Words.Parse<TicketKind>(Kind),
        Category,
        RepeatOf,
        Excluded,
        ClosedAt,
        ClosedHow is null ? null : Words.Parse<Closing>(ClosedHow),
        callbacks);
}

/// <summary>One attempt to call back, as stored.</summary>
internal sealed record CallbackRow
{
    public required string Id { get; init; }
    public required string Ticket { get; init; }
    public required int Round { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Actor { get; init; }
    public required string Outcome { get; init; }
    public bool? Solved { get; init; }
    public required string Note { get; init; }
    public required bool Reissued { get; init; }

    public static readonly Bulk<CallbackRow> Insert = Bulk<CallbackRow>.Insert("intake_callback");

    public Callback Fact() => new(Id, Round, At, Words.Parse<CallbackOutcome>(Outcome), Solved, Reissued);
}

/// <summary>Loading and saving tickets: every change keeps to the version that was read.</summary>
internal static class Tickets
{
    /// <summary>Columns of <c>intake_ticket</c> alone.</summary>
    private const string Said = "filed_by, channel, kind, title, description, address, lat, lng, category, urgency, confidential, attributes, caller_name, caller_phone, phone_hash, repeat_of";

    /// <summary>Columns of <c>intake_progress</c> alone.</summary>
    private const string Become = """
        version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category, category_name,
        order_round, order_version, order_state, public_reply
        """;

    /// <summary>Whole tickets: <c>t</c> what was said, <c>p</c> what has become of it.</summary>
    public const string Whole = "intake_ticket t join intake_progress p on p.number = t.number";

    public const string Columns = $"t.number, t.filed_at, {Said}, {Become}";

    /// <summary>Enough for <see cref="TicketRow.Facts"/>.</summary>
    public const string FactColumns = "t.number, version, t.filed_at, channel, kind, category, repeat_of, excluded, closed_at, closed_how";

    public static Task<TicketRow?> FindAsync(Session db, string number) =>
        db.FindAsync<TicketRow>($"select {Columns} from {Whole} where t.number = @number", new { number });

    /// <summary>Of these tickets, oldest first.</summary>
    public static Task<IReadOnlyList<CallbackRow>> CallbackRowsAsync(Session db, IReadOnlyCollection<string> numbers) => db.QueryAsync<CallbackRow>($"""
        select id, ticket, round, at, actor, outcome, solved, note, reissued from intake_callback where {db.Dialect.Among("ticket", "@numbers")} order by at, id
        """, new { numbers = Json.Write(numbers) });

    private static readonly Bulk<TicketRow> InsertSaid = Bulk<TicketRow>.Insert("intake_ticket", $"number, filed_at, {Said}");

    private static readonly Bulk<TicketRow> InsertBecome = Bulk<TicketRow>.Insert("intake_progress", $"number, filed_at, {Become}");

    private const string ProgressColumns = """
        number, filed_at, version, status, closed_at, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category, category_name, order_round, order_version,
        order_state, public_reply
        """;

    private static readonly string[] Noted =
    [
        "status", "round", "routing_version", "in_triage", "lead_code", "lead_name", "routed_category", "category_name", "order_round", "order_version", "order_state", "public_reply",
    ];

    private static readonly Bulk<TicketProgress> Note = Bulk<TicketProgress>.Update("intake_progress", "number", Noted, version: "version");

    private static readonly Bulk<TicketRow> Update = Bulk<TicketRow>.Update(
        "intake_progress", "number", [.. Noted, "excluded", "urged", "answer", "closed_at", "closed_how", "reissued_after"], version: "version");

    public static void Add(Work work, IReadOnlyCollection<TicketRow> filed)
    {
        work.Write(InsertSaid, filed);
        work.Write(InsertBecome, filed);
    }

    /// <summary>Writes what may change; the changes are run again where another one came first.</summary>
    /// <param name="changed">Each one made by <see cref="Next"/>.</param>
    public static Task SaveAsync(Work work, IReadOnlyCollection<TicketRow> changed) => SaveAsync(work, Update, changed);

    /// <summary>Lets nobody else change these tickets until the transaction ends; those that are not there are left out.</summary>
    public static async Task<Dictionary<string, TicketProgress>> TakeAsync(Work work, IEnumerable<string> numbers) =>
        (await work.TakeAsync<TicketProgress>(ProgressColumns, ("intake_progress", "number"), numbers)).ToDictionary(t => t.Number, StringComparer.Ordinal);

    /// <summary>The same of whole tickets.</summary>
    public static async Task<IReadOnlyList<TicketRow>> TakeWholeAsync(Work work, IReadOnlyCollection<string> numbers)
    {
        await work.HoldAsync(("intake_progress", "number"), numbers);
        return await work.QueryAsync<TicketRow>($"select {Columns} from {Whole} where {work.Dialect.Among("t.number", "@numbers")}", new { numbers = Json.Write(numbers) });
    }

    /// <summary>Writes what was heard of tickets that are taken.</summary>
    /// <param name="changed">Each one made by <see cref="Next"/>.</param>
    public static Task NoteAsync(Work work, IReadOnlyCollection<TicketProgress> changed) => SaveAsync(work, Note, changed);

    /// <summary>The change, one version on and in the status that follows from it.</summary>
    public static T Next<T>(T before, T after) where T : TicketProgress => (T)((TicketProgress)after with { Version = before.Version + 1, Status = after.Standing().Word() });

    private static async Task SaveAsync<T>(Work work, Bulk<T> update, IReadOnlyCollection<T> changed) where T : TicketProgress
    {
        if (await work.ExecuteAsync(update, changed) != changed.Count) throw new ConflictException(changed.Count == 1 ? $"Ticket {changed.First().Number}" : "One of several tickets");
    }

    /// <summary>The ticket, closed, of which everyone is told.</summary>
    /// <param name="callbacks">All of the ticket's.</param>
    public static TicketRow Close(Work work, TicketRow before, TicketRow after, Closing how, string by, IReadOnlyList<Callback> callbacks)
    {
        var closed = Next(before, after with { ClosedAt = work.Now, ClosedHow = how.Word() });
        work.Send(new TicketClosed(closed.Number, how, work.Now, by));
        work.Send(closed.Facts(callbacks));
        return closed;
    }
}
