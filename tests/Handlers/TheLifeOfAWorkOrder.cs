using Hotline.Contracts;

namespace Hotline.Handlers.Tests;

/// <summary>The whole table: every state with every move.</summary>
public sealed class TheLifeOfAWorkOrder
{
    private static readonly Dictionary<(WorkOrderState, WorkOrderMove), WorkOrderState> Allowed = new()
    {
        [(WorkOrderState.Issued, WorkOrderMove.Accept)] = WorkOrderState.Accepted,
        [(WorkOrderState.Issued, WorkOrderMove.Return)] = WorkOrderState.Returned,
        [(WorkOrderState.Issued, WorkOrderMove.Cancel)] = WorkOrderState.Cancelled,
        [(WorkOrderState.Accepted, WorkOrderMove.Return)] = WorkOrderState.Returned,
        [(WorkOrderState.Accepted, WorkOrderMove.Reply)] = WorkOrderState.Replied,
        [(WorkOrderState.Accepted, WorkOrderMove.Cancel)] = WorkOrderState.Cancelled,
        [(WorkOrderState.Returned, WorkOrderMove.UpholdReturn)] = WorkOrderState.Cancelled,
        [(WorkOrderState.Returned, WorkOrderMove.RejectReturn)] = WorkOrderState.Accepted,
        [(WorkOrderState.Returned, WorkOrderMove.Cancel)] = WorkOrderState.Cancelled,
        [(WorkOrderState.Cancelled, WorkOrderMove.UpholdReturn)] = WorkOrderState.Cancelled,
        [(WorkOrderState.Cancelled, WorkOrderMove.Cancel)] = WorkOrderState.Cancelled,
    };

    public static TheoryData<WorkOrderState, WorkOrderMove> Everything => new(
        from state in Enum.GetValues<WorkOrderState>()
        from move in Enum.GetValues<WorkOrderMove>()
        select (state, move));

    [Theory]
    [MemberData(nameof(Everything))]
    public void Each_move_leads_where_the_table_says_or_nowhere(WorkOrderState state, WorkOrderMove move) =>
        Assert.Equal(Allowed.TryGetValue((state, move), out var next) ? next : null, state.After(move, wasAccepted: true));

    [Fact]
    public void A_rejected_return_of_an_order_never_accepted_leaves_it_issued() =>
        Assert.Equal(WorkOrderState.Issued, WorkOrderState.Returned.After(WorkOrderMove.RejectReturn, wasAccepted: false));

    [Theory]
    [MemberData(nameof(Everything))]
    public void Whether_it_was_accepted_matters_to_a_rejected_return_alone(WorkOrderState state, WorkOrderMove move) =>
        Assert.True(move == WorkOrderMove.RejectReturn || state.After(move, wasAccepted: false) == state.After(move, wasAccepted: true));
}
