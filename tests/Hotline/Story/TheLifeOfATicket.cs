using System.Text.Json.Nodes;

namespace Hotline.Tests.Story;

/// <summary>The story of docs and design, told over HTTP by the people who live it, each with a key of the own role.</summary>
public sealed class TheLifeOfATicket : IAsyncLifetime
{
    private Installation _hotline = null!;
    private HotlineProcess _service = null!;
    private Api _operator = null!, _dispatcher = null!, _manager = null!;

    public async ValueTask InitializeAsync()
    {
        _hotline = await Installation.EmbeddedAsync();
        _service = await _hotline.ServeAsync();
        _operator = await SignedInAsync("operator");
        _dispatcher = await SignedInAsync("dispatcher");
        _manager = await SignedInAsync("manager");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var api in new[] { _operator, _dispatcher, _manager }) api?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
        if (_hotline is not null) await _hotline.DisposeAsync();
    }

    [Fact]
    public async Task Filed_dispatched_returned_dispatched_again_replied_reissued_replied_called_back_and_counted()
    {
        // A citizen calls; the operator files.
        var filed = await _operator.DoAsync("/api/tickets", new
        {
            channel = "phone",
            kind = "request",
            title = "居家隔离需要送菜",
            description = "一家四口居家隔离第五天，家里没有菜了，请社区帮忙代买，也需要一支体温计。",
            address = "港闸区陈桥街道陈桥小区3幢",
            caller = new { name = "张某", phone = "13900000001" },
        });
        var number = filed["number"]!.GetValue<string>();
        Assert.Equal("filed", filed["status"]!.GetValue<string>());

        // It is dispatched at once by territory, to the successor of an abolished district's street, and says why.
        var ticket = await _operator.TicketAsync(number, "dispatched");
        Assert.Equal("320613020", Lead(ticket)["unit"]!["code"]!.GetValue<string>());
        Assert.Equal("same-day", ticket["decision"]!["deadlineClass"]!.GetValue<string>());
        var why = ticket["decision"]!["explanation"]!.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.Contains("港闸区", why, StringComparison.Ordinal);
        Assert.Contains("2020", why, StringComparison.Ordinal);
        Assert.Equal("张＊＊", ticket["caller"]!["name"]!.GetValue<string>());
        Assert.Equal("139****0001", ticket["caller"]!["phone"]!.GetValue<string>());

        // The street office finds it in its list and returns it; nobody else may.
        using var chenqiao = await SignedInAsync("handler", "320613020");
        using var qinzao = await SignedInAsync("handler", "320613019");
        var list = await chenqiao.GetAsync("/api/units/320613020/work-orders?state=issued");
        var first = Assert.Single(list["items"]!.AsArray())!["id"]!.GetValue<string>();
        var returned = new { reason = "该小区属秦灶街道管辖", basis = "街道辖区图", suggestedUnit = "320613019" };
        Assert.Equal(404, (await qinzao.PostAsync($"/api/work-orders/{first}/return", returned)).Status);
        await chenqiao.DoAsync($"/api/work-orders/{first}/return", returned);
        Assert.Equal(409, (await chenqiao.PostAsync($"/api/work-orders/{first}/accept")).Status);

        // The dispatch desk upholds the return; the next round goes to the unit that was suggested.
        var waiting = await _dispatcher.UntilAsync("/api/returns", r => r["items"]!.AsArray().Count == 1);
        Assert.Equal(first, waiting["items"]![0]!["workOrder"]!.GetValue<string>());
        await _dispatcher.DoAsync($"/api/returns/{first}/decision", new { uphold = true, note = "属秦灶街道" });
        var second = await RoundAsync(number, 2);
        Assert.Equal("320613019", second["unit"]!["code"]!.GetValue<string>());
        await _operator.UntilAsync($"/api/tickets/{number}", t => State(t, first) == "cancelled");

        // Until the next has accepted, the first answers for it.
        Assert.Equal("320613020", await ResponsibleAsync());

        // The citizen presses; the unit sees it, accepts and replies over a signature.
        await _operator.DoAsync($"/api/tickets/{number}/urge", new { note = "家里老人着急" });
        var id = second["id"]!.GetValue<string>();
        await qinzao.DoAsync($"/api/work-orders/{id}/accept");
        Assert.Equal("320613019", await ResponsibleAsync());
        await qinzao.DoAsync($"/api/work-orders/{id}/reply", Reply("已送菜上门，体温计已发放。"));
        await _operator.TicketAsync(number, "replied");

        // Called back, the citizen is justly dissatisfied: another round, the same unit, a better reply.
        await _operator.DoAsync($"/api/tickets/{number}/callbacks", new { outcome = "dissatisfied", solved = false, note = "体温计没有收到", reissue = true });
        var third = await RoundAsync(number, 3);
        Assert.Equal("320613019", third["unit"]!["code"]!.GetValue<string>());
        var again = third["id"]!.GetValue<string>();
        await qinzao.DoAsync($"/api/work-orders/{again}/accept");
        await qinzao.DoAsync($"/api/work-orders/{again}/reply", Reply("体温计已由网格员当面交给居民。"));
        await _operator.TicketAsync(number, "replied");
        await _operator.DoAsync($"/api/tickets/{number}/callbacks", new { outcome = "satisfied", solved = true, note = "满意" });

        // Closed, with a timeline that tells it all in order.
        ticket = await _operator.TicketAsync(number, "closed");
        Assert.Equal("体温计已由网格员当面交给居民。", ticket["publicReply"]!.GetValue<string>());
        await _operator.SettledAsync();
        ticket = await _operator.GetAsync($"/api/tickets/{number}");
        var actions = ticket["timeline"]!.AsArray().Select(l => l!["action"]!.GetValue<string>()).ToList();
        string[] expected = ["filed", "dispatched", "issued", "returned", "dispatched", "issued", "urged", "accepted", "replied", "called-back", "reissued", "dispatched", "issued", "accepted", "replied", "called-back", "closed"];
        Assert.Equal(expected, expected.Where(actions.Contains));
        Assert.True(IsSubsequence(expected, actions), string.Join(", ", actions));
        Assert.DoesNotContain("13900000001", ticket.ToJsonString(), StringComparison.Ordinal);

        // The daily report has it.
        var report = await _manager.GetAsync($"/api/reports/daily?date={Today()}&by=unit");
        Assert.Equal((1, 1), Figure(report, "sameDayCompletion"));
        Assert.Equal((1, 2), Figure(report, "satisfaction"));
        Assert.Equal((1, 1), Figure(report, "reissue"));
        Assert.Equal(1, Figure(report, "misdispatch").Numerator);
        Assert.Contains(report["rows"]!.AsArray(), r => r!["code"]!.GetValue<string>() == "320613019");
        Assert.Equal(0, (await _hotline.TryAsync("recount")).Status);
        Assert.Equal(0, (await _hotline.TryAsync("errors")).Status);

        async Task<string?> ResponsibleAsync() => (await _operator.GetAsync($"/api/tickets/{number}"))["responsible"]?["code"]?.GetValue<string>();
    }

    [Fact]
    public async Task What_the_machine_cannot_decide_waits_with_its_reason_and_a_person_decides()
    {
        var number = (await _operator.DoAsync("/api/tickets", new { channel = "web", kind = "complaint", title = "要求处理", description = "反映的事情没有人处理。" }))["number"]!.GetValue<string>();
        await _operator.TicketAsync(number, "triage");
        var waiting = await _dispatcher.UntilAsync("/api/triage", t => t["items"]!.AsArray().Count == 1);
        Assert.NotEmpty(waiting["items"]![0]!["why"]!["zh"]!.GetValue<string>());

        var (status, problem) = await _dispatcher.PostAsync($"/api/tickets/{number}/dispatch", new { lead = "no-such-unit", reason = "试" });
        Assert.Equal(400, status);
        Assert.NotNull(problem["errors"]!["lead"]);
        await _dispatcher.DoAsync($"/api/tickets/{number}/dispatch", new { lead = "320613-civil", support = new[] { "320613001" }, deadlineClass = "urgent", reason = "电话核实后由民政局主办" });
        var ticket = await _operator.UntilAsync($"/api/tickets/{number}", t => t["status"]!.GetValue<string>() == "dispatched" && t["workOrders"]!.AsArray().Count == 2);
        Assert.Equal("320613-civil", Lead(ticket)["unit"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_answer_at_once_and_a_withdrawal_take_work_orders_back()
    {
        foreach (var (path, body) in new (string, object)[] { ("answer", new { text = "可到社区领取。" }), ("withdraw", new { reason = "已解决" }) })
        {
            var number = (await _operator.DoAsync("/api/tickets", new { channel = "phone", kind = "request", title = "药房买不到口罩", description = "附近药房都没有口罩。", address = "崇川区学田街道" }))["number"]!.GetValue<string>();
            await _operator.TicketAsync(number, "dispatched");
            await _operator.DoAsync($"/api/tickets/{number}/{path}", body);
            await _operator.UntilAsync($"/api/tickets/{number}", t => t["status"]!.GetValue<string>() == "closed" && t["workOrders"]!.AsArray().All(o => o!["state"]!.GetValue<string>() == "cancelled"));
        }
    }

    [Fact]
    public async Task A_confidential_tip_shows_the_unit_nothing_of_the_citizen_and_every_look_at_a_contact_leaves_a_trace()
    {
        var number = (await _operator.DoAsync("/api/tickets", new
        {
            channel = "phone",
            kind = "tip",
            title = "举报黑作坊生产假口罩",
            description = "有人在出租屋里做假口罩，我是李某某，电话13900000002，请保密。",
            address = "崇川区秦灶街道",
            confidential = true,
            caller = new { name = "李某某", phone = "13900000002" },
        }))["number"]!.GetValue<string>();
        var ticket = await _operator.TicketAsync(number, "dispatched");
        var unit = Lead(ticket)["unit"]!["code"]!.GetValue<string>();
        using var handler = await SignedInAsync("handler", unit);
        var seen = (await handler.GetAsync($"/api/tickets/{number}")).ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
        Assert.DoesNotContain("李某某", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("13900000002", seen, StringComparison.Ordinal);
        Assert.Equal(403, (await handler.PostAsync($"/api/tickets/{number}/contact", new { reason = "核实" })).Status);

        var contact = await _operator.DoAsync($"/api/tickets/{number}/contact", new { reason = "回访" });
        Assert.Equal("13900000002", contact["phone"]!.GetValue<string>());
        var timeline = (await _operator.GetAsync($"/api/tickets/{number}"))["timeline"]!.AsArray();
        Assert.Contains(timeline, l => l!["action"]!.GetValue<string>() == "contact-revealed" && l["reason"]!.GetValue<string>() == "回访");
    }

    [Fact]
    public async Task A_unit_reads_nothing_of_what_another_unit_writes_about_the_same_ticket()
    {
        var number = (await _operator.DoAsync("/api/tickets", new
        {
            channel = "phone", kind = "complaint", title = "邻居从湖北返回", description = "昨天从武汉回来，没有居家隔离", address = "崇川区新城桥街道易家桥新村",
        }))["number"]!.GetValue<string>();
        await _operator.TicketAsync(number, "dispatched");
        var orders = (await _operator.UntilAsync($"/api/tickets/{number}", t => t["workOrders"]!.AsArray().Count > 1))["workOrders"]!.AsArray();
        string Of(bool lead, string what) => orders.First(o => o!["lead"]!.GetValue<bool>() == lead)! is var o && what == "id" ? o!["id"]!.GetValue<string>() : o!["unit"]!["code"]!.GetValue<string>();
        using var lead = await SignedInAsync("handler", Of(true, "unit"));
        using var beside = await SignedInAsync("handler", Of(false, "unit"));
        await lead.DoAsync($"/api/work-orders/{Of(true, "id")}/return", new { reason = "此人不住本街道", basis = "户籍登记" });

        var seen = await beside.GetAsync($"/api/tickets/{number}");
        Assert.Equal([Of(false, "id")], seen["workOrders"]!.AsArray().Select(o => o!["id"]!.GetValue<string>()));
        Assert.DoesNotContain("此人不住本街道", seen.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }), StringComparison.Ordinal);
        Assert.Equal(404, (await beside.SendAsync(HttpMethod.Get, $"/api/work-orders/{Of(true, "id")}")).Status);
        Assert.Equal(404, (await beside.PostAsync($"/api/work-orders/{Of(true, "id")}/accept", new { })).Status);
    }

    private async Task<Api> SignedInAsync(string role, string? unit = null) => new(_service.Url, await _hotline.RunAsync(
        ["keys", "create", "--role", role, "--name", $"test {role}", .. unit is null ? Array.Empty<string>() : ["--unit", unit]]));

    private async Task<JsonNode> RoundAsync(string number, int round)
    {
        bool IsIt(JsonNode? o) => o!["round"]!.GetValue<int>() == round && o["lead"]!.GetValue<bool>();
        var ticket = await _operator.UntilAsync($"/api/tickets/{number}", t => t["workOrders"]!.AsArray().Any(IsIt));
        return ticket["workOrders"]!.AsArray().Single(IsIt)!;
    }

    private static object Reply(string publicText) => new
    {
        result = "resolved",
        contactedCitizen = true,
        text = "网格员已上门。",
        publicText,
        signedBy = new { name = "值班负责人", title = "副主任" },
    };

    private static JsonNode Lead(JsonNode ticket) => ticket["workOrders"]!.AsArray().Last(o => o!["lead"]!.GetValue<bool>())!;

    private static string State(JsonNode ticket, string id) => ticket["workOrders"]!.AsArray().Single(o => o!["id"]!.GetValue<string>() == id)!["state"]!.GetValue<string>();

    private static (long Numerator, long Denominator) Figure(JsonNode report, string key)
    {
        var figure = report["whole"]!["figures"]![key]!;
        return (figure["numerator"]!.GetValue<long>(), figure["denominator"]!.GetValue<long>());
    }

    private static bool IsSubsequence(IEnumerable<string> part, IEnumerable<string> whole)
    {
        using var rest = whole.GetEnumerator();
        return part.All(p =>
        {
            while (rest.MoveNext())
            {
                if (rest.Current == p) return true;
            }
            return false;
        });
    }

    private static string Today() => TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow(), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
}
