using System.Net.Http.Json;
using System.Security.Claims;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hotline.Handlers.Tests;

/// <summary>The role alone on a real engine: its consumers and its calls, with callers named by a header.</summary>
public sealed class UnitDesk : IAsyncDisposable
{
    public const string Ticket = "20200207-000001";

    public static readonly Named Health = new("D01", "卫生健康委员会");
    public static readonly Named Street = new("320613001", "和平桥街道");
    public static readonly Named Market = new("D02", "市场监督管理局");

    private readonly WebApplication _app;

    private UnitDesk(TestDatabase db, WebApplication app) => (Db, _app) = (db, app);

    public TestDatabase Db { get; }

    public IServiceProvider Services => _app.Services;

    /// <summary>Friday 7 February 2020, 10:00 in Nantong, until the test moves it.</summary>
    public DateTimeOffset Now => Db.Clock.Now;

    public static async Task<UnitDesk> CreateAsync(Engine engine)
    {
        var db = await TestDatabase.CreateAsync(engine);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        UnitDesk? desk = null;
        builder.Services.AddSingleton(db.Database).AddSingleton(db.Clock).AddHandlers().AddSingleton(new DispatchLookup(
            (code, _) => Task.FromResult(code != Nobody), code => code != Nobody, (ticket, round, user, _) => Task.FromResult(desk!.GridOf(ticket, round, user)),
            (tickets, _) => Task.FromResult<IReadOnlyDictionary<(string, int), DecidedRound>>(tickets.ToDictionary(t => (t, 1), t => new DecidedRound(Description, Why(t, 1))))));
        builder.Services.ConfigureHttpJsonOptions(o => Json.Configure(o.SerializerOptions).RespectRequiredConstructorParameters = true);
        NamedCaller.AddTo(builder.Services);
        builder.Services.AddLocalization().AddRazorComponents();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapHandlers();
        app.MapRazorComponents<BarePages<Texts>>().AddAdditionalAssemblies(typeof(Texts).Assembly);
        await app.StartAsync();
        return desk = new UnitDesk(db, app);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Db.DisposeAsync();
    }

    public IssueWorkOrders Decision(int round = 1, Named? lead = null, Named[]? support = null, bool designated = false, DeadlineClass @class = DeadlineClass.Normal) => new(
        Ticket, round, Now, lead ?? Street, support ?? [], @class, designated, Now.AddMinutes(-3), Channel.Phone, TicketKind.Complaint,
        new Matter("小区垃圾无人清运", "", "南通市崇川区和平桥街道某小区", new Location(32.01, 120.86)),
        new Named("0101", "市容环卫"), Street, Confidential: false);

    /// <summary>What the Dispatcher knows a ticket to be about.</summary>
    public const string Description = "三天没有清运。";

    /// <summary>What the Dispatcher says of a round; of the first, for the others are not decided here.</summary>
    public static IReadOnlyList<Sentence> Why(string ticket, int round) => [new Sentence($"工单{ticket}第{round}轮：地址中的“和平桥街道”", $"\"Heping Bridge\" in the address of {ticket}, round {round}")];

    /// <summary>Sends the messages and lets the role do its work.</summary>
    public Task HearAsync(params IMessage[] messages) => HearAsync(null, messages);

    /// <param name="shuffle">Everything twice, in an order drawn from this seed.</param>
    public async Task HearAsync(int? shuffle, params IMessage[] messages)
    {
        await Db.Database.WriteAsync(work =>
        {
            foreach (var message in messages) Send(work, message);
            return Task.CompletedTask;
        }, CancellationToken.None);
        await Db.DeliverAsync(Services, [Role.Handlers], shuffle);
        Assert.Empty(await Db.FaultsAsync());
    }

    /// <summary>The latest facts of every work order of the ticket, by id.</summary>
    public async Task<IReadOnlyList<WorkOrderChanged>> FactsAsync() =>
        await Db.Database.ReadAsync(db => new WorkOrderFacts().OfTicketAsync(db, Ticket), CancellationToken.None);

    public async Task<WorkOrderChanged> FactsAsync(string id) => (await FactsAsync()).Single(f => f.WorkOrder == id);

    public async Task<WorkOrderView> ViewAsync(string id) =>
        (await Services.GetRequiredService<WorkOrderQuery>().FindAsync(id, CancellationToken.None))!;

    public async Task<string[]> TimelineAsync() =>
        [.. (await new Timeline(Db.Database).OfAsync(Ticket, CancellationToken.None)).Select(t => $"{t.Actor} {t.Action} {t.Unit} {t.Reason}".TrimEnd())];

    /// <summary>What the Dispatcher knows of grids, for a ticket, a round and a reader.</summary>
    public Func<string, int, ClaimsPrincipal, WorkOrderGrid?> GridOf { get; set; } = (_, _, _) => null;

    /// <summary>A code that no unit has.</summary>
    public const string Nobody = "nobody";

    public Task<Response> AcceptAsync(string id, string by = "handler") => PostAsync($"/api/work-orders/{id}/accept", null, by, UnitOf(id));

    public Task<Response> ReturnAsync(string id, object? body = null, string by = "handler", string? unit = null) =>
        PostAsync($"/api/work-orders/{id}/return", body ?? new { reason = "不属于本单位职责", basis = "三定方案第二条", suggestedUnit = "D02" }, by, unit ?? UnitOf(id));

    public Task<Response> ReplyAsync(string id, object? body = null) =>
        PostAsync($"/api/work-orders/{id}/reply", body ?? Reply(), "handler", UnitOf(id));

    public static object Reply() => new
    {
        result = "resolved",
        contactedCitizen = true,
        text = "已联系物业清运。",
        publicText = "垃圾已清运，感谢监督。",
        signedBy = new { name = "张某", title = "街道城管办主任" },
    };

    public Task<Response> GetAsync(string path, string by = "handler", string? unit = null) => SendAsync(HttpMethod.Get, path, null, by, unit);

    public Task<Response> PostAsync(string path, object? body, string by, string? unit) => SendAsync(HttpMethod.Post, path, body, by, unit);

    public static string UnitOf(string id) => id[(Ticket.Length + 1)..].Split('-', 2)[1];

    private static string Who(string by, string? unit) => unit is null || by.Length == 0 ? by : $"{by} of {unit}";

    private async Task<Response> SendAsync(HttpMethod method, string path, object? body, string by, string? unit)
    {
        using var client = _app.GetTestClient();
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Add(NamedCaller.Header, Who(by, unit));
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Response((int)response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement.Clone());
    }

    private static void Send(Work work, IMessage message)
    {
        switch (message)
        {
            case IssueWorkOrders m: work.Send(m); break;
            case ReturnReviewed m: work.Send(m); break;
            case TicketClosed m: work.Send(m); break;
            case TicketUrged m: work.Send(m); break;
            default: throw new ArgumentException($"{message.GetType().Name} is not for this role.");
        }
    }

    /// <summary>A browser of one person: keeps its cookies, follows no redirect.</summary>
    public HttpClient Browser(string by, string? unit)
    {
        var browser = new HttpClient(new Cookies { InnerHandler = _app.GetTestServer().CreateHandler() }) { BaseAddress = _app.GetTestServer().BaseAddress };
        browser.DefaultRequestHeaders.Add(NamedCaller.Header, Who(by, unit));
        return browser;
    }

    private sealed class Cookies : DelegatingHandler
    {
        private string? _cookie;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken ct)
        {
            if (_cookie is not null) request.Headers.Add("Cookie", _cookie);
            var response = await base.SendAsync(request, ct);
            if (response.Headers.TryGetValues("Set-Cookie", out var set)) _cookie = set.First().Split(';')[0];
            return response;
        }
    }

    public sealed record Response(int Status, JsonElement Body)
    {
        public string? Code => Body.GetProperty("code").GetString();

        public string[] Fields => [.. Body.GetProperty("errors").EnumerateObject().Select(e => e.Name).Order(StringComparer.Ordinal)];

        public string? Text(string property) => Body.GetProperty(property).GetString();
    }
}

/// <summary>A contract suite: its class runs once for each engine.</summary>
public abstract class OnUnitDesk(Engine engine) : IAsyncLifetime
{
    private UnitDesk? _desk;

    protected UnitDesk Desk => _desk!;

    protected Engine Engine => engine;

    protected static string Street => WorkOrder.Id(UnitDesk.Ticket, 1, UnitDesk.Street.Code);

    protected static string Market => WorkOrder.Id(UnitDesk.Ticket, 1, UnitDesk.Market.Code);

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _desk = await UnitDesk.CreateAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_desk is not null) await _desk.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
