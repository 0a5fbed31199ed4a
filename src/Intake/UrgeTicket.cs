using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>Passes on that the citizen presses (催办).</summary>
public sealed record UrgeTicket(string Note)
{
    public sealed class Validator : AbstractValidator<UrgeTicket>
    {
        public Validator() => RuleFor(u => u.Note).NotEmpty().Text(2000);
    }

    public static async Task<Results<Ok<TicketOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string number, UrgeTicket request, TicketDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, number, user.Actor(), ct)).ToHttp();

    public Task<TicketOutcome> OnAsync(TicketDesk desk, string number, string actor, CancellationToken ct) => desk.OnAsync(number, (work, ticket, _) =>
    {
        if (ticket.ClosedAt is not null) return (new TicketOutcome.Forbidden($"Ticket {number} is closed."), null);
        var saved = Tickets.Next(ticket, ticket with { Urged = ticket.Urged + 1 });
        var note = desk.Redact(ticket, Note);
        work.Note(number, actor, "urged", note);
        work.Send(new TicketUrged(number, $"{number}-u{saved.Urged}", note, work.Now, actor));
        return (new TicketOutcome.Done(saved.Standing()), saved);
    }, ct);
}
