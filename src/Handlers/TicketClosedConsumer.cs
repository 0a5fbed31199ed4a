using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>Takes back what is still open when a ticket ends, and remembers the end for orders that come later.</summary>
public sealed class TicketClosedConsumer : IConsumer<TicketClosed>
{
    private static readonly Bulk<Closed> Close = Bulk<Closed>.Update("handling_ticket", "ticket", ["closed_at", "closed_how", "closed_by"]);

    public async Task ConsumeAsync(IReadOnlyList<TicketClosed> messages, Work work)
    {
        // A ticket that is told to have ended twice ended when the first of it says.
        var ends = messages.GroupBy(m => m.Ticket, (_, told) => told.MinBy(m => m.At)!).ToArray();
        var tickets = await WorkOrders.EnterAsync(work, [.. ends.Select(m => m.Ticket)]);
        var news = ends.Where(m => tickets[m.Ticket].ClosedAt is not { } known || known > m.At).ToDictionary(m => m.Ticket, StringComparer.Ordinal);
        if (news.Count == 0) return;

        work.Write(Close, [.. news.Values.Select(m => new Closed { Ticket = m.Ticket, ClosedAt = m.At, ClosedHow = m.How.Word(), ClosedBy = m.By })]);
        var orders = await WorkOrders.OfTicketsAsync(work, news.Keys);
        await WorkOrders.CancelAsync(work, orders.Select(o => (o, news[o.Ticket].At, news[o.Ticket].How.Word(), news[o.Ticket].By)));
    }

    private sealed record Closed
    {
        public required string Ticket { get; init; }
        public required DateTimeOffset ClosedAt { get; init; }
        public required string ClosedHow { get; init; }
        public required string ClosedBy { get; init; }
    }
}
