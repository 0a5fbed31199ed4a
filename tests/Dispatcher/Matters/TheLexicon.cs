using System.Diagnostics;
using Hotline.Dispatcher.Matters;

namespace Hotline.Dispatcher.Tests.Matters;

public sealed class TheCatalogueOfMatters
{
    private static readonly CategoryCatalogue Catalogue = CategoryCatalogue.Instance;

    [Fact]
    public void It_has_the_classes_of_the_standard()
    {
        Assert.Equal(515, Catalogue.All.Count);
        Assert.Equal(99, Catalogue.All.Select(c => c.Level2.Code).Distinct().Count());
        Assert.Equal(14, Catalogue.All.Select(c => c.Level1.Code).Distinct().Count());
        Assert.Equal(515, Catalogue.All.Select(c => c.Code).Distinct().Count());
        Assert.All(Catalogue.All, c => Assert.True(c.Name.Length > 0 && c.Code.StartsWith(c.Level2.Code) && c.Level2.Code.StartsWith(c.Level1.Code)));
    }

    [Fact]
    public void A_blank_name_is_that_of_its_second_level() => Assert.Equal("新闻出版", Catalogue.Find("010600")!.Name);

    [Fact]
    public void The_code_that_is_printed_twice_stands_for_its_first_row_and_the_second_gets_its_own()
    {
        Assert.Equal("其他生活服务", Catalogue.Find("090499")!.Name);
        Assert.Equal("其他民族宗教", Catalogue.Find("090599")!.Name);
    }

    [Fact]
    public void A_path_names_each_level_once()
    {
        Assert.Equal("城乡建设 / 物业管理 / 小区卫生", Catalogue.Path("030602"));
        Assert.Equal("其他", Catalogue.Path("999900"));
        Assert.Equal("城乡建设 / 物业管理", Catalogue.Path("0306"));
    }
}

public sealed class TheLexicon
{
    private static readonly Lexicon Lexicon = Lexicon.Instance;

    [Theory]
    [InlineData("隔壁小区有人从湖北返回，没有隔离", "020406")]
    [InlineData("路边停着一辆鄂A牌照的车", "020406")]
    [InlineData("药店口罩涨价，三十元一个", "100201")]
    [InlineData("几家药店都买不到口罩", "020406")]
    [InlineData("工厂提前复工，工人不戴口罩", "020406")]
    [InlineData("居家隔离人员没有体温计", "020406")]
    [InlineData("独居老人没人照顾", "090101")]
    [InlineData("我想报名当志愿者", "090113")]
    [InlineData("夜间施工噪音扰民", "040201")]
    [InlineData("物业公司不作为", "030608")]
    [InlineData("小区停水两天了", "090403")]
    [InlineData("暖气不热，供暖不足", "090403")]
    [InlineData("路灯不亮", "030501")]
    [InlineData("井盖破损", "030501")]
    [InlineData("楼道垃圾无人清理", "030302")]
    [InlineData("楼顶违章搭建", "030303")]
    [InlineData("路上车辆乱停乱放", "051111")]
    [InlineData("老板拖欠工资三个月", "080508")]
    [InlineData("饭店吃出食物中毒", "070803")]
    [InlineData("医保报销比例是多少", "080102")]
    [InlineData("学校违规补课", "010201")]
    [InlineData("公交线路调整", "050204")]
    [InlineData("电梯故障经常停运", "070901")]
    [InlineData("请问怎么办理居住证", "070202")]
    public void Everyday_words_find_their_class(string text, string code) => Assert.Equal(code, Lexicon.Suggest(text, "").Guesses[0].Category.Code);

    [Fact]
    public void A_guess_says_by_which_words()
    {
        var guess = Lexicon.Suggest("物业费乱收费", "").Guesses[0];
        Assert.Equal("030607", guess.Category.Code);
        Assert.Contains("物业费", guess.Words);
    }

    [Fact]
    public void The_longer_of_two_words_counts() =>
        Assert.DoesNotContain(Lexicon.Suggest("小学门口停车位", "").Guesses, g => g.Words.Contains("停车"));

    [Theory]
    [InlineData("电动车没地方停", "030605", "动车")]
    [InlineData("电动车乱停放", "051111", "动车")]
    [InlineData("电动车被偷了", "070303", "动车")]
    [InlineData("电动车在楼道正在燃烧", "070404", "动车")]
    [InlineData("非机动车道被占", "030503", "动车")]
    [InlineData("隔离带破损", "030503", "隔离")]
    [InlineData("交通信号灯坏了", "030503", "通信")]
    [InlineData("请协调解决噪音", "040201", "调解")]
    [InlineData("居民工作群里说垃圾没人管", "030302", "民工")]
    [InlineData("东湖北岸垃圾成堆", "030302", "湖北")]
    [InlineData("停水什么时候抢修好", "090403", "抢")]
    [InlineData("小区出口堵车", "051102", "出口")]
    [InlineData("跳楼价促销虚假宣传", "100203", "跳楼")]
    [InlineData("跳楼机不安全", "070999", "跳楼")]
    public void A_word_inside_a_longer_one_of_another_meaning_is_not_that_word(string text, string code, string inside)
    {
        var guesses = Lexicon.Suggest(text, "").Guesses;
        Assert.Equal(code, guesses[0].Category.Code);
        Assert.DoesNotContain(guesses, g => g.Words.Contains(inside));
    }

    [Theory]
    [InlineData("动车晚点", "050903")]
    [InlineData("从湖北返回", "020406")]
    [InlineData("手机被抢", "070303")]
    [InlineData("请社区调解", "120103")]
    public void Alone_it_still_is(string text, string code) => Assert.Equal(code, Lexicon.Suggest(text, "").Guesses[0].Category.Code);

    [Theory]
    [InlineData("法院门口路灯坏了", "030501")]
    [InlineData("医院对面垃圾成堆", "030302")]
    [InlineData("小学大门外摊贩占道", "030701")]
    [InlineData("银行东门口违章停车", "051111")]
    [InlineData("图书馆附近烧烤", "030705")]
    public void An_institution_beside_which_something_happens_is_a_place_and_not_the_matter(string text, string code)
    {
        var guess = Assert.Single(Lexicon.Suggest(text, "").Guesses);
        Assert.Equal(code, guess.Category.Code);
    }

    [Fact]
    public void An_institution_that_is_meant_counts_even_where_another_is_a_place()
    {
        Assert.Equal("020302", Lexicon.Suggest("学校对面的医院不让看病", "").Guesses[0].Category.Code);
        Assert.Equal("990200", Lexicon.Suggest("法院附近法官判决不公", "").Guesses[0].Category.Code);
    }

    [Fact]
    public void Words_of_danger_to_life_are_told() => Assert.Equal(["有人被困电梯"], Lexicon.Suggest("有人被困电梯", "").Danger);

    [Fact]
    public void A_text_without_known_words_gets_no_guess() => Assert.Empty(Lexicon.Suggest("嗯嗯啊啊", "……").Guesses);

    [Fact]
    public void One_weak_word_gives_less_confidence_than_several_strong_ones()
    {
        var weak = Lexicon.Suggest("小区的事情", "").Guesses[0].Confidence;
        var strong = Lexicon.Suggest("拖欠农民工工资", "工程结束半年，老板拖欠工资，农民工讨薪无果").Guesses[0].Confidence;
        Assert.True(weak < 0.5, $"weak {weak}");
        Assert.True(strong > 0.8, $"strong {strong}");
    }

    [Fact]
    public void Confidences_never_sum_to_more_than_one()
    {
        var guesses = Lexicon.Suggest("小区物业停水停电，垃圾成堆，噪音扰民，电梯故障，乱停车", "学校旁边违建").Guesses;
        Assert.True(guesses.Sum(g => g.Confidence) <= 1);
        Assert.Equal(guesses.OrderByDescending(g => g.Confidence), guesses);
    }

    [Fact]
    public void The_same_text_gets_the_same_answer_on_many_threads()
    {
        string[] texts = ["夜间施工噪音扰民", "物业公司不作为，停水", "从湖北返回", "拖欠工资", ""];
        var expected = texts.Select(t => Json(Lexicon.Suggest(t, t + "，请处理"))).ToArray();
        Parallel.For(0, 2000, i => Assert.Equal(expected[i % texts.Length], Json(Lexicon.Suggest(texts[i % texts.Length], texts[i % texts.Length] + "，请处理"))));
    }

    [Fact]
    public void A_text_of_ten_thousand_characters_is_read_in_a_moment()
    {
        var text = string.Concat(Enumerable.Repeat("小区物业噪音扰民停水停电", 900));
        Lexicon.Suggest(text, text);
        var watch = Stopwatch.StartNew();
        for (var i = 0; i < 100; i++) Lexicon.Suggest(text, text);
        Assert.True(watch.ElapsedMilliseconds < 2000, $"{watch.ElapsedMilliseconds} ms for 100");
    }

    private static string Json(Suggestion suggestion) => Contracts.Json.Write(suggestion);
}
