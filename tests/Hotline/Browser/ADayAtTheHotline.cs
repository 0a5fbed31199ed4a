using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Hotline.Tests.Browser;

/// <summary>People do their job in a real browser against the real program.</summary>
public sealed class ADayAtTheHotline : IClassFixture<Office>
{
    /// <summary>新城桥街道办事处 and 和平桥街道办事处.</summary>
    private const string Street = "320613004", Neighbour = "320613002";

    private readonly Office _office;

    public ADayAtTheHotline(Office office)
    {
        Chromium.SkipUnlessAvailable();
        _office = office;
    }

    [Fact]
    public async Task A_likely_repeat_is_shown_before_it_is_filed_and_filed_as_one()
    {
        var desk = await _office.SignInAsync("operator");
        await FillAsync("濠河雅苑楼下烧烤店油烟扰民", "濠河雅苑3栋一楼的烧烤店每天晚上油烟直排，楼上住户不敢开窗，多次找物业没有人管。");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex(@"/tickets/\d{8}-\d{6}$"));
        var first = desk.Url[(desk.Url.LastIndexOf('/') + 1)..];

        await FillAsync("濠河雅苑烧烤店油烟大", "我住在濠河雅苑3栋，楼下烧烤店油烟直排到家里，物业不管，请处理。");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Heading, new() { Name = "疑似重复" })).ToBeVisibleAsync();
        await Expect(desk.GetByLabel("标题")).ToHaveValueAsync("濠河雅苑烧烤店油烟大");
        await _office.LookAtAsync(desk, "file-repeats");
        await desk.Locator($"input[type=radio][value='{first}']").CheckAsync();
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();

        await Expect(desk).ToHaveURLAsync(new Regex(@"/tickets/\d{8}-\d{6}$"));
        Assert.DoesNotContain(first, desk.Url, StringComparison.Ordinal);
        await Expect(desk.GetByRole(AriaRole.Link, new() { Name = first })).ToBeVisibleAsync();

        async Task FillAsync(string title, string description)
        {
            await desk.GotoAsync("/tickets/new");
            await desk.GetByLabel("标题").FillAsync(title);
            await desk.GetByLabel("诉求描述").FillAsync(description);
        }
    }

    [Fact]
    public async Task A_complaint_is_filed_handled_called_back_and_counted()
    {
        // The operator files, and sees where the ticket went and why.
        var desk = await _office.SignInAsync("operator");
        await Expect(desk).ToHaveURLAsync(new Regex("/tickets/new$"));
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk.Locator("#title:invalid")).ToHaveCountAsync(1);
        await desk.GetByLabel("标题").FillAsync("小区门口占道经营");
        await desk.GetByLabel("诉求描述").FillAsync("菜贩每天早上在小区大门口占道经营，影响居民出行，希望尽快处理。");
        await desk.GetByLabel("事发地址").FillAsync("崇川区城东街道虹桥新村大门口");
        await desk.GetByLabel("来电号码").FillAsync("12345");
        await _office.LookAtAsync(desk, "file");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();

        await Expect(desk.Locator("#callerPhone")).ToHaveAttributeAsync("aria-invalid", "true");
        await _office.LookAtAsync(desk, "file-refused");
        await desk.GetByLabel("来电号码").FillAsync("13800000000");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();

        await Expect(desk).ToHaveURLAsync(new Regex(@"/tickets/\d{8}-\d{6}$"));
        var lead = desk.Locator("[data-unit]");
        await Expect(lead).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(desk.Locator("[role=status]")).ToHaveCountAsync(0, new() { Timeout = 30_000 }); // it reloads by itself until it is there
        await Expect(desk.Locator("ul.why li").First).ToBeVisibleAsync();
        await _office.LookAtAsync(desk, "ticket");
        var number = desk.Url[(desk.Url.LastIndexOf('/') + 1)..];
        Assert.DoesNotContain("13800000000", await desk.ContentAsync(), StringComparison.Ordinal);

        // The unit takes it up and replies over an officer's signature.
        var unit = await _office.SignInAsync("handler", await lead.GetAttributeAsync("data-unit"));
        await Expect(unit).ToHaveURLAsync(new Regex("/work-orders$"));
        await _office.LookAtAsync(unit, "work-orders");
        await HandleAsync(unit, number);

        // The operator calls back; the citizen is satisfied and the ticket closed.
        await desk.WaitForConditionAsync(async () =>
        {
            await desk.GotoAsync($"/tickets/{number}");
            return await desk.Locator(".head .badge.replied").CountAsync() > 0 && await desk.GetByLabel("满意", new() { Exact = true }).CountAsync() > 0;
        });
        await desk.GetByLabel("满意", new() { Exact = true }).CheckAsync();
        await desk.GetByLabel("诉求是否解决").SelectOptionAsync("true");
        await _office.LookAtAsync(desk, "callback");
        await desk.GetByRole(AriaRole.Button, new() { Name = "记录回访" }).ClickAsync();
        await Expect(desk.Locator(".head .badge.closed")).ToBeVisibleAsync();
        Assert.Contains("满意", await desk.Locator("ol.timeline").InnerTextAsync(), StringComparison.Ordinal);
        await _office.LookAtAsync(desk, "closed");

        // The manager reads the day's report.
        var manager = await _office.SignInAsync("manager");
        await Expect(manager).ToHaveURLAsync(new Regex("/reports/daily"));
        await manager.WaitForConditionAsync(async () =>
        {
            await manager.GotoAsync(manager.Url);
            return (await manager.Locator("[data-figure=satisfaction]").InnerTextAsync()).Contains("100", StringComparison.Ordinal);
        });
        await _office.LookAtAsync(manager, "report");

        // And in English, after the switch in the corner.
        await desk.GetByRole(AriaRole.Link, new() { Name = "English" }).ClickAsync();
        await Expect(desk.GetByRole(AriaRole.Button, new() { Name = "Sign out" })).ToBeVisibleAsync();
        await desk.GotoAsync("/tickets");
        await _office.LookAtAsync(desk, "list-english");
        await desk.GotoAsync("/tickets/20200101-000001");
        await Expect(desk.GetByRole(AriaRole.Heading)).ToHaveTextAsync("Not found");
        await _office.LookAtAsync(desk, "unknown");
        await desk.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(desk).ToHaveURLAsync(new Regex("/sign-in$"));
        await _office.LookAtAsync(desk, "sign-in");
    }

    [Fact]
    public async Task What_the_machine_cannot_decide_goes_over_the_dispatch_desk()
    {
        // No address, and the matter goes by territory: triage.
        var desk = await _office.SignInAsync("operator");
        await desk.GetByLabel("标题").FillAsync("流动摊贩扰民");
        await desk.GetByLabel("诉求描述").FillAsync("楼下流动摊贩占道经营，夜里吵闹，来电人不愿说明具体位置。");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk.Locator(".head .badge.triage")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await _office.LookAtAsync(desk, "triage");
        var number = desk.Url[(desk.Url.LastIndexOf('/') + 1)..];

        // The dispatcher sees why it waits, and sends it to a street office.
        var dispatcher = await _office.SignInAsync("dispatcher");
        await Expect(dispatcher).ToHaveURLAsync(new Regex("/desk$"));
        await Expect(dispatcher.Locator("tr", new() { HasText = number }).Locator(".badge.triage")).ToBeVisibleAsync();
        await _office.LookAtAsync(dispatcher, "desk");
        await dispatcher.GetByRole(AriaRole.Link, new() { Name = number }).ClickAsync();
        await dispatcher.Locator("#dispatch-lead").SelectOptionAsync(Street);
        await dispatcher.Locator("#dispatch-reason").FillAsync("回电核实，位于新城桥街道。");
        await _office.LookAtAsync(dispatcher, "dispatch");
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "派单" }).ClickAsync();
        await Expect(dispatcher).ToHaveURLAsync(new Regex("/desk$"));
        await Expect(dispatcher.GetByRole(AriaRole.Link, new() { Name = number })).ToHaveCountAsync(0);

        // The street office says that it is not its own.
        var unit = await _office.SignInAsync("handler", Street);
        await ReturnAsync(unit, number, "现场在和平桥街道辖区。", "街道辖区范围", Neighbour);
        await _office.LookAtAsync(unit, "returned");

        // The dispatcher agrees, and it goes to the office that was suggested.
        await dispatcher.WaitForConditionAsync(async () =>
        {
            await dispatcher.GotoAsync("/desk");
            return await dispatcher.GetByRole(AriaRole.Link, new() { Name = number }).CountAsync() > 0;
        });
        await _office.LookAtAsync(dispatcher, "desk-return");
        await dispatcher.GetByRole(AriaRole.Link, new() { Name = number }).ClickAsync();
        await dispatcher.GetByLabel("同意退单", new() { Exact = true }).CheckAsync();
        await dispatcher.GetByLabel("说明", new() { Exact = true }).FillAsync("属实。");
        await Expect(dispatcher.Locator($"[name='Review.Lead'] option[value='{Street}']")).ToBeDisabledAsync();
        await Expect(dispatcher.Locator($"[name='Review.Lead'] option[value='{Neighbour}']")).ToBeEnabledAsync();
        await _office.LookAtAsync(dispatcher, "review");
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "提交审核" }).ClickAsync();
        await Expect(dispatcher).ToHaveURLAsync(new Regex("/desk$"));

        await dispatcher.GotoAsync($"/tickets/{number}");
        await Expect(dispatcher.Locator("[data-unit]")).ToHaveAttributeAsync("data-unit", Neighbour);
        await Expect(dispatcher.Locator($"#dispatch-lead option[value='{Street}']")).ToContainTextAsync("已退单，再派即为指定");
        await _office.LookAtAsync(dispatcher, "second-round");
    }

    [Fact]
    public async Task What_is_not_for_a_hotline_is_answered_with_where_it_belongs()
    {
        var desk = await _office.SignInAsync("operator");
        await desk.GetByLabel("标题").FillAsync("不服劳动仲裁裁决");
        await desk.GetByLabel("诉求描述").FillAsync("对仲裁裁决有异议，要求重新处理。");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk.Locator(".head .badge.triage")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Expect(desk.Locator("#answer-text")).ToHaveValueAsync(new Regex("12333"), new() { Timeout = 30_000 });
        await _office.LookAtAsync(desk, "out-of-scope");
        await desk.GetByRole(AriaRole.Button, new() { Name = "答复并办结" }).ClickAsync();
        await Expect(desk.Locator(".head .badge.closed")).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Whoever_keeps_the_catalogue_sees_what_is_wrong_with_it_before_it_holds()
    {
        var dispatcher = await _office.SignInAsync("dispatcher");
        await dispatcher.GetByRole(AriaRole.Link, new() { Name = "派单目录" }).ClickAsync();
        var csv = dispatcher.Locator("#csv");
        await Expect(csv).ToHaveValueAsync(new Regex("^id,category,place"));
        var before = await csv.InputValueAsync();
        await csv.FillAsync(before + "mine,000000,,,duty,nobody,,normal,,,\n");
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "保存为新版本" }).ClickAsync();
        await Expect(dispatcher.Locator("[role=alert] li").First).ToContainTextAsync("事项分类中没有「000000」");
        await Expect(csv).ToHaveValueAsync(new Regex("mine,000000"));
        await _office.LookAtAsync(dispatcher, "catalogue-refused");

        // What takes the place of a row everywhere holds, and that row is named.
        await csv.FillAsync(before + "tax-2020,1102,,,reserved,tax,,urgent,2020-01-01,,\n");
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "保存为新版本" }).ClickAsync();
        await Expect(dispatcher.Locator(".notice li")).ToContainTextAsync("「tax」");
        await _office.LookAtAsync(dispatcher, "catalogue-superseded");
        await csv.FillAsync(before);
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "保存为新版本" }).ClickAsync();
        await Expect(dispatcher.Locator("[role=status]")).ToContainTextAsync(new Regex("第 \\d+ 版"));
        await _office.LookAtAsync(dispatcher, "catalogue");
    }

    [Fact]
    public async Task What_upheld_returns_propose_is_put_into_the_catalogue_with_a_button()
    {
        const string Elsewhere = "320613-market";
        var desk = await _office.SignInAsync("operator");
        await desk.GetByLabel("标题").FillAsync("口罩涨价");
        await desk.GetByLabel("诉求描述").FillAsync("口罩价格一天一个样，天价口罩，哄抬物价，要求查处。");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk.Locator("[data-unit]")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        var number = desk.Url[(desk.Url.LastIndexOf('/') + 1)..];
        var lead = await desk.Locator("[data-unit]").GetAttributeAsync("data-unit");
        var to = lead == Elsewhere ? "320613-health" : Elsewhere;

        var unit = await _office.SignInAsync("handler", lead);
        await ReturnAsync(unit, number, "价格由别的部门管。", "三定方案", to);

        var dispatcher = await _office.SignInAsync("dispatcher");
        await dispatcher.OpenFromListAsync(number);
        await dispatcher.GetByLabel("同意退单", new() { Exact = true }).CheckAsync();
        await dispatcher.GetByLabel("说明", new() { Exact = true }).FillAsync("属实。");
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "提交审核" }).ClickAsync();
        await Expect(dispatcher).ToHaveURLAsync(new Regex("/desk$"));

        // The row that would have sent it there at once is put into the text, after what was changed there already.
        await dispatcher.GotoAsync("/desk/catalogue");
        var csv = dispatcher.Locator("#csv");
        var before = await csv.InputValueAsync();
        await csv.FillAsync(before + "mine,990100,,,duty,services,,normal,,,我的\n");
        var proposal = dispatcher.Locator("tr", new() { HasText = number });
        var row = await proposal.Locator("code").InnerTextAsync();
        await _office.LookAtAsync(dispatcher, "catalogue-proposal");
        await proposal.GetByRole(AriaRole.Button, new() { Name = "加入文本" }).ClickAsync();
        await Expect(dispatcher.Locator("[role=status]")).ToContainTextAsync("建议的规则已加在最后一行");
        Assert.EndsWith($"我的\n{row}\n", await csv.InputValueAsync(), StringComparison.Ordinal);

        // Nothing holds before it is saved; saved, it is proposed no more.
        await Expect(dispatcher.Locator("tr", new() { HasText = number })).ToHaveCountAsync(1);
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "保存为新版本" }).ClickAsync();
        await Expect(dispatcher.Locator("[role=status]")).ToContainTextAsync("已保存");
        await Expect(dispatcher.Locator("tr", new() { HasText = number })).ToHaveCountAsync(0);
        await csv.FillAsync(before);
        await dispatcher.GetByRole(AriaRole.Button, new() { Name = "保存为新版本" }).ClickAsync();
        await Expect(dispatcher.Locator("[role=status]")).ToContainTextAsync("已保存");
    }

    [Fact]
    public async Task Grids_and_boundaries_are_sent_in_as_files_and_the_street_office_sees_the_grid_of_its_ticket()
    {
        var dispatcher = await _office.SignInAsync("dispatcher");
        await dispatcher.GetByRole(AriaRole.Link, new() { Name = "网格与边界" }).ClickAsync();
        await SendAsync("#gridsFile", "grids.csv", "grid,name,community,buildings,entrances,worker,phone\nG-7,虹桥七网格,320613004,东方公寓7幢,,,\n", "替换网格清单");
        await Expect(dispatcher.Locator("[role=alert]")).ToContainTextAsync("grids.csv");
        await Expect(dispatcher.Locator("[role=alert] li")).ToContainTextAsync("第 2 行 community 须填 12 位社区编码");
        await _office.LookAtAsync(dispatcher, "grids-refused");

        await SendAsync("#gridsFile", "grids.csv", $"grid,name,community,buildings,entrances,worker,phone\nG-7,虹桥七网格,{Street}001,东方公寓7幢,1-9,张某,0513-00000000\n", "替换网格清单");
        await Expect(dispatcher.Locator("[role=status]")).ToContainTextAsync("网格清单已保存");
        await Expect(dispatcher.Locator("section[aria-labelledby=grids]")).ToContainTextAsync("现有 1 个网格，1 行");
        await _office.LookAtAsync(dispatcher, "grids");

        await SendAsync("#boundariesFile", "map.geojson", """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"G-8"},"geometry":{"type":"Polygon","coordinates":[[[120.8,32],[120.81,32],[120.81,32.01],[120.8,32]]]}}]}""", "替换边界");
        await Expect(dispatcher.Locator("[role=alert] li")).ToContainTextAsync("第 1 个图形 没有网格「G-8」");
        await SendAsync("#boundariesFile", "map.geojson", "{", "替换边界");
        await Expect(dispatcher.Locator("[role=alert] li")).ToContainTextAsync("不是 JSON：第 1 行");
        await SendAsync("#boundariesFile", "map.geojson", """{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"code":"G-7"},"geometry":{"type":"Polygon","coordinates":[[[120.8,32],[120.81,32],[120.81,32.01],[120.8,32]]]}}]}""", "替换边界");
        await Expect(dispatcher.Locator("section[aria-labelledby=boundaries]")).ToContainTextAsync("网格 1 个");

        // A ticket from that building: the operator sees whose grid it is, and so does the street office on its work order.
        var desk = await _office.SignInAsync("operator");
        await desk.GetByLabel("标题").FillAsync("楼道堆放杂物");
        await desk.GetByLabel("诉求描述").FillAsync("楼道里堆放杂物，垃圾没有人清理。");
        await desk.GetByLabel("事发地址").FillAsync("东方公寓7幢3单元");
        await desk.GetByRole(AriaRole.Button, new() { Name = "登记并派单" }).ClickAsync();
        await Expect(desk.Locator("section[aria-labelledby=route]")).ToContainTextAsync("虹桥七网格 东方公寓7幢3单元", new() { Timeout = 30_000 });
        await Expect(desk.Locator("section[aria-labelledby=route]")).ToContainTextAsync("网格员 张某 0513-00000000");
        await _office.LookAtAsync(desk, "ticket-grid");
        var number = desk.Url[(desk.Url.LastIndexOf('/') + 1)..];
        var lead = (await desk.Locator("[data-unit]").GetAttributeAsync("data-unit"))!;

        var unit = await _office.SignInAsync("handler", lead);
        await unit.OpenFromListAsync(number);
        await Expect(unit.Locator("section[aria-labelledby=matter]")).ToContainTextAsync("虹桥七网格 东方公寓7幢3单元");
        await Expect(unit.Locator("section[aria-labelledby=matter]")).ToContainTextAsync(lead == Street ? "张某" : "G-7");
        await _office.LookAtAsync(unit, "work-order-grid");

        // Off again, for the others.
        await dispatcher.GotoAsync("/desk/places");
        await SendAsync("#boundariesFile", "none.geojson", """{"type":"FeatureCollection","features":[]}""", "替换边界");
        await Expect(dispatcher.Locator("[role=status]")).ToContainTextAsync("边界已保存");
        await SendAsync("#gridsFile", "none.csv", "grid,name,community,buildings\n", "替换网格清单");
        await Expect(dispatcher.Locator("section[aria-labelledby=grids]")).ToContainTextAsync("现有 0 个网格");

        async Task SendAsync(string field, string name, string text, string button)
        {
            await dispatcher.Locator(field).SetInputFilesAsync(new FilePayload { Name = name, MimeType = "text/plain", Buffer = System.Text.Encoding.UTF8.GetBytes(text) });
            await dispatcher.GetByRole(AriaRole.Button, new() { Name = button }).ClickAsync();
        }
    }

    private async Task HandleAsync(IPage unit, string number)
    {
        await unit.GetByRole(AriaRole.Link, new() { Name = number }).ClickAsync();
        await unit.GetByRole(AriaRole.Button, new() { Name = "签收" }).ClickAsync();
        await Expect(unit.Locator(".head .badge.accepted")).ToBeVisibleAsync();
        await unit.Locator("#result").SelectOptionAsync("resolved");
        await unit.Locator("#contactedCitizen").SelectOptionAsync("true");
        await unit.Locator("#text").FillAsync("已到现场劝离摊贩，并安排专人早间值守。");
        await unit.Locator("#publicText").FillAsync("您反映的占道经营已处理，感谢您的监督。");
        await unit.Locator("#signedByName").FillAsync("李某");
        await unit.Locator("#signedByTitle").FillAsync("副主任");
        await _office.LookAtAsync(unit, "work-order");
        await unit.GetByRole(AriaRole.Button, new() { Name = "签字办结" }).ClickAsync();
        await Expect(unit.Locator(".head .badge.replied")).ToBeVisibleAsync();
        await _office.LookAtAsync(unit, "work-order-replied");
    }

    /// <summary>Once the work order has come.</summary>
    private static async Task ReturnAsync(IPage unit, string number, string reason, string basis, string to)
    {
        await unit.OpenFromListAsync(number);
        await unit.Locator("summary", new() { HasText = "退单" }).ClickAsync();
        await unit.Locator("#reason").FillAsync(reason);
        await unit.Locator("#basis").FillAsync(basis);
        await unit.Locator("#suggestedUnit").FillAsync(to);
        await unit.GetByRole(AriaRole.Button, new() { Name = "提交退单" }).ClickAsync();
        await Expect(unit.Locator(".head .badge.returned")).ToBeVisibleAsync();
    }
}
