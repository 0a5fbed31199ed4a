using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>What a command on one ticket came to.</summary>
public abstract record TicketOutcome
{
    public sealed record Done(TicketStatus Status) : TicketOutcome;
    public sealed record Unknown(string Number) : TicketOutcome;
    /// <summary>The state forbids it; nothing was changed.</summary>
    public sealed record Forbidden(string Why) : TicketOutcome;
    public sealed record Invalid(string Field, string Message) : TicketOutcome;

    public Results<Ok<Done>, ProblemHttpResult> ToHttp() => this switch
    {
        Done done => TypedResults.Ok(done),
        Unknown(var number) => Problems.NotFound($"There is no ticket {number}."),
        Forbidden(var why) => Problems.Conflict("ticket-state", why),
        Invalid(var field, var message) => Problems.Invalid(field, message),
        _ => throw new InvalidOperationException($"{this} has no answer"),
    };
}

/// <summary>Loads a ticket, lets a use case decide, in one transaction.</summary>
public sealed class TicketDesk(Database database, Contacts contacts)
{
    /// <summary>For the timeline and for messages: what an operator wrote, without the citizen's name and phone.</summary>
    internal string Redact(TicketRow ticket, string text) => contacts.Redact(ticket, text);

    internal Task<TicketOutcome> OnAsync(string number, Func<Work, TicketRow, Task<TicketOutcome>> decide, CancellationToken ct) =>
        database.WriteAsync(async work =>
        {
            // The held row makes the commands on one ticket come one after another, however many operators press at once.
            await work.HoldAsync(("intake_ticket", "number"), "@number", new { number });
            return await Tickets.FindAsync(work, number) is { } ticket ? await decide(work, ticket) : new TicketOutcome.Unknown(number);
        }, ct);
}
