using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>
/// Notes on the tickets where they went and how far the lead's work order is, once for each ticket however much was told of it. Older rounds and versions change
/// nothing; nor does an order that has just been issued, of which the routing tells.
/// </summary>
public sealed class ProgressConsumer : IConsumer<IMessage>
{
    public async Task ConsumeAsync(IReadOnlyList<IMessage> messages, Work work)
    {
        var told = messages.Where(m => m is not (WorkOrderChanged { Lead: false } or WorkOrderChanged { Version: <= 1 })).GroupBy(m => m.Ticket).ToArray();
        if (told.Length == 0) return;
        var tickets = await Tickets.TakeAsync(work, told.Select(t => t.Key));
        var changed = new List<TicketProgress>(tickets.Count);
        foreach (var ofTicket in told)
        {
            if (!tickets.TryGetValue(ofTicket.Key, out var before))
                throw new InvalidOperationException($"Ticket {ofTicket.Key} was worked on but never filed here.");
            var after = ofTicket.Aggregate(before, Note);
            if (after != before) changed.Add(Tickets.Next(before, after));
        }
        await Tickets.NoteAsync(work, changed);
    }

    /// <returns>The ticket itself where the message says nothing new.</returns>
    private static TicketProgress Note(TicketProgress ticket, IMessage message) => message switch
    {
        TicketRouted routed => routed.Version <= ticket.RoutingVersion ? ticket : ticket with
        {
            RoutingVersion = routed.Version,
            Round = routed.Round,
            InTriage = routed.TriageReason is not null,
            LeadCode = routed.Lead?.Code ?? ticket.LeadCode,
            LeadName = routed.Lead?.Name ?? ticket.LeadName,
            RoutedCategory = routed.Category?.Code ?? ticket.RoutedCategory,
            CategoryName = routed.Category?.Name ?? ticket.CategoryName,
        },
        WorkOrderChanged order => order.Round < ticket.OrderRound || (order.Round == ticket.OrderRound && order.Version <= ticket.OrderVersion) ? ticket : ticket with
        {
            OrderRound = order.Round,
            OrderVersion = order.Version,
            OrderState = order.State.Word(),
            PublicReply = order.PublicText ?? ticket.PublicReply,
        },
        _ => throw new InvalidOperationException($"{message.GetType().Name} says nothing of a ticket's progress."),
    };
}
