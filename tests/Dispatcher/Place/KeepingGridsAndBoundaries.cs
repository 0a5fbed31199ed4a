using System.Security.Claims;
using System.Text;
using Hotline.Contracts;
using Hotline.Data.Web;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Tests.Decisions;
using Hotline.Dispatcher.Units;
using Hotline.Testing;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Tests.Place;

/// <summary>Grids and boundaries sent in, stored, used for the next ticket, and read back, on every engine.</summary>
public abstract class KeepingGridsAndBoundaries(Engine engine) : OnRoutedTickets(engine)
{
    private const string Property = "小区物业公司不作为";

    [Fact]
    public async Task Saved_grids_decide_the_next_ticket_and_are_read_back()
    {
        Assert.Equal((1, 2, 2), Assert.IsType<Ok<PlaceFile.SavedGrids>>(await PutGridsAsync(Map.GridCsv)).Value is { } saved ? (saved.Version, saved.Grids, saved.Rows) : default);
        await _hotline.TellAsync(_hotline.Filed(Property, address: "东方公寓7-9-1161"));

        var decision = (await _hotline.DecisionsAsync()).Decisions[0];
        Assert.Equal((Map.Streets[0], Map.SouthCommunity, "G-E", "东网格", "东方公寓7幢9单元"),
            (decision.Lead?.Code, decision.Community?.Code, decision.Grid?.Code, decision.Grid?.Name, decision.Entrance));
        Assert.Single(await _hotline.IssuedAsync());
        Assert.Contains(decision.Explanation, s => s.Zh.Contains("东网格（G-E），东方公寓7幢9单元", StringComparison.Ordinal));
        await _hotline.AssertFactsAgreeAsync();

        Assert.Equal(Map.GridCsv, Assert.IsType<ContentHttpResult>(await GetGridsAsync("text/csv")).ResponseContent);
        var current = Assert.IsType<Ok<PlaceFile.CurrentGrids>>(await GetGridsAsync("application/json")).Value!;
        Assert.Equal((1, "dispatcher-1", "G-W"), (current.Version, current.SavedBy, current.Rows[0].Grid));
        Assert.Equal("东网格", Assert.IsType<Ok<Grid>>(await GridAsync("G-E", User)).Value!.Name);
        Assert.IsType<ProblemHttpResult>(await GridAsync("G-X", User));
    }

    [Fact]
    public async Task The_officer_of_a_grid_is_shown_to_the_platform_and_to_the_units_it_lies_in_alone()
    {
        await _hotline.Get<UnitRegister>().InstallAsync([.. Chongchuan.Seeds.Where(s => s.Parent == Map.Streets[0])], default);
        await PutGridsAsync($"grid,name,community,buildings,entrances,worker,phone\nG-W,西网格,{Map.SouthCommunity},东方公寓1-5幢,,张某,0513-00000000\n");
        foreach (var user in (ClaimsPrincipal[])[Reader(Roles.Dispatcher), Reader(Roles.Operator), Reader(Roles.Handler, Map.Streets[0]), Reader(Roles.Handler, Map.SouthCommunity)])
            Assert.Equal(("张某", "0513-00000000"), Officer(await GridAsync("G-W", user)));
        foreach (var unit in (string?[])[Map.Streets[1], Map.NorthCommunity, Chongchuan.Health, "320613999", null])
            Assert.Equal((null, null), Officer(await GridAsync("G-W", Reader(Roles.Handler, unit))));

        static (string?, string?) Officer(IResult result) => Assert.IsType<Ok<Grid>>(result).Value is { Code: "G-W", Name: "西网格" } grid ? (grid.Worker, grid.Phone) : ("no grid", null);
    }

    [Fact]
    public async Task The_grid_of_a_round_is_told_with_its_officer_of_today_to_who_may_see_them()
    {
        await PutGridsAsync($"grid,name,community,buildings,entrances,worker,phone\nG-W,西网格,{Map.SouthCommunity},东方公寓1-5幢,,张某,0513-00000000\n");
        await _hotline.TellAsync(_hotline.Filed(Property, address: "东方公寓3幢2单元"));
        Assert.Equal(new DecidedGrid("G-W", "西网格", "东方公寓3幢2单元", "张某", "0513-00000000"), await GridOfAsync(1, Reader(Roles.Dispatcher)));
        Assert.Equal(new DecidedGrid("G-W", "西网格", "东方公寓3幢2单元", null, null), await GridOfAsync(1, Reader(Roles.Handler, Chongchuan.Health)));
        Assert.Null(await GridOfAsync(2, Reader(Roles.Dispatcher)));

        // Another officer today; and the grid off the list: what was decided stays.
        await PutGridsAsync($"grid,name,community,buildings,entrances,worker,phone\nG-W,西一网格,{Map.SouthCommunity},东方公寓1-5幢,,李某,\n");
        Assert.Equal(("西网格", "李某", null), await GridOfAsync(1, Reader(Roles.Dispatcher)) is { } now ? (now.Name, now.Worker, now.Phone) : default);
        await PutGridsAsync("grid,name,community,buildings\n");
        Assert.Equal(new DecidedGrid("G-W", "西网格", "东方公寓3幢2单元", null, null), await GridOfAsync(1, Reader(Roles.Dispatcher)));

        Task<DecidedGrid?> GridOfAsync(int round, ClaimsPrincipal reader) => _hotline.Get<DecisionQuery>().GridAsync(RoutedTickets.Number, round, reader, default);
    }

    [Fact]
    public async Task One_wrong_row_or_feature_saves_nothing_and_is_named()
    {
        await PutGridsAsync(Map.GridCsv);
        Assert.Equal(["row 2, community", "row 3, buildings"], Fields(await PutGridsAsync($"grid,name,community,buildings\nA,甲,1,\nB,乙,{Map.SouthCommunity},东方公寓9-1幢\n")));
        Assert.Equal(["body"], Fields(await PutGridsAsync("grid\0")));
        Assert.Equal(["body"], Fields(await PutGridsAsync(new string('x', PlaceFile.MostGridBytes + 1))));
        Assert.Equal(StatusCodes.Status415UnsupportedMediaType, Assert.IsType<ProblemHttpResult>(await PutGridsAsync(Map.GridCsv, "application/json")).StatusCode);
        Assert.Equal(Map.GridCsv, Assert.IsType<ContentHttpResult>(await GetGridsAsync("text/csv")).ResponseContent);

        await PutBoundariesAsync(Map.All);
        Assert.Equal(["feature 1"], Fields(await PutBoundariesAsync(Map.Collection(Map.Square("G-X", 0, 0, 1, 1)))));
        Assert.Equal(Map.All, await BoundariesAsync());
    }

    [Fact]
    public async Task Saved_boundaries_decide_the_next_ticket_and_are_read_back()
    {
        Assert.Contains("\"features\":[]", await BoundariesAsync(), StringComparison.Ordinal);
        await PutGridsAsync(Map.GridCsv);
        var saved = Assert.IsType<Ok<PlaceFile.SavedBoundaries>>(await PutBoundariesAsync(Map.All)).Value!;
        Assert.Equal((1, Map.Streets.Count, 2, 2), (saved.Version, saved.Streets, saved.Communities, saved.Grids));

        var filed = _hotline.Filed(Property, address: "");
        await _hotline.TellAsync(filed with { Matter = filed.Matter with { Location = Map.At(0.25, 0.25) } });
        var decision = (await _hotline.DecisionsAsync()).Decisions[0];
        Assert.Equal((Map.Streets[0], "G-W", null), (decision.Lead?.Code, decision.Grid?.Code, decision.Entrance));
        Assert.Equal(Map.All, await BoundariesAsync());

        await PutBoundariesAsync(Map.Collection(""));
        Assert.Equal(0, (await _hotline.Get<RoutingBasis>().ReadAsync(_hotline.Database, default)).Boundaries.Count);
    }

    [Fact]
    public async Task Words_and_coordinates_that_disagree_wait_in_triage_with_both()
    {
        await PutBoundariesAsync(Map.Collection(string.Join(',', Map.Streets.Select((s, i) => Map.Square(s, i, 0, i + 1, 1)))));
        var filed = _hotline.Filed(Property, address: "崇川区" + DivisionDirectory.Instance.Find(Map.Streets[0])!.Name);
        await _hotline.TellAsync(filed with { Matter = filed.Matter with { Location = Map.At(3.5, 0.5) } });

        var triage = (await _hotline.DecisionsAsync()).Triage!;
        Assert.Equal(TriageReason.PlaceDisagrees, triage.Reason);
        Assert.Equal([Map.Streets[0], Map.Streets[3]], triage.Candidates.Select(c => c.Code));
        Assert.Equal("place-disagrees", Assert.Single(await _hotline.RoutedAsync()).TriageReason);
        Assert.Single(Assert.IsType<Ok<Data.Web.Page<TriageLine>>>((await WaitingLists.TriageAsync("place-disagrees", null, null, _hotline.Get<WaitingLists>(), default)).Result).Value!.Items);
    }

    [Fact]
    public async Task The_next_round_keeps_grid_and_entrance_whoever_leads()
    {
        await PutGridsAsync(Map.GridCsv);
        await _hotline.TellAsync(_hotline.Filed(Property, address: "东方公寓7-9-1161"));
        var order = _hotline.Return(Map.Streets[0]);
        await _hotline.TellAsync(order);
        Assert.IsType<DispatchOutcome.Done>(await _hotline.ReviewAsync(order.WorkOrder, uphold: true, lead: Chongchuan.Urban));
        Assert.All((await _hotline.DecisionsAsync()).Decisions, d => Assert.Equal(("G-E", "东方公寓7幢9单元"), (d.Grid?.Code, d.Entrance)));
    }

    [Fact]
    public async Task A_preview_takes_coordinates_and_checks_them()
    {
        await PutGridsAsync(Map.GridCsv);
        await PutBoundariesAsync(Map.All);
        var preview = Assert.IsType<Ok<PreviewDispatch.Preview>>(await PreviewAsync("32.0025", "120.8025")).Value!;
        Assert.Equal((Map.Streets[0], "G-W"), (preview.Lead?.Code, preview.Grid?.Code));
        Assert.Equal(["lng"], Fields(await PreviewAsync("32", null)));
        Assert.Equal(["lat"], Fields(await PreviewAsync(null, "120")));
        Assert.Equal(["lat"], Fields(await PreviewAsync("120", "32")));
        Assert.Equal(["lat", "lng"], Fields(await PreviewAsync("north", "NaN")));
        Assert.Equal(["lng"], Fields(await PreviewAsync("32", "1e2")));
    }

    [Fact]
    public async Task Another_process_sees_new_grids_and_boundaries_within_seconds()
    {
        var other = new RoutingBasis();
        await other.ReadAsync(_hotline.Database, default);
        await PutGridsAsync(Map.GridCsv);
        await PutBoundariesAsync(Map.All);
        _hotline.Db.Time.Advance(RoutingBasis.Fresh);
        var state = await other.ReadAsync(_hotline.Database, default);
        Assert.Equal((2, Map.Boundaries.Count), (state.Grids.Grids.Count, state.Boundaries.Count));
    }

    private Task<IResult> GetGridsAsync(string accept)
    {
        var http = new DefaultHttpContext();
        http.Request.Headers.Accept = accept;
        return PlaceFile.GetGridsAsync(http.Request, null, _hotline.Database, default);
    }

    private async Task<IResult> GridAsync(string code, ClaimsPrincipal user) =>
        (await PlaceFile.GetGridAsync(code, user, _hotline.Database, _hotline.Get<RoutingBasis>(), default)).Result;

    private async Task<IResult> PutGridsAsync(string csv, string type = "text/csv") =>
        (await PlaceFile.PutGridsAsync(Sent(csv, type), _hotline.Get<PlaceFile>(), User, default)).Result;

    private async Task<IResult> PutBoundariesAsync(string geoJson) =>
        (await PlaceFile.PutBoundariesAsync(Sent(geoJson, "application/geo+json"), _hotline.Get<PlaceFile>(), User, default)).Result;

    private async Task<string?> BoundariesAsync() => Assert.IsType<ContentHttpResult>(await PlaceFile.GetBoundariesAsync(_hotline.Database, default)).ResponseContent;

    private async Task<IResult> PreviewAsync(string? lat, string? lng) => (await PreviewDispatch.HandleAsync(
        null, Property, "2020-02-07", null, null, null, lat, lng, _hotline.Database, _hotline.Get<Router>(), _hotline.Get<RoutingBasis>(), default)).Result;

    private static ClaimsPrincipal Reader(string role, string? unit = null) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Role, role), .. unit is null ? (Claim[])[] : [new Claim(Caller.UnitClaim, unit)]], "test"));

    private static ClaimsPrincipal User => new(new ClaimsIdentity([new Claim(ClaimTypes.Name, "dispatcher-1")], "test"));

    private static HttpRequest Sent(string body, string type)
    {
        var http = new DefaultHttpContext();
        http.Request.ContentType = type + "; charset=utf-8";
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return http.Request;
    }

    private static IEnumerable<string> Fields(IResult result) =>
        ((IDictionary<string, string[]>)Assert.IsType<ProblemHttpResult>(result).ProblemDetails.Extensions["errors"]!).Keys;
}

public sealed class KeepingGridsAndBoundariesOnSqlite() : KeepingGridsAndBoundaries(Engine.Sqlite);

public sealed class KeepingGridsAndBoundariesOnPostgreSql() : KeepingGridsAndBoundaries(Engine.PostgreSql);

public sealed class KeepingGridsAndBoundariesOnSqlServer() : KeepingGridsAndBoundaries(Engine.SqlServer);
