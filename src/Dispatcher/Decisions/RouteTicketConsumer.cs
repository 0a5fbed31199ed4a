using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Decides new tickets: dispatched, or in triage with the reason. Three statements for all of them: which are known, the tickets, the decisions; and now
/// and then the units and rules. A ticket that is known already, or was closed before it came here, changes nothing.
/// </summary>
public sealed class RouteTicketConsumer(Router router, RoutingBasis basis, Database database) : IConsumer<RouteTicket>
{
    internal const string Cause = "filed";

    private readonly HotlineClock _clock = database.Clock;

    public async Task ConsumeAsync(IReadOnlyList<RouteTicket> messages, Work work) =>
        await StoreAsync(work, Decide(messages, await basis.ReadAsync(work, work.Now)));

    /// <summary>Deciding takes no part in the transaction: the units and rules are as they were up to two seconds ago in any case.</summary>
    public async Task<Func<Work, Task>> PrepareAsync(IReadOnlyList<RouteTicket> messages, CancellationToken ct)
    {
        var decided = Decide(messages, await basis.ReadAsync(database, ct));
        return work => StoreAsync(work, decided);
    }

    private Decided[] Decide(IReadOnlyList<RouteTicket> messages, RoutingBasis.State state) =>
        [.. messages.DistinctBy(m => m.Ticket).Select(m => Decide(m, state, _clock.Now))];

    private static async Task StoreAsync(Work work, Decided[] decided)
    {
        var known = (await work.QueryAsync<string>(
            $"select number from dispatch_ticket where {work.Dialect.Among("number", "@numbers")}",
            new { numbers = Json.Write(decided.Select(d => d.Ticket.Number)) })).ToHashSet(StringComparer.Ordinal);
        var news = decided.Where(d => !known.Contains(d.Ticket.Number)).ToArray();
        work.Write(Routing.InsertTickets, [.. news.Select(n => n.Ticket)]);
        work.Write(Routing.InsertDecisions, [.. news.Select(n => n.Decision)]);
        foreach (var (ticket, decision, messages) in news) Routing.Tell(work, ticket, decision, null, messages);
    }

    private sealed record Decided(RoutingRow Ticket, DecisionRow Decision, IReadOnlyList<Message> Messages);

    private Decided Decide(RouteTicket message, RoutingBasis.State state, DateTimeOffset now)
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
        var decision = router.Decide(ticket.Question(_clock.DayOf(message.FiledAt), RoutingQuestion.Nobody), state);
        ticket = ticket with { Status = (decision.Lead is null ? RoutingStatus.Triage : RoutingStatus.Dispatched).Word() };
        var row = DecisionRow.Of(ticket.Number, 1, Cause, decision, designated: false, now, Routing.Machine);
        return new Decided(ticket, row, Routing.Messages(ticket, row, now, decision.Support));
    }
}
