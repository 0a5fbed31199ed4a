using System.Security.Claims;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Handlers;

/// <summary>What became of a unit's request, for the call and the page alike.</summary>
public abstract record Answer
{
    public sealed record Done(WorkOrderView Order) : Answer;

    public sealed record Refused(Refusal Refusal) : Answer;

    /// <summary>There is no such work order, or none that the caller may know of.</summary>
    public sealed record Unknown : Answer;

    public Results<Ok<WorkOrderView>, ProblemHttpResult> ToHttp() => this switch
    {
        Done done => TypedResults.Ok(done.Order),
        Refused refused => Problems.Conflict(refused.Refusal.Code, refused.Refusal.Why.En),
        _ => Problems.NotFound("There is no such work order."),
    };

    /// <summary>
    /// Loads the work order for a handler of its unit, lets the use case decide and change, and answers with what it is then.
    /// </summary>
    /// <param name="change">Returns a refusal and changes nothing, or changes and returns null.</param>
    internal static async Task<Answer> ToAsync(
        string id, ClaimsPrincipal user, Database database, Deadlines deadlines, Func<Work, WorkOrderRow, Task<Refusal?>> change, CancellationToken ct)
    {
        var no = await database.WriteAsync<Answer?>(async work =>
        {
            var order = await WorkOrders.EnterOrderAsync(work, id);
            if (order is null || !user.ActsFor(order.UnitCode)) return new Unknown();
            return await change(work, order) is { } refusal ? new Refused(refusal) : null;
        }, ct);
        // Read after the commit: with one writer, all others wait for what is done before.
        return no ?? new Done((await new WorkOrderQuery(database, deadlines).FindAsync(id, ct))!);
    }
}
