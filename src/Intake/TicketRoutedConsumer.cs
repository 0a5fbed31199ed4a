using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>Notes on the tickets where they went. Older versions than the one known change nothing.</summary>
public sealed class TicketRoutedConsumer : IConsumer<TicketRouted>
{
    public Task ConsumeAsync(IReadOnlyList<TicketRouted> messages, Work work) => Progress.NoteAsync(work, messages, (message, ticket) =>
        message.Version <= ticket.RoutingVersion ? ticket : ticket with
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

/// <summary>
/// Notes on the tickets how far the lead's work order is. Older rounds and versions change nothing; nor does an order that has just been issued, of which the routing tells.
/// </summary>
public sealed class WorkOrderChangedConsumer : IConsumer<WorkOrderChanged>
{
    public Task ConsumeAsync(IReadOnlyList<WorkOrderChanged> messages, Work work) => Progress.NoteAsync(work, [.. messages.Where(m => m.Lead && m.Version > 1)], (message, ticket) =>
        message.Round < ticket.OrderRound || (message.Round == ticket.OrderRound && message.Version <= ticket.OrderVersion) ? ticket : ticket with
        {
            OrderRound = message.Round,
            OrderVersion = message.Version,
            OrderState = message.State.Word(),
            PublicReply = message.PublicText ?? ticket.PublicReply,
        });
}

/// <summary>What the other roles tell of tickets in one transaction, written once for each ticket however much was told.</summary>
internal sealed class Progress
{
    private readonly List<(string Ticket, Func<TicketProgress, TicketProgress> Note)> _told = [];

    /// <param name="note">The ticket with what the message says; the ticket itself where it says nothing new.</param>
    public static Task NoteAsync<T>(Work work, IReadOnlyList<T> messages, Func<T, TicketProgress, TicketProgress> note) where T : IMessage
    {
        if (messages.Count > 0)
        {
            work.Gather(() => new Progress(), progress => progress.WriteAsync(work))
                ._told.AddRange(messages.Select(message => (message.Ticket, (Func<TicketProgress, TicketProgress>)(ticket => note(message, ticket)))));
        }
        return Task.CompletedTask;
    }

    private async Task WriteAsync(Work work)
    {
        var tickets = await Tickets.TakeAsync(work, _told.Select(t => t.Ticket).Distinct());
        var changed = new List<TicketProgress>(tickets.Count);
        foreach (var told in _told.GroupBy(t => t.Ticket))
        {
            if (!tickets.TryGetValue(told.Key, out var before))
                throw new InvalidOperationException($"Ticket {told.Key} was worked on but never filed here.");
            var after = told.Aggregate(before, (ticket, t) => t.Note(ticket));
            if (after != before) changed.Add(Tickets.Next(before, after));
        }
        await Tickets.NoteAsync(work, changed);
    }
}
