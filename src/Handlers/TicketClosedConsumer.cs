using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>Takes back what is still open when a ticket ends, and remembers the end for orders that come later.</summary>
public sealed class TicketClosedConsumer : SingleConsumer<TicketClosed>
{
    protected override async Task ConsumeAsync(TicketClosed message, Work work)
    {
        await WorkOrders.EnterAsync(work, message.Ticket);
        var closed = await work.ExecuteAsync("""
            update handling_ticket set closed_at = @At, closed_how = @how, closed_by = @By
            where ticket = @Ticket and (closed_at is null or closed_at > @At)
            """, new { message.At, how = message.How.Word(), message.By, message.Ticket });
        if (closed == 0) return;

        foreach (var order in await WorkOrders.OfTicketAsync(work, message.Ticket))
            await WorkOrders.CancelAsync(work, order, message.At, message.How.Word(), message.By);
    }
}
