using System.Diagnostics;
using FsCheck;
using FsCheck.Fluent;
using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Tests.Place;

public sealed class ResolvingAnAddress
{
    private const string Chongchuan = "320613", Hangzhou = "3301";

    private static PlaceMatch Resolve(string text, string? home = null) => AddressResolver.Instance.Resolve(text, home);

    [Theory]
    [InlineData("浙江省杭州市余杭区闲林街道五常大道翡翠城竹苑", "330110011")]
    [InlineData("江苏省南通市崇川区新城桥街道青年中路1号", "320613004")]
    [InlineData("北京市海淀区中关村街道科学院南路6号", "110108011")]
    [InlineData("广东省东莞市虎门镇太沙路5号", "441900121")]
    public void Full_names_of_every_level_decide_the_street(string text, string street)
    {
        var match = Resolve(text);

        Assert.Equal(street, match.Street);
        Assert.Equal(street[..6], match.District);
        Assert.Equal(street[..4], match.City);
        Assert.True(match.Confidence >= 0.95);
        Assert.Empty(match.Candidates);
    }

    [Theory]
    [InlineData("浙江湖州安吉天荒坪银坑村", "330523108")]
    [InlineData("杭州余杭闲林翡翠城", "330110011")]
    [InlineData("贵州印江县沙子坡镇竹元村", "520625102")]
    public void Shortened_names_decide_it_too(string text, string street) => Assert.Equal(street, Resolve(text).Street);

    [Fact]
    public void Full_width_characters_and_blanks_change_nothing() =>
        Assert.Equal(Resolve("杭州市余杭区闲林街道五常大道188号A座").Street, Resolve("杭州市　余杭区 闲林街道五常大道１８８号Ａ座").Street);

    [Fact]
    public void Doubled_levels_change_nothing() => Assert.Equal("330110011", Resolve("浙江省杭州市余杭区杭州市余杭区闲林街道翡翠城").Street);

    [Theory]
    [InlineData("余杭区闲林街道翡翠城")]
    [InlineData("浙江省闲林街道翡翠城")]
    [InlineData("杭州闲林街道翡翠城")]
    public void Missing_levels_are_filled_in(string text) => Assert.Equal("330110011", Resolve(text).Street);

    [Fact]
    public void A_street_before_its_district_is_found() => Assert.Equal("140215101", Resolve("倍加造镇山西省大同市大同县新堡村").Street);

    [Theory]
    [InlineData("南通市港闸区陈桥街道育爱村", "320613020")]
    [InlineData("港闸区唐闸镇街道", "320613017")]
    public void A_merged_district_leads_to_its_successor_and_says_so(string text, string street)
    {
        var match = Resolve(text);

        Assert.Equal(street, match.Street);
        Assert.Contains(match.Explanation, s => s.Zh.Contains("港闸区已于2020年并入崇川区", StringComparison.Ordinal) && s.En.Contains("merged into 崇川区 in 2020", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("杭州江干区九堡镇东方公寓7-9-1161", "330102018", "330102")]
    [InlineData("江干区下沙12号大街", "330114001", "330114")]
    [InlineData("杭州市江干区白杨街道4号大街", "330114002", "330114")]
    public void In_a_divided_district_the_street_decides(string text, string street, string district)
    {
        var match = Resolve(text);

        Assert.Equal((street, district), (match.Street, match.District));
        Assert.Contains(match.Explanation, s => s.Zh.Contains("江干区", StringComparison.Ordinal) && s.Zh.Contains("2021", StringComparison.Ordinal));
    }

    [Fact]
    public void A_divided_district_without_a_street_stays_open_between_its_successors()
    {
        var match = Resolve("杭州市江干区某小区");

        Assert.Null(match.Street);
        Assert.Null(match.District);
        Assert.Equal(["330102", "330114"], match.Candidates.Select(c => c.Code).Order().Take(2));
    }

    [Theory]
    [InlineData("杭州市上城区笕桥镇机场路", "330102016")]
    [InlineData("安吉县递铺镇安吉大道", "330523001")]
    public void A_town_that_became_a_street_is_found_by_its_old_name(string text, string street) => Assert.Equal(street, Resolve(text).Street);

    [Fact]
    public void A_street_that_moved_with_a_part_of_its_district_is_found_under_both() =>
        Assert.Equal(("330113001", "330113001"), (Resolve("杭州市余杭区临平街道").Street, Resolve("杭州市临平区临平街道").Street));

    [Theory]
    [InlineData("陈桥街道那边的药房", "320613020")]
    [InlineData("我在学田街道学田苑", "320613006")]
    [InlineData("钟秀这边的菜场", "320613007")]
    public void A_bare_street_means_the_one_at_home(string text, string street)
    {
        var match = Resolve(text, Chongchuan);

        Assert.Equal(street, match.Street);
        Assert.False(match.OutOfArea);
        Assert.Contains(match.Explanation, s => s.En.Contains("the hotline's own", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bare_name_of_a_far_district_is_the_street_at_home() => Assert.Equal("320613008", Resolve("文峰那边的菜场", Chongchuan).Street);

    [Fact]
    public void A_bare_street_of_the_neighbouring_district_is_out_of_area()
    {
        var match = Resolve("中兴街道小海新村", Chongchuan);

        Assert.Equal("320671001", match.Street);
        Assert.True(match.OutOfArea);
        Assert.Equal("南通市", match.Responsible?.Name);
    }

    [Fact]
    public void Another_city_in_the_text_keeps_a_shortened_street_from_being_the_one_at_home()
    {
        var match = Resolve("上海虹桥机场", Chongchuan);

        Assert.Null(match.Street);
        Assert.Equal("上海市", match.Responsible?.Name);
    }

    [Fact]
    public void A_county_that_has_no_such_street_is_told()
    {
        var match = Resolve("余杭区九堡镇", "3301"); // 九堡街道 is in 上城区
        Assert.Equal("330102", match.District);
        Assert.Contains(match.Explanation, s => s.Zh.Contains("“余杭区”没有该街道", StringComparison.Ordinal) && s.Zh.Contains("上城区", StringComparison.Ordinal));
        Assert.DoesNotContain(match.Explanation, s => s.Zh.Contains("未写明区划", StringComparison.Ordinal));
    }

    [Fact]
    public void A_named_region_beats_home()
    {
        var match = Resolve("杭州市西湖区文新街道", Chongchuan);

        Assert.Equal("330106013", match.Street);
        Assert.True(match.OutOfArea);
        Assert.Equal("3301", match.Responsible?.Code);
        Assert.Contains(match.Explanation, s => s.Zh.Contains("不在崇川区范围内", StringComparison.Ordinal));
    }

    [Fact]
    public void The_hotline_of_a_municipality_is_named_by_the_municipality()
    {
        var match = Resolve("上海市黄浦区南京东路街道", Chongchuan);

        Assert.True(match.OutOfArea);
        Assert.Equal("上海市", match.Responsible?.Name);
    }

    [Theory]
    [InlineData("上海路12号楼下噪音")]
    [InlineData("南京西路大排档油烟")]
    [InlineData("楼下每天半夜施工")]
    [InlineData("")]
    public void Words_that_are_no_place_lead_nowhere(string text)
    {
        var match = Resolve(text, Chongchuan);

        Assert.Null(match.Street);
        Assert.False(match.OutOfArea);
        Assert.NotEmpty(match.Explanation);
    }

    [Theory]
    [InlineData("朝阳区")]
    [InlineData("城关镇人民路3号")]
    public void A_name_that_several_places_bear_abstains_with_candidates(string text)
    {
        var match = Resolve(text);

        Assert.Null(match.Street);
        Assert.Equal(0, match.Confidence);
        Assert.True(match.Candidates.Count > 1);
        Assert.Equal(match.Candidates.OrderByDescending(c => c.Confidence), match.Candidates);
    }

    [Theory]
    [InlineData("学田苑社区有人乱停车", Chongchuan)]
    [InlineData("崇川区学田苑社区3号楼", null)]
    public void A_community_gives_its_street(string text, string? home)
    {
        var match = Resolve(text, home);
        var community = DivisionDirectory.Instance.Communities("320613006").Single(c => c.Name.StartsWith("学田苑", StringComparison.Ordinal));

        Assert.Equal((community.Parent, community.Code), (match.Street, match.Community));
    }

    [Fact]
    public void A_community_is_named_along_with_its_street()
    {
        var village = DivisionDirectory.Instance.Communities("320613020").First(c => c.Name.EndsWith("村委会", StringComparison.Ordinal));

        Assert.Equal(village.Code, Resolve($"陈桥街道{village.Name[..^2]}3组", Chongchuan).Community);
    }

    [Fact]
    public void At_a_city_hotline_a_street_of_any_of_its_districts_is_home()
    {
        var match = Resolve("笕桥镇机场路", Hangzhou);

        Assert.Equal("330102016", match.Street);
        Assert.False(match.OutOfArea);
    }

    [Theory]
    [InlineData("50")]
    [InlineData("5001")]
    public void A_municipality_is_home_as_a_whole(string home)
    {
        var match = Resolve("云阳县江口镇", home);

        Assert.Equal("500235131", match.Street);
        Assert.False(match.OutOfArea);
    }

    [Theory]
    [InlineData("信阳新县陈店乡建设路", "411523207")]
    [InlineData("铜陵市郊区周潭镇", "340711104")]
    [InlineData("江西省抚州市南丰县市山镇人民路12号", "361023103")]
    public void Names_that_run_into_each_other_are_told_apart(string text, string street) => Assert.Equal(street, Resolve(text).Street);

    [Fact]
    public void The_longer_of_two_streets_one_inside_the_other_wins() => Assert.Equal("230422481", Resolve("鹤岗市绥滨县绥东镇种畜场").Street);

    [Fact]
    public void A_road_in_another_district_with_the_name_of_a_street_does_not_move_the_address()
    {
        var match = Resolve("扬州市高邮市经济开发区路5号");

        Assert.Null(match.Street);
        Assert.Equal("321084", match.District);
    }

    [Fact]
    public void Every_hundredth_street_of_the_country_is_found_by_its_full_name()
    {
        var streets = DivisionDirectory.Instance.Children(null).SelectMany(Below).SelectMany(Below).SelectMany(Below).Where((_, i) => i % 100 == 0).ToList();

        Assert.Equal(414, streets.Count);
        Assert.All(streets, s => Assert.Equal(s.Code, Resolve(DivisionDirectory.Instance.FullName(s.Code) + "人民路12号").Street));

        static IEnumerable<Division> Below(Division division) => DivisionDirectory.Instance.Children(division.Code);
    }

    [Fact]
    public void A_home_that_is_no_division_is_a_fault_of_the_caller() => Assert.Throws<ArgumentException>(() => Resolve("陈桥街道", "999999"));

    [Fact]
    public void Any_text_gets_an_answer() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(500),
        Prop.ForAll<string, bool>((text, atHome) =>
        {
            var match = Resolve(text ?? "", atHome ? Chongchuan : null);
            return match.Confidence is >= 0 and <= 1 && match.Explanation.Count > 0 && (match.Street is null || match.Street.StartsWith(match.District!, StringComparison.Ordinal));
        }));

    [Fact]
    public void Any_order_of_pieces_of_addresses_gets_an_answer()
    {
        string[] pieces = ["江苏省", "南通", "港闸区", "崇川", "杭州市", "江干区", "九堡镇", "陈桥", "街道", "学田苑社区", "路", "１２号", "城关镇", "朝阳区", "和平", "新城", "村", " ", "，", "𠮷"];
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500), Prop.ForAll(Gen.Elements(pieces).ArrayOf().ToArbitrary(), p => Resolve(string.Concat(p), Chongchuan).Confidence is >= 0 and <= 1));
    }

    [Fact]
    public void Ten_thousand_characters_take_no_longer_than_an_address_should()
    {
        var text = string.Concat(Enumerable.Repeat("浙江省杭州市江干区九堡镇和平新城城关镇朝阳区", 500))[..10_000];
        Resolve(text);
        var watch = Stopwatch.StartNew();
        Resolve(text);
        watch.Stop();

        Assert.Contains(Resolve(text).Explanation, e => e.En.Contains("only its beginning", StringComparison.Ordinal));
        Assert.True(watch.ElapsedMilliseconds < 1000, $"{watch.ElapsedMilliseconds} ms");
    }

    [Fact]
    public void The_less_an_address_says_the_less_sure_its_street_is()
    {
        string[] texts = ["崇川区新城桥街道", "崇川区新城桥", "青年路往南新城桥", "青年路往南新城桥路口"];
        var sure = texts.Select(t => Resolve(t, Chongchuan)).Where(m => m.Street is not null).Select(m => m.Confidence).ToArray();
        Assert.True(sure.Length >= 3);
        Assert.Equal(sure.OrderDescending(), sure);
        Assert.True(sure[0] > sure[^1]);
        Assert.All(sure, c => Assert.InRange(c, 0.02, 0.995));
    }

    [Fact]
    public void A_county_far_away_that_a_word_happens_to_name_is_not_sure_and_one_that_is_meant_is()
    {
        var meant = Resolve("河北省邢台市临城县", Chongchuan);
        var byChance = Resolve("临城那边新开的药房", Chongchuan);
        Assert.Equal(("130522", "130522"), (meant.District, byChance.District));
        Assert.InRange(meant.Confidence, 0.9, 1);
        Assert.InRange(byChance.Confidence, 0, 0.3);
        Assert.InRange(Resolve("崇川区的路灯不亮", Chongchuan).Confidence, 0.9, 1);
    }

    [Fact]
    public void A_short_name_amid_other_words_or_against_the_county_that_is_named_is_less_sure()
    {
        var behind = Resolve("杭州九堡东方公寓7幢", Hangzhou);
        var amid = Resolve("杭州东方公寓九堡7幢", Hangzhou);
        var against = Resolve("杭州市余杭区九堡7幢", Hangzhou);
        Assert.Equal((behind.Street, behind.Street), (amid.Street, against.Street));
        Assert.True(behind.Confidence > 0.9 && amid.Confidence < behind.Confidence - 0.1 && against.Confidence < behind.Confidence - 0.1, $"{behind.Confidence} {amid.Confidence} {against.Confidence}");
    }

    [Fact]
    public void Two_streets_of_one_county_without_a_hotline_stay_open_within_it()
    {
        var directory = DivisionDirectory.Instance;
        var pairs = directory.Children("32").SelectMany(c => directory.Children(c.Code)).Select(c => (County: c.Code, Streets: directory.Children(c.Code))).Where(c => c.Streets.Count > 1);
        var open = pairs.Select(p => (p.County, Match: Resolve(p.Streets[0].Name + "，" + p.Streets[1].Name))).Where(p => p.Match.Street is null && p.Match.District is not null).ToArray();
        Assert.Contains(open, p => p.Match.District == p.County && p.Match.Candidates.Count == 2);
    }

    [Fact]
    public void Many_threads_get_the_same_answers()
    {
        string[] texts = ["陈桥街道那边的药房", "杭州江干区九堡镇东方公寓", "学田苑社区", "朝阳区", "安吉县递铺镇"];
        var alone = texts.Select(t => Resolve(t, Chongchuan).Street).ToArray();

        Parallel.For(0, 400, i => Assert.Equal(alone[i % texts.Length], Resolve(texts[i % texts.Length], Chongchuan).Street));
    }
}
