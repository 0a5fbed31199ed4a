using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>Puts a return before the reviewers. One of a closed ticket or an earlier round is kept and needs no review.</summary>
public sealed class WorkOrderReturnedConsumer : SingleConsumer<WorkOrderReturned>
{
    protected override async Task ConsumeAsync(WorkOrderReturned message, Work work)
    {
        var ticket = await Routing.FindAsync(work, message.Ticket)
            ?? throw new InvalidOperationException($"Work order {message.WorkOrder} is returned, but its ticket {message.Ticket} was never routed here.");
        var state = ticket.Standing == RoutingStatus.Closed || ticket.Round != message.Round ? ReturnState.Dropped : ReturnState.Pending;
        await work.ExecuteAsync("""
            insert into dispatch_return (work_order, returned_at, number, round, unit, unit_name, as_lead, reason, basis, suggested, category, returned_by, state)
            select @WorkOrder, @At, @Ticket, @Round, @unit, @unitName, @Lead, @Reason, @Basis, @SuggestedUnit, @Category, @By, @state
            where not exists (select 1 from dispatch_return where work_order = @WorkOrder and returned_at = @At)
            """, new
        {
            message.WorkOrder,
            message.At,
            message.Ticket,
            message.Round,
            unit = message.Unit.Code,
            unitName = message.Unit.Name,
            message.Lead,
            message.Reason,
            message.Basis,
            message.SuggestedUnit,
            message.Category,
            message.By,
            state = state.Word(),
        });
    }
}
