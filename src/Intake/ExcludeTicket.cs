using System.Security.Claims;
using FluentValidation;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>Takes a ticket out of assessment (剔除), or back in: it stays in the totals and leaves the rates.</summary>
public sealed record ExcludeTicket(string Reason)
{
    public sealed class Validator : AbstractValidator<ExcludeTicket>
    {
        public Validator() => RuleFor(e => e.Reason).NotEmpty().Text(2000);
    }

    public static async Task<Results<Ok<TicketOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string number, ExcludeTicket request, TicketDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, number, user.Actor(), true, ct)).ToHttp();

    public static async Task<Results<Ok<TicketOutcome.Done>, ProblemHttpResult>> UndoAsync(
        string number, TicketDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await new ExcludeTicket("").OnAsync(desk, number, user.Actor(), false, ct)).ToHttp();

    public Task<TicketOutcome> OnAsync(TicketDesk desk, string number, string actor, bool excluded, CancellationToken ct) => desk.OnAsync(number, (work, ticket, callbacks) =>
    {
        if (ticket.Excluded == excluded)
            return (new TicketOutcome.Forbidden($"Ticket {number} is {(excluded ? "already" : "not")} excluded from assessment."), null);
        var saved = Tickets.Next(ticket, ticket with { Excluded = excluded });
        work.Note(number, actor, excluded ? "excluded" : "included", excluded ? desk.Redact(ticket, Reason) : null);
        work.Send(saved.Facts(callbacks));
        return (new TicketOutcome.Done(saved.Standing()), saved);
    }, ct);
}
