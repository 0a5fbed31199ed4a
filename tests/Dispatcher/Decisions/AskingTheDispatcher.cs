using System.Security.Claims;
using System.Text;
using Hotline.Contracts;
using Hotline.Data.Web;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;
using Hotline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Dispatcher.Tests.Decisions;

/// <summary>The Dispatcher's calls: lists, preview, units, catalogue; good and bad input.</summary>
public abstract class AskingTheDispatcher(Engine engine) : OnRoutedTickets(engine)
{
    [Fact]
    public async Task Triage_is_listed_longest_wait_first_page_by_page()
    {
        for (var i = 1; i <= 5; i++)
        {
            await _hotline.TellAsync(_hotline.Filed("物业公司不作为", address: "", number: $"20200207-{i:000000}"));
            if (i % 2 == 0) _hotline.Db.Time.Advance(TimeSpan.FromMinutes(1));
        }
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = Assert.IsType<Ok<Page<TriageLine>>>((await WaitingLists.TriageAsync("no-place", "2", cursor, Lists, default)).Result).Value!;
            Assert.All(page.Items, l => Assert.Contains("需人工研判", l.Why.Zh, StringComparison.Ordinal));
            seen.AddRange(page.Items.Select(l => l.Ticket));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal(Enumerable.Range(1, 5).Select(i => $"20200207-{i:000000}"), seen);
        Assert.Empty(Assert.IsType<Ok<Page<TriageLine>>>((await WaitingLists.TriageAsync("no-rule", null, null, Lists, default)).Result).Value!.Items);
    }

    [Fact]
    public async Task Returns_are_listed_page_by_page_with_what_an_upheld_one_would_mean()
    {
        for (var i = 1; i <= 3; i++)
        {
            var number = $"20200207-{i:000000}";
            await _hotline.TellAsync(_hotline.Filed("药店口罩涨价", number: number));
            await _hotline.TellAsync(_hotline.Return(Chongchuan.Market, number: number));
        }
        var first = Assert.IsType<Ok<Page<ReturnLine>>>((await WaitingLists.ReturnsAsync("2", null, Lists, default)).Result).Value!;
        var second = Assert.IsType<Ok<Page<ReturnLine>>>((await WaitingLists.ReturnsAsync("2", first.NextCursor, Lists, default)).Result).Value!;
        Assert.Equal((2, 1), (first.Items.Count, second.Items.Count));
        Assert.False(first.Items[0].Final);
        Assert.Equal("不属本单位职责", first.Items[0].Reason);
    }

    [Theory]
    [InlineData("elsewhere", null, null, "reason")]
    [InlineData(null, "0", null, "limit")]
    [InlineData(null, "many", null, "limit")]
    [InlineData(null, "201", null, "limit")]
    [InlineData(null, null, "WyJvdGhlciIsIjEiXQ", "cursor")]
    [InlineData(null, null, "?", "cursor")]
    public async Task A_bad_query_is_refused_by_field(string? reason, string? limit, string? cursor, string field) =>
        AssertField(field, (await WaitingLists.TriageAsync(reason, limit, cursor, Lists, default)).Result);

    [Fact]
    public async Task A_preview_tells_the_decision_and_stores_nothing()
    {
        var preview = Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync("崇川区新城桥街道", "药店口罩涨价", "2020-02-07")).Value!;
        Assert.Equal((Chongchuan.Market, DeadlineClass.SameDay, "prices-epidemic"), (preview.Lead?.Code, preview.DeadlineClass, preview.Rule));
        Assert.Equal(DeadlineClass.Normal, Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync("", "药店口罩涨价", "2021-02-07T08:00:00+08:00")).Value!.DeadlineClass);
        Assert.Equal(TriageReason.NoPlace, Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync(null, "物业公司不作为", null)).Value!.TriageReason);
        Assert.Empty(await _hotline.RoutedAsync());
        AssertField("text", await PreviewAsync(null, " ", null));
        AssertField("at", await PreviewAsync(null, "停水", "yesterday"));
        AssertField("text", await PreviewAsync(null, new string('水', 10_001), null));
        AssertField("address", await PreviewAsync(new string('水', 501), null, null));
    }

    [Fact]
    public async Task A_preview_takes_the_first_sentence_for_the_title()
    {
        var preview = Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync("崇川区新城桥街道", "小区物业公司不作为。之前到法院立案过", null)).Value!;
        Assert.Equal((null, TicketKind.Complaint), (preview.TriageReason, preview.Kind));
        preview = Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync("崇川区新城桥街道", "请督促法院开庭。", null)).Value!;
        Assert.Equal(TriageReason.OutOfScope, preview.TriageReason);
        Assert.Contains("12368", preview.Answer!.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decisions_do_not_wait_for_stored_grids_and_boundaries_that_cannot_be_read()
    {
        await _hotline.Database.WriteAsync(async work =>
        {
            foreach (var part in (string[])[RoutingBasis.GridsPart, RoutingBasis.BoundariesPart])
            {
                await work.ExecuteAsync("insert into dispatch_place_file (part, version, saved_at, saved_by, body) values (@part, 1, @now, 'somebody', 'broken')", new { part, now = work.Now });
                await RoutingBasis.TouchAsync(work, part);
            }
        }, default);
        _hotline.Get<RoutingBasis>().Forget();
        Assert.Equal(Chongchuan.Market, Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync("崇川区新城桥街道", "药店口罩涨价", null)).Value!.Lead?.Code);
        var unreadable = (await _hotline.Get<RoutingBasis>().ReadAsync(_hotline.Database, default)).Unreadable!;
        Assert.Contains("The stored grids cannot be read", unreadable, StringComparison.Ordinal);
        Assert.Contains("The stored boundaries cannot be read", unreadable, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catalogue_that_was_changed_from_an_older_version_is_not_saved_over_a_newer_one()
    {
        var catalogue = _hotline.Get<DispatchCatalogue>();
        var (version, csv) = await catalogue.ReadAsync(default);
        Assert.NotNull((await catalogue.SaveAsync(csv, "one", default, version)).Saved);
        var (saved, errors) = await catalogue.SaveAsync(csv, "other", default, version);
        Assert.Null(saved);
        Assert.Contains("has been saved since", Assert.Single(errors).Message, StringComparison.Ordinal);
        Assert.Equal(version + 1, (await catalogue.ReadAsync(default)).Version);
    }

    [Fact]
    public async Task Units_are_found_by_words_by_parent_and_by_code()
    {
        var register = _hotline.Get<UnitRegister>();
        Assert.Equal([Chongchuan.Health], await CodesAsync("卫生健康", null));
        Assert.Equal([Chongchuan.Health], await CodesAsync("health commission", null));
        Assert.Contains(Chongchuan.Xinchengqiao.Code, await CodesAsync("新城桥", Chongchuan.Division));
        var detail = Assert.IsType<Ok<ListUnits.Detail>>((await ListUnits.OneAsync(Chongchuan.Division, register, default)).Result).Value!;
        Assert.Contains(detail.Children, u => u.Code == Chongchuan.Police);
        Assert.IsType<ProblemHttpResult>((await ListUnits.OneAsync("nobody", register, default)).Result);
        AssertField("parent", (await ListUnits.HandleAsync(null, "nobody", null, null, null, register, default)).Result);
        AssertField("kind", (await ListUnits.HandleAsync(null, null, "guild", null, null, register, default)).Result);

        async Task<IEnumerable<string>> CodesAsync(string? q, string? parent) =>
            Assert.IsType<Ok<Page<Unit>>>((await ListUnits.HandleAsync(q, parent, null, null, null, register, default)).Result).Value!.Items.Select(u => u.Code);
    }

    [Fact]
    public async Task Units_page_through_all_of_them()
    {
        var register = _hotline.Get<UnitRegister>();
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = Assert.IsType<Ok<Page<Unit>>>((await ListUnits.HandleAsync(null, null, null, "20", cursor, register, default)).Result).Value!;
            seen.AddRange(page.Items.Select(u => u.Code));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        Assert.Equal((await register.AllAsync(default)).All.Select(u => u.Code), seen);
    }

    [Fact]
    public async Task Installing_units_and_the_default_catalogue_again_changes_nothing()
    {
        var again = await _hotline.Get<UnitRegister>().InstallAsync([.. Chongchuan.Seeds.Where(s => s.Kind != "community")], default);
        Assert.Equal(0, again.Added);
        Assert.False(await _hotline.Get<DispatchCatalogue>().InstallDefaultAsync(default));
    }

    [Fact]
    public async Task A_saved_catalogue_decides_the_next_ticket_and_is_read_back()
    {
        const string csv = "id,category,mode,lead,class\nonly,*,duty,police,normal\n";
        var saved = Assert.IsType<Ok<DispatchCatalogue.Saved>>(await PutAsync(csv)).Value!;
        Assert.Equal((2, 1), (saved.Version, saved.Rules));
        await _hotline.TellAsync(_hotline.Filed("药店口罩涨价"));
        Assert.Equal(Chongchuan.Police, Assert.Single(await _hotline.IssuedAsync()).Lead.Code);

        Assert.Equal(csv, Assert.IsType<ContentHttpResult>(await GetAsync("text/csv")).ResponseContent);
        var current = Assert.IsType<Ok<DispatchCatalogue.Current>>(await GetAsync("application/json")).Value!;
        Assert.Equal((2, "dispatcher-1", "*"), (current.Version, current.SavedBy, current.Rules[0].Category));
    }

    [Fact]
    public async Task Every_saved_version_can_be_read_again()
    {
        const string csv = "id,category,mode,lead,class\nonly,*,duty,police,normal\n";
        await PutAsync(csv);

        var versions = (await DispatchCatalogue.VersionsAsync(_hotline.Database, default)).Value!;
        Assert.Equal([(2L, "dispatcher-1"), (1L, "hotline init")], versions.Select(v => (v.Version, v.SavedBy)));
        Assert.Equal(csv, Assert.IsType<ContentHttpResult>(await GetAsync("text/csv", "2")).ResponseContent);
        Assert.Equal(RuleBook.DefaultCsv, Assert.IsType<ContentHttpResult>(await GetAsync("text/csv", "1")).ResponseContent);
        Assert.Equal(StatusCodes.Status404NotFound, Assert.IsType<ProblemHttpResult>(await GetAsync("text/csv", "3")).StatusCode);
        Assert.Equal(StatusCodes.Status400BadRequest, Assert.IsType<ProblemHttpResult>(await GetAsync("text/csv", "-1")).StatusCode);
    }

    [Fact]
    public async Task A_catalogue_with_a_gap_is_refused_with_the_class_and_the_row()
    {
        var problem = Assert.IsType<ProblemHttpResult>(await PutAsync("id,category,mode,lead,class,to\nonly,*,duty,police,normal,2020-02-29\n"));
        var errors = (IDictionary<string, string[]>)problem.ProblemDetails.Extensions["errors"]!;
        Assert.Contains("'only' ends on 2020-02-29, and from the next day no rule holds for class 01 科教文体.", errors["row 2, to"]);
    }

    [Fact]
    public async Task A_bad_catalogue_is_refused_with_the_row_and_nothing_is_saved()
    {
        var problem = Assert.IsType<ProblemHttpResult>(await PutAsync("id,category,mode,lead,class\nonly,*,duty,nobody,normal\n"));
        Assert.Equal(StatusCodes.Status400BadRequest, problem.StatusCode);
        Assert.Contains("row 2, lead", ((IDictionary<string, string[]>)problem.ProblemDetails.Extensions["errors"]!).Keys);
        Assert.IsType<ProblemHttpResult>(await PutAsync("\xff\xfe", Encoding.Latin1));
        Assert.IsType<ProblemHttpResult>(await PutAsync(new string('a', DispatchCatalogue.MostBytes + 1)));
        Assert.Equal(1, Assert.IsType<Ok<DispatchCatalogue.Current>>(await GetAsync("*/*")).Value!.Version);
    }

    [Fact]
    public async Task Another_process_sees_a_changed_catalogue_within_seconds()
    {
        await using var other = _hotline.Db.Reopen();
        var basis = new RoutingBasis();
        Assert.True((await basis.ReadAsync(other, default)).Rules.Rules.Count > 100);
        await PutAsync("id,category,mode,lead,class\nonly,*,duty,police,normal\n");
        _hotline.Db.Time.Advance(RoutingBasis.Fresh);
        Assert.Single((await basis.ReadAsync(other, default)).Rules.Rules);
    }

    [Fact]
    public void Bodies_are_checked_field_by_field()
    {
        Assert.Equal(["lead", "reason"], new DispatchTicket.Validator().Errors(new DispatchTicket(null!))!.Keys.Order());
        Assert.Equal(["category"], new DispatchTicket.Validator().Errors(new DispatchTicket("x", Reason: "r", Category: "888888"))!.Keys);
        Assert.Equal(["support"], new DispatchTicket.Validator().Errors(new DispatchTicket("x", [.. Enumerable.Repeat("y", 21)], Reason: "r"))!.Keys);
        Assert.Equal(["reason"], new DispatchTicket.Validator().Errors(new DispatchTicket("x", Reason: "a\0b"))!.Keys);
        Assert.Equal(["note", "uphold"], new ReviewReturn.Validator().Errors(new ReviewReturn(null, null))!.Keys.Order());
        Assert.Equal(["lead"], new ReviewReturn.Validator().Errors(new ReviewReturn(false, "n", "x"))!.Keys);
        Assert.Null(new ReviewReturn.Validator().Errors(new ReviewReturn(true, "n", "x")));
    }

    [Fact]
    public void Every_call_can_be_mapped_and_asks_for_a_role()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddAuthorization().AddSingleton(_hotline.Database).AddSingleton(_hotline.Db.Clock).AddSingleton(new DispatchSettings()).AddDispatcher();
        var app = builder.Build();
        app.MapDispatcher();
        var endpoints = ((IEndpointRouteBuilder)app).DataSources.SelectMany(d => d.Endpoints).ToArray();
        Assert.Equal(19, endpoints.Length);
        Assert.All(endpoints, e => Assert.NotNull(e.Metadata.GetMetadata<Microsoft.AspNetCore.Authorization.AuthorizationPolicy>()));
    }

    private WaitingLists Lists => _hotline.Get<WaitingLists>();

    private async Task<IResult> PreviewAsync(string? address, string? text, string? at) => (await PreviewDispatch.HandleAsync(
        address, text, at, null, null, null, null, null, _hotline.Database, _hotline.Get<Router>(), _hotline.Get<RoutingBasis>(), default)).Result;

    private Task<IResult> GetAsync(string accept, string? version = null)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = accept;
        return DispatchCatalogue.GetAsync(http.Request, version, _hotline.Database, default);
    }

    private async Task<IResult> PutAsync(string csv, Encoding? encoding = null)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = "text/csv; charset=utf-8";
        http.Request.Body = new MemoryStream((encoding ?? Encoding.UTF8).GetBytes(csv));
        var user = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "dispatcher-1")], "test"));
        return (await DispatchCatalogue.PutAsync(http.Request, _hotline.Get<DispatchCatalogue>(), user, default)).Result;
    }

    private static void AssertField(string field, IResult result)
    {
        var problem = Assert.IsType<ProblemHttpResult>(result);
        Assert.Equal(StatusCodes.Status400BadRequest, problem.StatusCode);
        Assert.Equal([field], ((IDictionary<string, string[]>)problem.ProblemDetails.Extensions["errors"]!).Keys);
    }
}

public sealed class AskingTheDispatcherOnSqlite() : AskingTheDispatcher(Engine.Sqlite);

public sealed class AskingTheDispatcherOnPostgreSql() : AskingTheDispatcher(Engine.PostgreSql);

public sealed class AskingTheDispatcherOnSqlServer() : AskingTheDispatcher(Engine.SqlServer);
