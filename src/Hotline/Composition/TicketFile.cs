using System.Security.Claims;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Handlers;
using Hotline.Intake;

namespace Hotline.App.Composition;

/// <summary>Everything that the roles know of one ticket, put together for its page.</summary>
public sealed class TicketFile(TicketQuery tickets, WorkOrderQuery workOrders, Timeline timeline)
{
    /// <param name="WorkOrders">By round, the lead first.</param>
    /// <param name="Timeline">Oldest first.</param>
    public sealed record View(TicketView Ticket, IReadOnlyList<WorkOrderView> WorkOrders, IReadOnlyList<TimelineEntry> Timeline);

    /// <summary>A unit sees the tickets that it has, or had, a work order of, without the citizen where they are confidential.</summary>
    /// <returns>Null where there is no such ticket, or none that the caller may know of.</returns>
    public async Task<View?> FindAsync(string number, ClaimsPrincipal user, CancellationToken ct)
    {
        var orders = await workOrders.OfTicketAsync(number, ct);
        if (!user.SeesAll() && !orders.Any(o => user.ActsFor(o.Unit.Code))) return null;
        if (await tickets.FindAsync(number, hideCitizen: !user.SeesAll(), ct) is not { } ticket) return null;
        return new View(ticket, orders, await timeline.OfAsync(number, ct));
    }
}
