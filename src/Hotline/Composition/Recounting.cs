using Hotline.Data;
using Hotline.Dispatcher.Decisions;
using Hotline.Handlers;
using Hotline.Intake;
using Hotline.Reporting;

namespace Hotline.App.Composition;

/// <summary>Brings the facts of the three roles that own them to the one that counts.</summary>
internal sealed class Recounting(WorkOrderFacts workOrders, DispatchFacts routings)
{
    public Task<RecountResult> RunAsync(Database database, DateOnly? day, bool fix, CancellationToken ct) =>
        // Three readers, because a connection gives one answer at a time.
        database.SnapshotAsync(tickets => database.SnapshotAsync(decisions => database.SnapshotAsync(orders =>
            Recount.RunAsync(database, TicketQuery.FactsAsync(tickets), routings.StreamAsync(decisions), workOrders.StreamAsync(orders), day, fix, ct), ct), ct), ct);
}
