using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>
/// Shows the citizen's name and phone in full, to an operator, or to the unit that handles the ticket so that it can call; every time leaves a line in the
/// timeline, written before the answer is given. Of a confidential ticket nothing is shown to the unit.
/// </summary>
public sealed record RevealContact(string Reason)
{
    public sealed record Contact(string? Name, string? Phone);

    public sealed class Validator : AbstractValidator<RevealContact>
    {
        public Validator() => RuleFor(r => r.Reason).NotEmpty().Text(500);
    }

    public static async Task<Results<Ok<Contact>, ProblemHttpResult>> HandleAsync(
        string number, RevealContact request, Database database, Contacts contacts, ClaimsPrincipal user, CancellationToken ct) =>
        await database.WriteAsync<Results<Ok<Contact>, ProblemHttpResult>>(async work =>
        {
            var ticket = await Tickets.FindAsync(work, number);
            var platform = user.IsInRole(Roles.Operator) || user.IsInRole(Roles.Administrator);
            // To a unit, a ticket that is not its own, or no longer, does not exist.
            if (ticket is null || (!platform && (ticket.LeadCode is null || ticket.LeadCode != user.Unit() || ticket.InTriage || ticket.ClosedAt is not null)))
                return Problems.NotFound($"There is no ticket {number}.");
            if (ticket.Confidential && !platform)
                return Problems.Forbidden("The ticket is confidential: the citizen is not shown to the handling unit.");
            work.Note(number, user.Actor(), "contact-revealed", contacts.Redact(ticket, request.Reason), user.Unit());
            return TypedResults.Ok(new Contact(contacts.Open(number, ticket.CallerName), contacts.Open(number, ticket.CallerPhone)));
        }, ct);
}
