using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Matters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// A dispatcher says where a ticket goes: out of triage, or as a correction (改派), which is the next round and takes the work orders of the
/// one before back.
/// </summary>
/// <param name="Support">Left out, the supporting units stay as they are.</param>
/// <param name="DeadlineClass">Left out, it stays as it is or as the rule suggests.</param>
/// <param name="Category">Left out, it stays as it is; given, it holds for the rounds to come and teaches the category model.</param>
/// <param name="Version">Of the routing that the dispatcher saw; refused where another one has decided since. Left out, the last word counts.</param>
public sealed record DispatchTicket(
    string Lead, IReadOnlyList<string>? Support = null, DeadlineClass? DeadlineClass = null, string? Reason = null, string? Category = null, int? Version = null)
{
    public sealed class Validator : AbstractValidator<DispatchTicket>
    {
        public Validator()
        {
            RuleFor(d => d.Lead).NotEmpty().Text(64);
            RuleFor(d => d.Support).Must(s => s is null || s.Count <= 20).WithMessage("'Support' may name 20 units at most.");
            RuleFor(d => d.DeadlineClass).Known();
            RuleFor(d => d.Reason).NotEmpty().Text(2000);
            RuleFor(d => d.Category).Must(c => c is null || CategoryCatalogue.Instance.Find(c) is not null).WithMessage("'Category' must be a code of the catalogue of matters.");
        }
    }

    public static async Task<Results<Ok<DispatchOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string number, DispatchTicket request, DispatchDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, number, user.Actor(), ct)).ToHttp();

    /// <summary>The reason goes to the units and into the timeline, so no citizen's number goes with it.</summary>
    public Task<DispatchOutcome> OnAsync(DispatchDesk desk, string number, string actor, CancellationToken ct) =>
        (this with { Reason = Redaction.Redact(Reason ?? "") }).DecideAsync(desk, number, actor, ct);

    private Task<DispatchOutcome> DecideAsync(DispatchDesk desk, string number, string actor, CancellationToken ct) => desk.Database.WriteAsync<DispatchOutcome>(async work =>
    {
        var ticket = await Routing.FindAsync(work, number);
        if (ticket is null) return new DispatchOutcome.Unknown($"There is no ticket {number} to dispatch.");
        if (ticket.Standing == RoutingStatus.Closed) return new DispatchOutcome.Forbidden("ticket-closed", $"Ticket {number} is closed.");
        if (Version is { } seen && seen != ticket.Version)
            return new DispatchOutcome.Forbidden("dispatch-overtaken", $"The routing of ticket {number} has changed since it was read: look again.");
        var state = await desk.BasisAsync(work);
        if (DispatchDesk.Resolve(state.Units, Lead, Support, out var lead, out var support) is { } invalid) return invalid;

        var before = await Routing.CurrentAsync(work, ticket);
        var units = (support ?? [.. before.SupportUnits.Where(u => u.Code != lead!.Code)]).ToArray();
        var triage = ticket.Standing == RoutingStatus.Triage;
        var round = triage ? ticket.Round : ticket.Round + 1;
        var refused = await Routing.RefusedAsync(work, number);
        if (desk.AskedAgain(refused, [lead!, .. units], round) is { } again) return again;
        var designated = (triage && before.Designated) || units.Append(lead!).Any(u => refused.ContainsKey(u.Code));
        ticket = ticket with { CategoryHint = Category ?? ticket.CategoryHint };
        var category = Category is null ? before.Matter : CategoryCatalogue.Instance.Find(Category);
        var question = ticket.Question(desk.Database.Clock.DayOf(ticket.FiledAt ?? work.Now), RoutingQuestion.Nobody);
        if (DispatchDesk.Reserved(state, lead, category?.Code, before.Street, question) is { } reserved) return reserved;
        var deadline = DeadlineClass ?? desk.ClassByHand(before with { Category = category?.Code }, category?.Code != before.Category, question, state);
        if (!triage && before.Lead == lead!.Code && before.Limit == deadline && category?.Code == before.Category
            && before.SupportUnits.Select(u => u.Code).Order().SequenceEqual(units.Select(u => u.Code).Order()))
            return new DispatchOutcome.Invalid("lead", $"{lead.Name} leads already, with the same supporting units and deadline class.");

        var said = new Sentence(
            triage ? $"{actor}研判派单：由{lead!.Name}主办，{Router.Zh(deadline)}。理由：{Reason}" : $"{actor}改派：由{lead!.Name}主办，{Router.Zh(deadline)}。理由：{Reason}",
            triage ? $"{actor} dispatched it from triage to {lead.Name}, {deadline.Word()}: {Reason}" : $"{actor} corrected the dispatch to {lead.Name}, {deadline.Word()}: {Reason}");
        var decided = before with
        {
            Lead = lead.Code,
            LeadName = lead.Name,
            Support = Json.Write(units),
            DeadlineClass = deadline.Word(),
            Category = category?.Code,
            CategoryName = category?.Name,
            RuleId = null,
            Confidence = 1,
            Designated = designated,
            DecidedAt = work.Now,
            DecidedBy = actor,
        };
        Sentence[] why = category is not null && DispatchDesk.Corrected(before, category, actor) is { } change ? [change, said] : [said];
        if (designated) why = [.. why, DispatchDesk.Designates(round)];
        if (triage)
        {
            decided = decided with { Explanation = Json.Write(before.Why.Concat(why)) };
            return DispatchOutcome.Of(await Routing.DecideTriageAsync(work, ticket, decided, Reason), decided);
        }
        decided = decided with
        {
            Round = round,
            Cause = $"correction:{ticket.Version + 1}",
            TriageReason = null,
            Candidates = "[]",
            Explanation = Json.Write(why),
        };
        return DispatchOutcome.Of(await Routing.NextRoundAsync(work, ticket, decided, Reason), decided);
    }, ct);
}
