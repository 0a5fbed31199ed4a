using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>Answers the citizen at once and closes the ticket (直接答复); work orders that no unit has accepted yet are taken back.</summary>
public sealed record AnswerTicket(string Text)
{
    public sealed class Validator : AbstractValidator<AnswerTicket>
    {
        public Validator() => RuleFor(a => a.Text).NotEmpty().Text(FileTicket.Validator.MaxDescription);
    }

    public static async Task<Results<Ok<TicketOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string number, AnswerTicket request, TicketDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, number, user.Actor(), ct)).ToHttp();

    public Task<TicketOutcome> OnAsync(TicketDesk desk, string number, string actor, CancellationToken ct) => desk.OnAsync(number, (work, ticket, callbacks) =>
    {
        if (ticket.Standing() is not (TicketStatus.Filed or TicketStatus.Triage or TicketStatus.Dispatched) || ticket.Round > 1)
            return (new TicketOutcome.Forbidden($"Ticket {number} is {ticket.Status}: only a ticket that no unit has taken up yet can be answered directly."), null);
        work.Note(number, actor, "answered", desk.Redact(ticket, Text));
        return (new TicketOutcome.Done(TicketStatus.Closed), Tickets.Close(work, ticket, ticket with { Answer = Text }, Closing.Answered, actor, callbacks));
    }, ct);
}
