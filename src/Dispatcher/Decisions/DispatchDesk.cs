using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Units;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>What a dispatcher's command came to.</summary>
public abstract record DispatchOutcome
{
    /// <param name="Lead">Null where the ticket waits in triage.</param>
    public sealed record Done(
        string Ticket, RoutingStatus Status, int Round, Named? Lead, IReadOnlyList<Named> Support, DeadlineClass? DeadlineClass, bool Designated,
        string? TriageReason) : DispatchOutcome;
    public sealed record Unknown(string What) : DispatchOutcome;
    /// <summary>The state forbids it; nothing was changed.</summary>
    /// <param name="Zh">The same for people; null where it is enough that somebody else was faster.</param>
    public sealed record Forbidden(string Code, string Why, string? Zh = null) : DispatchOutcome;
    public sealed record Invalid(string Field, string Message) : DispatchOutcome;

    public Results<Ok<Done>, ProblemHttpResult> ToHttp() => this switch
    {
        Done done => TypedResults.Ok(done),
        Unknown(var what) => Problems.NotFound(what),
        Forbidden(var code, var why, _) => Problems.Conflict(code, why),
        Invalid(var field, var message) => Problems.Invalid(field, message),
        _ => throw new InvalidOperationException($"{this} has no answer"),
    };

    internal static Done Of(RoutingRow ticket, DecisionRow decision) => new(
        ticket.Number, ticket.Standing, ticket.Round, decision.LeadUnit, decision.SupportUnits, decision.Lead is null ? null : decision.Limit, decision.Designated,
        decision.Lead is null ? decision.TriageReason : null);
}

/// <summary>What the dispatchers' commands work with.</summary>
public sealed class DispatchDesk(Database database, Router router, RoutingBasis basis, DispatchSettings settings)
{
    public Database Database => database;

    public Router Router => router;

    public DispatchSettings Settings => settings;

    internal Task<RoutingBasis.State> BasisAsync(Work work) => basis.ReadAsync(work, work.Now);

    /// <summary>Refuses to send down what the catalogue reserves to a department.</summary>
    /// <param name="category">What the matter is; null where nobody has said so yet, and nothing is reserved.</param>
    internal static DispatchOutcome.Forbidden? Reserved(RoutingBasis.State state, Named? lead, string? category, string? street, RoutingQuestion question) =>
        lead is not null && category is not null && state.Units.Find(lead.Code)?.IsGrassroots == true
            && state.Rules.Reserving(category, street ?? state.Units.Home, question.Kind, question.Day) is { } rule
            ? new DispatchOutcome.Forbidden("matter-reserved", $"Rule {rule.Id} reserves category {category} to the department '{rule.Lead}': it is not pushed down to {lead.Name}. Where the category is wrong, give the right one.",
                $"规则「{rule.Id}」规定类别{category}为部门「{rule.Lead}」专属事项，不下派{lead.Name}。类别有误的，请更正类别。")
            : null;

    /// <summary>Refuses to ask a unit again that refused the ticket, but where the round may be designated: then the unit cannot return it.</summary>
    /// <param name="refused">See <see cref="Routing.RefusedAsync"/>.</param>
    internal DispatchOutcome.Forbidden? AskedAgain(IReadOnlyDictionary<string, int> refused, IEnumerable<Named> asked, int round) =>
        !settings.Designates(round) && asked.FirstOrDefault(u => refused.ContainsKey(u.Code)) is { } again
            ? new DispatchOutcome.Forbidden("unit-refused",
                $"{again.Name} returned the ticket in round {refused[again.Code]}, and that was upheld: it is not asked again. From round {settings.DesignateAtRound} on it can be designated, and then it cannot return it.",
                $"{again.Name}在第{refused[again.Code]}轮退单已获准，不再派给。自第{settings.DesignateAtRound}轮起可以指定，指定后不得再退。")
            : null;

    /// <summary>The class of a round whose lead a person names: what it was. Where nothing was found yet, or the category is another one, what the rules give that one, if it is stricter: no class is lowered by itself.</summary>
    /// <param name="decision">With the category that the person gave.</param>
    internal DeadlineClass ClassByHand(DecisionRow decision, bool corrected, RoutingQuestion question, RoutingBasis.State state)
    {
        if (decision.Limit is { } kept && !corrected) return kept;
        var ruled = router.ClassOf(question, decision.Category, decision.Street, state);
        return decision.Limit is { } found && found < ruled ? found : ruled;
    }

    internal static Sentence Designates(int round) =>
        new($"已是第{round}轮，由热线平台指定，承办单位不得再退（指定）。", $"Round {round}: designated by the hotline, final; it cannot be returned again.");

    /// <summary>That a person gave another class; null where it is the one that the decision has.</summary>
    internal static Sentence? Corrected(DecisionRow before, Named category, string by) => before.Category == category.Code ? null : new Sentence(
        $"类别由{by}更正为{category.Name}（{category.Code}）{(before.Category is null ? "" : $"，原为{before.CategoryName}（{before.Category}）")}。",
        $"{by} corrected the category to {category.Name} ({category.Code}){(before.Category is null ? "" : $", which was {before.CategoryName} ({before.Category})")}.");

    /// <summary>The units that a body names, or what is wrong with them.</summary>
    /// <param name="lead">Null where the body leaves it open.</param>
    internal static DispatchOutcome.Invalid? Resolve(
        UnitIndex units, string? lead, IReadOnlyList<string>? support, out Named? leadUnit, out IReadOnlyList<Named>? supportUnits)
    {
        leadUnit = null;
        supportUnits = null;
        if (lead is not null)
        {
            if (units.Find(lead) is not { } unit) return new DispatchOutcome.Invalid("lead", $"There is no unit '{lead}'.");
            leadUnit = unit.Named;
        }
        if (support is null) return null;
        var found = new List<Named>();
        foreach (var code in support.Distinct(StringComparer.Ordinal))
        {
            if (code is null || units.Find(code) is not { } unit) return new DispatchOutcome.Invalid("support", $"There is no unit '{code}'.");
            if (code == lead) return new DispatchOutcome.Invalid("support", $"'{code}' leads already.");
            found.Add(unit.Named);
        }
        supportUnits = found;
        return null;
    }
}
