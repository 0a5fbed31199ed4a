using Hotline.Contracts;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Decisions;

/// <summary>Why a person has to decide (研判原因).</summary>
public enum TriageReason
{
    /// <summary>The matter goes by territory and no street could be found.</summary>
    NoPlace,
    /// <summary>The address may mean several streets, or is not sure enough.</summary>
    AmbiguousPlace,
    /// <summary>Words and coordinates name different places.</summary>
    PlaceDisagrees,
    /// <summary>The address lies in another hotline's area.</summary>
    OutOfArea,
    /// <summary>It has a procedure of its own, like litigation or arbitration: an operator tells the citizen where it belongs.</summary>
    OutOfScope,
    /// <summary>The words do not say surely enough what it is about.</summary>
    CategoryUnclear,
    /// <summary>Two rules of equal rank name different units.</summary>
    RuleConflict,
    /// <summary>The dispatch catalogue has no rule for it.</summary>
    NoRule,
    /// <summary>The rule's lead is no unit of this hotline.</summary>
    LeadUnknown,
    /// <summary>Every unit that the rules name has returned it with good reason.</summary>
    RefusedByAll,
}

/// <summary>What is asked of the router.</summary>
/// <param name="Category">From the operator; null where it is to be suggested from the text.</param>
/// <param name="Day">Which rules are in force.</param>
/// <param name="Refused">Codes of the units whose return of this ticket was upheld: they are not asked again.</param>
public sealed record RoutingQuestion(Matter Matter, TicketKind Kind, string? Category, Urgency? Urgency, DateOnly Day, IReadOnlySet<string> Refused)
{
    public static readonly IReadOnlySet<string> Nobody = new HashSet<string>();
}

/// <summary>One reading of what the matter is about.</summary>
/// <param name="Code">2, 4 or 6 digits.</param>
public sealed record CategoryReading(string Code, string Name, double Confidence, IReadOnlyList<string> Words);

/// <summary>What the matter is about, likeliest reading first.</summary>
/// <param name="Given">The operator chose it.</param>
/// <param name="Danger">Words that say that a life is in danger.</param>
/// <param name="Pressing">Words that say that water, power, gas or heat is gone, or that an epidemic comes near.</param>
/// <param name="Model">The learned model that was asked beside the lexicon; null for the lexicon alone.</param>
/// <param name="Elsewhere">What says that it is not for this kind of hotline at all; null where nothing does, or where a person has chosen its class.</param>
public sealed record CategoryFinding(
    IReadOnlyList<CategoryReading> Readings, bool Given, IReadOnlyList<string> Danger, IReadOnlyList<string> Pressing, long? Model = null, OutOfScopeMatter? Elsewhere = null);

/// <summary>Where a ticket goes, with every reason; or why a person has to say so.</summary>
/// <param name="Lead">Null with a <see cref="Triage"/> reason.</param>
/// <param name="DeadlineClass">In triage the class that is suggested, if any.</param>
/// <param name="Confidence">0..1, of the weaker of what and where, as far as the decision hangs on it.</param>
/// <param name="Candidates">In triage over the place: the streets it could be.</param>
public sealed record Decision(
    Named? Lead,
    IReadOnlyList<Named> Support,
    DeadlineClass? DeadlineClass,
    Named? Category,
    Named? Street,
    Named? Community,
    double Confidence,
    string? Rule,
    TriageReason? Triage,
    IReadOnlyList<PlaceCandidate> Candidates,
    IReadOnlyList<Sentence> Why)
{
    public Named? Grid { get; init; }

    /// <summary>Estate, building and entrance (楼道), where the words name an entrance and the grid is known.</summary>
    public string? Entrance { get; init; }

    /// <summary>With at least the deadline class of the round before: what decides by itself raises a class and never lowers it.</summary>
    /// <param name="before">Null where the round before had none.</param>
    public Decision AtLeast(DeadlineClass? before)
    {
        if (before is not { } kept || DeadlineClass <= kept) return this;
        var why = new Sentence($"时限等级不低于上一轮：{Router.Zh(kept)}。", $"Deadline class: {kept.Word()}, as in the round before; it is not lowered.");
        // What a decision for triage says last is why it waits.
        return this with { DeadlineClass = kept, Why = Lead is null ? [.. Why.SkipLast(1), why, .. Why.TakeLast(1)] : [.. Why, why] };
    }
}
