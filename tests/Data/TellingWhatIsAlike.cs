using Hotline.Data.Likeness;

namespace Hotline.Data.Tests;

public sealed class TellingWhatIsAlike
{
    private static readonly Rarity Learned = Learn();

    [Fact]
    public void The_same_text_is_wholly_alike_and_another_not_at_all()
    {
        var one = Gist.Of("濠河雅苑停水", "从昨天开始停水", Learned);

        Assert.Equal(1, one.LikenessTo(Gist.Of("濠河雅苑停水", "从昨天开始停水", Learned)), 5);
        Assert.Equal(0, one.LikenessTo(Gist.Of("XYZ", "qwe", Learned)));
        Assert.Equal(0, Gist.Of("", "。！", Learned).LikenessTo(one));
    }

    [Fact]
    public void Width_case_blanks_and_signs_make_no_difference()
    {
        Assert.Equal(1, Gist.Of("Ａ区 停水！", "ABC", Learned).LikenessTo(Gist.Of("a区停水", "（abc）", Learned)), 5);
    }

    [Fact]
    public void Rare_words_tell_more_than_frequent_ones()
    {
        var asked = Gist.Of("濠河雅苑路灯", "", Learned);

        Assert.True(asked.LikenessTo(Gist.Of("濠河雅苑噪音", "", Learned)) > asked.LikenessTo(Gist.Of("城南菜场路灯", "", Learned)));
    }

    [Fact]
    public void Long_numbers_are_all_the_same_and_short_ones_are_not()
    {
        Assert.Equal(1, Gist.Of("电话13800001111", "", Learned).LikenessTo(Gist.Of("电话13922223333", "", Learned)), 5);
        Assert.True(Gist.Of("3栋", "", Learned).LikenessTo(Gist.Of("5栋", "", Learned)) < 0.9);
    }

    [Fact]
    public void The_likeness_of_sums_is_that_of_all_pairs()
    {
        Gist[] some = [.. new[] { "濠河雅苑停水", "濠河雅苑又停水", "停水两天" }.Select(t => Gist.Of(t, "", Learned))];
        Gist[] others = [.. new[] { "雅苑停水了", "路灯不亮" }.Select(t => Gist.Of(t, "", Learned))];
        var (one, two) = (new Gist.Sum(), new Gist.Sum());
        foreach (var gist in some) one.Add(gist);
        foreach (var gist in others) two.Add(gist);

        Assert.Equal(some.Sum(a => others.Sum(a.LikenessTo)), one.Times(two), 4);
        Assert.Equal(some.Sum(others[0].LikenessTo), one.Times(others[0]), 4);
    }

    [Fact]
    public void Keys_are_few_the_same_for_the_same_text_and_shared_by_texts_that_share_most()
    {
        var text = string.Concat(Enumerable.Range(0, 500).Select(i => (char)(0x4E00 + (i * 7 % 900))));
        var keys = LookupKeys.Of(text[..60], text);

        Assert.InRange(keys.Count, 39, 55);
        Assert.Equal(keys, LookupKeys.Of(text[..60], text));
        Assert.True(LookupKeys.Of("另一个标题", text).Intersect(LookupKeys.Of("", "我" + text)).Count() >= 12);
        Assert.True(LookupKeys.Telling(text[..60], text, Learned).Length <= 20);
        Assert.Empty(LookupKeys.Of("", ""));
    }

    [Fact]
    public void Words_in_common_are_quoted_as_they_are_written_and_those_that_all_texts_have_are_not()
    {
        Assert.Equal(["濠河雅苑3栋"], CommonWords.Of("我在濠河雅苑3栋，停水了", "濠河雅苑3栋今天停水", Learned, 2));
        Assert.Empty(CommonWords.Of("路灯", "噪音", Learned, 3));
    }

    [Fact]
    public void What_was_learned_long_ago_fades()
    {
        var rarity = new Rarity(200);
        for (var i = 0; i < 100; i++) rarity.Add("旧事", "");
        var then = rarity.Weight(Pair("旧事"));
        for (var i = 0; i < 2000; i++) rarity.Add("新事", "");

        Assert.True(rarity.Weight(Pair("旧事")) > then);
        Assert.True(rarity.Weight(Pair("新事")) < then);

        static uint Pair(string text) => ((uint)text[0] << 16) | text[1];
    }

    private static Rarity Learn()
    {
        var rarity = new Rarity();
        for (var i = 0; i < 50; i++) rarity.Add("路灯噪音停水", $"路灯不亮，噪音扰民，停水{i}天");
        return rarity;
    }
}
