using Hotline.Contracts;
using Hotline.Dispatcher.Matters;

namespace Hotline.Dispatcher.Tests.Matters;

/// <summary>What kind of ticket a text is, where nobody says so.</summary>
public sealed class TheKindOfATicket
{
    [Theory]
    [InlineData("咨询居住证怎么办理", TicketKind.Inquiry, "咨询")]
    [InlineData("社区医院什么时候开门？", TicketKind.Inquiry, "什么时候")]
    [InlineData("请求硬化村里的道路", TicketKind.Request, "请求")]
    [InlineData("楼下烧烤店夜里扰民", TicketKind.Complaint, "扰民")]
    [InlineData("举报某药店销售假药", TicketKind.Tip, "举报")]
    [InlineData("建议在路口增设红绿灯", TicketKind.Suggestion, "建议")]
    [InlineData("希望增加公交班次", TicketKind.Suggestion, "希望增加")]
    [InlineData("表扬社区工作人员", TicketKind.Praise, "表扬")]
    public void The_title_says_it(string title, TicketKind kind, string word)
    {
        var read = KindReader.Read(title, "");
        Assert.Equal(kind, read.Kind);
        Assert.Contains(word, read.Words);
    }

    [Fact]
    public void A_longer_word_covers_the_shorter_ones_inside_it() =>
        Assert.Equal(TicketKind.Complaint, KindReader.Read("居民楼旁建搅拌站合理吗", "").Kind);

    [Fact]
    public void The_description_counts_at_its_beginning_and_its_end_and_less_than_the_title()
    {
        Assert.Equal(TicketKind.Inquiry, KindReader.Read("关于居住证", "您好，请问居住证去哪里办，想咨询需要什么条件").Kind);
        Assert.Equal(TicketKind.Suggestion, KindReader.Read("建议延长图书馆开放时间", "请问可以吗").Kind);
        var middle = new string('水', 300) + "咨询请问请教询问" + new string('水', 300);
        Assert.Equal(new KindReading(TicketKind.Complaint, []).Kind, KindReader.Read("图书馆", middle).Kind);
        Assert.Empty(KindReader.Read("图书馆", middle).Words);
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("路灯不亮", "")]
    public void Too_little_said_is_a_complaint(string title, string description) => Assert.Equal(TicketKind.Complaint, KindReader.Read(title, description).Kind);
}
