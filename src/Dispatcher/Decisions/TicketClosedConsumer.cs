using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Drops what waits for a person. A ticket that comes to its end before it comes to be routed leaves a mark, so that the routing that arrives
/// late issues nothing.
/// </summary>
public sealed class TicketClosedConsumer : SingleConsumer<TicketClosed>
{
    protected override async Task ConsumeAsync(TicketClosed message, Work work)
    {
        var how = message.How.Word();
        var closed = await work.ExecuteAsync("""
            update dispatch_ticket set status = 'closed', since = @At, closed_at = @At, closed_how = @how where number = @Ticket and status <> 'closed'
            """, new { message.At, how, message.Ticket });
        if (closed > 0)
        {
            await Routing.DropReturnsAsync(work, message.Ticket);
            return;
        }
        await work.ExecuteAsync("""
            insert into dispatch_ticket (number, confidential, status, since, round, version, closed_at, closed_how)
            select @Ticket, @confidential, 'closed', @At, 0, 0, @At, @how
            where not exists (select 1 from dispatch_ticket where number = @Ticket)
            """, new { message.Ticket, confidential = false, message.At, how });
    }
}
