using Hotline.Contracts;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;

namespace Hotline.Dispatcher.Tests.Place;

/// <summary>Words, grids and coordinates put together, as far as the decision; on the invented <see cref="Map"/>.</summary>
public sealed class FindingThePlace
{
    private const string Property = "小区物业公司不作为", Prices = "药店口罩涨价";

    private static readonly string First = Map.Streets[0];
    private static readonly string Second = Map.Streets[1];
    private static readonly Router Router = new(Lexicon.Instance, CategoryCatalogue.Instance, AddressResolver.Instance, new DispatchSettings());
    private static readonly RoutingBasis.State Basis = Chongchuan.With(RuleBook.DefaultCsv) with { Grids = Map.Grids, Boundaries = Map.Boundaries };

    [Fact]
    public void Coordinates_decide_where_the_words_are_silent()
    {
        var decision = Decide(Property, "", Map.At(0.25, 0.25));
        Assert.Equal((First, First, Map.SouthCommunity, "G-W"), (decision.Lead?.Code, decision.Street?.Code, decision.Community?.Code, decision.Grid?.Code));
        Assert.Contains(decision.Why, s => s.Zh.Contains("按坐标定位", StringComparison.Ordinal));
        Assert.Contains(decision.Why, s => s.En.Contains("by its coordinates", StringComparison.Ordinal));
    }

    [Fact]
    public void Words_and_coordinates_that_agree_are_surer_and_the_coordinates_add_the_grid()
    {
        var alone = Place(Name(First), null);
        var both = Place(Name(First), Map.At(0.75, 0.25));
        Assert.True(both.Confidence > alone.Confidence);
        Assert.Equal((First, Map.SouthCommunity, "G-E"), (both.Street, both.Community, both.Grid?.Code));
        Assert.Contains("也在", both.Explanation[^2].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Words_and_coordinates_that_disagree_go_to_triage_with_both()
    {
        var decision = Decide(Property, Name(First), Map.At(2.5, 0.5));
        Assert.Equal(TriageReason.PlaceDisagrees, decision.Triage);
        Assert.Equal([First, Map.Streets[2]], decision.Candidates.Select(c => c.Code));
        Assert.Null(decision.Street);
        Assert.Contains(decision.Why, s => s.Zh.Contains("文字与坐标不一致", StringComparison.Ordinal) && s.Zh.Contains("公里", StringComparison.Ordinal));
        Assert.Contains("需人工研判", decision.Why[^1].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void A_matter_that_goes_by_duty_waits_for_a_person_too_with_its_class_and_rule()
    {
        var decision = Decide(Prices, Name(First), Map.At(2.5, 0.5));
        Assert.Equal((TriageReason.PlaceDisagrees, "prices-epidemic", DeadlineClass.SameDay), (decision.Triage, decision.Rule, decision.DeadlineClass));
        Assert.Equal([First, Map.Streets[2]], decision.Candidates.Select(c => c.Code));
    }

    [Fact]
    public void Where_the_matter_is_not_known_either_both_places_are_told()
    {
        var decision = Decide("你好", Name(First), Map.At(2.5, 0.5));
        Assert.Equal(TriageReason.CategoryUnclear, decision.Triage);
        Assert.Equal([First, Map.Streets[2]], decision.Candidates.Select(c => c.Code));
    }

    [Fact]
    public void Coordinates_just_across_the_border_do_not_contradict_the_words()
    {
        var place = Place(Name(First), Map.At(1.03, 0.75));
        Assert.Equal((First, false), (place.Street, place.Disagrees));
        Assert.Null(place.Grid);
        Assert.Contains("误差之内", place.Explanation[^1].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void On_a_border_a_person_decides_between_its_two_sides()
    {
        var decision = Decide(Property, "", Map.At(1.0, 0.75));
        Assert.Equal(TriageReason.AmbiguousPlace, decision.Triage);
        Assert.Equal([First, Second], decision.Candidates.Select(c => c.Code).Order());
    }

    [Fact]
    public void Coordinates_a_little_outside_of_everything_leave_the_words_alone()
    {
        var place = Place(Name(First), Map.At(0.5, -0.2));
        Assert.Equal(First, place.Street);
        Assert.Contains("以文字为准", place.Explanation[^1].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Coordinates_in_no_boundary_and_far_from_the_street_that_is_named_go_to_triage_with_it()
    {
        var decision = Decide(Property, Name(First), new Location(39.9, 116.4));
        Assert.Equal(TriageReason.PlaceDisagrees, decision.Triage);
        Assert.Equal([First], decision.Candidates.Select(c => c.Code));
        Assert.Contains(decision.Why, s => s.Zh.Contains("坐标不在任何已导入的边界内", StringComparison.Ordinal) && s.Zh.Contains("公里", StringComparison.Ordinal));
        var others = Map.Read(Map.Collection(Map.Square(Second, 0, 0, 1, 1)));
        Assert.Equal(First, Decide(Property, Name(First), new Location(39.9, 116.4), Basis with { Boundaries = others }).Lead?.Code);
    }

    [Theory]
    [InlineData("高新区世纪大道")]
    [InlineData("老城区濠河边上")]
    [InlineData("主城区人民中路")]
    [InlineData("城西菜场")]
    [InlineData("端平桥社区")]
    [InlineData("杭州湾大酒店")]
    [InlineData("临城那边的药房")]
    public void Words_that_are_also_the_name_of_a_county_far_away_do_not_make_a_ticket_another_hotline_s(string address)
    {
        var decision = Decide(Property, address, null);
        Assert.True(decision.Triage is TriageReason.AmbiguousPlace or TriageReason.NoPlace, $"{decision.Triage}: {string.Join(' ', decision.Why.Select(w => w.Zh))}");
        Assert.DoesNotContain(decision.Why, s => s.Zh.Contains("应由", StringComparison.Ordinal));
        // What goes by duty does not wait for a place.
        Assert.Equal(Chongchuan.Market, Decide(Prices, address, null).Lead?.Code);
    }

    [Fact]
    public void A_community_at_home_whose_name_holds_that_of_a_county_far_away_is_found()
    {
        var place = Place("永和佳苑", null); // 永和县 is in 山西
        Assert.Equal("永和佳苑社区居委会", DivisionDirectory.Instance.Find(place.Community!)!.Name);
        Assert.StartsWith("320613", place.Street, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("苏州市平江路", "苏州市")]
    [InlineData("上海浦东新区川沙新镇", "上海市")]
    [InlineData("杭州市西湖区文三路", "杭州市")]
    public void A_place_elsewhere_that_is_named_clearly_is_another_hotline_s(string address, string responsible)
    {
        var decision = Decide(Prices, address, null);
        Assert.Equal(TriageReason.OutOfArea, decision.Triage);
        Assert.Contains(decision.Why, s => s.Zh.Contains($"应由{responsible}", StringComparison.Ordinal));
    }

    [Fact]
    public void A_street_elsewhere_in_the_text_counts_where_no_address_is_given_and_nobody_came_from_there()
    {
        Assert.Equal(TriageReason.OutOfArea, Decide("工厂夜里排废气", "", null, description: "上海市浦东新区川沙新镇的工厂夜里排废气。").Triage);
        Assert.NotEqual(TriageReason.OutOfArea, Decide("工厂夜里排废气", Name(First), null, description: "上海市浦东新区川沙新镇的工厂也这样。").Triage);
        var returned = Decide("邻居没有隔离", "", null, description: "邻居从上海市浦东新区川沙新镇回来，没有隔离。");
        Assert.NotEqual(TriageReason.OutOfArea, returned.Triage);
        Assert.Contains(returned.Why, s => s.Zh.Contains("诉求中提到上海市浦东新区川沙新镇", StringComparison.Ordinal));
        // A province alone.
        Assert.Contains(Decide("邻居没有隔离", "", null, description: "邻居是湖南省的。").Why, s => s.Zh.Contains("诉求中提到湖南省", StringComparison.Ordinal));
        Assert.Contains(Place("湖南省", Map.At(0.5, 0.5)).Explanation, s => s.Zh.Contains("文字为湖南省", StringComparison.Ordinal));
    }

    [Fact]
    public void Coordinates_outside_of_every_street_are_another_hotline_s_where_the_words_are_silent()
    {
        Assert.Equal(TriageReason.OutOfArea, Decide(Property, "", new Location(39.9, 116.4)).Triage);
        var some = Map.Read(Map.Collection(Map.Square(First, 0, 0, 1, 1)));
        Assert.Equal(TriageReason.NoPlace, Decide(Property, "", new Location(39.9, 116.4), Basis with { Boundaries = some }).Triage);
    }

    [Fact]
    public void Words_outside_of_the_area_and_coordinates_inside_disagree()
    {
        var decision = Decide(Prices, "杭州市西湖区北山街道", Map.At(0.5, 0.75));
        Assert.Equal(TriageReason.PlaceDisagrees, decision.Triage);
        Assert.Equal(["330106", First], decision.Candidates.Select(c => c.Code[..Math.Min(c.Code.Length, c.Code.StartsWith("33", StringComparison.Ordinal) ? 6 : 9)]));
        Assert.Equal(TriageReason.OutOfArea, Decide(Prices, "杭州市西湖区北山街道", new Location(30.2, 120.1)).Triage);
    }

    [Fact]
    public void The_list_of_grids_gives_grid_and_entrance_and_the_community()
    {
        var decision = Decide(Property, Name(First) + "东方公寓7幢9单元1161室", null);
        Assert.Equal((First, Map.SouthCommunity, "G-E", "东方公寓7幢9单元"), (decision.Lead?.Code, decision.Community?.Code, decision.Grid?.Code, decision.Entrance));
        Assert.DoesNotContain(decision.Why, s => s.Zh.Contains("1161", StringComparison.Ordinal));
    }

    [Fact]
    public void The_name_of_an_estate_on_the_list_tells_the_street()
    {
        var decision = Decide(Property, "东方公寓7-9-1161", null);
        Assert.Equal((First, "G-E", "东方公寓7幢9单元"), (decision.Lead?.Code, decision.Grid?.Code, decision.Entrance));
        Assert.Equal("G-W", Decide("东方公寓3幢漏水，" + Property, "", null).Grid?.Code);
    }

    [Fact]
    public void An_estate_of_the_same_name_in_two_streets_is_ambiguous_and_coordinates_decide()
    {
        var csv = Map.GridCsv + $"H,别处网格,{DivisionDirectory.Instance.Communities(Second)[0].Code},东方公寓1-9幢\n";
        var basis = Basis with { Grids = GridBook.Check(csv, Chongchuan.Units, DivisionDirectory.Instance, out _)! };
        var open = Decide(Property, "东方公寓7幢", null, basis);
        Assert.Equal(TriageReason.AmbiguousPlace, open.Triage);
        Assert.Equal([First, Second], open.Candidates.Select(c => c.Code).Order());
        Assert.Equal("G-E", Decide(Property, "东方公寓7幢", Map.At(0.75, 0.25), basis).Grid?.Code);
        Assert.Equal("H", Decide(Property, "东方公寓7幢", Map.At(1.5, 0.25), basis).Grid?.Code);
        Assert.Equal(TriageReason.PlaceDisagrees, Decide(Property, "东方公寓7幢", Map.At(5.5, 0.25), basis).Triage);
    }

    [Fact]
    public void Of_several_grids_the_coordinates_choose_and_the_list_of_buildings_beats_them()
    {
        var chosen = Place(Name(First) + "东方公寓", Map.At(0.75, 0.25));
        Assert.Equal("G-E", chosen.Grid?.Code);
        var listed = Place(Name(First) + "东方公寓3幢", Map.At(0.75, 0.25));
        Assert.Equal("G-W", listed.Grid?.Code);
        Assert.Contains("以楼栋清单为准", listed.Explanation[^1].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Communities_that_differ_inside_one_street_stay_open()
    {
        var place = Place(Name(First) + DivisionDirectory.Instance.Find(Map.NorthCommunity)!.Name, Map.At(0.25, 0.25));
        Assert.Equal((First, null, null), (place.Street, place.Community, place.Grid));
        Assert.Contains("社区不一致", place.Explanation[^1].Zh, StringComparison.Ordinal);
    }

    private static Decision Decide(string title, string address, Location? location, RoutingBasis.State? basis = null, string description = "") => Router.Decide(
        new RoutingQuestion(new Matter(title, description, address, location), TicketKind.Complaint, null, null, new DateOnly(2020, 2, 7), RoutingQuestion.Nobody), basis ?? Basis);

    private static PlaceMatch Place(string address, Location? location) => Router.WhereIsIt(new Matter("", "", address, location), Basis);

    private static string Name(string street) => "崇川区" + DivisionDirectory.Instance.Find(street)!.Name;
}
