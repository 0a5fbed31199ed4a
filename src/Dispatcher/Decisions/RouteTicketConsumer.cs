using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Decides a new ticket: dispatched, or in triage with the reason. Three statements: the ticket where it is missing, its decision, and now and then the
/// units and rules. A ticket that is known already, or was closed before it came here, changes nothing.
/// </summary>
public sealed class RouteTicketConsumer(Router router, RoutingBasis basis, HotlineClock clock) : IConsumer<RouteTicket>
{
    internal const string Cause = "filed";

    public async Task ConsumeAsync(RouteTicket message, Work work)
    {
        var state = await basis.ReadAsync(work, work.Now);
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
            Since = work.Now,
            Round = 1,
            Version = 1,
        };
        var decision = router.Decide(ticket.Question(clock.DayOf(message.FiledAt), RoutingQuestion.Nobody), state);
        ticket = ticket with { Status = (decision.Lead is null ? RoutingStatus.Triage : RoutingStatus.Dispatched).Word() };

        var added = await work.ExecuteAsync($"""
            insert into dispatch_ticket ({Routing.TicketColumns})
            select @Number, @FiledAt, @Channel, @Kind, @Title, @Description, @Address, @Lat, @Lng, @CategoryHint, @Urgency, @Confidential, @Status, @Since, @Round, @Version
            where not exists (select 1 from dispatch_ticket where number = @Number)
            """, ticket);
        if (added == 0) return;
        var row = DecisionRow.Of(ticket.Number, 1, Cause, decision, designated: false, work.Now, Routing.Machine);
        await Routing.InsertAsync(work, row);
        Routing.Tell(work, ticket, row, null);
    }
}
