using System.Text.Json.Serialization;

namespace Hotline.Contracts;

/// <summary>A code with the name people read: a unit, a street, a category.</summary>
public sealed record Named(string Code, string Name);

/// <summary>WGS 84 degrees.</summary>
public sealed record Location([property: JsonRequired] double Lat, [property: JsonRequired] double Lng);

/// <summary>
/// What the matter is, as units see it. Phone numbers, identity numbers and the caller's own name are blotted out
/// before it leaves Intake.
/// </summary>
public sealed record Matter(string Title, string Description, string Address, Location? Location);

/// <summary>Both languages of one sentence that explains a decision.</summary>
public sealed record Sentence(string Zh, string En);

/// <summary>Intake asks for a first decision on a new ticket.</summary>
[To(Role.Dispatcher)]
public sealed record RouteTicket(
    string Ticket,
    DateTimeOffset FiledAt,
    Channel Channel,
    TicketKind Kind,
    Matter Matter,
    string? Category,
    Urgency? Urgency,
    bool Confidential) : IMessage;

/// <summary>Intake asks for another round after a justified dissatisfied callback.</summary>
/// <param name="AfterRound">The round whose reply did not satisfy.</param>
[To(Role.Dispatcher)]
public sealed record ReissueTicket(string Ticket, int AfterRound, string Callback, string Note, DateTimeOffset At, string By) : IMessage;

/// <summary>
/// The ticket has come to its end. Work orders that are still open are taken back, a supporting unit's after the callback too; pending decisions are dropped.
/// </summary>
[To(Role.Dispatcher, Role.Handlers)]
public sealed record TicketClosed(string Ticket, Closing How, DateTimeOffset At, string By) : IMessage;

/// <summary>The citizen presses.</summary>
[To(Role.Handlers)]
public sealed record TicketUrged(string Ticket, string Urging, string Note, DateTimeOffset At, string By) : IMessage;

/// <summary>
/// Where a ticket goes, as the Dispatcher has it now. The highest <see cref="Version"/> wins; older ones change nothing.
/// </summary>
/// <param name="Version">Counts up with every change of the routing of this ticket, from 1.</param>
/// <param name="Round">1 for the first dispatch; one more for each upheld return, reissue and correction.</param>
/// <param name="Lead">Null while it waits in triage.</param>
/// <param name="Street">The street office in whose area the matter lies, if known; also for matters that went by duty.</param>
/// <param name="TriageReason">Why a person has to decide; null once dispatched.</param>
[To(Role.Intake, Role.Reporting)]
public sealed record TicketRouted(
    string Ticket,
    int Version,
    int Round,
    DateTimeOffset At,
    string By,
    Named? Lead,
    IReadOnlyList<Named> Support,
    DeadlineClass? DeadlineClass,
    Named? Category,
    Named? Street,
    string? TriageReason) : IMessage;

/// <summary>The Dispatcher has decided: one work order for the lead (主办), one for each supporting unit (协办).</summary>
/// <param name="Designated">Final: the units may not return it (指定).</param>
/// <param name="Matter">Without its description, the longest part of a ticket, which stands with the Dispatcher.</param>
[To(Role.Handlers)]
public sealed record IssueWorkOrders(
    string Ticket,
    int Round,
    DateTimeOffset DecidedAt,
    Named Lead,
    IReadOnlyList<Named> Support,
    DeadlineClass DeadlineClass,
    bool Designated,
    DateTimeOffset FiledAt,
    Channel Channel,
    TicketKind Kind,
    Matter Matter,
    Named? Category,
    Named? Street,
    bool Confidential) : IMessage;

/// <summary>A unit says that the matter is not its own; the Dispatcher reviews it.</summary>
/// <param name="Category">What the unit takes the matter for; null where it does not say.</param>
[To(Role.Dispatcher)]
public sealed record WorkOrderReturned(
    string Ticket,
    string WorkOrder,
    int Round,
    Named Unit,
    bool Lead,
    string Reason,
    string Basis,
    string? SuggestedUnit,
    DateTimeOffset At,
    string By,
    string? Category = null) : IMessage;

/// <summary>The review of a return: upheld takes the work order back, rejected leaves it with the unit.</summary>
[To(Role.Handlers)]
public sealed record ReturnReviewed(string Ticket, string WorkOrder, bool Upheld, string Note, DateTimeOffset At, string By) : IMessage;

/// <summary>
/// A ticket's facts as Intake has them now, for counting. The highest <see cref="Version"/> wins.
/// </summary>
/// <param name="RepeatOf">The earlier ticket that this one repeats (重复诉求).</param>
/// <param name="Excluded">A manager took it out of assessment: it stays in totals and leaves the rates.</param>
[To(Role.Reporting)]
public sealed record TicketChanged(
    string Ticket,
    int Version,
    DateTimeOffset FiledAt,
    Channel Channel,
    TicketKind Kind,
    string? Category,
    string? RepeatOf,
    bool Excluded,
    DateTimeOffset? ClosedAt,
    Closing? How,
    IReadOnlyList<Callback> Callbacks) : IMessage;

/// <summary>One attempt to call the citizen back.</summary>
/// <param name="Round">The round it was about.</param>
/// <param name="Solved">The citizen's answer to "is it solved?", where one was given.</param>
public sealed record Callback(string Id, int Round, DateTimeOffset At, CallbackOutcome Outcome, bool? Solved, bool Reissued);

/// <summary>
/// A work order's facts as Handlers has them now, for the ticket's status and for counting. The highest
/// <see cref="Version"/> wins.
/// </summary>
/// <param name="AcceptBy">Limit for accepting.</param>
/// <param name="ReplyBy">Deadline for the reply (办理期限), moved by extensions.</param>
/// <param name="ReturnedAt">Every return of this work order, oldest first.</param>
/// <param name="UpheldAt">When the return that took it back was upheld.</param>
/// <param name="PublicText">What the citizen may read; only once replied.</param>
[To(Role.Intake, Role.Reporting)]
public sealed record WorkOrderChanged(
    string Ticket,
    string WorkOrder,
    int Version,
    int Round,
    Named Unit,
    bool Lead,
    WorkOrderState State,
    DeadlineClass DeadlineClass,
    DateTimeOffset IssuedAt,
    DateTimeOffset AcceptBy,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset ReplyBy,
    DateTimeOffset? RepliedAt,
    IReadOnlyList<DateTimeOffset> ReturnedAt,
    DateTimeOffset? UpheldAt,
    DateTimeOffset? CancelledAt,
    string? PublicText) : IMessage;
