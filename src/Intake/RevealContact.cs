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
            // To a unit, a ticket that is not its own does not exist.
            if (ticket is null || (!user.IsInRole(Roles.Operator) && !user.IsInRole(Roles.Administrator) && ticket.LeadCode != user.Unit()))
                return Problems.NotFound($"There is no ticket {number}.");
            if (ticket.Confidential && !user.IsInRole(Roles.Operator) && !user.IsInRole(Roles.Administrator))
                return Problems.Forbidden("The ticket is confidential: the citizen is not shown to the handling unit.");
            work.Note(number, user.Actor(), "contact-revealed", request.Reason, user.Unit());
            return TypedResults.Ok(new Contact(contacts.Open(number, ticket.CallerName), contacts.Open(number, ticket.CallerPhone)));
        }, ct);
}
