using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Decides new tickets: dispatched, or in triage with the reason. Three statements for all of them: which are known, the tickets, the decisions; and now
/// and then the units and rules. A ticket that is known already, or was closed before it came here, changes nothing.
/// </summary>
public sealed class RouteTicketConsumer(Router router, RoutingBasis basis, HotlineClock clock) : IConsumer<RouteTicket>
{
    internal const string Cause = "filed";

    public async Task ConsumeAsync(IReadOnlyList<RouteTicket> messages, Work work)
    {
        var state = await basis.ReadAsync(work, work.Now);
        var known = (await work.QueryAsync<string>(
            $"select number from dispatch_ticket where {work.Dialect.Among("number", "@numbers")}",
            new { numbers = Json.Write(messages.Select(m => m.Ticket)) })).ToHashSet(StringComparer.Ordinal);
        var tickets = new List<RoutingRow>(messages.Count);
        var decisions = new List<DecisionRow>(messages.Count);
        foreach (var message in messages)
        {
            if (!known.Add(message.Ticket)) continue;
            var (ticket, decision) = Decide(message, state, work.Now);
            tickets.Add(ticket);
            decisions.Add(decision);
            Routing.Tell(work, ticket, decision, null);
        }
        await work.ExecuteAsync(Routing.InsertTickets, tickets);
        await work.ExecuteAsync(Routing.InsertDecisions, decisions);
    }

    private (RoutingRow Ticket, DecisionRow Decision) Decide(RouteTicket message, RoutingBasis.State state, DateTimeOffset now)
    {
        var ticket = new RoutingRow
        {
            Number = message.Ticket,
            FiledAt = message.FiledAt,
            Channel = message.Channel.Word(),
            Kind = message.Kind.Word(),
            Title = message.Matter.Title,
            Description = message.Matter.Description,
            Address = message.Matter.Address,
            Lat = message.Matter.Location?.Lat,
            Lng = message.Matter.Location?.Lng,
            CategoryHint = message.Category,
            Urgency = message.Urgency?.Word(),
            Confidential = message.Confidential,
            Status = "",
            Since = now,
            Round = 1,
            Version = 1,
        };
        var decision = router.Decide(ticket.Question(clock.DayOf(message.FiledAt), RoutingQuestion.Nobody), state);
        ticket = ticket with { Status = (decision.Lead is null ? RoutingStatus.Triage : RoutingStatus.Dispatched).Word() };
        return (ticket, DecisionRow.Of(ticket.Number, 1, Cause, decision, designated: false, now, Routing.Machine));
    }
}
