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
}

/// <summary>Loads a work order for a handler of its unit, and lets a use case decide and change.</summary>
public sealed class WorkOrderDesk(Database database, Deadlines deadlines, WorkOrderQuery orders)
{
    private readonly Commands<WorkOrderRow, Answer?> _commands = new(database, WorkOrders.EnterOrdersAsync, WorkOrders.SaveAsync);

    internal Deadlines Deadlines => deadlines;

    /// <param name="decide">Returns a refusal, or the work order as it is to be saved.</param>
    internal async Task<Answer> OnAsync(
        string id, ClaimsPrincipal user, Func<Work, WorkOrderRow, (Refusal? No, WorkOrderRow? Changed)> decide, CancellationToken ct)
    {
        var no = await _commands.DoAsync(id, (work, order) =>
        {
            if (order is null || !user.ActsFor(order.UnitCode)) return (new Answer.Unknown(), null);
            var (refusal, changed) = decide(work, order);
            return refusal is null ? (null, changed) : (new Answer.Refused(refusal), null);
        }, ct);
        // Read after the commit: with one writer, all others wait for what is done before.
        return no ?? new Answer.Done((await orders.FindAsync(id, ct))!);
    }
}
