using Hotline.Dispatcher.Matters;

namespace Hotline.Dispatcher.Tests.Matters;

public sealed class WhatCannotWait
{
    [Theory]
    [InlineData("电梯里有人被困")]
    [InlineData("小孩被反锁在家里")]
    [InlineData("对面楼失火了")]
    [InlineData("隔壁着火，烟很大")]
    [InlineData("电动车在楼道正在燃烧")]
    [InlineData("楼道里煤气味很重")]
    [InlineData("煤气泄漏怎么办")]
    [InlineData("化工厂氯气泄漏")]
    [InlineData("煤气罐爆炸")]
    [InlineData("一氧化碳中毒")]
    [InlineData("路灯杆漏电电到人了")]
    [InlineData("高压线掉下来了")]
    [InlineData("房子快塌了")]
    [InlineData("工地上有工人被埋")]
    [InlineData("小孩掉河里了")]
    [InlineData("有人掉进窨井")]
    [InlineData("老人跌落下水道")]
    [InlineData("有人落水")]
    [InlineData("老人晕倒在路上")]
    [InlineData("有人喝农药")]
    [InlineData("邻居想不开要自杀")]
    [InlineData("如果不解决我就跳楼")]
    [InlineData("邻居拿刀要砍人")]
    [InlineData("隔壁正在打人")]
    [InlineData("孩子走失")]
    [InlineData("家里老人走丢了")]
    [InlineData("电梯经常坏，现在又有人被困")]
    [InlineData("去年也着火，今天厨房又着火了")]
    [InlineData("曾女士被困电梯")]
    [InlineData("曾都区白云湖边有人落水")]
    public void Danger_to_life_is_read_in_everyday_words(string text)
    {
        Assert.NotEmpty(Lexicon.Instance.Suggest(text, "").Danger);
        Assert.NotEmpty(Lexicon.Instance.Suggest("请尽快处理", "市民来电反映：" + text + "。").Danger);
    }

    [Theory]
    [InlineData("欢乐谷跳楼机不安全")]
    [InlineData("跳楼价促销虚假宣传")]
    [InlineData("火锅店油烟扰民")]
    [InlineData("小区门口露天烧烤冒烟")]
    [InlineData("着火点在哪里")]
    [InlineData("随着火车站开通，道路拥堵")]
    [InlineData("什么时候消防演练")]
    [InlineData("去年我家着火了，至今没有赔")]
    [InlineData("担心会煤气中毒")]
    [InlineData("怎么预防煤气中毒")]
    [InlineData("万一发生爆炸怎么办")]
    [InlineData("存在燃气泄漏的风险")]
    [InlineData("井盖丢了，容易有人掉进窨井")]
    [InlineData("希望加强防溺水宣传")]
    [InlineData("经常有人被困电梯")]
    [InlineData("物业要拿小区的树开刀")]
    [InlineData("新政策一刀切")]
    [InlineData("为了减轻生产成本")]
    [InlineData("我致电到物业，人员态度差")]
    [InlineData("个人信息泄露")]
    public void What_only_sounds_like_it_is_none(string text) => Assert.Empty(Lexicon.Instance.Suggest(text, text).Danger);

    [Theory]
    [InlineData("小区停水")]
    [InlineData("整栋楼停电了")]
    [InlineData("家里停气")]
    [InlineData("家里停暖了")]
    [InlineData("小区没水两天了")]
    [InlineData("物业强行停水停电")]
    public void Lost_supply_is_pressing(string text) => Assert.NotEmpty(Lexicon.Instance.Suggest(text, "").Pressing);

    [Theory]
    [InlineData("水费怎么交，什么时候停水检修")]
    [InlineData("小区停电动车的地方太少")]
    [InlineData("物业要停电梯")]
    [InlineData("客服挂断电话")]
    [InlineData("手机没电了")]
    public void Supply_that_is_not_lost_is_not(string text) => Assert.Empty(Lexicon.Instance.Suggest(text, "").Pressing);

    [Fact]
    public void The_words_are_told_as_they_stand_in_the_text() =>
        Assert.Equal(["小孩在公园掉进了池塘", "不省人事"], Lexicon.Instance.Suggest("小孩在公园掉进了池塘", "已经不省人事").Danger);
}
