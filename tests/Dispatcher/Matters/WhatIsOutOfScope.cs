using Hotline.Contracts;
using Hotline.Dispatcher.Matters;

namespace Hotline.Dispatcher.Tests.Matters;

public sealed class WhatIsOutOfScope
{
    [Theory]
    [InlineData("法院附近法官判决不公", "court")]
    [InlineData("请求再审", "court")]
    [InlineData("村支书贪污补偿款", "discipline")]
    [InlineData("公职人员收受礼金", "discipline")]
    [InlineData("镇长挪用公款", "discipline")]
    [InlineData("信访答复不满意", "petition")]
    public void A_title_says_so(string title, string id) => Assert.Equal(id, OutOfScope.Find(title, "", TicketKind.Complaint)?.Id);

    [Theory]
    [InlineData("市民来电反映问题", "法院判决不公，请求再审，法官枉法裁判", "court")]
    [InlineData("来电反映", "市民您好。村干部受贿，请查处。", "discipline")]
    [InlineData("求助", "对信访答复不服", "petition")]
    public void Where_the_title_names_no_matter_the_first_sentences_do(string title, string description, string id) =>
        Assert.Equal(id, OutOfScope.Find(title, description, TicketKind.Complaint)?.Id);

    [Theory]
    [InlineData("物业拒不退费", "不服法院判决")]
    [InlineData("市民反映", "法院判决书已生效，物业仍不退费")]
    [InlineData("市民反映", "小区停水。我不服法院判决。")]
    [InlineData("市民反映", "你好。情况如下。另外。不服法院判决")]
    [InlineData("法院门口路灯坏了", "")]
    [InlineData("法院立案庭门口公厕脏", "")]
    [InlineData("业委会主任贪污维修资金", "")]
    [InlineData("物业公司主任侵吞停车费", "")]
    [InlineData("医院主任医生收受红包", "")]
    public void What_mentions_it_in_passing_goes_on(string title, string description) => Assert.Null(OutOfScope.Find(title, description, TicketKind.Complaint));

    [Fact]
    public void The_words_that_said_so_are_told() =>
        Assert.Equal("支书+贪污", OutOfScope.Find("村支书贪污补偿款", "", TicketKind.Tip)?.Words);
}
