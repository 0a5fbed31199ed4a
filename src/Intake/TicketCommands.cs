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

/// <summary>Loads a ticket with its callbacks, lets a use case decide and change, in one transaction.</summary>
public sealed class TicketDesk(Database database, Contacts contacts)
{
    private readonly Commands<Held, TicketOutcome> _commands = new(
        database, TakeAsync, (work, changed) => Tickets.SaveAsync(work, [.. changed.Select(c => c.Ticket)]));

    /// <summary>For the timeline and for messages: what an operator wrote, without the citizen's name and phone.</summary>
    internal string Redact(TicketRow ticket, string text) => contacts.Redact(ticket, text);

    /// <param name="decide">What it comes to, and the ticket as it is to be saved, made by <see cref="Tickets.Next"/>; null where nothing changes.</param>
    internal Task<TicketOutcome> OnAsync(
        string number, Func<Work, TicketRow, IReadOnlyList<Callback>, (TicketOutcome Outcome, TicketRow? Changed)> decide, CancellationToken ct) =>
        _commands.DoAsync(number, (work, held) =>
        {
            if (held is null) return (new TicketOutcome.Unknown(number), null);
            var (outcome, changed) = decide(work, held.Ticket, held.Callbacks);
            return (outcome, changed is null ? null : held with { Ticket = changed });
        }, ct);

    private sealed record Held(TicketRow Ticket, IReadOnlyList<Callback> Callbacks);

    private static async Task<Dictionary<string, Held>> TakeAsync(Work work, IReadOnlyCollection<string> numbers)
    {
        var tickets = await Tickets.TakeWholeAsync(work, numbers);
        var callbacks = (await Tickets.CallbackRowsAsync(work, numbers)).ToLookup(c => c.Ticket, c => c.Fact(), StringComparer.Ordinal);
        return tickets.ToDictionary(t => t.Number, t => new Held(t, [.. callbacks[t.Number]]), StringComparer.Ordinal);
    }
}
