using System.Security.Claims;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Decisions;

/// <summary>One round's decision as people read it.</summary>
/// <param name="Cause">What asked for it: filed, reissue:…, return:…, correction:….</param>
/// <param name="Rule">Id of the rule of the dispatch catalogue; null where a person decided without one.</param>
public sealed record DecisionView(
    int Round, bool Current, string Cause, DateTimeOffset DecidedAt, string DecidedBy,
    Named? Lead, IReadOnlyList<Named> Support, DeadlineClass? DeadlineClass, Named? Category, Named? Street, Named? Community,
    double Confidence, string? Rule, bool Designated, IReadOnlyList<Sentence> Explanation)
{
    public Named? Grid { get; init; }

    /// <summary>Estate, building and entrance (楼道), where they are known.</summary>
    public string? Entrance { get; init; }
}

/// <summary>Why a ticket waits for a person, and what is known.</summary>
/// <param name="Answer">What the citizen may be told where the matter is out of scope; else null.</param>
public sealed record TriageView(TriageReason Reason, Sentence Why, DateTimeOffset Since, DeadlineClass? SuggestedClass, IReadOnlyList<PlaceCandidate> Candidates, Sentence? Answer);

/// <summary>A return of a work order and its review.</summary>
public sealed record ReturnView(
    string WorkOrder, int Round, Named Unit, bool Lead, string Reason, string Basis, string? SuggestedUnit, string? Category, DateTimeOffset ReturnedAt, string ReturnedBy,
    ReturnState State, DateTimeOffset? ReviewedAt, string? ReviewedBy, string? Note);

/// <summary>All that the Dispatcher knows of a ticket, for its page and for <c>GET /api/tickets/{number}</c>.</summary>
/// <param name="Version">Counts up with every change of the routing.</param>
public sealed record TicketDecisions(
    string Ticket, RoutingStatus Status, int Round, int Version, TriageView? Triage, IReadOnlyList<DecisionView> Decisions, IReadOnlyList<ReturnView> Returns)
{
    /// <summary>Codes of the units whose return was upheld.</summary>
    internal string[] Refused => [.. Returns.Where(r => r.State == ReturnState.Upheld).Select(r => r.Unit.Code)];
}

/// <summary>Where in its street a matter lies, as it was decided.</summary>
/// <param name="Entrance">Estate, building and entrance (楼道), where they are known.</param>
/// <param name="Worker">Who looks after the grid today; null where nobody is named, the grid is not on the list any more, or the reader may not see it.</param>
public sealed record DecidedGrid(string Code, string Name, string? Entrance, string? Worker, string? Phone);

/// <summary>Reads decisions for the composition.</summary>
public sealed class DecisionQuery(Database database, RoutingBasis basis)
{
    /// <summary>The grid that a round was decided to lie in; null where none is known.</summary>
    public async Task<DecidedGrid?> GridAsync(string number, int round, ClaimsPrincipal reader, CancellationToken ct) =>
        await database.ReadAsync(db => db.FindAsync<string>("select grid from dispatch_decision where number = @number and round = @round and grid is not null", new { number, round }), ct)
            is { } stored && Json.Read<DecisionRow.Place>(stored) is { } place ? await GridAsync(place.Named, place.Entrance, reader, ct) : null;

    /// <summary>All rounds of some tickets: what is described, and the decision in sentences. Tickets that nobody has decided on are left out.</summary>
    public async Task<IReadOnlyDictionary<(string Ticket, int Round), T>> RoundsAsync<T>(
        IReadOnlyCollection<string> numbers, Func<string, IReadOnlyList<Sentence>, T> make, CancellationToken ct) =>
        (await database.ReadAsync(db => db.QueryAsync<(string Number, int Round, string Description, string Explanation)>($"""
            select d.number, d.round, t.description, d.explanation from dispatch_decision d join dispatch_ticket t on t.number = d.number
            where {db.Dialect.Among("d.number", "@numbers")}
            """, new { numbers = Json.Write(numbers) }), ct))
            .ToDictionary(d => (d.Number, d.Round), d => make(d.Description, Json.Read<IReadOnlyList<Sentence>>(d.Explanation)));

    /// <summary>The grid of a decision, with its officer of today for a reader who may see them.</summary>
    public async Task<DecidedGrid> GridAsync(Named grid, string? entrance, ClaimsPrincipal reader, CancellationToken ct)
    {
        var state = await basis.ReadAsync(database, ct);
        var listed = state.Grids.Find(grid.Code)?.SeenBy(reader, state.Units);
        return new DecidedGrid(grid.Code, grid.Name, entrance, listed?.Worker, listed?.Phone);
    }

    /// <returns>Null where the Dispatcher has not heard of the ticket yet.</returns>
    public Task<TicketDecisions?> OfTicketAsync(string number, CancellationToken ct) =>
        database.ReadAsync(db => OfTicketAsync(db, number), ct);

    public async Task<TicketDecisions?> OfTicketAsync(Session db, string number)
    {
        var ticket = await Routing.FindAsync(db, number);
        if (ticket is null) return null;
        var decisions = await db.QueryAsync<DecisionRow>($"select {Routing.DecisionColumns} from dispatch_decision where number = @number order by round", new { number });
        var returns = await db.QueryAsync<ReturnRow>($"select {ReturnRow.Columns} from dispatch_return where number = @number order by returned_at, work_order", new { number });
        var current = decisions.Count == 0 ? null : decisions[^1];
        return new TicketDecisions(
            number, ticket.Standing, ticket.Round, ticket.Version,
            ticket.Standing == RoutingStatus.Triage && current is not null ? Triage(ticket, current) : null,
            [.. decisions.Select(d => View(d, d == current))],
            [.. returns.Select(View)]);
    }

    private TriageView Triage(RoutingRow ticket, DecisionRow current) => new(
        Words.Parse<TriageReason>(current.TriageReason!), current.Why[^1], database.Clock.Local(ticket.Since), current.Limit, current.PlaceCandidates, OutOfScope.AnswerOf(current.RuleId));

    private DecisionView View(DecisionRow d, bool current) => new(
        d.Round, current, d.Cause, database.Clock.Local(d.DecidedAt), d.DecidedBy, d.LeadUnit, d.SupportUnits, d.Lead is null ? null : d.Limit,
        d.Matter, d.StreetOffice, d.CommunityPlace, d.Confidence, d.RuleId, d.Designated, d.Why) { Grid = d.Inner?.Named, Entrance = d.Inner?.Entrance };

    private ReturnView View(ReturnRow r) => new(
        r.WorkOrder, r.Round, new Named(r.Unit, r.UnitName), r.AsLead, r.Reason, r.Basis, r.Suggested, r.Category, database.Clock.Local(r.ReturnedAt), r.ReturnedBy,
        Words.Parse<ReturnState>(r.State), r.ReviewedAt is { } at ? database.Clock.Local(at) : null, r.ReviewedBy, r.Note);
}

internal record ReturnRow
{
    public const string Columns =
        "work_order, returned_at, number, round, unit, unit_name, as_lead, reason, basis, suggested, category, returned_by, state, reviewed_at, reviewed_by, note";

    public required string WorkOrder { get; init; }
    public required DateTimeOffset ReturnedAt { get; init; }
    public required string Number { get; init; }
    public required int Round { get; init; }
    public required string Unit { get; init; }
    public required string UnitName { get; init; }
    public required bool AsLead { get; init; }
    public required string Reason { get; init; }
    public required string Basis { get; init; }
    public string? Suggested { get; init; }
    public string? Category { get; init; }
    public required string ReturnedBy { get; init; }
    public required string State { get; init; }
    public DateTimeOffset? ReviewedAt { get; init; }
    public string? ReviewedBy { get; init; }
    public string? Note { get; init; }
}
