using Hotline.Contracts;

namespace Hotline.Handlers;

/// <summary>
/// Who answers for a ticket (首接负责制): the first lead until another lead has accepted it, then that one. A lead whose work order was taken back, because its return was upheld or the dispatch
/// corrected, goes on answering to the citizen until then: it hands over (移交中).
/// </summary>
public static class FirstResponsibility
{
    /// <summary>How long an order that was taken back is looked for in a unit's list: by then somebody has accepted, or supervision has it.</summary>
    public static readonly TimeSpan Shown = TimeSpan.FromDays(30);

    /// <param name="order">One of the ticket's work orders.</param>
    /// <param name="all">All of the ticket's work orders.</param>
    public static bool HandsOver(WorkOrderRow order, IReadOnlyCollection<WorkOrderRow> all, bool closed)
    {
        if (closed || !MayHandOver(order)) return false;
        var leads = all.Where(o => o.Lead).OrderBy(o => o.Round).ToArray();
        var answers = leads.LastOrDefault(o => o.AcceptedAt is not null) ?? leads[0];
        return answers.UnitCode == order.UnitCode && leads.Last(o => o.UnitCode == order.UnitCode).Id == order.Id;
    }

    /// <summary>Whether it can be handing over at all, as far as the order itself says.</summary>
    public static bool MayHandOver(WorkOrderRow order) =>
        order is { Lead: true, Stands: WorkOrderState.Cancelled, CancelReason: CancelReasons.ReturnUpheld or CancelReasons.Superseded };

    /// <summary>The same for a unit's list, of <c>handling_work_order</c>; with parameters <c>yes</c> (true) and <c>since</c>.</summary>
    internal const string Condition = """
        state = 'cancelled' and lead = @yes and cancel_reason in ('return-upheld', 'superseded') and cancelled_at > @since
        and not exists (select 1 from handling_ticket t where t.ticket = handling_work_order.ticket and t.closed_at is not null)
        and not exists (select 1 from handling_work_order n where n.ticket = handling_work_order.ticket and n.lead = @yes and n.round > handling_work_order.round
                        and n.unit_code = handling_work_order.unit_code)
        and unit_code = (select r.unit_code from handling_work_order r where r.ticket = handling_work_order.ticket and r.lead = @yes and r.round = coalesce(
            (select max(a.round) from handling_work_order a where a.ticket = handling_work_order.ticket and a.lead = @yes and a.accepted_at is not null),
            (select min(f.round) from handling_work_order f where f.ticket = handling_work_order.ticket and f.lead = @yes)))
        """;
}
