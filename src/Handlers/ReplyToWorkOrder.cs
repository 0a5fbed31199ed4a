using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Handlers;

/// <summary>
/// A unit reports what it did, over a named officer's signature (签字盖章). The lead's reply completes the round; a supporting unit's reply is kept
/// beside it.
/// </summary>
/// <param name="Text">What was found and done, for the hotline.</param>
/// <param name="PublicText">What the citizen is told.</param>
public sealed record ReplyToWorkOrder(
    ReplyResult? Result = null, bool? ContactedCitizen = null, string Text = "", string PublicText = "", ReplyToWorkOrder.Officer? SignedBy = null)
{
    /// <summary>Who signs: name and office held.</summary>
    public sealed record Officer(string Name = "", string Title = "");

    public sealed class Validator : AbstractValidator<ReplyToWorkOrder>
    {
        public Validator()
        {
            RuleFor(r => r.Result).NotNull().Known();
            RuleFor(r => r.ContactedCitizen).NotNull();
            RuleFor(r => r.Text).NotEmpty().Text(5000);
            RuleFor(r => r.PublicText).NotEmpty().Text(5000);
            RuleFor(r => r.SignedBy).NotNull();
            RuleFor(r => r.SignedBy!.Name).NotEmpty().Text(50).When(r => r.SignedBy is not null);
            RuleFor(r => r.SignedBy!.Title).NotEmpty().Text(100).When(r => r.SignedBy is not null);
        }
    }

    public static async Task<Results<Ok<WorkOrderView>, ProblemHttpResult>> HandleAsync(
        string id, ReplyToWorkOrder request, ClaimsPrincipal user, WorkOrderDesk desk, CancellationToken ct) =>
        (await ExecuteAsync(id, request, user, desk, ct)).ToHttp();

    public static Task<Answer> ExecuteAsync(string id, ReplyToWorkOrder request, ClaimsPrincipal user, WorkOrderDesk desk, CancellationToken ct) =>
        desk.OnAsync(id, user, (work, order) =>
        {
            if (WorkOrder.Forbids(order, WorkOrderMove.Reply) is { } refusal) return (refusal, null);

            work.Note(order.Ticket, user.Actor(), "replied", $"{request.Result!.Value.Word()}, {request.SignedBy!.Title}", order.UnitCode);
            return (null, order with
            {
                State = WorkOrderState.Replied.Word(),
                RepliedAt = work.Now,
                RepliedBy = user.Actor(),
                Result = request.Result.Value.Word(),
                ContactedCitizen = request.ContactedCitizen,
                ReplyText = request.Text,
                PublicText = request.PublicText,
                SignedByName = request.SignedBy.Name,
                SignedByTitle = request.SignedBy.Title,
            });
        }, ct);
}
