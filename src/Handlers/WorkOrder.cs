using Hotline.Contracts;

namespace Hotline.Handlers;

/// <summary>What can be done to a work order.</summary>
public enum WorkOrderMove
{
    /// <summary>The unit takes it on.</summary>
    Accept,
    /// <summary>The unit says that the matter is not its own.</summary>
    Return,
    /// <summary>The review agrees: the work order is taken back.</summary>
    UpholdReturn,
    /// <summary>The review disagrees: the unit keeps it.</summary>
    RejectReturn,
    /// <summary>The unit reports over an officer's signature.</summary>
    Reply,
    /// <summary>A newer round or the end of the ticket takes it back.</summary>
    Cancel,
}

/// <summary>A move that is not allowed, with the stable code of its answer. Nothing has been changed.</summary>
public sealed record Refusal(string Code, Sentence Why)
{
    /// <summary>The state forbids it.</summary>
    public const string State = "work-order-state";

    /// <summary>The time for returning is over.</summary>
    public const string TooLate = "return-too-late";
}

/// <summary>
/// The life of a work order (承办单), as one table: from where which move leads where. What is not in it is not allowed.
/// <code>
///              Accept    Return    UpholdReturn  RejectReturn         Reply    Cancel
/// issued       accepted  returned  -             -                    -        cancelled
/// accepted     -         returned  -             -                    replied  cancelled
/// returned     -         -         cancelled     accepted or issued   -        cancelled
/// replied      -         -         -             -                    -        -
/// cancelled    -         -         cancelled     -                    -        cancelled
/// </code>
/// A rejected return goes back to where it was: accepted, or issued where it had never been. The two moves out of cancelled
/// let a review or an earlier cause of cancelling that arrives late be recorded, so that the order of messages leaves no trace.
/// <para>
/// The lead's reply completes the round; supporting units reply as well, and nobody waits for them. Room is left for what does not
/// change the state and so becomes a column of moves that stay where they are: delegation to a unit below (转派), progress notes (办理进展),
/// an extension asked and decided (延期, which moves the deadline), supervision (督办); and for joint completion (联合办结), a condition on Reply.
/// </para>
/// </summary>
public static class WorkOrder
{
    /// <summary>One work order for each (ticket, round, unit), whoever creates it and however often.</summary>
    public static string Id(string ticket, int round, string unit) => $"{ticket}-{round}-{unit}";

    /// <summary>Still in the hands of the unit or of the review.</summary>
    public static bool IsOpen(this WorkOrderState state) =>
        state is WorkOrderState.Issued or WorkOrderState.Accepted or WorkOrderState.Returned;

    /// <param name="wasAccepted">Whether it has ever been accepted.</param>
    /// <returns>The state after the move, or null where the move is not allowed.</returns>
    public static WorkOrderState? After(this WorkOrderState state, WorkOrderMove move, bool wasAccepted) => (state, move) switch
    {
        (WorkOrderState.Issued, WorkOrderMove.Accept) => WorkOrderState.Accepted,
        (WorkOrderState.Issued or WorkOrderState.Accepted, WorkOrderMove.Return) => WorkOrderState.Returned,
        (WorkOrderState.Returned, WorkOrderMove.UpholdReturn) => WorkOrderState.Cancelled,
        (WorkOrderState.Returned, WorkOrderMove.RejectReturn) => wasAccepted ? WorkOrderState.Accepted : WorkOrderState.Issued,
        (WorkOrderState.Accepted, WorkOrderMove.Reply) => WorkOrderState.Replied,
        (WorkOrderState.Issued or WorkOrderState.Accepted or WorkOrderState.Returned, WorkOrderMove.Cancel) => WorkOrderState.Cancelled,
        (WorkOrderState.Cancelled, WorkOrderMove.UpholdReturn or WorkOrderMove.Cancel) => WorkOrderState.Cancelled,
        _ => null,
    };

    /// <returns>Null where the table allows the move.</returns>
    public static Refusal? Forbids(WorkOrderRow order, WorkOrderMove move) =>
        order.Stands.After(move, order.AcceptedAt is not null) is not null ? null : new Refusal(
            Refusal.State,
            new Sentence(
                $"承办单当前状态为“{Name(order.Stands).Zh}”，不能{Name(move).Zh}。",
                $"The work order is {Name(order.Stands).En} and cannot be {Name(move).En}."));

    public static Sentence Name(WorkOrderState state) => state switch
    {
        WorkOrderState.Issued => new Sentence("待签收", "issued"),
        WorkOrderState.Accepted => new Sentence("办理中", "accepted"),
        WorkOrderState.Returned => new Sentence("退单审核中", "returned and under review"),
        WorkOrderState.Replied => new Sentence("已办结", "replied to"),
        WorkOrderState.Cancelled => new Sentence("已收回", "cancelled"),
        _ => throw new ArgumentOutOfRangeException(nameof(state)),
    };

    private static Sentence Name(WorkOrderMove move) => move switch
    {
        WorkOrderMove.Accept => new Sentence("签收", "accepted"),
        WorkOrderMove.Return => new Sentence("退单", "returned"),
        WorkOrderMove.Reply => new Sentence("办结", "replied to"),
        WorkOrderMove.UpholdReturn or WorkOrderMove.RejectReturn => new Sentence("审核退单", "reviewed"),
        WorkOrderMove.Cancel => new Sentence("收回", "taken back"),
        _ => throw new ArgumentOutOfRangeException(nameof(move)),
    };
}
