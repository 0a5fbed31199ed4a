using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Another round after a justified dissatisfied callback: the same units again, as the lead knows the matter. Told twice, or overtaken by
/// another round, it changes nothing.
/// </summary>
public sealed class ReissueTicketConsumer(Router router, RoutingBasis basis, HotlineClock clock) : SingleConsumer<ReissueTicket>
{
    protected override async Task ConsumeAsync(ReissueTicket message, Work work)
    {
        var ticket = await Routing.FindAsync(work, message.Ticket)
            ?? throw new InvalidOperationException($"Ticket {message.Ticket} is to be reissued but was never routed here.");
        if (ticket.Standing != RoutingStatus.Dispatched || ticket.Round != message.AfterRound) return;

        var units = (await basis.ReadAsync(work, work.Now)).Units;
        var before = await Routing.CurrentAsync(work, ticket);
        var round = ticket.Round + 1;
        var reason = new Sentence($"第{round}轮，重办：回访不满意（{message.Note}）。", $"Round {round}, reissued after a dissatisfied callback ({message.Note}).");
        var next = units.Find(before.Lead!) is { } lead
            ? Same(before, lead, reason) with { Number = ticket.Number, Round = round, Cause = Cause(message), DecidedAt = work.Now, DecidedBy = Routing.Machine }
            : DecisionRow.Of(ticket.Number, round, Cause(message), (await AfreshAsync(work, ticket, reason)).AtLeast(before.Limit), designated: false, work.Now, Routing.Machine);
        await Routing.NextRoundAsync(work, ticket, next, null);
    }

    private static string Cause(ReissueTicket message) => $"reissue:{message.Callback}";

    private static DecisionRow Same(DecisionRow before, Unit lead, Sentence reason) => before with
    {
        TriageReason = null,
        Explanation = Json.Write((Sentence[])
        [
            reason, new Sentence($"仍由原主办单位{lead.Name}办理，时限等级不变。", $"{lead.Name}, which led before, leads again with the same deadline class."), .. before.Why,
        ]),
    };

    private async Task<Decision> AfreshAsync(Work work, RoutingRow ticket, Sentence reason)
    {
        var decision = router.Decide(
            ticket.Question(clock.DayOf(ticket.FiledAt ?? work.Now), (await Routing.RefusedAsync(work, ticket.Number)).Keys.ToHashSet()), await basis.ReadAsync(work, work.Now));
        return decision with { Why = [reason, new Sentence("原主办单位已不在承办单位中，重新研判。", "The unit that led is no more: decided afresh."), .. decision.Why] };
    }
}
