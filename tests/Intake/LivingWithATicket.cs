using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;

namespace Hotline.Intake.Tests;

public abstract class LivingWithATicket(Engine engine) : OnEngine(engine)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Its_status_follows_what_is_heard_in_any_order()
    {
        var number = await Desk.FileAsync();
        Assert.Equal(TicketStatus.Filed, (await Desk.ViewAsync(number)).Status);
        await Desk.OrderAsync(number, 1, 2, WorkOrderState.Accepted); // overtook the routing
        Assert.Equal(TicketStatus.Accepted, (await Desk.ViewAsync(number)).Status);
        await Desk.OrderAsync(number, 1, 1, WorkOrderState.Issued); // late
        await Desk.RoutedAsync(number, 1, 1);
        Assert.Equal(TicketStatus.Accepted, (await Desk.ViewAsync(number)).Status);
        await Desk.RoutedAsync(number, 2, 2, triage: true); // a return was upheld
        Assert.Equal(TicketStatus.Triage, (await Desk.ViewAsync(number)).Status);
        await Desk.RoutedAsync(number, 3, 2);
        await Desk.OrderAsync(number, 2, 3, WorkOrderState.Replied);
        var view = await Desk.ViewAsync(number);
        Assert.Equal(TicketStatus.Replied, view.Status);
        Assert.Equal("口罩明天到货", view.PublicReply);
    }

    [Fact]
    public async Task An_order_that_has_just_been_issued_is_not_noted_since_the_routing_has_told_of_it()
    {
        var number = await Desk.FileAsync();
        await Desk.RoutedAsync(number, 1, 1);
        await Desk.OrderAsync(number, 1, 1, WorkOrderState.Issued);
        Assert.Equal((TicketStatus.Dispatched, 2), await StandingAsync());

        await Desk.OrderAsync(number, 1, 2, WorkOrderState.Accepted);
        Assert.Equal((TicketStatus.Accepted, 3), await StandingAsync());

        async Task<(TicketStatus, int)> StandingAsync() => ((await Desk.ViewAsync(number)).Status, await Desk.Db.Database.ReadAsync(
            db => db.ScalarAsync<int>("select version from intake_progress where number = @number", new { number }), None));
    }

    [Theory]
    [InlineData(CallbackOutcome.Satisfied)]
    [InlineData(CallbackOutcome.BasicallySatisfied)]
    [InlineData(CallbackOutcome.Dissatisfied)]
    public async Task A_callback_closes_a_replied_ticket(CallbackOutcome outcome)
    {
        var number = await Desk.RepliedAsync();
        Assert.Equal(new TicketOutcome.Done(TicketStatus.Closed), await new RecordCallback(outcome, true, "谢谢").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));
        var facts = (await Desk.Db.SentAsync<TicketChanged>())[^1];
        Assert.Equal(Closing.CalledBack, facts.How);
        Assert.Equal(outcome, Assert.Single(facts.Callbacks).Outcome);
    }

    [Fact]
    public async Task A_justified_dissatisfied_callback_sends_it_into_another_round_and_its_reply_is_called_back_again()
    {
        var number = await Desk.RepliedAsync();
        await new RecordCallback(CallbackOutcome.Dissatisfied, false, "还是没有口罩", Reissue: true).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        Assert.Equal(TicketStatus.Reissued, (await Desk.ViewAsync(number)).Status);
        Assert.Equal(1, Assert.Single(await Desk.Db.SentAsync<ReissueTicket>()).AfterRound);

        await Desk.RoutedAsync(number, 2, 2);
        Assert.Equal(TicketStatus.Dispatched, (await Desk.ViewAsync(number)).Status);
        await Desk.OrderAsync(number, 2, 3, WorkOrderState.Replied);
        await new RecordCallback(CallbackOutcome.Satisfied, true).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        Assert.Equal([1, 2], (await Desk.ViewAsync(number)).Callbacks.Select(c => c.Round));
    }

    [Fact]
    public async Task A_citizen_who_is_not_reached_is_tried_three_times()
    {
        var number = await Desk.RepliedAsync();
        for (var attempt = 1; attempt < RecordCallback.Attempts; attempt++)
            Assert.Equal(new TicketOutcome.Done(TicketStatus.Replied), await new RecordCallback(CallbackOutcome.NotReached).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));
        Assert.Equal(new TicketOutcome.Done(TicketStatus.Closed), await new RecordCallback(CallbackOutcome.NotReached).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));
    }

    [Fact]
    public async Task What_the_state_forbids_changes_nothing()
    {
        var number = await Desk.FileAsync();
        Assert.IsType<TicketOutcome.Forbidden>(await new RecordCallback(CallbackOutcome.Satisfied).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));

        await Desk.RoutedAsync(number, 1, 1);
        await Desk.OrderAsync(number, 1, 2, WorkOrderState.Accepted);
        Assert.IsType<TicketOutcome.Forbidden>(await new AnswerTicket("迟了").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));

        await new WithdrawTicket("解决了").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        var before = await Desk.ViewAsync(number);
        Assert.IsType<TicketOutcome.Forbidden>(await new WithdrawTicket("又").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));
        Assert.IsType<TicketOutcome.Forbidden>(await new UrgeTicket("快").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None));
        Assert.Equivalent(before, await Desk.ViewAsync(number), strict: true);
        Assert.IsType<TicketOutcome.Unknown>(await new UrgeTicket("快").OnAsync(Desk.Desk, "20200207-999999", IntakeDesk.Operator, None));
    }

    [Fact]
    public async Task Urging_counts_and_reaches_the_unit_without_the_citizens_phone()
    {
        var number = await Desk.FileAsync();
        await new UrgeTicket("请回电13800001234").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        await new UrgeTicket("再催").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        var urgings = await Desk.Db.SentAsync<TicketUrged>();
        Assert.Equal(2, urgings.Select(u => u.Urging).Distinct().Count());
        Assert.DoesNotContain("13800001234", urgings[0].Note, StringComparison.Ordinal);
        Assert.Equal(2, (await Desk.ViewAsync(number)).Urged);
    }

    [Fact]
    public async Task However_many_press_at_the_same_moment_every_urging_counts()
    {
        var number = await Desk.FileAsync();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => new UrgeTicket("快").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None))));
        Assert.All(outcomes, o => Assert.IsType<TicketOutcome.Done>(o));
        Assert.Equal(40, (await Desk.ViewAsync(number)).Urged);
        Assert.Equal(40, (await Desk.Db.SentAsync<TicketUrged>()).Select(u => u.Urging).Distinct().Count());
    }

    [Fact]
    public async Task Whatever_an_operator_writes_leaves_without_the_citizens_name_and_phone()
    {
        const string said = "王小明（138 0000 1234）说：急";
        var number = await Desk.FileAsync();
        await Desk.RoutedAsync(number, 1, 1);
        await new UrgeTicket(said).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        await new ExcludeTicket(said).OnAsync(Desk.Desk, number, "manager", true, None);
        await Desk.OrderAsync(number, 1, 3, WorkOrderState.Replied);
        await new RecordCallback(CallbackOutcome.Dissatisfied, false, said, Reissue: true).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        await new WithdrawTicket(said).OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        var answered = await Desk.FileAsync();
        await new AnswerTicket(said).OnAsync(Desk.Desk, answered, IntakeDesk.Operator, None);
        var atOnce = await Desk.FileAsync(IntakeDesk.NoMasks with { Answer = said, Attributes = new Dictionary<string, string> { ["from"] = said } });

        string[] left =
        [
            .. (await Desk.Db.SentAsync<TicketUrged>()).Select(u => u.Note),
            .. (await Desk.Db.SentAsync<ReissueTicket>()).Select(r => r.Note),
            .. await TimelineAsync(number), .. await TimelineAsync(answered), .. await TimelineAsync(atOnce),
            Json.Write(await Desk.Query.FindAsync(number, hideCitizen: true, None)), Json.Write(await Desk.Query.FindAsync(atOnce, hideCitizen: true, None)),
        ];
        Assert.All(left, text => Assert.DoesNotContain("王小明", text, StringComparison.Ordinal));
        Assert.All(left, text => Assert.DoesNotContain("138 0000 1234", text, StringComparison.Ordinal));
        Assert.Equal(said, (await Desk.ViewAsync(atOnce)).Answer);
    }

    private async Task<IEnumerable<string>> TimelineAsync(string number) =>
        (await new Timeline(Desk.Db.Database).OfAsync(number, None)).Select(l => l.Reason).OfType<string>();

    [Fact]
    public async Task A_direct_answer_takes_back_what_no_unit_has_accepted()
    {
        var number = await Desk.FileAsync();
        await Desk.RoutedAsync(number, 1, 1);
        await new AnswerTicket("可到社区登记。").OnAsync(Desk.Desk, number, IntakeDesk.Operator, None);
        Assert.Equal(Closing.Answered, Assert.Single(await Desk.Db.SentAsync<TicketClosed>()).How);
    }

    [Fact]
    public async Task Excluding_from_assessment_can_be_undone_and_the_facts_say_so()
    {
        var number = await Desk.FileAsync();
        await new ExcludeTicket("不可抗力").OnAsync(Desk.Desk, number, "manager", true, None);
        Assert.True((await Desk.Db.SentAsync<TicketChanged>())[^1].Excluded);
        Assert.IsType<TicketOutcome.Forbidden>(await new ExcludeTicket("再").OnAsync(Desk.Desk, number, "manager", true, None));
        await new ExcludeTicket("").OnAsync(Desk.Desk, number, "manager", false, None);
        Assert.False((await Desk.Db.SentAsync<TicketChanged>())[^1].Excluded);
    }

    [Fact]
    public async Task The_facts_for_a_recount_are_the_facts_last_sent()
    {
        var first = await Desk.RepliedAsync();
        await new RecordCallback(CallbackOutcome.Satisfied, true).OnAsync(Desk.Desk, first, IntakeDesk.Operator, None);
        var second = await Desk.FileAsync();

        var last = (await Desk.Db.SentAsync<TicketChanged>()).GroupBy(f => f.Ticket).Select(g => g.MaxBy(f => f.Version)!).OrderBy(f => f.Ticket, StringComparer.Ordinal);
        var facts = await Desk.Db.Database.ReadAsync(async db => await TicketQuery.FactsAsync(db).ToListAsync(), None);
        Assert.Equal([first, second], facts.Select(f => f.Ticket));
        Assert.Equivalent(last, facts, strict: true);
    }
}

public sealed class LivingWithATicketOnSqlite() : LivingWithATicket(Engine.Sqlite);

public sealed class LivingWithATicketOnPostgreSql() : LivingWithATicket(Engine.PostgreSql);

public sealed class LivingWithATicketOnSqlServer() : LivingWithATicket(Engine.SqlServer);
