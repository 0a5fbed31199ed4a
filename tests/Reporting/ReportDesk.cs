using Hotline.Contracts;
using Hotline.Data;
using Hotline.Reporting.Pages;
using Hotline.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

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
    public SettableTime Time => _db.Time;

    /// <summary>A second Database on the same data, with a clock of its own.</summary>
    public Database Reopen(TimeProvider time) => _db.Reopen(clock: new HotlineClock(time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai")));

    public static async Task<ReportDesk> OpenAsync(Engine engine, params IMessage[] messages)
    {
        var db = await TestDatabase.CreateAsync(engine);
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(db.Database).AddSingleton(db.Clock).AddReporting();
        builder.Services.AddRazorComponents();
        NamedCaller.AddTo(builder.Services);
        var app = builder.Build();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseAntiforgery();
        app.MapReporting();
        app.MapRazorComponents<BarePages<DailyReportPage>>().AddAdditionalAssemblies(typeof(DailyReportPage).Assembly);
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
        if (who is not null) client.DefaultRequestHeaders.Add(NamedCaller.Header, who);
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
}
