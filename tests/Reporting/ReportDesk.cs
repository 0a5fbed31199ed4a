using System.Security.Claims;
using System.Text.Encodings.Web;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Reporting.Pages;
using Hotline.Testing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Rendering;
using Microsoft.AspNetCore.Components.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hotline.Reporting.Tests;

/// <summary>A database that has heard some messages, and the role's HTTP surface over it; who calls is said in the call.</summary>
internal sealed class ReportDesk : IAsyncDisposable
{
    private readonly TestDatabase _db;
    private readonly WebApplication _app;

    private ReportDesk(TestDatabase db, WebApplication app)
    {
        _db = db;
        _app = app;
    }

    public Database Database => _db.Database;

    public static async Task<ReportDesk> OpenAsync(Engine engine, params IMessage[] messages)
    {
        var db = await TestDatabase.CreateAsync(engine);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(db.Database).AddSingleton(db.Clock).AddReporting();
        builder.Services.AddRazorComponents();
        builder.Services.AddAuthentication("said").AddScheme<AuthenticationSchemeOptions, Said>("said", null);
        builder.Services.AddAuthorization();
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapReporting();
        app.MapRazorComponents<Root>().AddAdditionalAssemblies(typeof(DailyReportPage).Assembly);
        await app.StartAsync();
        var desk = new ReportDesk(db, app);
        await desk.HearAsync(messages);
        return desk;
    }

    /// <summary>Sends the messages and delivers them.</summary>
    public async Task HearAsync(params IMessage[] messages)
    {
        await Database.WriteAsync(work =>
        {
            foreach (var message in messages) Send(work, message);
            return Task.CompletedTask;
        }, CancellationToken.None);
        await _db.DeliverAsync(_app.Services, [Role.Reporting]);
        Assert.Empty(await _db.FaultsAsync());
    }

    public Task<DailyReport> ReadAsync(DateOnly? day = null, string? unit = null, Breakdown? by = null) =>
        DailyReport.ReadAsync(Database, day ?? Given.Day, unit, by, CancellationToken.None);

    /// <param name="who">"manager", or "handler of 320613001"; null for nobody.</param>
    public async Task<HttpResponseMessage> GetAsync(string path, string? who = "manager", string? accept = null)
    {
        using var client = _app.GetTestClient();
        if (who is not null) client.DefaultRequestHeaders.Add("Who", who);
        if (accept is not null) client.DefaultRequestHeaders.Add("Accept", accept);
        return await client.GetAsync(new Uri(path, UriKind.Relative));
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await _db.DisposeAsync();
    }

    internal static void Send(Work work, IMessage message)
    {
        switch (message)
        {
            case TicketChanged m: work.Send(m); break;
            case TicketRouted m: work.Send(m); break;
            case WorkOrderChanged m: work.Send(m); break;
            default: throw new ArgumentException($"{message.GetType().Name} is not counted");
        }
    }

    private sealed class Said(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync()
        {
            if (Request.Headers["Who"].FirstOrDefault() is not { } who) return Task.FromResult(AuthenticateResult.NoResult());
            var words = who.Split(" of ");
            var identity = new ClaimsIdentity([new(ClaimTypes.Name, who), new(ClaimTypes.Role, words[0])], Scheme.Name);
            if (words.Length > 1) identity.AddClaim(new Claim(Caller.UnitClaim, words[1]));
            return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
        }
    }

    /// <summary>The least that shows a page.</summary>
    private sealed class Root : ComponentBase
    {
        protected override void BuildRenderTree(RenderTreeBuilder builder)
        {
            builder.OpenComponent<Router>(0);
            builder.AddComponentParameter(1, nameof(Router.AppAssembly), typeof(DailyReportPage).Assembly);
            builder.AddComponentParameter(2, nameof(Router.Found), (RenderFragment<Microsoft.AspNetCore.Components.RouteData>)(page => inner =>
            {
                inner.OpenComponent<RouteView>(0);
                inner.AddComponentParameter(1, nameof(RouteView.RouteData), page);
                inner.CloseComponent();
            }));
            builder.CloseComponent();
        }
    }
}
