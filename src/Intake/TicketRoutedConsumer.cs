using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>Notes on the ticket where it went. Older versions than the one known change nothing.</summary>
public sealed class TicketRoutedConsumer : IConsumer<TicketRouted>
{
    public async Task ConsumeAsync(TicketRouted message, Work work)
    {
        var ticket = await Tickets.FindAsync(work, message.Ticket)
            ?? throw new InvalidOperationException($"Ticket {message.Ticket} was routed but never filed here.");
        if (message.Version <= ticket.RoutingVersion) return;
        await Tickets.SaveAsync(work, ticket, ticket with
        {
            RoutingVersion = message.Version,
            Round = message.Round,
            InTriage = message.TriageReason is not null,
            LeadCode = message.Lead?.Code ?? ticket.LeadCode,
            LeadName = message.Lead?.Name ?? ticket.LeadName,
            RoutedCategory = message.Category?.Code ?? ticket.RoutedCategory,
            CategoryName = message.Category?.Name ?? ticket.CategoryName,
        });
    }
}

/// <summary>Notes on the ticket how far the lead's work order is. Older rounds and versions change nothing.</summary>
public sealed class WorkOrderChangedConsumer : IConsumer<WorkOrderChanged>
{
    public async Task ConsumeAsync(WorkOrderChanged message, Work work)
    {
        if (!message.Lead) return;
        var ticket = await Tickets.FindAsync(work, message.Ticket)
            ?? throw new InvalidOperationException($"Ticket {message.Ticket} has a work order but was never filed here.");
        if (message.Round < ticket.OrderRound || (message.Round == ticket.OrderRound && message.Version <= ticket.OrderVersion)) return;
        await Tickets.SaveAsync(work, ticket, ticket with
        {
            OrderRound = message.Round,
            OrderVersion = message.Version,
            OrderState = message.State.Word(),
            PublicReply = message.PublicText ?? ticket.PublicReply,
        });
    }
}
