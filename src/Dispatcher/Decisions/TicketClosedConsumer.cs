using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Drops what waits for a person. A ticket that comes to its end before it comes to be routed leaves a mark, so that the routing that arrives
/// late issues nothing.
/// </summary>
public sealed class TicketClosedConsumer : IConsumer<TicketClosed>
{
    private static readonly Bulk<Mark> Close = Bulk<Mark>.Update("dispatch_ticket", "number", ["status", "since", "closed_at", "closed_how"]);

    /// <summary>Where the routing comes at the same moment, this is run again and finds it.</summary>
    private static readonly Bulk<Mark> Leave = Bulk<Mark>.Insert("dispatch_ticket");

    public async Task ConsumeAsync(IReadOnlyList<TicketClosed> messages, Work work)
    {
        var ends = messages.DistinctBy(m => m.Ticket, StringComparer.Ordinal).ToDictionary(m => m.Ticket, Of, StringComparer.Ordinal);
        var known = await work.TakeAsync<Known>("number, status", ("dispatch_ticket", "number"), ends.Keys);
        var open = known.Where(t => t.Status != RoutingStatus.Closed.Word()).Select(t => t.Number).ToArray();
        work.Write(Leave, [.. ends.Keys.Except(known.Select(t => t.Number), StringComparer.Ordinal).Select(number => ends[number])]);
        if (open.Length == 0) return;

        work.Write(Close, [.. open.Select(number => ends[number])]);
        await Routing.DropReturnsAsync(work, open);
    }

    private static Mark Of(TicketClosed message) => new()
    {
        Number = message.Ticket,
        Confidential = false,
        Status = RoutingStatus.Closed.Word(),
        Since = message.At,
        Round = 0,
        Version = 0,
        ClosedAt = message.At,
        ClosedHow = message.How.Word(),
    };

    private sealed record Known
    {
        public required string Number { get; init; }
        public required string Status { get; init; }
    }

    private sealed record Mark
    {
        public required string Number { get; init; }
        public required bool Confidential { get; init; }
        public required string Status { get; init; }
        public required DateTimeOffset Since { get; init; }
        public required int Round { get; init; }
        public required int Version { get; init; }
        public required DateTimeOffset ClosedAt { get; init; }
        public required string ClosedHow { get; init; }
    }
}
