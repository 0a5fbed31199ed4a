using System.Security.Claims;
using Hotline.Contracts;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Handlers;

/// <summary>A unit takes a work order on (签收).</summary>
public static class AcceptWorkOrder
{
    public static async Task<Results<Ok<WorkOrderView>, ProblemHttpResult>> HandleAsync(
        string id, ClaimsPrincipal user, WorkOrderDesk desk, CancellationToken ct) =>
        (await ExecuteAsync(id, user, desk, ct)).ToHttp();

    public static Task<Answer> ExecuteAsync(string id, ClaimsPrincipal user, WorkOrderDesk desk, CancellationToken ct) =>
        desk.OnAsync(id, user, (work, order) =>
        {
            if (WorkOrder.Forbids(order, WorkOrderMove.Accept) is { } refusal) return (refusal, null);

            work.Note(order.Ticket, user.Actor(), "accepted", unit: order.UnitCode);
            return (null, order with
            {
                State = WorkOrderState.Accepted.Word(),
                AcceptedAt = work.Now,
                AcceptedBy = user.Actor(),
            });
        }, ct);
}
