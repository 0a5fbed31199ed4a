using System.Globalization;
using System.Security.Claims;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Matters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Reviews a return (退单审核). Rejected, the work order stays with the unit. Upheld for the lead, the ticket goes another round: to the unit that the reviewer
/// names, else to the one that the returning unit suggests, else to whom the rules name without those who refused, else to triage. From the
/// round of <see cref="DispatchSettings.DesignateAtRound"/> on that decision is final. Upheld for a supporting unit, the lead goes on without it.
/// </summary>
/// <param name="Lead">Only when upheld.</param>
/// <param name="Category">What the matter is, only when upheld; left out, what the returning lead takes it for, if it says so; empty, it stays as it is.</param>
public sealed record ReviewReturn(
    bool? Uphold, string? Note, string? Lead = null, IReadOnlyList<string>? Support = null, DeadlineClass? DeadlineClass = null, string? Category = null)
{
    public sealed class Validator : AbstractValidator<ReviewReturn>
    {
        public Validator()
        {
            RuleFor(r => r.Uphold).NotNull().WithMessage("'Uphold' must be true or false.");
            RuleFor(r => r.Note).NotEmpty().Text(2000);
            RuleFor(r => r.Lead).Text(64).NotEqual("");
            RuleFor(r => r.Support).Must(s => s is null || s.Count <= 20).WithMessage("'Support' may name 20 units at most.");
            RuleFor(r => r.DeadlineClass).Known();
            RuleFor(r => r.Category).Must(c => string.IsNullOrEmpty(c) || CategoryCatalogue.Instance.Find(c) is not null).WithMessage("'Category' must be a code of the catalogue of matters.");
            RuleFor(r => r.Category).Null().When(r => r.Uphold == false).WithMessage("'Category' goes with an upheld return only.");
            RuleFor(r => r.Lead).Null().When(r => r.Uphold == false).WithMessage("'Lead' goes with an upheld return only: a rejected one stays with its unit.");
        }
    }

    public static async Task<Results<Ok<DispatchOutcome.Done>, ProblemHttpResult>> HandleAsync(
        string workOrder, ReviewReturn request, DispatchDesk desk, ClaimsPrincipal user, CancellationToken ct) =>
        (await request.OnAsync(desk, workOrder, user.Actor(), ct)).ToHttp();

    /// <summary>The note goes to the units and into the timeline, so no citizen's number goes with it.</summary>
    public Task<DispatchOutcome> OnAsync(DispatchDesk desk, string workOrder, string actor, CancellationToken ct) =>
        (this with { Note = Redaction.Redact(Note ?? "") }).DecideAsync(desk, workOrder, actor, ct);

    private Task<DispatchOutcome> DecideAsync(DispatchDesk desk, string workOrder, string actor, CancellationToken ct) => desk.Database.WriteAsync<DispatchOutcome>(async work =>
    {
        var returned = (await work.QueryAsync<ReturnRow>($"""
            select {ReturnRow.Columns} from dispatch_return where work_order = @workOrder order by returned_at desc {work.Dialect.Limit}
            """, new { workOrder, limit = 1 })).SingleOrDefault();
        if (returned is null) return new DispatchOutcome.Unknown($"Work order {workOrder} was not returned.");
        var ticket = (await Routing.FindAsync(work, returned.Number))!;
        if (ticket.Standing == RoutingStatus.Closed) return new DispatchOutcome.Forbidden("ticket-closed", $"Ticket {ticket.Number} is closed.");
        if (returned.State != ReturnState.Pending.Word() || returned.Round != ticket.Round)
            return new DispatchOutcome.Forbidden("return-reviewed", $"The return of {workOrder} is {returned.State} and waits for nobody.");

        var state = await desk.BasisAsync(work);
        if (DispatchDesk.Resolve(state.Units, Lead, Support, out var lead, out var support) is { } invalid) return invalid;
        var current = await Routing.CurrentAsync(work, ticket);
        var round = ticket.Round + 1;
        var designated = Uphold == true && desk.Settings.Designates(round);
        if (lead?.Code == returned.Unit && !designated)
            return new DispatchOutcome.Invalid("lead", $"{returned.UnitName} is the unit whose return is upheld.");
        var refused = await Routing.RefusedAsync(work, ticket.Number);
        if (Uphold == true)
        {
            refused[returned.Unit] = returned.Round;
            if (desk.AskedAgain(refused, [.. support ?? [], .. lead is null ? (Named[])[] : [lead]], round) is { } again) return again;
        }

        // Upheld, the class is what the reviewer says, or what the lead said; that a supporting unit is not the right one says nothing of it.
        var change = default(Sentence);
        if (Uphold == true && (Category ?? (returned.AsLead ? returned.Category : null)) is { Length: > 0 } code && CategoryCatalogue.Instance.Find(code) is { } corrected)
        {
            ticket = ticket with { CategoryHint = code };
            change = DispatchDesk.Corrected(current, corrected, Category is null ? returned.UnitName : actor);
            if (change is not null) current = current with { Category = code, CategoryName = corrected.Name, RuleId = null };
        }
        var question = ticket.Question(desk.Database.Clock.DayOf(ticket.FiledAt ?? returned.ReturnedAt), RoutingQuestion.Nobody);
        // A lead that stays is sent nothing new, unless the matter is another one now.
        if (Uphold == true && DispatchDesk.Reserved(state, lead ?? (returned.AsLead || change is null ? null : current.LeadUnit), current.Category, current.Street, question) is { } reserved) return reserved;

        if (await work.ExecuteAsync("""
            update dispatch_return set state = @state, reviewed_at = @now, reviewed_by = @actor, note = @Note
            where work_order = @workOrder and returned_at = @ReturnedAt and state = 'pending'
            """, new { state = (Uphold == true ? ReturnState.Upheld : ReturnState.Rejected).Word(), now = work.Now, actor, Note, workOrder, returned.ReturnedAt }) == 0)
            throw new ConflictException($"The return of {workOrder}");
        work.Send(new ReturnReviewed(ticket.Number, workOrder, Uphold == true, Note!, work.Now, actor));
        work.Note(ticket.Number, actor, Uphold == true ? "return-upheld" : "return-rejected", Note, returned.Unit);
        if (Uphold != true) return DispatchOutcome.Of(ticket, current);

        if (!returned.AsLead && lead is null && support is null)
        {
            var without = new Sentence($"协办单位{returned.UnitName}退单经审核同意，不再协办。", $"The return of the supporting unit {returned.UnitName} was upheld: it supports no more.");
            return DispatchOutcome.Of(ticket, await Routing.DropSupportAsync(work, ticket, current, returned.Unit, change is null ? [without] : [change, without]));
        }

        var decision = Next(desk, question with { Refused = refused.Keys.ToHashSet() }, current, returned, state, lead, support, designated, round, actor, change);
        var row = DecisionRow.Of(
            ticket.Number, round, $"return:{workOrder}:{returned.ReturnedAt.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture)}",
            decision, designated, work.Now, lead is null ? Routing.Machine : actor);
        return DispatchOutcome.Of(await Routing.NextRoundAsync(work, ticket, row, null), row);
    }, ct);

    private Decision Next(
        DispatchDesk desk, RoutingQuestion question, DecisionRow current, ReturnRow returned, RoutingBasis.State state, Named? lead, IReadOnlyList<Named>? support, bool designated, int round, string actor, Sentence? change)
    {
        var why = new List<Sentence>
        {
            new($"第{round}轮：{returned.UnitName}退单（{returned.Reason}），{actor}审核同意（{Note}）。", $"Round {round}: {returned.UnitName} returned it ({returned.Reason}); {actor} upheld that ({Note})."),
        };
        if (change is not null) why.Add(change);
        var refused = question.Refused;
        var suggested = returned.Suggested is { Length: > 0 } code && state.Units.Find(code) is { } unit && !refused.Contains(unit.Code)
            && DispatchDesk.Reserved(state, unit.Named, current.Category, current.Street, question) is null ? unit.Named : null;
        var decision = default(Decision);
        if (lead is not null) why.Add(new($"审核人指定由{lead.Name}主办。", $"The reviewer named {lead.Name}."));
        else if (!returned.AsLead && current.LeadUnit is { } same)
        {
            lead = same;
            why.Add(new($"主办单位{same.Name}不变。", $"{same.Name} leads as before."));
        }
        else if (suggested is not null)
        {
            lead = suggested;
            why.Add(new($"按退单单位建议由{suggested.Name}主办。", $"{suggested.Name} leads, as the returning unit suggested."));
        }
        else
        {
            decision = desk.Router.Decide(question, state).AtLeast(DeadlineClass is null ? current.Limit : null);
            if (decision.Lead is null && designated && current.Street is { } street && !refused.Contains(street) && state.Units.Find(street) is { } office
                && DispatchDesk.Reserved(state, office.Named, current.Category, street, question) is null)
            {
                lead = office.Named;
                why.AddRange(decision.Why);
                why.Add(new($"无单位认领，由所在地{office.Name}兜底办理。", $"Nobody owns it: the street office of the place, {office.Name}, takes it."));
                decision = null;
            }
        }
        if (decision is not null)
        {
            why.AddRange(decision.Why);
            if (decision.Lead is not null && support is not null) decision = decision with { Support = [.. support.Where(s => s.Code != decision.Lead.Code)] };
        }
        if (designated && (decision is null || decision.Lead is not null))
            why.Add(DispatchDesk.Designates(round));

        decision ??= new Decision(
            lead, [.. (support ?? current.SupportUnits.Where(s => !refused.Contains(s.Code))).Where(s => s.Code != lead!.Code)],
            desk.ClassByHand(current, change is not null, question, state), current.Matter, current.StreetOffice, current.CommunityPlace, 1, null, null, [], why)
            { Grid = current.Inner?.Named, Entrance = current.Inner?.Entrance };
        if (decision.Lead is not null && DeadlineClass is { } asked) decision = decision with { DeadlineClass = asked };
        return decision with { Why = why };
    }
}
