using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Rules;
using Hotline.Testing;

namespace Hotline.Dispatcher.Tests.Decisions;

/// <summary>The Dispatcher's part of a ticket's life, on every engine.</summary>
public abstract class RoutingTickets(Engine engine) : OnRoutedTickets(engine)
{
    private const string Number = RoutedTickets.Number;
    private const string Property = "小区物业公司不作为";
    private const string Prices = "药店口罩涨价";

    [Fact]
    public async Task A_filed_ticket_is_dispatched_with_one_work_order_message_and_its_explanation()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));

        var issued = Assert.Single(await _hotline.IssuedAsync());
        Assert.Equal((Number, 1, Chongchuan.Market, DeadlineClass.SameDay, false), (issued.Ticket, issued.Round, issued.Lead.Code, issued.DeadlineClass, issued.Designated));
        Assert.Equal(Prices, issued.Matter.Title);
        var routed = Assert.Single(await _hotline.RoutedAsync());
        Assert.Equal((1, 1, Chongchuan.Market, null), (routed.Version, routed.Round, routed.Lead?.Code, routed.TriageReason));
        Assert.Equal(Chongchuan.Xinchengqiao.Code, routed.Street?.Code);
        var decision = Assert.Single((await _hotline.DecisionsAsync()).Decisions);
        Assert.Contains(decision.Explanation, s => s.Zh.Contains("prices-epidemic", StringComparison.Ordinal));
        Assert.Equal(decision.Explanation, (await _hotline.RoundAsync()).Why);
        Assert.Equal("请处理", (await _hotline.RoundAsync()).Description);
        Assert.Equal(["dispatched"], await _hotline.TimelineAsync());
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task What_cannot_be_decided_waits_in_triage_and_issues_nothing()
    {
        await _hotline.TellAsync(_hotline.Filed(Property, address: ""));

        Assert.Empty(await _hotline.IssuedAsync());
        Assert.Equal("no-place", Assert.Single(await _hotline.RoutedAsync()).TriageReason);
        var decisions = await _hotline.DecisionsAsync();
        Assert.Equal(TriageReason.NoPlace, decisions.Triage?.Reason);
        Assert.Equal(["triage"], await _hotline.TimelineAsync());
        await _hotline.AssertFactsAgreeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task However_often_and_in_whatever_order_messages_come_there_is_one_decision_a_round(int seed)
    {
        var messages = Enumerable.Range(1, 12).Select(i => _hotline.Filed(i % 3 == 0 ? Property : Prices, number: $"20200207-{i:000000}")).ToArray();
        await _hotline.TellAsync(seed, [.. messages, .. messages]);

        Assert.Equal(12, (await _hotline.IssuedAsync()).Select(i => (i.Ticket, i.Round)).Distinct().Count());
        Assert.Equal(12, (await _hotline.IssuedAsync()).Count);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Closing_and_routing_in_any_order_leave_the_ticket_closed(int seed)
    {
        await _hotline.TellAsync(seed, _hotline.Filed(Property, address: ""), _hotline.Close());
        Assert.Equal(RoutingStatus.Closed, (await _hotline.DecisionsAsync()).Status);
        Assert.Null((await _hotline.DecisionsAsync()).Triage);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_ticket_that_was_closed_before_it_came_to_be_routed_issues_nothing()
    {
        await _hotline.TellAsync(_hotline.Close());
        await _hotline.TellAsync(_hotline.Filed(Prices));
        Assert.Empty(await _hotline.IssuedAsync());
        Assert.Empty(await _hotline.RoutedAsync());
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task Closing_drops_a_pending_return()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var returned = _hotline.Return(Chongchuan.Market);
        await _hotline.TellAsync(returned);
        await _hotline.TellAsync(_hotline.Close());
        Assert.Equal(ReturnState.Dropped, Assert.Single((await _hotline.DecisionsAsync()).Returns).State);
        Assert.Equal("ticket-closed", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(returned.WorkOrder, uphold: true)).Code);
    }

    [Fact]
    public async Task Many_tickets_that_end_together_end_each_by_itself()
    {
        const string returned = "20200207-000011", closed = "20200207-000012", open = "20200207-000013", late = "20200207-000014", untouched = "20200207-000015";
        await _hotline.TellAsync([.. ((string[])[returned, closed, open, untouched]).Select(number => _hotline.Filed(Prices, number: number))]);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, number: returned), _hotline.Return(Chongchuan.Market, number: untouched), _hotline.Close(closed));
        var first = await EndAsync(closed);
        _hotline.Db.Time.Advance(TimeSpan.FromMinutes(5));

        await _hotline.TellAsync(_hotline.Close(returned), _hotline.Close(closed), _hotline.Close(open), _hotline.Close(late), _hotline.Close(open));
        await _hotline.TellAsync(_hotline.Filed(Prices, number: late));

        foreach (var number in (string[])[returned, closed, open, late]) Assert.Equal(RoutingStatus.Closed, (await _hotline.DecisionsAsync(number)).Status);
        Assert.Equal((first, _hotline.Db.Clock.Now), (await EndAsync(closed), await EndAsync(open)));
        Assert.Equal(ReturnState.Dropped, Assert.Single((await _hotline.DecisionsAsync(returned)).Returns).State);
        Assert.Equal(ReturnState.Pending, Assert.Single((await _hotline.DecisionsAsync(untouched)).Returns).State);
        Assert.DoesNotContain(await _hotline.IssuedAsync(), issued => issued.Ticket == late);
        await _hotline.AssertFactsAgreeAsync();

        Task<DateTimeOffset> EndAsync(string number) => _hotline.Database.ReadAsync(
            db => db.ScalarAsync<DateTimeOffset>("select closed_at from dispatch_ticket where number = @number", new { number }), CancellationToken.None);
    }

    [Fact]
    public async Task A_dispatcher_sends_a_ticket_out_of_triage_in_the_same_round()
    {
        await _hotline.TellAsync(_hotline.Filed(Property, address: ""));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.DispatchAsync(Chongchuan.Hepingqiao.Code, support: [Chongchuan.Urban]));

        Assert.Equal((RoutingStatus.Dispatched, 1, Chongchuan.Hepingqiao.Code), (done.Status, done.Round, done.Lead?.Code));
        var issued = Assert.Single(await _hotline.IssuedAsync());
        Assert.Equal((1, Chongchuan.Hepingqiao.Code, DeadlineClass.Normal), (issued.Round, issued.Lead.Code, issued.DeadlineClass));
        Assert.Equal([1, 2], (await _hotline.RoutedAsync()).Select(r => r.Version));
        Assert.Equal(["triage", "dispatched"], await _hotline.TimelineAsync());
        Assert.Single((await _hotline.DecisionsAsync()).Decisions);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_correction_is_the_next_round_and_drops_pending_returns()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.DispatchAsync(Chongchuan.Police, deadline: DeadlineClass.Urgent));

        Assert.Equal((2, Chongchuan.Police, DeadlineClass.Urgent), (done.Round, done.Lead?.Code, done.DeadlineClass));
        Assert.Equal([1, 2], (await _hotline.IssuedAsync()).Select(i => i.Round));
        var decisions = await _hotline.DecisionsAsync();
        Assert.Equal([false, true], decisions.Decisions.Select(d => d.Current));
        Assert.Equal(ReturnState.Dropped, Assert.Single(decisions.Returns).State);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Theory]
    [InlineData("有人被埋在下面，快来", null, DeadlineClass.Emergency)]
    [InlineData("要求处理", null, DeadlineClass.Normal)]
    [InlineData("要求处理", "020601", DeadlineClass.Emergency)]
    public async Task A_dispatch_without_a_class_has_what_the_words_and_the_category_ask_for(string title, string? category, DeadlineClass expected)
    {
        await _hotline.TellAsync(_hotline.Filed(title, address: ""));
        Assert.Empty(await _hotline.IssuedAsync());
        var dispatch = new DispatchTicket(Chongchuan.Police, Reason: "研判", Category: category);
        Assert.IsType<DispatchOutcome.Done>(await dispatch.OnAsync(_hotline.Get<DispatchDesk>(), RoutedTickets.Number, "dispatcher-1", default));
        Assert.Equal(expected, Assert.Single(await _hotline.IssuedAsync()).DeadlineClass);
    }

    [Fact]
    public async Task A_correction_to_another_category_keeps_the_stricter_class()
    {
        await _hotline.TellAsync(_hotline.Filed("煤气泄漏有人昏迷"));
        var issued = Assert.Single(await _hotline.IssuedAsync());
        Assert.Equal(DeadlineClass.Emergency, issued.DeadlineClass);
        var correction = new DispatchTicket(Chongchuan.Urban, Reason: "类别有误", Category: "030302");
        Assert.IsType<DispatchOutcome.Done>(await correction.OnAsync(_hotline.Get<DispatchDesk>(), RoutedTickets.Number, "dispatcher-1", default));
        Assert.Equal(DeadlineClass.Emergency, (await _hotline.IssuedAsync())[^1].DeadlineClass);
    }

    [Fact]
    public async Task A_dispatch_that_may_not_be_changes_nothing()
    {
        Assert.IsType<DispatchOutcome.Unknown>(await _hotline.DispatchAsync(Chongchuan.Police));
        await _hotline.TellAsync(_hotline.Filed(Prices));
        Assert.Equal("lead", Assert.IsType<DispatchOutcome.Invalid>(await _hotline.DispatchAsync("320613-nobody")).Field);
        Assert.Equal("support", Assert.IsType<DispatchOutcome.Invalid>(await _hotline.DispatchAsync(Chongchuan.Police, support: ["x"])).Field);
        Assert.Equal("support", Assert.IsType<DispatchOutcome.Invalid>(await _hotline.DispatchAsync(Chongchuan.Police, support: [Chongchuan.Police])).Field);
        Assert.Equal("lead", Assert.IsType<DispatchOutcome.Invalid>(await _hotline.DispatchAsync(Chongchuan.Market)).Field);
        Assert.Single(await _hotline.IssuedAsync());
        await _hotline.TellAsync(_hotline.Close());
        Assert.Equal("ticket-closed", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.DispatchAsync(Chongchuan.Police)).Code);
        Assert.Single(await _hotline.IssuedAsync());
    }

    [Fact]
    public async Task Of_two_dispatchers_who_read_the_same_triage_the_second_is_told_and_corrects_nothing_unseen()
    {
        await _hotline.TellAsync(_hotline.Filed(Property, address: ""));
        var read = (await _hotline.DecisionsAsync()).Version;
        Task<DispatchOutcome> SendAsync(string lead) =>
            new DispatchTicket(lead, Reason: "研判", Version: read).OnAsync(_hotline.Get<DispatchDesk>(), RoutedTickets.Number, lead, CancellationToken.None);
        var outcomes = await Task.WhenAll(Task.Run(() => SendAsync(Chongchuan.Hepingqiao.Code)), Task.Run(() => SendAsync(Chongchuan.Police)));

        Assert.Single(outcomes.OfType<DispatchOutcome.Done>());
        Assert.Equal("dispatch-overtaken", Assert.Single(outcomes.OfType<DispatchOutcome.Forbidden>()).Code);
        Assert.Single(await _hotline.IssuedAsync());
    }

    [Fact]
    public async Task A_citizens_number_in_a_reason_reaches_no_unit_and_no_timeline()
    {
        await _hotline.TellAsync(_hotline.Filed(Property, address: ""));
        await _hotline.DispatchAsync(Chongchuan.Hepingqiao.Code, reason: "已电13800001234核实");
        var told = Json.Write(await _hotline.IssuedAsync()) + Json.Write(await new Timeline(_hotline.Database).OfAsync(RoutedTickets.Number, CancellationToken.None));
        Assert.Contains("已电＊＊＊核实", told, StringComparison.Ordinal);
        Assert.DoesNotContain("13800001234", told, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(5)]
    public async Task A_reissue_is_one_next_round_with_the_same_lead(int? seed)
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        await _hotline.TellAsync(seed, _hotline.Reissue(1), _hotline.Reissue(1));
        await _hotline.TellAsync(_hotline.Reissue(1));

        var decisions = (await _hotline.DecisionsAsync()).Decisions;
        Assert.Equal([1, 2], decisions.Select(d => d.Round));
        Assert.Equal(Chongchuan.Market, decisions[1].Lead?.Code);
        Assert.Contains("重办", decisions[1].Explanation[0].Zh, StringComparison.Ordinal);
        Assert.Equal(2, (await _hotline.IssuedAsync()).Count);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_reissue_is_decided_afresh_where_the_lead_is_no_more()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        await _hotline.Database.WriteAsync(work => work.ExecuteAsync("delete from dispatch_unit where code = @code", new { code = Chongchuan.Market }), CancellationToken.None);
        _hotline.Get<RoutingBasis>().Forget();
        await _hotline.TellAsync(_hotline.Reissue(1));
        Assert.Equal("lead-unknown", (await _hotline.RoutedAsync())[^1].TriageReason);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_rejected_return_stays_with_its_unit()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var returned = _hotline.Return(Chongchuan.Market);
        await _hotline.TellAsync(3, returned, returned);
        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(returned.WorkOrder, uphold: false));

        Assert.False(Assert.Single(await _hotline.Db.SentAsync<ReturnReviewed>()).Upheld);
        Assert.Single(await _hotline.IssuedAsync());
        Assert.Equal("return-reviewed", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(returned.WorkOrder, uphold: true)).Code);
        Assert.Single(await _hotline.Db.SentAsync<ReturnReviewed>());
    }

    [Fact]
    public async Task A_unit_may_return_again_after_a_rejection()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var first = _hotline.Return(Chongchuan.Market);
        await _hotline.TellAsync(first);
        await _hotline.ReviewAsync(first.WorkOrder, uphold: false);
        _hotline.Db.Time.Advance(TimeSpan.FromHours(1));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market));
        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(first.WorkOrder, uphold: true, lead: Chongchuan.Police));
        Assert.Equal([ReturnState.Rejected, ReturnState.Upheld], (await _hotline.DecisionsAsync()).Returns.Select(r => r.State));
    }

    [Fact]
    public async Task An_upheld_return_goes_to_the_unit_that_the_reviewer_names()
    {
        await ReturnedAsync(suggested: Chongchuan.Urban);
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Police));
        Assert.Equal((2, Chongchuan.Police, false), (done.Round, done.Lead?.Code, done.Designated));
        Assert.True(Assert.Single(await _hotline.Db.SentAsync<ReturnReviewed>()).Upheld);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task An_upheld_return_goes_to_the_unit_that_the_returning_one_suggests()
    {
        await ReturnedAsync(suggested: Chongchuan.Urban);
        Assert.Equal(Chongchuan.Urban, Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true)).Lead?.Code);
    }

    [Fact]
    public async Task Upheld_returns_propose_the_row_that_would_have_spared_them()
    {
        var proposals = _hotline.Get<CatalogueProposals>();
        foreach (var number in (string[])["20200207-000001", "20200207-000002", "20200207-000003"]) await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", number: number, category: "100201"));
        Assert.Empty(await proposals.FindAsync(default));
        foreach (var number in (string[])["20200207-000001", "20200207-000002"])
        {
            var returned = _hotline.Return(Chongchuan.Market, number: number);
            await _hotline.TellAsync(returned);
            await _hotline.ReviewAsync(returned.WorkOrder, uphold: true, lead: "320613-development");
        }

        var proposal = Assert.Single(await proposals.FindAsync(default));
        Assert.Equal(("100201", Chongchuan.Market, "320613-development", 2, 1L), (proposal.Category.Code, proposal.From.Code, proposal.To?.Code, proposal.Returns, proposal.Against));
        Assert.Equal(["20200207-000001", "20200207-000002"], proposal.Tickets.Order());

        // The row is one that the catalogue takes, and then it is not proposed again.
        var (saved, errors) = await _hotline.Get<DispatchCatalogue>().SaveAsync(RuleBook.DefaultCsv.TrimEnd('\n') + "\n" + proposal.Row + "\n", "dispatcher-1", default);
        Assert.True(saved is not null, string.Join("\n", errors));
        Assert.Contains("'prices-epidemic' does not win from 2020-02-07 on", Assert.Single(saved.Warnings), StringComparison.Ordinal);
        Assert.Empty(await proposals.FindAsync(default));
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", number: "20200207-000004", category: "100201"));
        Assert.Equal("320613-development", (await _hotline.IssuedAsync()).Single(i => i.Ticket == "20200207-000004").Lead.Code);
    }

    [Fact]
    public async Task A_proposal_names_who_leads_in_the_end_and_never_a_unit_that_returned_the_ticket_too()
    {
        const string development = "320613-development";
        await ReturnedAsync(suggested: null);
        await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Urban);
        Assert.Equal(Chongchuan.Urban, Assert.Single(await ProposalsAsync()).To?.Code);

        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, round: 2));
        Assert.Empty(await ProposalsAsync());
        await _hotline.ReviewAsync(Order(2, Chongchuan.Urban), uphold: true, lead: development);
        var proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal((Chongchuan.Market, development, 1), (proposal.From.Code, proposal.To?.Code, proposal.Returns));
        Assert.Contains(",duty,development,", proposal.Row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Returns_from_one_street_teach_about_that_street_and_from_several_about_all()
    {
        var (one, other) = (Chongchuan.Xinchengqiao.Code, Chongchuan.Hepingqiao.Code);
        for (var i = 1; i <= 4; i++) await PropertyAsync($"20200207-00000{i}", "崇川区新城桥街道", i <= 3 ? one : null);
        for (var i = 5; i <= 7; i++) await PropertyAsync($"20200207-00000{i}", "崇川区和平桥街道", null);

        var proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal(("property", one, Chongchuan.Urban, 3, 1L), (proposal.Rule, proposal.From.Code, proposal.To?.Code, proposal.Returns, proposal.Against));
        Assert.Empty(proposal.AlsoFrom);
        Assert.StartsWith($"property-030601,030601,{one},,duty,urban,", proposal.Row, StringComparison.Ordinal);

        _hotline.Db.Time.Advance(TimeSpan.FromMinutes(1));
        await ReturnPropertyAsync("20200207-000005", other);
        proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal((other, Chongchuan.Urban, 4, 3L), (proposal.From.Code, proposal.To?.Code, proposal.Returns, proposal.Against));
        Assert.Equal(one, Assert.Single(proposal.AlsoFrom).Code);
        Assert.StartsWith("property-030601,030601,,,duty,urban,", proposal.Row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_one_street_teaches_leaves_the_other_streets_as_they_are()
    {
        var (one, other) = (Chongchuan.Xinchengqiao.Code, Chongchuan.Hepingqiao.Code);
        await PropertyAsync("20200207-000001", "崇川区新城桥街道", one);
        await SaveAsync((await ProposalsAsync()).Select(p => p.Row));
        Assert.Empty(await ProposalsAsync());
        await PropertyAsync("20200207-000002", "崇川区新城桥街道", null);
        await PropertyAsync("20200207-000003", "崇川区和平桥街道", null);
        Assert.Equal([Chongchuan.Urban, other], (await _hotline.IssuedAsync()).Where(i => i.Ticket != "20200207-000001").Select(i => i.Lead.Code));
    }

    [Fact]
    public async Task What_a_department_returned_to_street_offices_is_one_proposal_by_territory()
    {
        var streets = new[] { Chongchuan.Xinchengqiao, Chongchuan.Hepingqiao };
        for (var i = 0; i < 3; i++)
        {
            var number = $"20200207-00000{i + 1}";
            await _hotline.TellAsync(_hotline.Filed(Prices, address: i % 2 == 0 ? "崇川区新城桥街道" : "崇川区和平桥街道", number: number, category: "100201"));
            var returned = _hotline.Return(Chongchuan.Market, number: number);
            await _hotline.TellAsync(returned);
            // The last one ends with an office elsewhere, to which no rule by territory would send it.
            await _hotline.ReviewAsync(returned.WorkOrder, uphold: true, lead: streets[i == 2 ? 1 : i].Code);
        }
        var proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal((Chongchuan.Market, 2), (proposal.From.Code, proposal.Returns));
        Assert.Contains(",100201,,,territory,,", proposal.Row, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_supporting_department_returned_is_proposed_without_its_support()
    {
        string[] numbers = ["20200207-000001", "20200207-000002", "20200207-000003"];
        foreach (var number in numbers) await _hotline.TellAsync(_hotline.Filed("工地夜间施工噪声", number: number, category: "040201"));
        Assert.All(await _hotline.IssuedAsync(), i => Assert.Equal([Chongchuan.Urban, Chongchuan.Police], i.Support.Select(u => u.Code)));
        var returned = _hotline.Return(Chongchuan.Urban, lead: false, number: numbers[1]);
        await _hotline.TellAsync(returned);
        Assert.Empty(await ProposalsAsync());
        await _hotline.ReviewAsync(returned.WorkOrder, uphold: true);

        var proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal(("noise", Chongchuan.Urban, null, 1, 2L), (proposal.Rule, proposal.From.Code, proposal.To, proposal.Returns, proposal.Against));
        Assert.StartsWith("noise-040201,040201,,,duty,ecology,police,normal,2020-02-07,,", proposal.Row, StringComparison.Ordinal);

        await SaveAsync([proposal.Row]);
        Assert.Empty(await ProposalsAsync());
        await _hotline.TellAsync(_hotline.Filed("工地夜间施工噪声", number: "20200207-000004", category: "040201"));
        Assert.Equal([Chongchuan.Police], (await _hotline.IssuedAsync()).Single(i => i.Ticket == "20200207-000004").Support.Select(u => u.Code));
    }

    [Fact]
    public async Task What_a_supporting_street_office_returned_is_proposed_for_its_street_and_as_long_as_the_rule_holds()
    {
        var (one, other) = (Chongchuan.Xinchengqiao.Code, Chongchuan.Hepingqiao.Code);
        await SupportAsync("20200207-000001", "崇川区新城桥街道", one);
        await SupportAsync("20200207-000002", "崇川区和平桥街道", null);
        var proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal((one, null, 1, 0L), (proposal.From.Code, proposal.To, proposal.Returns, proposal.Against));
        Assert.StartsWith($"prices-epidemic-100201,100201,{one},,duty,market,,same-day,2020-01-25,2020-03-26,", proposal.Row, StringComparison.Ordinal);

        await SupportAsync("20200207-000003", "崇川区和平桥街道", other);
        proposal = Assert.Single(await ProposalsAsync());
        Assert.Equal((2, 1L), (proposal.Returns, proposal.Against));
        Assert.StartsWith("prices-epidemic-100201,100201,,,duty,market,,same-day,2020-02-07,2020-03-26,", proposal.Row, StringComparison.Ordinal);

        async Task SupportAsync(string number, string address, string? returnedBy)
        {
            await _hotline.TellAsync(_hotline.Filed(Prices, address: address, number: number, category: "100201"));
            if (returnedBy is null) return;
            var returned = _hotline.Return(returnedBy, lead: false, number: number);
            await _hotline.TellAsync(returned);
            await _hotline.ReviewAsync(returned.WorkOrder, uphold: true);
        }
    }

    [Fact]
    public async Task A_proposal_counts_against_it_what_its_row_would_take_from_other_rules()
    {
        await SaveAsync([$"local,1002,{Chongchuan.Hepingqiao.Code},,duty,development,,normal,,,"]);
        await _hotline.TellAsync(_hotline.Filed(Prices, address: "崇川区和平桥街道", number: "20200207-000001", category: "100202"));
        await _hotline.TellAsync(_hotline.Filed(Prices, number: "20200207-000002", category: "100202"));
        Assert.Equal(["320613-development", Chongchuan.Market], (await _hotline.IssuedAsync()).Select(i => i.Lead.Code));
        var returned = _hotline.Return(Chongchuan.Market, number: "20200207-000002");
        await _hotline.TellAsync(returned);
        await _hotline.ReviewAsync(returned.WorkOrder, uphold: true, lead: Chongchuan.Urban);
        Assert.Equal(("market", 1L), (Assert.Single(await ProposalsAsync()).Rule, (await ProposalsAsync())[0].Against));
    }

    [Fact]
    public async Task Rows_that_are_proposed_for_one_class_have_ids_of_their_own()
    {
        // A rule that has the name already, for another class.
        await SaveAsync(["property-030601,030602,,inquiry,duty,services,,normal,,,"]);
        await PropertyAsync("20200207-000001", "崇川区新城桥街道", Chongchuan.Xinchengqiao.Code);
        await PropertyAsync("20200207-000002", "崇川区新城桥街道", Chongchuan.Xinchengqiao.Code, to: Chongchuan.Police);
        await PropertyAsync("20200207-000003", "崇川区新城桥街道", Chongchuan.Xinchengqiao.Code, to: Chongchuan.Police);

        Assert.Equal([("property-030601-2", Chongchuan.Police), ("property-030601-3", Chongchuan.Urban)], (await ProposalsAsync()).Select(p => (p.Row.Split(',')[0], p.To?.Code)));
    }

    private Task<IReadOnlyList<CatalogueProposals.Proposal>> ProposalsAsync() => _hotline.Get<CatalogueProposals>().FindAsync(CancellationToken.None);

    /// <summary>The shipped catalogue with rows added.</summary>
    private async Task SaveAsync(IEnumerable<string> rows)
    {
        var (saved, errors) = await _hotline.Get<DispatchCatalogue>().SaveAsync($"{RuleBook.DefaultCsv.TrimEnd('\n')}\n{string.Join('\n', rows)}\n", "dispatcher-1", CancellationToken.None);
        Assert.True(saved is not null, string.Join("\n", errors));
    }

    /// <summary>A matter that goes by territory; with who returned it, and rightly.</summary>
    private async Task PropertyAsync(string number, string address, string? returnedBy, string? to = null)
    {
        await _hotline.TellAsync(_hotline.Filed(Property, address: address, number: number, category: "030601"));
        if (returnedBy is not null) await ReturnPropertyAsync(number, returnedBy, to);
    }

    private async Task ReturnPropertyAsync(string number, string by, string? to = null)
    {
        var returned = _hotline.Return(by, number: number);
        await _hotline.TellAsync(returned);
        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(returned.WorkOrder, uphold: true, lead: to ?? Chongchuan.Urban));
    }

    [Fact]
    public async Task The_hotline_s_own_tickets_are_simulated_with_who_led_them_in_the_end()
    {
        const string second = "20200207-000002", third = "20200208-000001", waiting = "20200207-000003";
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", category: "100201"), _hotline.Filed("药店口罩涨价", number: second), _hotline.Filed("物业公司不作为", address: "", number: waiting));
        var correction = new DispatchTicket(Chongchuan.Urban, Reason: "类别有误", Category: "051105");
        Assert.IsType<DispatchOutcome.Done>(await correction.OnAsync(_hotline.Get<DispatchDesk>(), second, "dispatcher-1", default));
        await _hotline.TellAsync(_hotline.Reissue(1));
        _hotline.Db.Time.Advance(TimeSpan.FromDays(1));
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", number: third));

        var day = new DateOnly(2020, 2, 7);
        var past = await _hotline.Database.ReadAsync(async db =>
        {
            var all = new List<(string Number, PastTicket Ticket)>();
            await foreach (var ticket in PastTickets.StreamAsync(db, _hotline.Db.Clock, day, day)) all.Add(ticket);
            return all;
        }, CancellationToken.None);
        Assert.Equal([(RoutedTickets.Number, Chongchuan.Market), (second, Chongchuan.Urban)], past.Select(p => (p.Number, p.Ticket.Lead!)));
        Assert.Equal((day, "药店口罩涨价", TicketKind.Complaint), (past[0].Ticket.Question.Day, past[0].Ticket.Question.Matter.Title, past[0].Ticket.Question.Kind));

        // What was corrected is decided without what the correction said, and a round more takes nothing from what the operator chose.
        Assert.Equal(["100201", null], past.Select(p => p.Ticket.Question.Category));

        var simulation = new Simulation(_hotline.Get<Router>(), await _hotline.Get<RoutingBasis>().ReadAsync(_hotline.Database, default), null);
        var summary = new SimulationSummary();
        foreach (var (_, ticket) in past) summary.Add(simulation.Run(ticket));
        Assert.Equal((2, 2, 1), (summary.Tickets, summary.Known, summary.Same));
        Assert.Equal([(Chongchuan.Urban, Chongchuan.Market, 1)], summary.Confusion);
    }

    [Fact]
    public async Task What_is_reserved_to_a_department_is_not_pushed_down_by_a_dispatcher_a_reviewer_or_the_returning_unit()
    {
        const string tax = "110201";
        await _hotline.TellAsync(_hotline.Filed("个人所得税退税", category: tax));
        var lead = Assert.Single(await _hotline.IssuedAsync()).Lead.Code;
        Assert.Equal("320613-tax", lead);

        var corrected = Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.DispatchAsync(Chongchuan.Xinchengqiao.Code));
        Assert.Equal("matter-reserved", corrected.Code);
        Assert.Contains("Rule tax reserves category 110201", corrected.Why, StringComparison.Ordinal);

        await _hotline.TellAsync(_hotline.Return(lead, suggested: Chongchuan.Xinchengqiao.Code));
        var reviewed = Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(Order(1, lead), uphold: true, lead: Chongchuan.Xinchengqiao.Code));
        Assert.Equal("matter-reserved", reviewed.Code);
        Assert.Empty(await _hotline.Db.SentAsync<ReturnReviewed>());

        // Not to the street office that the unit suggests, nor to the wider rules': a person decides.
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, lead), uphold: true));
        Assert.Equal((RoutingStatus.Triage, "refused-by-all"), (done.Status, done.TriageReason));

        // Where the category was wrong, the right one frees it.
        var freed = new DispatchTicket(Chongchuan.Xinchengqiao.Code, Reason: "实为环卫事项", Category: "030302");
        Assert.Equal(Chongchuan.Xinchengqiao.Code, Assert.IsType<DispatchOutcome.Done>(await freed.OnAsync(_hotline.Get<DispatchDesk>(), RoutedTickets.Number, "dispatcher-1", default)).Lead?.Code);
    }

    [Fact]
    public async Task What_is_reserved_is_not_designated_to_the_street_office_either()
    {
        await _hotline.TellAsync(_hotline.Filed("个人所得税退税", category: "110201"));
        await _hotline.TellAsync(_hotline.Return("320613-tax"));
        await _hotline.ReviewAsync(Order(1, "320613-tax"), uphold: true, lead: Chongchuan.Police);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Police, round: 2));

        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(2, Chongchuan.Police), uphold: true));
        Assert.Equal((RoutingStatus.Triage, 3, null), (done.Status, done.Round, done.Lead));
    }

    [Fact]
    public async Task An_upheld_return_that_nobody_has_a_unit_for_goes_to_triage_and_never_back_to_who_refused()
    {
        await ReturnedAsync(suggested: null);
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true));
        Assert.Equal((RoutingStatus.Triage, 2, "refused-by-all"), (done.Status, done.Round, done.TriageReason));
        Assert.Equal([null, "refused-by-all"], (await _hotline.RoutedAsync()).Select(r => r.TriageReason));
        Assert.Single(await _hotline.IssuedAsync());

        await _hotline.DispatchAsync(Chongchuan.Police);
        Assert.Equal([1, 2], (await _hotline.IssuedAsync()).Select(i => i.Round));
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task The_unit_whose_return_is_upheld_cannot_be_named_again()
    {
        await ReturnedAsync(suggested: null);
        Assert.Equal("lead", Assert.IsType<DispatchOutcome.Invalid>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Market)).Field);
        Assert.Empty(await _hotline.Db.SentAsync<ReturnReviewed>());
    }

    [Fact]
    public async Task From_the_third_round_on_a_dispatcher_may_designate_a_unit_that_refused()
    {
        await ReturnedAsync(suggested: Chongchuan.Urban);
        await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Police);

        Assert.Equal([false, false], (await _hotline.IssuedAsync()).Select(i => i.Designated));
        var designated = Assert.IsType<DispatchOutcome.Done>(await _hotline.DispatchAsync(Chongchuan.Market));
        Assert.Equal((3, Chongchuan.Market, true), (designated.Round, designated.Lead?.Code, designated.Designated));
        Assert.True((await _hotline.IssuedAsync())[^1].Designated);
        Assert.Contains((await _hotline.DecisionsAsync()).Decisions[2].Explanation, s => s.Zh.Contains("不得再退", StringComparison.Ordinal));
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_unit_that_refused_is_not_asked_again_from_triage_as_lead_or_support()
    {
        await ReturnedAsync(suggested: null);
        Assert.Equal(RoutingStatus.Triage, Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true)).Status);

        var refused = Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.DispatchAsync(Chongchuan.Market));
        Assert.Equal("unit-refused", refused.Code);
        Assert.Contains("in round 1", refused.Why, StringComparison.Ordinal);
        Assert.Contains("From round 3 on it can be designated", refused.Why, StringComparison.Ordinal);
        Assert.Contains("第1轮退单已获准", refused.Zh, StringComparison.Ordinal);
        Assert.Equal("unit-refused", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.DispatchAsync(Chongchuan.Police, support: [Chongchuan.Market])).Code);
        Assert.Single(await _hotline.IssuedAsync());

        Assert.False(Assert.IsType<DispatchOutcome.Done>(await _hotline.DispatchAsync(Chongchuan.Police)).Designated);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_supporting_unit_that_refused_earlier_is_not_named_as_lead_by_a_reviewer()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var street = Chongchuan.Xinchengqiao.Code;
        await _hotline.TellAsync(_hotline.Return(street, lead: false));
        await _hotline.ReviewAsync(Order(1, street), uphold: true);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market));

        Assert.Equal("unit-refused", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: street)).Code);
        Assert.Equal("unit-refused", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Police, support: [Chongchuan.Market])).Code);
        Assert.Equal(ReturnState.Pending, (await _hotline.DecisionsAsync()).Returns.Single(r => r.Lead).State);

        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Police));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Police, round: 2));
        var designated = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(2, Chongchuan.Police), uphold: true, lead: street));
        Assert.Equal((3, street, true), (designated.Round, designated.Lead?.Code, designated.Designated));
    }

    [Fact]
    public async Task A_round_that_the_rules_decide_anew_keeps_the_deadline_class_at_least()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        await _hotline.DispatchAsync(Chongchuan.Health, deadline: DeadlineClass.Emergency);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Health, round: 2));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(2, Chongchuan.Health), uphold: true, category: "051105"));

        Assert.Equal((3, DeadlineClass.Emergency), (done.Round, done.DeadlineClass));
        Assert.NotNull(done.Lead);
        Assert.Equal(DeadlineClass.Emergency, (await _hotline.IssuedAsync())[^1].DeadlineClass);
        Assert.Contains((await _hotline.DecisionsAsync()).Decisions[2].Explanation, s => s.Zh == "时限等级不低于上一轮：特急。");
    }

    [Fact]
    public async Task A_round_in_triage_keeps_the_deadline_class_and_says_last_why_it_waits()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices, address: ""));
        await _hotline.DispatchAsync(Chongchuan.Market, deadline: DeadlineClass.Emergency);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, round: 2));
        await _hotline.ReviewAsync(Order(2, Chongchuan.Market), uphold: true);
        var triage = (await _hotline.DecisionsAsync()).Triage!;
        Assert.Equal((TriageReason.RefusedByAll, DeadlineClass.Emergency), (triage.Reason, triage.SuggestedClass));
        Assert.Contains("需人工研判", triage.Why.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reviewer_may_give_a_lower_deadline_class()
    {
        await ReturnedAsync(suggested: null);
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, category: "051105", deadline: DeadlineClass.Complex));
        Assert.Equal(DeadlineClass.Complex, done.DeadlineClass);
        Assert.DoesNotContain((await _hotline.DecisionsAsync()).Decisions[1].Explanation, s => s.Zh.Contains("不低于上一轮", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_third_round_is_designated_and_final()
    {
        await ReturnedAsync(suggested: Chongchuan.Urban);
        await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, round: 2));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(2, Chongchuan.Urban), uphold: true, lead: Chongchuan.Police));

        Assert.Equal((3, Chongchuan.Police, true), (done.Round, done.Lead?.Code, done.Designated));
        Assert.Equal([false, false, true], (await _hotline.IssuedAsync()).Select(i => i.Designated));
        Assert.Contains((await _hotline.DecisionsAsync()).Decisions[2].Explanation, s => s.Zh.Contains("指定", StringComparison.Ordinal));
        Assert.Contains("designated", await _hotline.TimelineAsync());
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_third_round_that_nobody_owns_falls_to_the_street_office_of_the_place()
    {
        await ReturnedAsync(suggested: Chongchuan.Urban);
        await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, round: 2));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(2, Chongchuan.Urban), uphold: true));
        Assert.Equal((Chongchuan.Xinchengqiao.Code, true), (done.Lead?.Code, done.Designated));
    }

    [Fact]
    public async Task A_third_round_without_any_candidate_waits_in_triage_and_is_final_once_decided()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices, address: ""));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, suggested: Chongchuan.Urban));
        await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, round: 2));
        Assert.Equal(RoutingStatus.Triage, Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(2, Chongchuan.Urban), uphold: true)).Status);
        Assert.True(Assert.IsType<DispatchOutcome.Done>(await _hotline.DispatchAsync(Chongchuan.Police)).Designated);
        Assert.True((await _hotline.IssuedAsync())[^1].Designated);
    }

    [Fact]
    public async Task The_upheld_return_of_a_supporting_unit_leaves_the_lead_at_work()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var street = Chongchuan.Xinchengqiao.Code;
        await _hotline.TellAsync(_hotline.Return(street, lead: false));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, street), uphold: true));
        Assert.Equal((1, Chongchuan.Market), (done.Round, done.Lead?.Code));
        Assert.Empty(done.Support);
        Assert.Single(await _hotline.IssuedAsync());
        Assert.Equal(2, (await _hotline.RoutedAsync()).Count);
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task A_category_given_with_the_return_of_a_supporting_unit_is_explained_and_sends_nothing_reserved_down_and_teaches_nothing()
    {
        await _hotline.TellAsync(_hotline.Filed("小区垃圾无人清运", category: "030302"));
        Assert.Equal((Chongchuan.Xinchengqiao.Code, Chongchuan.Urban), ((await _hotline.IssuedAsync())[0].Lead.Code, (await _hotline.IssuedAsync())[0].Support.Single().Code));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, lead: false));
        Assert.Equal("matter-reserved", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(Order(1, Chongchuan.Urban), uphold: true, category: "110201")).Code);

        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Urban), uphold: true, category: "030702"));
        var decided = (await _hotline.DecisionsAsync()).Decisions.Single();
        Assert.Equal(("030702", null), (decided.Category?.Code, decided.Rule));
        Assert.Contains(decided.Explanation, s => s.Zh.Contains("类别由dispatcher-1更正", StringComparison.Ordinal));
        Assert.Empty(await ProposalsAsync());
    }

    [Fact]
    public async Task What_has_been_reserved_since_keeps_no_supporting_unit_from_returning()
    {
        await _hotline.TellAsync(_hotline.Filed("小区垃圾无人清运", category: "030302"));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, lead: false));
        await SaveAsync(["since,030302,,,reserved,urban,,normal,2020-02-07,,"]);
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Urban), uphold: true));
        Assert.Equal(Chongchuan.Xinchengqiao.Code, done.Lead?.Code);
        Assert.Empty(done.Support);
    }

    [Fact]
    public async Task A_rule_of_this_one_day_is_not_proposed_to_be_followed_by_one_that_ends_before_it_begins()
    {
        await SaveAsync(["today,100201,,,duty,market,,normal,2020-02-07,2020-02-07,"]);
        await _hotline.TellAsync(_hotline.Filed(Prices, category: "100201"));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market));
        await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true, lead: Chongchuan.Urban);
        Assert.Empty(await ProposalsAsync());
    }

    [Fact]
    public async Task Who_leads_does_not_support_as_well_whatever_the_reviewer_names()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var street = Chongchuan.Xinchengqiao.Code;
        await _hotline.TellAsync(_hotline.Return(street, lead: false));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, street), uphold: true, support: [Chongchuan.Market, Chongchuan.Police]));
        Assert.Equal(Chongchuan.Market, done.Lead?.Code);
        Assert.Equal([Chongchuan.Police], done.Support.Select(u => u.Code));
    }

    [Fact]
    public async Task A_return_is_decided_by_the_rules_of_the_day_on_which_the_ticket_was_filed()
    {
        _hotline.Db.Time.MoveTo(new DateTimeOffset(2020, 3, 26, 2, 0, 0, TimeSpan.Zero));
        await SaveAsync(["later,100201,,,duty,urban,,normal,2020-03-27,,"]);
        await _hotline.TellAsync(_hotline.Filed(Prices, category: "100201"));
        _hotline.Db.Time.Advance(TimeSpan.FromDays(1));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market));
        // The rule of the next day names another unit; on the day of filing nobody else is named.
        Assert.Equal(RoutingStatus.Triage, Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true)).Status);
    }

    [Fact]
    public async Task A_category_that_a_person_gives_raises_the_class_out_of_triage_and_with_a_review()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices, address: "杭州市西湖区北山街道"));
        Assert.Equal(TriageReason.OutOfArea, (await _hotline.DecisionsAsync()).Triage!.Reason);
        var read = (await _hotline.DecisionsAsync()).Decisions.Single().Category!.Code;
        Assert.Equal(DeadlineClass.SameDay, Assert.IsType<DispatchOutcome.Done>(await _hotline.DispatchAsync(Chongchuan.Market, category: read)).DeadlineClass);

        const string Second = "20200207-000002";
        await _hotline.TellAsync(_hotline.Filed("停车场收费", number: Second, category: "051105"));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Urban, number: Second));
        var done = Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync($"{Second}-1-{Chongchuan.Urban}", uphold: true, lead: Chongchuan.Market, category: "100201"));
        Assert.Equal(DeadlineClass.SameDay, done.DeadlineClass);
    }

    [Fact]
    public async Task A_return_of_an_earlier_round_waits_for_nobody()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        await _hotline.DispatchAsync(Chongchuan.Police);
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, round: 1));
        Assert.Equal("return-reviewed", Assert.IsType<DispatchOutcome.Forbidden>(await _hotline.ReviewAsync(Order(1, Chongchuan.Market), uphold: true)).Code);
        Assert.Empty((await _hotline.Get<WaitingLists>().ReturnsAsync(null, null, [], CancellationToken.None))!.Items);
    }

    [Fact]
    public async Task Two_reviewers_at_once_make_one_review_and_one_round()
    {
        await ReturnedAsync(suggested: null);
        var order = Order(1, Chongchuan.Market);
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => _hotline.ReviewAsync(order, uphold: true, lead: i % 2 == 0 ? Chongchuan.Police : Chongchuan.Urban))));
        Assert.Single(outcomes.OfType<DispatchOutcome.Done>());
        Assert.Equal(5, outcomes.OfType<DispatchOutcome.Forbidden>().Count());
        Assert.Single(await _hotline.Db.SentAsync<ReturnReviewed>());
        Assert.Equal([1, 2], (await _hotline.IssuedAsync()).Select(i => i.Round));
        await _hotline.AssertFactsAgreeAsync();
    }

    [Fact]
    public async Task Corrections_at_once_are_rounds_one_after_another()
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        var leads = new[] { Chongchuan.Police, Chongchuan.Urban, Chongchuan.Health };
        await Task.WhenAll(leads.Select(l => Task.Run(() => _hotline.DispatchAsync(l))));
        Assert.Equal([1, 2, 3, 4], (await _hotline.IssuedAsync()).Select(i => i.Round).Order());
        await _hotline.AssertFactsAgreeAsync();
    }

    private async Task ReturnedAsync(string? suggested)
    {
        await _hotline.TellAsync(_hotline.Filed(Prices));
        await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, suggested: suggested));
    }

    private static string Order(int round, string unit) => $"{Number}-{round}-{unit}";
}

public sealed class RoutingTicketsOnSqlite() : RoutingTickets(Engine.Sqlite);

public sealed class RoutingTicketsOnPostgreSql() : RoutingTickets(Engine.PostgreSql);

public sealed class RoutingTicketsOnSqlServer() : RoutingTickets(Engine.SqlServer);
