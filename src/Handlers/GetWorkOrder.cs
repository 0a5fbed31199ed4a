using System.Security.Claims;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Handlers;

/// <summary>One work order, for its own unit and for the platform.</summary>
public static class GetWorkOrder
{
    public static async Task<Results<Ok<WorkOrderView>, ProblemHttpResult>> HandleAsync(
        string id, ClaimsPrincipal user, WorkOrderQuery orders, DispatchLookup known, CancellationToken ct) =>
        await FindAsync(id, user, orders, known, ct) is { } order ? TypedResults.Ok(order) : Problems.NotFound("There is no such work order.");

    /// <returns>Null where there is none that the caller may know of.</returns>
    public static async Task<WorkOrderView?> FindAsync(string id, ClaimsPrincipal user, WorkOrderQuery orders, DispatchLookup known, CancellationToken ct) =>
        await orders.FindAsync(id, ct) is { } order && (user.SeesAll() || user.ActsFor(order.Unit.Code))
            ? order with { Grid = await known.FindGrid(order.Ticket, order.Round, user, ct) } : null;
}
