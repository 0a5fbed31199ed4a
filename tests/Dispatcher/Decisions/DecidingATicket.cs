using Hotline.Contracts;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Tests.Decisions;

/// <summary>The pure decision, through the whole of lexicon, addresses and rules, and on its own.</summary>
public sealed class DecidingATicket
{
    private static readonly DispatchSettings Settings = new() { Division = Chongchuan.Division };
    private static readonly Router Router = new(Lexicon.Instance, CategoryCatalogue.Instance, AddressResolver.Instance, Settings);
    private static readonly DateOnly Epidemic = new(2020, 2, 7);
    private static readonly DateOnly Later = new(2021, 6, 1);

    [Fact]
    public void A_neighbour_back_from_Hubei_goes_to_the_street_office_the_same_day_with_health_beside_it()
    {
        var decision = Decide("邻居从湖北返回", "昨天从武汉回来，没有居家隔离", "崇川区新城桥街道易家桥新村");
        Assert.Equal(Chongchuan.Xinchengqiao.Code, decision.Lead?.Code);
        Assert.Equal([Chongchuan.Health], decision.Support.Select(s => s.Code));
        Assert.Equal(DeadlineClass.SameDay, decision.DeadlineClass);
        Assert.Equal("020406", decision.Category?.Code);
        Assert.Equal("epidemic", decision.Rule);
        Assert.InRange(decision.Confidence, 0.5, 1);
    }

    [Fact]
    public void A_matter_of_a_department_goes_to_it_without_a_place()
    {
        var decision = Decide("老板拖欠工资三个月", "讨薪无果", "");
        Assert.Equal("320613-labour", decision.Lead?.Code);
        Assert.Null(decision.Street);
        Assert.Equal(DeadlineClass.Urgent, decision.DeadlineClass);
    }

    [Fact]
    public void The_street_is_kept_for_a_matter_that_goes_by_duty_too()
    {
        var decision = Decide("药店口罩涨价", "三十元一个", "南通市崇川区新城桥街道");
        Assert.Equal(Chongchuan.Market, decision.Lead?.Code);
        Assert.Equal(Chongchuan.Xinchengqiao.Code, decision.Street?.Code);
        Assert.Contains(Chongchuan.Xinchengqiao.Code, decision.Support.Select(s => s.Code));
    }

    [Fact]
    public void The_day_decides_which_rules_are_in_force()
    {
        Assert.Equal(DeadlineClass.SameDay, Decide("独居老人没人照顾", "", "新城桥街道", day: Epidemic).DeadlineClass);
        Assert.Equal(DeadlineClass.Normal, Decide("独居老人没人照顾", "", "新城桥街道", day: Later).DeadlineClass);
    }

    [Fact]
    public void The_place_is_found_in_the_text_where_the_address_is_empty() =>
        Assert.Equal(Chongchuan.Hepingqiao.Code, Decide("物业公司不作为", "我住在和平桥街道，小区物业管理太差", "").Lead?.Code);

    [Theory]
    [InlineData("物业公司不作为", "", TriageReason.NoPlace)]
    [InlineData("物业公司不作为", "崇川区某某路", TriageReason.NoPlace)]
    [InlineData("物业公司不作为", "杭州市西湖区北山街道", TriageReason.OutOfArea)]
    [InlineData("嗯嗯啊啊", "崇川区新城桥街道", TriageReason.CategoryUnclear)]
    public void What_cannot_be_decided_goes_to_triage_with_its_reason(string title, string address, TriageReason reason)
    {
        var decision = Decide(title, "", address);
        Assert.Equal(reason, decision.Triage);
        Assert.Null(decision.Lead);
        Assert.Contains("需人工研判", decision.Why[^1].Zh, StringComparison.Ordinal);
        Assert.Contains("a person decides", decision.Why[^1].En, StringComparison.Ordinal);
    }

    [Fact]
    public void An_ambiguous_place_shows_its_candidates()
    {
        var decision = Decide(Of("030608", 0.9), Nowhere with { Candidates = [new("320613103", "甲", 0.5), new("320613104", "乙", 0.5)] });
        Assert.Equal(TriageReason.AmbiguousPlace, decision.Triage);
        Assert.Equal(2, decision.Candidates.Count);
        Assert.Contains("甲", decision.Why[^1].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void A_street_below_the_confidence_asked_for_is_ambiguous_and_not_recorded()
    {
        var decision = Decide(Of("030608", 0.9), At(Chongchuan.Xinchengqiao.Code, 0.5));
        Assert.Equal(TriageReason.AmbiguousPlace, decision.Triage);
        Assert.Equal(Chongchuan.Xinchengqiao.Code, Assert.Single(decision.Candidates).Code);
        Assert.Null(decision.Street);
    }

    [Fact]
    public void Readings_that_are_unsure_alone_but_lead_to_the_same_unit_decide_together()
    {
        var decision = Decide(Of(("030608", 0.3), ("030602", 0.3), ("040201", 0.2)), At(Chongchuan.Xinchengqiao.Code, 0.95));
        Assert.Equal(Chongchuan.Xinchengqiao.Code, decision.Lead?.Code);
        Assert.Equal(0.6, decision.Confidence);
        Assert.Equal("030608", decision.Category?.Code);
    }

    [Fact]
    public void Readings_that_lead_apart_and_are_unsure_go_to_triage() =>
        Assert.Equal(TriageReason.CategoryUnclear, Decide(Of(("080508", 0.3), ("030602", 0.3)), At(Chongchuan.Xinchengqiao.Code, 0.95)).Triage);

    [Fact]
    public void A_class_that_no_rule_covers_goes_to_triage() =>
        Assert.Equal(TriageReason.NoRule, Decide(Of("999900", 0.9), At(Chongchuan.Xinchengqiao.Code, 0.95)).Triage);

    [Fact]
    public void Rules_of_equal_rank_that_name_different_leads_go_to_triage()
    {
        var basis = Chongchuan.Basis with { Rules = RuleBook.Stored("id,category,mode,lead,class\na,0805,duty,labour,normal\nb,0805,duty,justice,normal\n", 0) };
        Assert.Equal(TriageReason.RuleConflict, Decide(Of("080508", 0.9), Nowhere, basis).Triage);
    }

    [Fact]
    public void A_street_that_is_no_unit_goes_to_triage() =>
        Assert.Equal(TriageReason.LeadUnknown, Decide(Of("030608", 0.9), At("320602001", 0.95)).Triage);

    [Fact]
    public void A_unit_whose_return_was_upheld_is_not_asked_again_and_a_duty_does_not_fall_to_the_street()
    {
        var basis = Chongchuan.With("""
            id,category,place,kind,mode,lead,support,class
            wide,*,,,territory,,,normal
            one,08,,,duty,labour,,normal
            two,0805,,,duty,justice,,normal
            """);
        var where = At(Chongchuan.Xinchengqiao.Code, 0.95);
        Assert.Equal("320613-justice", Decide(Of("080508", 0.9), where, basis).Lead?.Code);
        Assert.Equal("320613-labour", Decide(Of("080508", 0.9), where, basis, refused: ["320613-justice"]).Lead?.Code);
        Assert.Equal(TriageReason.RefusedByAll, Decide(Of("080508", 0.9), where, basis, refused: ["320613-justice", "320613-labour"]).Triage);
    }

    [Theory]
    [InlineData("020406", null, DeadlineClass.SameDay)]
    [InlineData("020406", Urgency.Urgent, DeadlineClass.SameDay)]
    [InlineData("020406", Urgency.Emergency, DeadlineClass.Emergency)]
    [InlineData("030608", null, DeadlineClass.Normal)]
    [InlineData("030608", Urgency.Normal, DeadlineClass.Normal)]
    [InlineData("030608", Urgency.Urgent, DeadlineClass.Urgent)]
    [InlineData("070302", Urgency.Normal, DeadlineClass.Emergency)]
    public void Urgency_raises_the_class_and_never_lowers_it(string category, Urgency? urgency, DeadlineClass expected) =>
        Assert.Equal(expected, Decide(Of(category, 0.9), At(Chongchuan.Xinchengqiao.Code, 0.95), urgency: urgency).DeadlineClass);

    [Theory]
    [InlineData("家里没水用三天了", null, DeadlineClass.Urgent)]
    [InlineData("小区突然停电", null, DeadlineClass.Urgent)]
    [InlineData("供暖中断，家里很冷", null, DeadlineClass.Urgent)]
    [InlineData("小区突然停电", Urgency.Normal, DeadlineClass.Urgent)]
    [InlineData("小区突然停电", Urgency.Emergency, DeadlineClass.Emergency)]
    [InlineData("水费怎么交，什么时候停水检修", null, DeadlineClass.Normal)]
    public void What_cannot_wait_is_urgent_and_never_less_than_was_asked(string title, Urgency? urgency, DeadlineClass expected)
    {
        var question = new RoutingQuestion(new Matter(title, "", "崇川区新城桥街道", null), TicketKind.Request, "050101", urgency, Later, RoutingQuestion.Nobody);
        var basis = Chongchuan.With("id,category,mode,lead,class\nall,*,duty,urban,normal\n");
        var decision = new Router(Lexicon.Instance, CategoryCatalogue.Instance, AddressResolver.Instance, new DispatchSettings()).Decide(question, basis);
        Assert.Equal(expected, decision.DeadlineClass);
        if (expected == DeadlineClass.Urgent) Assert.Contains(decision.Why, s => s.En.Contains("raised from normal for words of lost supply", StringComparison.Ordinal));
    }

    [Fact]
    public void Danger_to_life_is_an_emergency_whatever_the_rule_says()
    {
        var decision = Decide("有人被困电梯", "已经半小时", "新城桥街道");
        Assert.Equal(Chongchuan.Market, decision.Lead?.Code);
        Assert.Equal(DeadlineClass.Emergency, decision.DeadlineClass);
        Assert.Contains(decision.Why, s => s.Zh.Contains("被困电梯", StringComparison.Ordinal) && s.Zh.Contains("特急", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("煤气泄漏有人昏迷", "上海市浦东新区川沙新镇", TriageReason.OutOfArea)]
    [InlineData("有人被埋在下面，快来", "", TriageReason.CategoryUnclear)]
    public void Danger_to_life_holds_in_triage_as_well(string title, string address, TriageReason reason)
    {
        var decision = Decide(title, "", address);
        Assert.Equal((reason, DeadlineClass.Emergency), (decision.Triage, decision.DeadlineClass));
        Assert.Contains(decision.Why, s => s.Zh.Contains("危及生命", StringComparison.Ordinal));
    }

    [Fact]
    public void The_operator_s_category_holds_over_the_words() =>
        Assert.Equal("320613-labour", Decide("物业公司不作为", "", "新城桥街道", category: "080508").Lead?.Code);

    [Fact]
    public void The_operator_s_first_level_is_narrowed_by_the_words() =>
        Assert.Equal("030608", Decide("物业公司拖欠工资，拖欠工资", "", "新城桥街道", category: "03").Category?.Code);

    [Fact]
    public void Every_step_is_explained_in_both_languages()
    {
        var decision = Decide("夜间施工噪音扰民", "", "崇川区和平桥街道");
        var zh = string.Join("\n", decision.Why.Select(s => s.Zh));
        var en = string.Join("\n", decision.Why.Select(s => s.En));
        foreach (var part in (string[])["噪音", "噪声污染", "和平桥", "规则「noise」", "「pollution」类别较宽", "协办单位", "时限等级：一般"]) Assert.Contains(part, zh, StringComparison.Ordinal);
        foreach (var part in (string[])["confidence", "Rule noise", "pollution: its category is wider", "Supporting", "Deadline class: normal"]) Assert.Contains(part, en, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("请督促区法院尽快开庭，法院审理超期", "12368")]
    [InlineData("不服仲裁裁决", "12333")]
    [InlineData("举报村书记贪污公款", "12388")]
    [InlineData("申请行政复议", "12348")]
    [InlineData("申请政府信息公开", "行政机关")]
    [InlineData("请求解决某人信访事项", "信访")]
    [InlineData("控告检察院工作人员隐匿证据", "12309")]
    public void What_has_a_procedure_of_its_own_goes_to_an_operator_with_the_answer(string title, string belongs)
    {
        var decision = Decide(title, "", "崇川区新城桥街道");
        Assert.Equal(TriageReason.OutOfScope, decision.Triage);
        Assert.Contains(belongs, decision.Why[^1].Zh, StringComparison.Ordinal);
        Assert.Contains(belongs, OutOfScope.AnswerOf(decision.Rule)!.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_read_in_the_description_where_the_title_names_no_matter()
    {
        var decision = Decide("市民来电反映问题", "法院判决不公，请求再审，法官枉法裁判", "崇川区新城桥街道");
        Assert.Equal(TriageReason.OutOfScope, decision.Triage);
        Assert.Contains("12368", decision.Why[^1].Zh, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("法院对面的公厕晚上不开", "")]
    [InlineData("物业拒不退费", "法院判决书已生效，物业仍不退费")]
    [InlineData("中级法院空调外机噪声扰民", "")]
    [InlineData("法院立案庭门口路灯不亮", "")]
    public void What_only_speaks_of_a_court_goes_on(string title, string description) => Assert.NotEqual(TriageReason.OutOfScope, Decide(title, description, "崇川区新城桥街道").Triage);

    [Fact]
    public void A_question_a_chosen_class_a_danger_and_what_a_unit_has_had_are_never_out_of_scope()
    {
        const string title = "不服仲裁裁决";
        Assert.Null(OutOfScope.Find("不服仲裁裁决怎么办", "", TicketKind.Inquiry));
        Assert.NotEqual(TriageReason.OutOfScope, Decide(title, "", "崇川区新城桥街道", category: "080508").Triage);
        Assert.NotEqual(TriageReason.OutOfScope, Decide(title + "，有人被困电梯", "", "崇川区新城桥街道").Triage);
        var question = new RoutingQuestion(new Matter(title, "", "新城桥街道", null), TicketKind.Complaint, null, null, Epidemic, new HashSet<string> { Chongchuan.Health });
        Assert.Null(new Router(Lexicon.Instance, CategoryCatalogue.Instance, AddressResolver.Instance, Settings).WhatIsIt(question, null).Elsewhere);
    }

    [Fact]
    public void Every_rule_for_the_class_is_named_with_why_it_lost()
    {
        var basis = Chongchuan.With($"""
            id,category,place,kind,mode,lead,support,class,from,to,note
            all,*,,,duty,urban,,normal,,,
            wide,03,,,duty,housing,,normal,,,
            estate,030608,,,territory,,,normal,,,
            tips,030608,,tip,duty,market,,normal,,,
            here,030608,{Chongchuan.Hepingqiao.Code},,duty,housing,,normal,,,
            ended,030608,,,duty,police,,normal,2019-01-01,2019-12-31,
            coming,030608,,,duty,police,,normal,2030-01-01,,
            """);
        var why = Decide(Of("030608", 0.9), At(Chongchuan.Xinchengqiao.Code, 0.9), basis).Why;
        Assert.Contains(why, s => s == new Sentence(
            "未采用的规则：「tips」限其他诉求类型；「here」限其他地点；「ended」已失效；「coming」尚未生效；「wide」「all」类别较宽。",
            "Rules that lost: tips: it is for another kind of ticket; here: it is for another place; ended: no longer in force; coming: not in force yet; wide, all: its category is wider."));
    }

    [Fact]
    public void What_was_passed_over_after_a_return_is_named_with_why()
    {
        var basis = Chongchuan.With("""
            id,category,place,kind,mode,lead,support,class,from,to,note
            all,*,,,duty,urban,,normal,,,
            wide,02,,,duty,police,,normal,,,
            streets,0204,,,territory,,,normal,,,
            first,020406,,,duty,health,,normal,,,
            """);
        var decision = Decide(Of("020406", 0.9), At(Chongchuan.Xinchengqiao.Code, 0.9), basis, null, Chongchuan.Health);
        Assert.Equal(Chongchuan.Police, decision.Lead?.Code);
        Assert.Contains(decision.Why, s => s.Zh == "未采用的规则：「first」主办单位已退单；「streets」部门退回的事项不转街道、社区；「all」类别较宽。");
    }

    [Fact]
    public void A_rule_for_the_hotlines_own_division_holds_where_the_street_is_not_known()
    {
        var basis = Chongchuan.With($"""
            id,category,place,kind,mode,lead,support,class
            all,*,{Chongchuan.Division},,duty,services,,normal
            """);
        Assert.Equal("320613-services", Decide(Of("100201", 0.9), Nowhere, basis).Lead?.Code);
    }

    [Fact]
    public void A_rule_for_a_county_holds_where_the_words_are_sure_of_the_county_and_no_street_is_known()
    {
        var units = new UnitIndex(UnitTree.For("3206", DivisionDirectory.Instance)!.Select(s => new Unit(s.Code, s.Name, s.Kind, s.Parent, s.Division, s.NameEn)));
        var basis = Chongchuan.Basis with { Units = units, Rules = RuleBook.Stored("id,category,place,mode,lead,class\nall,*,,duty,services,normal\nhere,10,320613,duty,market,normal\n", 0) };
        Assert.Equal("3206-market", Decide(Of("100201", 0.9), Nowhere with { District = "320613", Confidence = 0.9 }, basis).Lead?.Code);
        Assert.Equal("3206-services", Decide(Of("100201", 0.9), Nowhere with { District = "320613", Confidence = 0.3 }, basis).Lead?.Code);
        Assert.Equal("3206-services", Decide(Of("100201", 0.9), Nowhere with { District = "320614", Confidence = 0.9 }, basis).Lead?.Code);
    }

    [Fact]
    public void A_stronger_rule_for_a_place_that_may_be_the_one_waits_for_a_person()
    {
        var (one, other) = (Chongchuan.Xinchengqiao.Code, Chongchuan.Hepingqiao.Code);
        var basis = Chongchuan.With($"""
            id,category,place,kind,mode,lead,support,class
            wide,100201,,,duty,market,,normal
            here,100201,{one},,duty,urban,,same-day
            alike,020406,,,duty,health,,normal
            there,020406,{one},,duty,health,,same-day
            """);
        Assert.Equal(Chongchuan.Urban, Decide(Of("100201", 0.9), At(one, 0.9), basis).Lead?.Code);
        Assert.Equal(Chongchuan.Market, Decide(Of("100201", 0.9), At(other, 0.9), basis).Lead?.Code);

        var decision = Decide(Of("100201", 0.9), Between(one, other), basis);
        Assert.Equal((TriageReason.AmbiguousPlace, "here"), (decision.Triage, decision.Rule));
        Assert.Equal([one, other], decision.Candidates.Select(c => c.Code));
        Assert.Equal("here", Decide(Of("100201", 0.9), At(one, 0.3), basis).Rule);
        Assert.Equal("here", Decide(Of("100201", 0.9), Between(Chongchuan.Division, "320602"), basis).Rule);

        // Not the one, nothing known of the place, and the same lead whatever it is.
        Assert.Equal(Chongchuan.Market, Decide(Of("100201", 0.9), Between(other, "320613999"), basis).Lead?.Code);
        Assert.Equal(Chongchuan.Market, Decide(Of("100201", 0.9), Nowhere, basis).Lead?.Code);
        Assert.Equal(Chongchuan.Health, Decide(Of("020406", 0.9), Between(one, other), basis).Lead?.Code);
    }

    [Fact]
    public void What_a_department_refused_does_not_go_down_by_a_rule_that_names_a_street_office_either()
    {
        var basis = Chongchuan.With($"""
            id,category,place,kind,mode,lead,support,class
            wide,10,,,duty,{Chongchuan.Xinchengqiao.Code},,normal
            one,1002,,,duty,market,,normal
            """);
        Assert.Equal(TriageReason.RefusedByAll, Decide(Of("100201", 0.9), At(Chongchuan.Xinchengqiao.Code, 0.9), basis, null, Chongchuan.Market).Triage);
    }

    [Fact]
    public void The_operators_urgency_holds_in_triage_where_no_rule_gives_a_class()
    {
        Assert.Equal(DeadlineClass.Emergency, Decide(new CategoryFinding([], false, [], []), Nowhere, urgency: Urgency.Emergency).DeadlineClass);
        Assert.Null(Decide(new CategoryFinding([], false, [], []), Nowhere).DeadlineClass);
    }

    private static PlaceMatch Between(params string[] codes) => Nowhere with { Candidates = [.. codes.Select(c => new PlaceCandidate(c, c, 0.5))] };

    private static readonly PlaceMatch Nowhere = new(null, null, null, null, 0, false, null, [], []);

    private static PlaceMatch At(string street, double confidence) => new(street, street[..6], street[..4], null, confidence, false, null, [], []);

    private static CategoryFinding Of(string code, double confidence) => Of((code, confidence));

    private static CategoryFinding Of(params (string Code, double Confidence)[] readings) =>
        new([.. readings.Select(r => new CategoryReading(r.Code, CategoryCatalogue.Instance.Path(r.Code), r.Confidence, ["词"]))], false, [], []);

    private static Decision Decide(
        CategoryFinding what, PlaceMatch where, RoutingBasis.State? basis = null, Urgency? urgency = null, params IEnumerable<string> refused) => Router.Decide(
        new RoutingQuestion(new Matter("", "", "", null), TicketKind.Complaint, null, urgency, Epidemic, refused.ToHashSet()),
        what, where, basis ?? Chongchuan.Basis, Settings);

    private static Decision Decide(string title, string description, string address, DateOnly? day = null, string? category = null) => Router.Decide(
        new RoutingQuestion(new Matter(title, description, address, null), TicketKind.Complaint, category, null, day ?? Epidemic, RoutingQuestion.Nobody), Chongchuan.Basis);
}
