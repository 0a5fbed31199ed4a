using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Decisions;

/// <summary>How a ticket stands with the Dispatcher.</summary>
public enum RoutingStatus { Triage, Dispatched, Closed }

/// <summary>Where a return stands.</summary>
public enum ReturnState
{
    Pending,
    Upheld,
    Rejected,
    /// <summary>Nobody has to decide any more: the ticket was closed or dispatched anew.</summary>
    Dropped,
}

/// <summary>
/// What the Dispatcher knows of a ticket. A ticket that was closed before it came to be routed has only its number, its end, and version 0.
/// </summary>
internal sealed record RoutingRow
{
    public required string Number { get; init; }
    public DateTimeOffset? FiledAt { get; init; }
    public string? Channel { get; init; }
    public string? Kind { get; init; }
    public string? Title { get; init; }
    public string? Description { get; init; }
    public string? Address { get; init; }
    public double? Lat { get; init; }
    public double? Lng { get; init; }

    /// <summary>The class that a person gave: the operator who filed it, or whoever corrected it last. What the next round is decided by, and the category model learns from.</summary>
    public string? CategoryHint { get; init; }

    public string? Urgency { get; init; }
    public bool Confidential { get; init; }
    public required string Status { get; init; }
    public required DateTimeOffset Since { get; init; }
    public required int Round { get; init; }
    public required int Version { get; init; }

    public Matter Matter => new(Title ?? "", Description ?? "", Address ?? "", Lat is { } lat && Lng is { } lng ? new Location(lat, lng) : null);

    public RoutingStatus Standing => Words.Parse<RoutingStatus>(Status);

    public RoutingQuestion Question(DateOnly day, IReadOnlySet<string> refused) => new(
        Matter, Words.Parse<TicketKind>(Kind!), CategoryHint, Urgency is null ? null : Words.Parse<Urgency>(Urgency), day, refused);
}

/// <summary>The columns of <c>dispatch_decision</c> that the other roles are told of; the lead is null while the round waits in triage.</summary>
internal record RoutedRow
{
    public const string Columns = "number, round, lead, lead_name, support, deadline_class, category, category_name, street, street_name, triage_reason, decided_at, decided_by";

    public required string Number { get; init; }
    public required int Round { get; init; }
    public string? Lead { get; init; }
    public string? LeadName { get; init; }
    public required string Support { get; init; }
    public string? DeadlineClass { get; init; }
    public string? Category { get; init; }
    public string? CategoryName { get; init; }
    public string? Street { get; init; }
    public string? StreetName { get; init; }
    public string? TriageReason { get; init; }
    public required DateTimeOffset DecidedAt { get; init; }
    public required string DecidedBy { get; init; }

    public Named? LeadUnit => Name(Lead, LeadName);
    public IReadOnlyList<Named> SupportUnits => Support == "[]" ? [] : Json.Read<Named[]>(Support);
    public DeadlineClass? Limit => DeadlineClass is null ? null : Words.Parse<DeadlineClass>(DeadlineClass);
    public Named? Matter => Name(Category, CategoryName);
    public Named? StreetOffice => Name(Street, StreetName);

    protected static Named? Name(string? code, string? name) => code is null ? null : new Named(code, name ?? code);
}

/// <summary>One round's decision. The highest round is the current one.</summary>
internal record DecisionRow : RoutedRow
{
    /// <summary>What asked for the round: unique in its ticket, so that a cause told twice makes one round.</summary>
    public required string Cause { get; init; }
    public string? RuleId { get; init; }
    public string? Community { get; init; }
    public string? CommunityName { get; init; }
    public string? Grid { get; init; }
    public required double Confidence { get; init; }
    public required string Candidates { get; init; }
    public required bool Designated { get; init; }
    public required string Explanation { get; init; }

    public Named? CommunityPlace => Name(Community, CommunityName);
    public Place? Inner => Grid is null ? null : Json.Read<Place>(Grid);
    public IReadOnlyList<Sentence> Why => Json.Read<Sentence[]>(Explanation);

    public static DecisionRow Of(string number, int round, string cause, Decision decision, bool designated, DateTimeOffset at, string by) => new()
    {
        Number = number,
        Round = round,
        Cause = cause,
        RuleId = decision.Rule,
        Lead = decision.Lead?.Code,
        LeadName = decision.Lead?.Name,
        Support = Json.Write(decision.Support),
        DeadlineClass = decision.DeadlineClass?.Word(),
        Category = decision.Category?.Code,
        CategoryName = decision.Category?.Name,
        Street = decision.Street?.Code,
        StreetName = decision.Street?.Name,
        Community = decision.Community?.Code,
        CommunityName = decision.Community?.Name,
        Grid = decision.Grid is { } grid ? Json.Write(new Place(grid.Code, grid.Name, decision.Entrance)) : null,
        Confidence = decision.Confidence,
        TriageReason = decision.Triage?.Word(),
        Candidates = Json.Write(decision.Candidates),
        Designated = designated,
        Explanation = Json.Write(decision.Why),
        DecidedAt = at,
        DecidedBy = by,
    };

    public IReadOnlyList<PlaceCandidate> PlaceCandidates => Json.Read<PlaceCandidate[]>(Candidates);


    /// <summary>The grid and the entrance in it, as they are stored.</summary>
    public sealed record Place(string Code, string Name, string? Entrance)
    {
        public Named Named => new(Code, Name);
    }
}

/// <summary>
/// How the routing of a ticket changes: every way goes through here, so the row, the round, the messages and the timeline always agree.
/// </summary>
internal static class Routing
{
    public const string Machine = "dispatcher";

    public const string TicketColumns =
        "number, filed_at, channel, kind, title, description, address, lat, lng, category_hint, urgency, confidential, status, since, round, version";

    public const string DecisionColumns =
        "number, round, cause, rule_id, lead, lead_name, support, deadline_class, category, category_name, street, street_name, community, community_name, " +
        "grid, confidence, triage_reason, candidates, designated, explanation, decided_at, decided_by";

    /// <summary>
    /// The one way to the message from what is stored: it is sent with this, and counted afresh with this (<see cref="DispatchFacts"/>).
    /// </summary>
    /// <param name="support">The supporting units where they have been read already.</param>
    public static TicketRouted Message(int version, RoutedRow decision, IReadOnlyList<Named>? support = null) => new(
        decision.Number, version, decision.Round, decision.DecidedAt, decision.DecidedBy,
        decision.LeadUnit, support ?? decision.SupportUnits, decision.Lead is null ? null : decision.Limit,
        decision.Matter, decision.StreetOffice, decision.Lead is null ? decision.TriageReason : null);

    public static Task<RoutingRow?> FindAsync(Session db, string number) =>
        db.FindAsync<RoutingRow>($"select {TicketColumns} from dispatch_ticket where number = @number", new { number });

    public static async Task<DecisionRow> CurrentAsync(Session db, RoutingRow ticket) =>
        await db.FindAsync<DecisionRow>($"select {DecisionColumns} from dispatch_decision where number = @Number and round = @Round", new { ticket.Number, ticket.Round })
        ?? throw new InvalidOperationException($"Ticket {ticket.Number} has no decision of its round {ticket.Round}.");

    /// <summary>The units whose return of this ticket was upheld, leading or supporting, each with the last round in which it was.</summary>
    public static async Task<Dictionary<string, int>> RefusedAsync(Session db, string number) =>
        (await db.QueryAsync<RefusedRow>("select unit, max(round) as round from dispatch_return where number = @number and state = 'upheld' group by unit", new { number }))
            .ToDictionary(r => r.Unit, r => r.Round, StringComparer.Ordinal);

    /// <summary>Begins the next round: row, decision, messages, timeline. Pending returns of the rounds before are dropped.</summary>
    /// <exception cref="ConflictException">Another change came first.</exception>
    public static async Task<RoutingRow> NextRoundAsync(Work work, RoutingRow ticket, DecisionRow decision, string? note)
    {
        var changed = ticket with
        {
            Status = (decision.Lead is null ? RoutingStatus.Triage : RoutingStatus.Dispatched).Word(),
            Since = work.Now,
            Round = decision.Round,
            Version = ticket.Version + 1,
        };
        await SaveAsync(work, ticket, changed);
        work.Write(InsertDecisions, [decision]);
        await DropReturnsAsync(work, [ticket.Number]);
        Tell(work, changed, decision, note);
        return changed;
    }

    /// <summary>Fills the round that waits in triage with what a person decided.</summary>
    /// <exception cref="ConflictException">Another change came first.</exception>
    public static async Task<RoutingRow> DecideTriageAsync(Work work, RoutingRow ticket, DecisionRow decision, string? note)
    {
        var changed = ticket with { Status = RoutingStatus.Dispatched.Word(), Since = work.Now, Version = ticket.Version + 1 };
        await SaveAsync(work, ticket, changed);
        await UpdateAsync(work, decision);
        Tell(work, changed, decision, note);
        return changed;
    }

    /// <summary>Takes a supporting unit out of the current round: no new round, the lead goes on.</summary>
    public static async Task<DecisionRow> DropSupportAsync(Work work, RoutingRow ticket, DecisionRow decision, string unit, IEnumerable<Sentence> why)
    {
        var changed = ticket with { Version = ticket.Version + 1 };
        var without = decision with
        {
            Support = Json.Write(decision.SupportUnits.Where(u => u.Code != unit)),
            Explanation = Json.Write(decision.Why.Concat(why)),
        };
        await SaveAsync(work, ticket, changed);
        await UpdateAsync(work, without);
        work.Send(Message(changed.Version, without));
        return without;
    }

    public static readonly Bulk<RoutingRow> InsertTickets = Bulk<RoutingRow>.Insert("dispatch_ticket");

    public static readonly Bulk<DecisionRow> InsertDecisions = Bulk<DecisionRow>.Insert("dispatch_decision");

    public static Task<int> DropReturnsAsync(Work work, IReadOnlyCollection<string> numbers) => work.ExecuteAsync(
        $"update dispatch_return set state = 'dropped' where {work.Dialect.Among("number", "@numbers")} and state = 'pending'", new { numbers = Json.Write(numbers) });

    /// <summary>Who hears of a new or filled decision.</summary>
    /// <param name="support">The supporting units where they have been read already.</param>
    public static IReadOnlyList<Message> Messages(RoutingRow ticket, DecisionRow decision, DateTimeOffset now, IReadOnlyList<Named>? support = null)
    {
        support ??= decision.SupportUnits;
        var routed = Data.Message.Of(Message(ticket.Version, decision, support), now);
        return decision.LeadUnit is not { } lead ? [routed] : [routed, Data.Message.Of(new IssueWorkOrders(
            ticket.Number, decision.Round, decision.DecidedAt, lead, support, decision.Limit!.Value, decision.Designated,
            ticket.FiledAt!.Value, Words.Parse<Channel>(ticket.Channel!), Words.Parse<TicketKind>(ticket.Kind!), ticket.Matter with { Description = "" },
            decision.Matter, decision.StreetOffice, ticket.Confidential), now)];
    }

    /// <summary>Sends and notes what a new or filled decision means.</summary>
    /// <param name="messages">Where they have been written already.</param>
    public static void Tell(Work work, RoutingRow ticket, DecisionRow decision, string? note, IReadOnlyList<Message>? messages = null)
    {
        foreach (var message in messages ?? Messages(ticket, decision, work.Now)) work.Send(message);
        if (decision.LeadUnit is not { } lead)
        {
            work.Note(ticket.Number, decision.DecidedBy, "triage", $"{decision.TriageReason}: {decision.Why[^1].Zh}");
            return;
        }
        work.Note(ticket.Number, decision.DecidedBy, decision.Designated ? "designated" : "dispatched",
            note ?? $"{lead.Name}, {decision.DeadlineClass}, round {decision.Round}", lead.Code);
    }

    private static async Task SaveAsync(Work work, RoutingRow before, RoutingRow after)
    {
        var rows = await work.ExecuteAsync("""
            update dispatch_ticket set status = @Status, since = @Since, round = @Round, version = @Version, category_hint = @CategoryHint
            where number = @Number and version = @before and status <> 'closed'
            """, new { after.Status, after.Since, after.Round, after.Version, after.CategoryHint, after.Number, before = before.Version });
        if (rows == 0) throw new ConflictException($"The routing of ticket {before.Number}");
    }

    private static Task UpdateAsync(Work work, DecisionRow decision) => work.ExecuteAsync("""
        update dispatch_decision
        set rule_id = @RuleId, lead = @Lead, lead_name = @LeadName, support = @Support, deadline_class = @DeadlineClass, category = @Category,
            category_name = @CategoryName, triage_reason = @TriageReason, designated = @Designated, explanation = @Explanation,
            decided_at = @DecidedAt, decided_by = @DecidedBy
        where number = @Number and round = @Round
        """, decision);

    private sealed record RefusedRow
    {
        public required string Unit { get; init; }
        public required int Round { get; init; }
    }
}
