using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Handlers;

/// <summary>A unit says that a matter is not its own (退单). The Dispatcher reviews it; until then nobody works on it.</summary>
/// <param name="Reason">Why it is not the unit's matter.</param>
/// <param name="Basis">The law, rule or list of duties that says so (依据).</param>
/// <param name="SuggestedUnit">Code of the unit whose matter it is.</param>
/// <param name="Category">Code of the class that the matter belongs to, where the dispatch took it for another.</param>
public sealed record ReturnWorkOrder(string Reason = "", string Basis = "", string? SuggestedUnit = null, string? Category = null)
{
    /// <summary>
    /// The rule for returning. A unit may return a work order that is issued or accepted, unless the hotline has designated the unit, and only
    /// within the time that <c>Returns:Within</c> gives after the issue: later, the unit has to handle it.
    /// </summary>
    /// <param name="returnBy">The last instant at which it may be returned.</param>
    /// <returns>Why not, or null where it may.</returns>
    public static Refusal? Forbids(WorkOrderRow order, DateTimeOffset now, DateTimeOffset returnBy)
    {
        if (WorkOrder.Forbids(order, WorkOrderMove.Return) is { } wrongState) return wrongState;

        if (order.Designated)
        {
            return new Refusal(Refusal.State, new Sentence(
                "该承办单为指定承办，不能退单。",
                "The hotline has designated this unit: the work order cannot be returned."));
        }
        if (now > returnBy)
        {
            return new Refusal(Refusal.TooLate, new Sentence(
                "已超过退单时限，应由本单位办理。",
                "The time for returning is over: the unit has to handle the matter."));
        }
        return null;
    }

    public sealed class Validator : AbstractValidator<ReturnWorkOrder>
    {
        public Validator()
        {
            RuleFor(r => r.Reason).NotEmpty().Text(1000);
            RuleFor(r => r.Basis).NotEmpty().Text(1000);
            RuleFor(r => r.SuggestedUnit).Text(64);
            RuleFor(r => r.Category).Text(64);
        }
    }

    /// <returns>The field and what is wrong with it, where a unit or class is named that nobody knows; else null.</returns>
    public async Task<Dictionary<string, string[]>?> UnknownAsync(DispatchLookup known, CancellationToken ct) =>
        Given(SuggestedUnit) is { } unit && !await known.IsUnit(unit, ct) ? new() { ["suggestedUnit"] = [$"There is no unit '{unit}'."] }
        : Given(Category) is { } category && !known.IsCategory(category) ? new() { ["category"] = [$"'{category}' is no code of the catalogue of matters."] }
        : null;

    public static async Task<Results<Ok<WorkOrderView>, ProblemHttpResult>> HandleAsync(
        string id, ReturnWorkOrder request, ClaimsPrincipal user, DispatchLookup known, WorkOrderDesk desk, CancellationToken ct) =>
        await request.UnknownAsync(known, ct) is { } errors ? Problems.Invalid(errors) : (await ExecuteAsync(id, request, user, desk, ct)).ToHttp();

    public static Task<Answer> ExecuteAsync(string id, ReturnWorkOrder request, ClaimsPrincipal user, WorkOrderDesk desk, CancellationToken ct) =>
        desk.OnAsync(id, user, (work, order) =>
        {
            if (Forbids(order, work.Now, desk.Deadlines.ReturnBy(order.IssuedAt)) is { } refusal) return (refusal, null);

            // Both go to the Dispatcher, into the timeline and to the next unit: no citizen's number goes with them.
            var (reason, basis) = (Redaction.Redact(request.Reason), Redaction.Redact(request.Basis));
            var suggested = Given(request.SuggestedUnit);
            WorkOrders.NoteReturn(work, order, work.Now);
            work.Send(new WorkOrderReturned(
                order.Ticket, order.Id, order.Round, new Named(order.UnitCode, order.UnitName), order.Lead,
                reason, basis, suggested, work.Now, user.Actor(), Given(request.Category)));
            work.Note(order.Ticket, user.Actor(), "returned", reason, order.UnitCode);
            return (null, order with
            {
                State = WorkOrderState.Returned.Word(),
                Returns = Json.Write<IReadOnlyList<Return>>([.. order.AllReturns, new Return(work.Now, user.Actor(), reason, basis, suggested)]),
            });
        }, ct);

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
