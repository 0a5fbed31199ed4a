using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Decisions;
using Hotline.Handlers;
using Hotline.Intake;
using Hotline.Reporting;

namespace Hotline.App.Composition;

/// <summary>Brings the facts of the three roles that own them to the one that counts. Each role on a thread of its own, as SQLite reads on the one that asks.</summary>
internal sealed class Recounting(WorkOrderFacts workOrders, DispatchFacts routings)
{
    public Task<RecountResult> RunAsync(Database database, DateOnly? day, bool fix, CancellationToken ct) =>
        day is { } one
            ? Recount.RunDayAsync(database, one, new DaySources((from, to, token) => TouchedAsync(database, from, to, token), (numbers, token) => FactsAsync(database, numbers, token)), fix, ct)
            : AllAsync(database, fix, ct);

    private async Task<IReadOnlyCollection<string>> TouchedAsync(Database database, DateTimeOffset from, DateTimeOffset to, CancellationToken ct)
    {
        var ofTickets = Task.Run(() => database.ReadAsync(db => TicketQuery.TouchedAsync(db, from, to), ct), ct);
        var ofOrders = Task.Run(() => database.ReadAsync(db => workOrders.TouchedAsync(db, from, to), ct), ct);
        return [.. await ofTickets, .. await ofOrders];
    }

    private async Task<IReadOnlyList<IMessage>> FactsAsync(Database database, IReadOnlyList<string> numbers, CancellationToken ct)
    {
        var ofTickets = Task.Run(() => database.ReadAsync(db => TicketQuery.FactsAsync(db, numbers), ct), ct);
        var ofRoutings = Task.Run(() => database.ReadAsync(db => routings.OfAsync(db, numbers), ct), ct);
        var ofOrders = Task.Run(() => database.ReadAsync(db => workOrders.OfAsync(db, numbers), ct), ct);
        return [.. await ofTickets, .. await ofRoutings, .. await ofOrders];
    }

    private Task<RecountResult> AllAsync(Database database, bool fix, CancellationToken ct) =>
        // Three readers, because a connection gives one answer at a time.
        database.SnapshotAsync(tickets => database.SnapshotAsync(decisions => database.SnapshotAsync(orders =>
            Recount.RunAsync(database, TicketQuery.FactsAsync(tickets), routings.StreamAsync(decisions), workOrders.StreamAsync(orders), fix, ct), ct), ct), ct);
}
