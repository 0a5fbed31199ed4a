using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>
/// Issues one work order to the lead and one to each supporting unit, with deadlines that count from the decision. A newer round takes back
/// what older rounds left open. Orders of a round that is over, or of a ticket that has ended, are stored all the same, cancelled: work orders always
/// equal decisions.
/// </summary>
public sealed class IssueWorkOrdersConsumer(Deadlines deadlines, HotlineClock clock) : IConsumer<IssueWorkOrders>
{
    public Task ConsumeAsync(IReadOnlyList<IssueWorkOrders> messages, Work work) => StoreAsync([.. messages.Select(Asked)], work);

    /// <summary>Deadlines and rows take no part in the transaction: nearly always they are stored as they are here.</summary>
    public Task<Func<Work, Task>> PrepareAsync(IReadOnlyList<IssueWorkOrders> messages, CancellationToken ct)
    {
        Issue[] asked = [.. messages.Select(Asked)];
        return Task.FromResult<Func<Work, Task>>(work => StoreAsync(asked, work));
    }

    /// <summary>What a message asks for.</summary>
    private sealed record Issue(IssueWorkOrders Message, RoundRow Round, IssuedOrder[] Orders);

    private Issue Asked(IssueWorkOrders message)
    {
        var deadline = deadlines.Of(message.DeadlineClass, message.DecidedAt);
        return new Issue(
            message, Round(message, deadline), [.. message.Support.Prepend(message.Lead).DistinctBy(u => u.Code).Select(unit => IssuedOrder.Of(Order(message, unit, deadline), clock.Now))]);
    }

    private async Task StoreAsync(IReadOnlyList<Issue> asked, Work work)
    {
        // Two rounds of one ticket in one parcel come one after the other: each sees what the other stored.
        var now = asked.DistinctBy(i => i.Message.Ticket).ToArray();
        var numbers = now.Select(i => i.Message.Ticket).ToArray();
        var tickets = await WorkOrders.EnterAsync(work, numbers);
        string[] older = [.. numbers.Where(n => !tickets[n].IsNew)];
        var known = (older.Length == 0 ? [] : await WorkOrders.OfTicketsAsync(work, older)).ToLookup(o => o.Ticket, StringComparer.Ordinal);
        var (rounds, orders) = (new List<RoundRow>(now.Length), new List<IssuedOrder>(2 * now.Length));
        foreach (var (message, round, wanted) in now)
        {
            WorkOrderRow[] before = [.. known[message.Ticket]];
            if (before.All(o => o.Round != message.Round)) rounds.Add(round);
            orders.AddRange(wanted
                .Where(o => !before.Any(b => b.Round == message.Round && b.UnitCode == o.Row.UnitCode))
                .Select(o => End(o.Row, before, tickets[message.Ticket]) is { CancelReason: not null } ended ? IssuedOrder.Of(ended, work.Now) : o));
        }
        WorkOrders.Add(work, rounds, orders);
        await WorkOrders.CancelAsync(work, now.SelectMany(issue => known[issue.Message.Ticket]
            .Where(o => o.Round < issue.Message.Round)
            .Select(o => (o, issue.Message.DecidedAt, CancelReasons.Superseded, "handlers"))));
        if (now.Length < asked.Count) await StoreAsync([.. asked.Except(now)], work);
    }

    private static RoundRow Round(IssueWorkOrders message, Deadline deadline) => new()
    {
        Ticket = message.Ticket,
        Round = message.Round,
        Title = message.Matter.Title,
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
