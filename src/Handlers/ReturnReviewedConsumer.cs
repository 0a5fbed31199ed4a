using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>
/// Carries out the review of a return: upheld, the work order is taken back; rejected, it goes back to where it was and its
/// deadline stays.
/// </summary>
public sealed class ReturnReviewedConsumer : SingleConsumer<ReturnReviewed>
{
    protected override async Task ConsumeAsync(ReturnReviewed message, Work work)
    {
        var order = (await WorkOrders.EnterOrdersAsync(work, [message.WorkOrder])).GetValueOrDefault(message.WorkOrder)
            ?? throw new InvalidOperationException($"A return of {message.WorkOrder} was reviewed, which is no work order here.");

        // The review answers the return that waits for one; the same review told again finds itself recorded.
        var returns = order.AllReturns.ToList();
        var waiting = returns.FindIndex(r => r.Review is null);
        if (waiting < 0 || returns.Any(r => r.Review?.At == message.At)) return;

        var move = message.Upheld ? WorkOrderMove.UpholdReturn : WorkOrderMove.RejectReturn;
        if (order.Stands.After(move, order.AcceptedAt is not null) is not { } state) return;

        returns[waiting] = returns[waiting] with { Review = new Review(message.At, message.By, message.Upheld, message.Note) };
        var changed = order with { State = state.Word(), Returns = Json.Write(returns) };
        if (message.Upheld)
        {
            // A newer round may have cancelled it before this was heard: the earlier instant stays, the reason is this one.
            var at = WorkOrders.CancelledAt(order, message.At);
            changed = changed with
            {
                CancelledAt = order.CancelledAt is { } earlier && earlier < at ? earlier : at,
                CancelReason = CancelReasons.ReturnUpheld,
            };
        }
        await WorkOrders.SaveAsync(work, [changed]);
        if (message.Upheld) WorkOrders.NoteReturn(work, order, message.At);
        // Who reviewed it, and why, is in the timeline since the review itself; here is what followed from it.
        if (message.Upheld && order.CancelledAt is null) work.Note(order.Ticket, message.By, "cancelled", CancelReasons.ReturnUpheld, order.UnitCode);
    }
}
