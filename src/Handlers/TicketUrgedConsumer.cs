using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>
/// Shows the units that have it in hand, or hand it over, that the citizen presses. An urging belongs to the ticket, so one that comes before the work order, or between two rounds, is
/// seen all the same.
/// </summary>
public sealed class TicketUrgedConsumer : SingleConsumer<TicketUrged>
{
    protected override async Task ConsumeAsync(TicketUrged message, Work work)
    {
        await WorkOrders.EnterAsync(work, message.Ticket);
        var added = await work.ExecuteAsync("""
            insert into handling_urging (id, ticket, at, note, urged_by)
            select @Urging, @Ticket, @At, @Note, @By where not exists (select 1 from handling_urging where id = @Urging)
            """, message);
        if (added == 0) return;

        var orders = await WorkOrders.OfTicketAsync(work, message.Ticket);
        var closed = (await WorkOrders.ClosedAsync(work, [message.Ticket])).Count > 0;
        foreach (var order in orders.Where(o => o.Stands.IsOpen() || FirstResponsibility.HandsOver(o, orders, closed)))
            work.Note(message.Ticket, "handlers", "urge-passed-on", message.Note, order.UnitCode);
    }
}
