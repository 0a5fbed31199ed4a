using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Decisions;

/// <summary>A ticket of the past with where it went in the end.</summary>
/// <param name="Lead">The unit that led it: its code, a department's word, or its name; null where nobody knows.</param>
public sealed record PastTicket(RoutingQuestion Question, string? Lead);

/// <summary>What a dispatch catalogue would make of a ticket of the past.</summary>
/// <param name="Past">The unit that led it; null where nobody knows, or where it is no unit of this hotline.</param>
/// <param name="Now">The decision by the catalogue in force, where another one is tried.</param>
public sealed record Simulated(Decision Decision, Unit? Past, Decision? Now)
{
    /// <summary>Who would lead it, or why a person would have to say.</summary>
    public string Outcome => OutcomeOf(Decision);

    /// <summary>Whether it would go elsewhere than by the catalogue in force.</summary>
    public bool Changes => Now is not null && OutcomeOf(Now) != Outcome;

    public string? Before => Now is null ? null : OutcomeOf(Now);

    private static string OutcomeOf(Decision decision) => decision.Lead?.Code ?? decision.Triage!.Value.Word();
}

/// <summary>
/// A dry run of the dispatch over a history (派单模拟), before a change goes live. Nothing is stored; what was returned or corrected in the
/// past is not asked for, so each ticket is decided as if it came in afresh.
/// </summary>
/// <param name="tried">The catalogue that is tried; null for the one in force.</param>
public sealed class Simulation(Router router, RoutingBasis.State basis, RuleBook? tried)
{
    private readonly RoutingBasis.State _tried = tried is null ? basis : basis with { Rules = tried };
    private readonly ILookup<string, Unit> _named = basis.Units.All.ToLookup(u => u.Name, StringComparer.Ordinal);

    public Simulated Run(PastTicket ticket) => new(
        router.Decide(ticket.Question, _tried),
        ticket.Lead is null ? null : basis.Units.Resolve(ticket.Lead) ?? (_named[ticket.Lead].Take(2).ToArray() is [var one] ? one : null),
        tried is null ? null : router.Decide(ticket.Question, basis));
}

/// <summary>The hotline's own tickets of the past, for a <see cref="Simulation"/>.</summary>
public static class PastTickets
{
    /// <summary>Those that were filed from the first to the last of these days and led by a unit in the end, oldest first; with the class that the operator chose, unless it was corrected since.</summary>
    public static async IAsyncEnumerable<(string Number, PastTicket Ticket)> StreamAsync(Session db, HotlineClock clock, DateOnly from, DateOnly to)
    {
        await foreach (var row in db.StreamAsync<PastRow>("""
            select t.number, t.filed_at, t.kind, t.title, t.description, t.address, t.lat, t.lng,
                t.category_hint, t.urgency, d.lead, f.decided_by as first_by, f.category as first_category
            from dispatch_ticket t join dispatch_decision d on d.number = t.number and d.round = t.round join dispatch_decision f on f.number = t.number and f.round = 1
            where t.filed_at >= @start and t.filed_at < @end and d.lead is not null order by t.number
            """, new { start = clock.StartOf(from), end = clock.EndOf(to) }))
        {
            yield return (row.Number, new PastTicket(
                new RoutingQuestion(
                    new Matter(row.Title, row.Description, row.Address, row is { Lat: { } lat, Lng: { } lng } ? new Location(lat, lng) : null), Words.Parse<TicketKind>(row.Kind), row.Chosen,
                    row.Urgency is null ? null : Words.Parse<Urgency>(row.Urgency), clock.DayOf(row.FiledAt), RoutingQuestion.Nobody),
                row.Lead));
        }
    }

    private sealed record PastRow
    {
        public required string Number { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Kind { get; init; }
        public required string Title { get; init; }
        public required string Description { get; init; }
        public required string Address { get; init; }
        public double? Lat { get; init; }
        public double? Lng { get; init; }
        public string? CategoryHint { get; init; }
        public string? Urgency { get; init; }
        public required string Lead { get; init; }
        public required string FirstBy { get; init; }
        public string? FirstCategory { get; init; }

        /// <summary>What the operator chose is what the first decision was made with; another one was given since.</summary>
        public string? Chosen => FirstBy == Routing.Machine && CategoryHint is { Length: > 0 } hint && FirstCategory?.StartsWith(hint, StringComparison.Ordinal) == true ? hint : null;
    }
}

/// <summary>Adds up what a <see cref="Simulation"/> says.</summary>
public sealed class SimulationSummary
{
    private readonly Dictionary<TriageReason, int> _triage = [];
    private readonly Dictionary<(string From, string To), int> _confusion = [];
    private readonly Dictionary<(string From, string To), int> _changes = [];

    public int Tickets { get; private set; }
    public int Dispatched { get; private set; }

    /// <summary>Tickets of which the past lead is known.</summary>
    public int Known { get; private set; }

    /// <summary>… that would go to the same unit.</summary>
    public int Same { get; private set; }

    /// <summary>… that would wait in triage.</summary>
    public int KnownInTriage { get; private set; }

    public int Changed { get; private set; }

    public IEnumerable<(TriageReason Reason, int Tickets)> Triage => _triage.OrderByDescending(t => t.Value).ThenBy(t => t.Key).Select(t => (t.Key, t.Value));

    /// <summary>From the unit that led it to where it would go instead, most tickets first.</summary>
    public IEnumerable<(string Past, string Here, int Tickets)> Confusion => Ordered(_confusion);

    /// <summary>From where the catalogue in force sends it to where the tried one would, most tickets first.</summary>
    public IEnumerable<(string Now, string Tried, int Tickets)> Changes => Ordered(_changes);

    public void Add(Simulated one)
    {
        Tickets++;
        if (one.Decision.Triage is { } reason) _triage[reason] = _triage.GetValueOrDefault(reason) + 1;
        else Dispatched++;
        if (one.Past is { } past)
        {
            Known++;
            if (one.Decision.Lead?.Code == past.Code) Same++;
            else
            {
                if (one.Decision.Lead is null) KnownInTriage++;
                _confusion[(past.Code, one.Outcome)] = _confusion.GetValueOrDefault((past.Code, one.Outcome)) + 1;
            }
        }
        if (!one.Changes) return;
        Changed++;
        _changes[(one.Before!, one.Outcome)] = _changes.GetValueOrDefault((one.Before!, one.Outcome)) + 1;
    }

    private static IEnumerable<(string, string, int)> Ordered(Dictionary<(string From, string To), int> pairs) => pairs
        .OrderByDescending(p => p.Value).ThenBy(p => p.Key.From, StringComparer.Ordinal).ThenBy(p => p.Key.To, StringComparer.Ordinal)
        .Select(p => (p.Key.From, p.Key.To, p.Value));
}
