using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>
/// Records a callback (回访) on a replied ticket. It closes the ticket, except: a justified dissatisfied citizen sends it into another round
///, and a citizen who was not reached is tried again, <see cref="Attempts"/> times in all.
/// </summary>
public sealed record RecordCallback(CallbackOutcome Outcome, bool? Solved = null, string? Note = null, bool Reissue = false)
{
    /// <summary>Attempts in one round that reach nobody, after which the ticket is closed.</summary>
    public const int Attempts = 3;

    public sealed class Validator : AbstractValidator<RecordCallback>
    {
        public Validator()
        {
            RuleFor(c => c.Outcome).Known();
            RuleFor(c => c.Note).Text(2000);
            RuleFor(c => c.Note).NotEmpty().When(c => c.Reissue).WithMessage("'Note' must say why the matter is taken up again.");
            RuleFor(c => c.Solved).Null().When(c => c.Outcome == CallbackOutcome.NotReached)
                .WithMessage("'Solved' is the citizen's answer: leave it out when the citizen was not reached.");
            RuleFor(c => c.Reissue).Equal(false).When(c => c.Outcome != CallbackOutcome.Dissatisfied)
                .WithMessage("'Reissue' goes with the outcome dissatisfied only.");
        }
    }

    public static async Task<Results<Ok<TicketOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string number, RecordCallback request, TicketDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, number, user.Actor(), ct)).ToHttp();

    public Task<TicketOutcome> OnAsync(TicketDesk desk, string number, string actor, CancellationToken ct) => desk.OnAsync(number, (work, ticket, earlier) =>
    {
        if (ticket.Standing() != TicketStatus.Replied)
            return (new TicketOutcome.Forbidden($"Ticket {number} is {ticket.Status}: a callback follows a reply."), null);

        var callback = new Callback($"{number}-c{earlier.Count + 1}", ticket.OrderRound, work.Now, Outcome, Solved, Reissue);
        work.Write(CallbackRow.Insert,
        [
            new CallbackRow
            {
                Id = callback.Id,
                Ticket = number,
                Round = callback.Round,
                At = callback.At,
                Actor = actor,
                Outcome = Outcome.Word(),
                Solved = Solved,
                Note = Note ?? "",
                Reissued = Reissue,
            },
        ]);
        var told = Note is null ? null : desk.Redact(ticket, Note);
        work.Note(number, actor, "called-back", told is null ? Outcome.Word() : $"{Outcome.Word()}: {told}");

        if (Reissue)
        {
            var saved = Tickets.Next(ticket, ticket with { ReissuedAfter = ticket.OrderRound });
            work.Note(number, actor, "reissued", told);
            work.Send(new ReissueTicket(number, ticket.OrderRound, callback.Id, told!, work.Now, actor));
            work.Send(saved.Facts([.. earlier, callback]));
            return (new TicketOutcome.Done(saved.Standing()), saved);
        }
        var unreached = earlier.Count(c => c.Round == callback.Round && c.Outcome == CallbackOutcome.NotReached) + 1;
        if (Outcome == CallbackOutcome.NotReached && unreached < Attempts)
        {
            var saved = Tickets.Next(ticket, ticket);
            work.Send(saved.Facts([.. earlier, callback]));
            return (new TicketOutcome.Done(saved.Standing()), saved);
        }
        work.Note(number, actor, "closed", Outcome == CallbackOutcome.NotReached ? $"not reached {Attempts} times" : Outcome.Word());
        return (new TicketOutcome.Done(TicketStatus.Closed), Tickets.Close(work, ticket, ticket, Closing.CalledBack, actor, [.. earlier, callback]));
    }, ct);
}
