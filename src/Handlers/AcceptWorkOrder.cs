using System.Security.Claims;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Handlers;

/// <summary>A unit takes a work order on (签收).</summary>
public static class AcceptWorkOrder
{
    public static async Task<Results<Ok<WorkOrderView>, ProblemHttpResult>> HandleAsync(
        string id, ClaimsPrincipal user, Database database, Deadlines deadlines, CancellationToken ct) =>
        (await ExecuteAsync(id, user, database, deadlines, ct)).ToHttp();

    public static Task<Answer> ExecuteAsync(string id, ClaimsPrincipal user, Database database, Deadlines deadlines, CancellationToken ct) =>
        Answer.ToAsync(id, user, database, deadlines, async (work, order) =>
        {
            if (WorkOrder.Forbids(order, WorkOrderMove.Accept) is { } refusal) return refusal;

            await WorkOrders.SaveAsync(work, order with
            {
                State = WorkOrderState.Accepted.Word(),
                AcceptedAt = work.Now,
                AcceptedBy = user.Actor(),
            });
            work.Note(order.Ticket, user.Actor(), "accepted", unit: order.UnitCode);
            return null;
        }, ct);
}
