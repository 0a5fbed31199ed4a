using Hotline.Contracts;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

/// <summary>The rule for returning, in <c>src/Handlers/ReturnWorkOrder.cs</c>, and what a return does.</summary>
public abstract class ReturningAWorkOrder(Engine engine) : OnUnitDesk(engine)
{
    [Fact]
    public async Task An_issued_order_may_be_returned_and_goes_to_review()
    {
        await Desk.HearAsync(Desk.Decision());

        var answer = await Desk.ReturnAsync(Street);

        Assert.Equal(200, answer.Status);
        Assert.Equal("returned", answer.Text("state"));
        var told = Assert.Single(await Desk.Db.SentAsync<WorkOrderReturned>());
        Assert.Equal(new WorkOrderReturned(
            UnitDesk.Ticket, Street, 1, UnitDesk.Street, true, "不属于本单位职责", "三定方案第二条", "D02", Desk.Now, "handler of 320613001"), told);
        Assert.Equal([Desk.Now], (await Desk.FactsAsync(Street)).ReturnedAt);
        Assert.Contains("handler of 320613001 returned 320613001 不属于本单位职责", await Desk.TimelineAsync());
    }

    [Fact]
    public async Task A_citizens_number_in_the_reason_goes_no_further()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.ReturnAsync(Street, new { reason = "已致电13800001234，非本单位", basis = "身份证32060219900101123X户籍不在本街道" });

        var told = Assert.Single(await Desk.Db.SentAsync<WorkOrderReturned>());
        Assert.Equal(("已致电＊＊＊，非本单位", "身份证＊＊＊户籍不在本街道"), (told.Reason, told.Basis));
        Assert.DoesNotContain(await Desk.TimelineAsync(), line => line.Contains("13800001234", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_suggested_unit_that_nobody_knows_is_named_and_nothing_is_returned()
    {
        await Desk.HearAsync(Desk.Decision());

        var answer = await Desk.ReturnAsync(Street, new { reason = "非本单位职责", basis = "三定方案", suggestedUnit = UnitDesk.Nobody });

        Assert.Equal(400, answer.Status);
        Assert.Equal(["suggestedUnit"], answer.Fields);
        Assert.Equal(WorkOrderState.Issued, (await Desk.FactsAsync(Street)).State);
    }

    [Fact]
    public async Task An_accepted_order_may_be_returned()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.AcceptAsync(Street);

        Assert.Equal(200, (await Desk.ReturnAsync(Street)).Status);
    }

    [Fact]
    public async Task An_order_under_review_replied_to_or_cancelled_may_not_be_returned()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market, UnitDesk.Health]));
        await Desk.ReturnAsync(Street);
        await Desk.AcceptAsync(Market);
        await Desk.ReplyAsync(Market);

        await RefusedAsync(Street, "work-order-state");
        await RefusedAsync(Market, "work-order-state");
        await Desk.HearAsync(new TicketClosed(UnitDesk.Ticket, Closing.Withdrawn, Desk.Now, "operator"));
        await RefusedAsync(WorkOrder.Id(UnitDesk.Ticket, 1, UnitDesk.Health.Code), "work-order-state");
    }

    [Fact]
    public async Task A_designated_unit_may_not_return()
    {
        await Desk.HearAsync(Desk.Decision(designated: true));

        await RefusedAsync(Street, "work-order-state");
        Assert.Null((await Desk.ViewAsync(Street)).ReturnBy);
    }

    [Fact]
    public async Task It_may_be_returned_until_the_first_working_day_after_the_issue_ends()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market]));
        var monday = Desk.Db.Clock.EndOf(new DateOnly(2020, 2, 10)).AddMilliseconds(-1);
        Assert.Equal(monday, (await Desk.ViewAsync(Street)).ReturnBy);

        Desk.Db.Time.MoveTo(monday);
        Assert.Equal(200, (await Desk.ReturnAsync(Street)).Status);
        Desk.Db.Time.Advance(TimeSpan.FromMilliseconds(1));
        await RefusedAsync(Market, "return-too-late");
    }

    [Fact]
    public async Task A_return_needs_a_reason_and_a_basis()
    {
        await Desk.HearAsync(Desk.Decision());

        var answer = await Desk.ReturnAsync(Street, new { reason = "", suggestedUnit = "\u0001" });

        Assert.Equal(400, answer.Status);
        Assert.Equal(["basis", "reason", "suggestedUnit"], answer.Fields);
        Assert.Equal(WorkOrderState.Issued, (await Desk.FactsAsync(Street)).State);
    }

    [Fact]
    public async Task A_rejected_return_leaves_the_order_with_the_unit_and_its_deadline_stays()
    {
        await Desk.HearAsync(Desk.Decision());
        var before = await Desk.FactsAsync(Street);
        await Desk.AcceptAsync(Street);
        await Desk.ReturnAsync(Street);

        await Desk.HearAsync(Reviewed(upheld: false));

        var after = await Desk.FactsAsync(Street);
        Assert.Equal((WorkOrderState.Accepted, before.ReplyBy, null), (after.State, after.ReplyBy, after.UpheldAt));
        Assert.Equal("in your area", (await Desk.ViewAsync(Street)).Returns[0].Review!.Note);
    }

    [Fact]
    public async Task A_rejected_return_of_an_order_never_accepted_leaves_it_issued()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.ReturnAsync(Street);

        await Desk.HearAsync(Reviewed(upheld: false));

        Assert.Equal(WorkOrderState.Issued, (await Desk.FactsAsync(Street)).State);
        Assert.Equal(200, (await Desk.AcceptAsync(Street)).Status);
    }

    [Fact]
    public async Task An_upheld_return_takes_the_order_back()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.ReturnAsync(Street);
        Desk.Db.Time.Advance(TimeSpan.FromMinutes(20));

        await Desk.HearAsync(Reviewed(upheld: true));

        var facts = await Desk.FactsAsync(Street);
        Assert.Equal((WorkOrderState.Cancelled, Desk.Now, Desk.Now), (facts.State, facts.UpheldAt, facts.CancelledAt));
        Assert.Equal("return-upheld", (await Desk.ViewAsync(Street)).CancelReason);
        Assert.Contains("dispatcher cancelled 320613001 return-upheld", await Desk.TimelineAsync());
    }

    [Fact]
    public async Task A_review_told_again_does_not_answer_the_next_return()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.ReturnAsync(Street);
        var rejected = Reviewed(upheld: false);
        await Desk.HearAsync(rejected);
        Desk.Db.Time.Advance(TimeSpan.FromMinutes(5));
        await Desk.ReturnAsync(Street);

        await Desk.HearAsync(rejected);

        var facts = await Desk.FactsAsync(Street);
        Assert.Equal((WorkOrderState.Returned, 2), (facts.State, facts.ReturnedAt.Count));
    }

    [Fact]
    public async Task A_review_that_comes_after_the_next_round_still_counts()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.ReturnAsync(Street);
        Desk.Db.Time.Advance(TimeSpan.FromMinutes(5));
        var upheld = Reviewed(upheld: true);
        var next = Desk.Decision(round: 2, lead: UnitDesk.Market) with { DecidedAt = Desk.Now.AddSeconds(1) };

        await Desk.HearAsync(next);
        Assert.Equal("superseded", (await Desk.ViewAsync(Street)).CancelReason);
        await Desk.HearAsync(upheld);

        var facts = await Desk.FactsAsync(Street);
        Assert.Equal((WorkOrderState.Cancelled, upheld.At, upheld.At), (facts.State, facts.UpheldAt, facts.CancelledAt));
        Assert.Equal("return-upheld", (await Desk.ViewAsync(Street)).CancelReason);
    }

    [Fact]
    public async Task A_review_of_an_order_that_is_not_there_is_set_aside_with_its_reason()
    {
        await Desk.Db.Database.WriteAsync(work =>
        {
            work.Send(Reviewed(upheld: true));
            return Task.CompletedTask;
        }, CancellationToken.None);
        await Desk.Db.DeliverAsync(Desk.Services, [Role.Handlers]);

        Assert.Contains("no work order", Assert.Single(await Desk.Db.FaultsAsync()).Reason, StringComparison.Ordinal);
    }

    private ReturnReviewed Reviewed(bool upheld) => new(UnitDesk.Ticket, Street, upheld, "in your area", Desk.Now, "dispatcher");

    private async Task RefusedAsync(string id, string code)
    {
        var before = await Desk.FactsAsync(id);
        var sent = (await Desk.Db.SentAsync<WorkOrderReturned>()).Count;

        var answer = await Desk.ReturnAsync(id);

        Assert.Equal((409, code), (answer.Status, answer.Code));
        Assert.Equivalent(before, await Desk.FactsAsync(id), strict: true);
        Assert.Equal(sent, (await Desk.Db.SentAsync<WorkOrderReturned>()).Count);
    }
}

public sealed class ReturningAWorkOrderOnSqlite() : ReturningAWorkOrder(Engine.Sqlite);

public sealed class ReturningAWorkOrderOnPostgreSql() : ReturningAWorkOrder(Engine.PostgreSql);

public sealed class ReturningAWorkOrderOnSqlServer() : ReturningAWorkOrder(Engine.SqlServer);
