using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>The citizen takes the ticket back (撤单); open work orders are taken back with it.</summary>
public sealed record WithdrawTicket(string Reason)
{
    public sealed class Validator : AbstractValidator<WithdrawTicket>
    {
        public Validator() => RuleFor(w => w.Reason).NotEmpty().Text(2000);
    }

    public static async Task<Results<Ok<TicketOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string number, WithdrawTicket request, TicketDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, number, user.Actor(), ct)).ToHttp();

    public Task<TicketOutcome> OnAsync(TicketDesk desk, string number, string actor, CancellationToken ct) => desk.OnAsync(number, (work, ticket, callbacks) =>
    {
        if (ticket.ClosedAt is not null) return (new TicketOutcome.Forbidden($"Ticket {number} is closed."), null);
        work.Note(number, actor, "withdrawn", desk.Redact(ticket, Reason));
        return (new TicketOutcome.Done(TicketStatus.Closed), Tickets.Close(work, ticket, ticket, Closing.Withdrawn, actor, callbacks));
    }, ct);
}
