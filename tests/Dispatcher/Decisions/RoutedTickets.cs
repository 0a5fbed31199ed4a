using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Dispatcher.Tests.Decisions;

/// <summary>A hotline of Chongchuan on a fresh database: the role as it is composed, and the messages that others would send it.</summary>
internal sealed class RoutedTickets : IAsyncDisposable
{
    public const string Number = "20200207-000001";

    private readonly ServiceProvider _services;

    private RoutedTickets(TestDatabase db, ServiceProvider services)
    {
        Db = db;
        _services = services;
    }

    public TestDatabase Db { get; }

    public Database Database => Db.Database;

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    public static async Task<RoutedTickets> CreateAsync(Engine engine)
    {
        var db = await TestDatabase.CreateAsync(engine);
        var services = new ServiceCollection()
            .AddSingleton(db.Database).AddSingleton(db.Clock).AddSingleton(new DispatchSettings())
            .AddDispatcher().BuildServiceProvider();
        var tickets = new RoutedTickets(db, services);
        await tickets.Get<UnitRegister>().InstallAsync([.. Chongchuan.Seeds.Where(s => s.Kind != "community")], CancellationToken.None);
        await tickets.Get<DispatchCatalogue>().InstallDefaultAsync(CancellationToken.None);
        return tickets;
    }

    public RouteTicket Filed(string title, string address = "崇川区新城桥街道", string number = Number, string? category = null) => new(
        number, Db.Clock.Now, Channel.Phone, TicketKind.Complaint, new Matter(title, "请处理", address, null), category, null, Confidential: false);

    public WorkOrderReturned Return(string unit, int round = 1, bool lead = true, string? suggested = null, string? order = null, string number = Number) => new(
        number, order ?? $"{number}-{round}-{unit}", round, Chongchuan.Units.Find(unit)!.Named, lead, "不属本单位职责", "三定方案", suggested, Db.Clock.Now, "handler");

    public ReissueTicket Reissue(int after, string callback = "c1") => new(Number, after, callback, "没有解决", Db.Clock.Now, "operator");

    public TicketClosed Close(string number = Number) => new(number, Closing.Answered, Db.Clock.Now, "operator");

    /// <summary>What others send, and everything the Dispatcher does about it; with a seed twice and in random order.</summary>
    public async Task TellAsync(int? shuffle, params IMessage[] messages)
    {
        await Database.WriteAsync(work =>
        {
            foreach (dynamic message in messages) work.Send(message);
            return Task.CompletedTask;
        }, CancellationToken.None);
        await Db.DeliverAsync(_services, [Role.Dispatcher], shuffle);
        Assert.Empty(await Db.FaultsAsync());
    }

    public Task TellAsync(params IMessage[] messages) => TellAsync(null, messages);

    public async Task<TicketDecisions> DecisionsAsync(string number = Number) => (await Get<DecisionQuery>().OfTicketAsync(number, CancellationToken.None))!;

    /// <summary>A round, as its units read it: what is described, and the decision in sentences.</summary>
    public async Task<(string Description, IReadOnlyList<Sentence> Why)> RoundAsync(int round = 1) =>
        (await Get<DecisionQuery>().RoundsAsync([Number, "20200207-999999"], (description, why) => (description, why), CancellationToken.None))[(Number, round)];

    public Task<DispatchOutcome> DispatchAsync(
        string lead, string reason = "研判", string number = Number, IReadOnlyList<string>? support = null, DeadlineClass? deadline = null, string? category = null) =>
        new DispatchTicket(lead, support, deadline, reason, category).OnAsync(Get<DispatchDesk>(), number, "dispatcher-1", CancellationToken.None);

    public Task<DispatchOutcome> ReviewAsync(string order, bool uphold, string? lead = null, IReadOnlyList<string>? support = null, string? category = null, DeadlineClass? deadline = null) =>
        new ReviewReturn(uphold, "审核意见", lead, support, deadline, category).OnAsync(Get<DispatchDesk>(), order, "dispatcher-1", CancellationToken.None);

    /// <summary>By ticket and version: the clock of a test stands still, so the order of sending cannot be told.</summary>
    public async Task<IReadOnlyList<TicketRouted>> RoutedAsync() => [.. (await Db.SentAsync<TicketRouted>()).OrderBy(r => r.Ticket, StringComparer.Ordinal).ThenBy(r => r.Version)];

    /// <summary>By ticket and round.</summary>
    public async Task<IReadOnlyList<IssueWorkOrders>> IssuedAsync() => [.. (await Db.SentAsync<IssueWorkOrders>()).OrderBy(i => i.Ticket, StringComparer.Ordinal).ThenBy(i => i.Round)];

    public async Task<IReadOnlyList<string>> TimelineAsync(string number = Number) =>
        [.. (await new Timeline(Database).OfAsync(number, CancellationToken.None)).Select(e => e.Action)];

    /// <summary>The snapshot that a recount reads equals the last one that was told, for every ticket.</summary>
    public async Task AssertFactsAgreeAsync()
    {
        var last = (await RoutedAsync()).GroupBy(r => r.Ticket).Select(g => g.MaxBy(r => r.Version)!).OrderBy(r => r.Ticket, StringComparer.Ordinal).Select(Json.Write);
        var facts = await Database.ReadAsync(async db =>
        {
            var all = new List<TicketRouted>();
            await foreach (var fact in Get<DispatchFacts>().StreamAsync(db)) all.Add(fact);
            return all;
        }, CancellationToken.None);
        Assert.Equal(last, facts.Select(Json.Write));
        foreach (var fact in facts)
            Assert.Equal(Json.Write(fact), Json.Write(await Database.ReadAsync(db => Get<DispatchFacts>().OneAsync(db, fact.Ticket), CancellationToken.None)));
    }

    public async ValueTask DisposeAsync()
    {
        await Db.DisposeAsync();
        await _services.DisposeAsync();
    }
}

/// <summary>A suite that has such a hotline for each of its tests.</summary>
public abstract class OnRoutedTickets(Engine engine) : IAsyncLifetime
{
    private protected RoutedTickets _hotline = null!;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _hotline = await RoutedTickets.CreateAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_hotline is not null) await _hotline.DisposeAsync();
        GC.SuppressFinalize(this);
    }
}
