using System.Net;
using System.Text.RegularExpressions;
using Hotline.Contracts;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

/// <summary>The unit's two pages, on plain forms.</summary>
public sealed partial class WorkingInABrowser() : OnUnitDesk(Engine.Sqlite)
{
    private static string Page => $"/work-orders/{Street}";

    [Fact]
    public async Task A_unit_sees_its_own_orders_whatever_the_address_says()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market]));
        using var market = Desk.Browser("handler", UnitDesk.Market.Code);

        var list = await market.GetStringAsync($"/work-orders?unit={UnitDesk.Street.Code}");

        Assert.Contains(Market, list, StringComparison.Ordinal);
        Assert.DoesNotContain(Street, list, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await market.GetAsync(Page)).StatusCode);
    }

    [Fact]
    public async Task A_unit_accepts_and_replies()
    {
        await Desk.HearAsync(Desk.Decision());
        using var browser = Desk.Browser("handler", UnitDesk.Street.Code);

        Assert.Equal($"{Page}?done=accept", (await SendAsync(browser, "accept")).Headers.Location?.PathAndQuery);
        var reply = await SendAsync(browser, "reply", ("Reply.Result", "resolved"), ("Reply.Contacted", "true"), ("Reply.Text", "一\r\n二"),
            ("Reply.PublicText", "已清运。"), ("Reply.SignedByName", "张某"), ("Reply.SignedByTitle", "主任"));

        Assert.Equal($"{Page}?done=reply", reply.Headers.Location?.PathAndQuery);
        var order = await Desk.ViewAsync(Street);
        Assert.Equal((WorkOrderState.Replied, "一\n二"), (order.State, order.Reply!.Text));
    }

    [Fact]
    public async Task A_form_that_is_not_complete_comes_back_with_what_was_written()
    {
        await Desk.HearAsync(Desk.Decision());
        using var browser = Desk.Browser("handler", UnitDesk.Street.Code);

        var answer = await SendAsync(browser, "return", ("Return.Reason", ""), ("Return.Basis", "三定方案"));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var page = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());
        Assert.Contains("reason-error", page, StringComparison.Ordinal);
        Assert.Contains("三定方案</textarea>", page, StringComparison.Ordinal);
        Assert.Equal(WorkOrderState.Issued, (await Desk.FactsAsync(Street)).State);
    }

    [Fact]
    public async Task A_form_of_an_old_page_is_answered_with_why()
    {
        await Desk.HearAsync(Desk.Decision());
        using var browser = Desk.Browser("handler", UnitDesk.Street.Code);
        var old = await browser.GetStringAsync(Page);
        await Desk.AcceptAsync(Street);

        var answer = await SendAsync(browser, old, "accept");

        Assert.Equal(HttpStatusCode.Conflict, answer.StatusCode);
        Assert.Contains("承办单当前状态为“办理中”，不能签收。", WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_platform_reads_the_page_and_finds_no_forms_on_it()
    {
        await Desk.HearAsync(Desk.Decision());
        using var browser = Desk.Browser("manager", null);

        Assert.DoesNotContain("<form", await browser.GetStringAsync(Page), StringComparison.Ordinal);
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, string form, params (string Name, string Value)[] fields) =>
        await SendAsync(browser, await browser.GetStringAsync(Page), form, fields);

    private static Task<HttpResponseMessage> SendAsync(HttpClient browser, string page, string form, params (string Name, string Value)[] fields)
    {
        var token = Token().Match(page).Groups[1].Value;
        Assert.NotEmpty(token);
        return browser.PostAsync(Page, new FormUrlEncodedContent(
            fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Concat(
                [KeyValuePair.Create("_handler", form), KeyValuePair.Create("__RequestVerificationToken", token)])));
    }

    [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
    private static partial Regex Token();
}
