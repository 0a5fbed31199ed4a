using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>
/// Issues one work order to the lead and one to each supporting unit, with deadlines that count from the decision. A newer round takes back
/// what older rounds left open. Orders of a round that is over, or of a ticket that has ended, are stored all the same, cancelled: work orders always
/// equal decisions.
/// </summary>
public sealed class IssueWorkOrdersConsumer(Deadlines deadlines) : IConsumer<IssueWorkOrders>
{
    public async Task ConsumeAsync(IReadOnlyList<IssueWorkOrders> messages, Work work)
    {
        // Two rounds of one ticket in one parcel come one after the other: each sees what the other stored.
        var now = messages.DistinctBy(m => m.Ticket).ToArray();
        var numbers = now.Select(m => m.Ticket).ToArray();
        var tickets = await WorkOrders.EnterAsync(work, numbers);
        var known = (await WorkOrders.OfTicketsAsync(work, numbers)).ToLookup(o => o.Ticket, StringComparer.Ordinal);
        var (rounds, orders) = (new List<RoundRow>(now.Length), new List<WorkOrderRow>(2 * now.Length));
        foreach (var message in now)
        {
            var deadline = deadlines.Of(message.DeadlineClass, message.DecidedAt);
            if (known[message.Ticket].All(o => o.Round != message.Round)) rounds.Add(Round(message, deadline));
            orders.AddRange(Missing(message, deadline, known[message.Ticket].ToArray(), tickets[message.Ticket]));
        }
        WorkOrders.Add(work, rounds, orders);
        await WorkOrders.CancelAsync(work, now.SelectMany(message => known[message.Ticket]
            .Where(o => o.Round < message.Round)
            .Select(older => (older, message.DecidedAt, CancelReasons.Superseded, "handlers"))));
        if (now.Length < messages.Count) await ConsumeAsync([.. messages.Except(now)], work);
    }

    private static IEnumerable<WorkOrderRow> Missing(IssueWorkOrders message, Deadline deadline, WorkOrderRow[] known, WorkOrders.TicketRow ticket) =>
        message.Support.Prepend(message.Lead).DistinctBy(u => u.Code)
            .Where(unit => !known.Any(o => o.Round == message.Round && o.UnitCode == unit.Code))
            .Select(unit => End(Order(message, unit, deadline), known, ticket));

    private static RoundRow Round(IssueWorkOrders message, Deadline deadline) => new()
    {
        Ticket = message.Ticket,
        Round = message.Round,
        Title = message.Matter.Title,
        Description = message.Matter.Description,
        Address = message.Matter.Address,
        Lat = message.Matter.Location?.Lat,
        Lng = message.Matter.Location?.Lng,
        Kind = message.Kind.Word(),
        Channel = message.Channel.Word(),
        CategoryCode = message.Category?.Code,
        CategoryName = message.Category?.Name,
        StreetCode = message.Street?.Code,
        StreetName = message.Street?.Name,
        Confidential = message.Confidential,
        FiledAt = message.FiledAt,
        DeadlineWhy = Json.Write(deadline.Why),
    };

    private static WorkOrderRow Order(IssueWorkOrders message, Named unit, Deadline deadline) => new()
    {
        Id = WorkOrder.Id(message.Ticket, message.Round, unit.Code),
        Ticket = message.Ticket,
        Round = message.Round,
        UnitCode = unit.Code,
        UnitName = unit.Name,
        Lead = unit.Code == message.Lead.Code,
        State = WorkOrderState.Issued.Word(),
        Designated = message.Designated,
        Version = 1,
        DeadlineClass = message.DeadlineClass.Word(),
        IssuedAt = message.DecidedAt,
        AcceptBy = deadline.AcceptBy,
        ReplyBy = deadline.ReplyBy,
        Returns = "[]",
    };

    /// <summary>Cancelled already where a newer round is known or the ticket has ended; by what came first.</summary>
    private static WorkOrderRow End(WorkOrderRow order, IReadOnlyList<WorkOrderRow> known, WorkOrders.TicketRow ticket)
    {
        var superseded = known.Where(o => o.Round > order.Round).Select(o => (At: o.IssuedAt, Reason: CancelReasons.Superseded)).OrderBy(c => c.At).Take(1);
        var closed = ticket.ClosedAt is { } at ? [(At: at, Reason: ticket.ClosedHow!)] : Enumerable.Empty<(DateTimeOffset At, string Reason)>();
        return superseded.Concat(closed).OrderBy(c => c.At).ToArray() is not [var first, ..] ? order : order with
        {
            State = WorkOrderState.Cancelled.Word(),
            CancelledAt = WorkOrders.CancelledAt(order, first.At),
            CancelReason = first.Reason,
        };
    }
}
