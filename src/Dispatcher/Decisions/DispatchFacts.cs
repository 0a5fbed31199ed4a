using System.Runtime.CompilerServices;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// The latest routing of each ticket as it was last told, for a full recount; built by the same function as the message was.
/// </summary>
public sealed class DispatchFacts
{
    private static readonly string Latest = $"""
        select t.version, {string.Join(", ", RoutedRow.Columns.Split(", ").Select(c => "d." + c))}
        from dispatch_ticket t join dispatch_decision d on d.number = t.number and d.round = t.round
        """;

    /// <summary>All tickets that were ever routed, by ticket number.</summary>
#pragma warning disable CA1822 // A query class like the others: registered, injected, replaceable.
    public async IAsyncEnumerable<TicketRouted> StreamAsync(Session db, [EnumeratorCancellation] CancellationToken ct = default)
    {
        await foreach (var row in db.StreamAsync<FactRow>($"{Latest} order by t.number").WithCancellation(ct))
            yield return Routing.Message(row.Version, row);
    }

    /// <summary>Of these tickets; those that were never routed are missing.</summary>
    public async Task<IReadOnlyList<TicketRouted>> OfAsync(Session db, IReadOnlyList<string> tickets) =>
        [.. (await db.QueryAsync<FactRow>($"{Latest} where {db.Dialect.Among("t.number", "@among")}", new { among = Json.Write(tickets) })).Select(row => Routing.Message(row.Version, row))];

    /// <summary>Null where the ticket was never routed.</summary>
    public async Task<TicketRouted?> OneAsync(Session db, string ticket) =>
        await db.FindAsync<FactRow>($"{Latest} where t.number = @ticket", new { ticket }) is { } row ? Routing.Message(row.Version, row) : null;
#pragma warning restore CA1822

    private sealed record FactRow : RoutedRow
    {
        public required int Version { get; init; }
    }
}
