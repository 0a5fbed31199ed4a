using System.Security.Claims;
using Hotline.App.Composition;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;
using Hotline.Handlers;
using Hotline.Intake;
using Hotline.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Tests.Faults;

/// <summary>
/// The same day is lived twice, with all four roles: once with every message delivered once and in order, once with every message delivered
/// twice and in an order drawn by lot. The reports, the work orders and the tickets are the same.
/// </summary>
public abstract class EveryMessageTwiceAndShuffled(Engine engine) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    public ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task The_day_ends_the_same()
    {
        var calm = await LiveTheDayAsync(null);
        Assert.Contains("\"issued\":", calm, StringComparison.Ordinal);
        foreach (var seed in new[] { 1, 20200207 }) Assert.Equal(calm, await LiveTheDayAsync(seed));
    }

    private async Task<string> LiveTheDayAsync(int? seed)
    {
        await using var db = await TestDatabase.CreateAsync(engine);
        await using var services = Services(db);
        await services.GetRequiredService<UnitRegister>().InstallAsync(UnitTree.For("320613", DivisionDirectory.Instance)!, None);
        await services.GetRequiredService<DispatchCatalogue>().InstallDefaultAsync(None);
        Task DeliverAsync()
        {
            db.Time.Advance(TimeSpan.FromMinutes(7));
            return db.DeliverAsync(services, Enum.GetValues<Role>(), seed);
        }

        var streets = new[] { "新城桥街道", "学田街道", "港闸区唐闸镇街道", "陈桥街道", "" };
        var numbers = new List<string>();
        for (var i = 0; i < 30; i++)
        {
            var filed = await services.GetRequiredService<Filing>().FileAsync(new FileTicket(
                Enum.GetValues<Channel>()[i % 7], i % 3 == 0 ? "路灯不亮" : "药房买不到口罩", "请尽快处理。", streets[i % 5], Kind: TicketKind.Request), null, "operator", None);
            numbers.Add(Assert.IsType<Filing.Outcome.New>(filed).Filed.Number);
        }
        await DeliverAsync();

        var desk = services.GetRequiredService<TicketDesk>();
        for (var round = 1; round <= 3; round++)
        {
            for (var i = 0; i < numbers.Count; i++) await WorkAsync(services, numbers[i], i, round);
            await DeliverAsync();
            for (var i = 0; i < numbers.Count; i++)
            {
                foreach (var returned in (await services.GetRequiredService<DecisionQuery>().OfTicketAsync(numbers[i], None))!.Returns.Where(r => r.State == ReturnState.Pending))
                    await new ReviewReturn(i % 2 == 0, "审核").OnAsync(services.GetRequiredService<DispatchDesk>(), returned.WorkOrder, "dispatcher", None);
            }
            await DeliverAsync();
            for (var i = 0; i < numbers.Count; i++)
            {
                if (i % 6 == 5 && round == 1) await new WithdrawTicket("已解决").OnAsync(desk, numbers[i], "operator", None);
                else if (i % 8 == 7 && round == 1) await new AnswerTicket("已答复").OnAsync(desk, numbers[i], "operator", None);
                else if (i % 4 == 1) await new RecordCallback(CallbackOutcome.Dissatisfied, false, "没有解决", Reissue: round == 1).OnAsync(desk, numbers[i], "operator", None);
                else await new RecordCallback(CallbackOutcome.Satisfied, true).OnAsync(desk, numbers[i], "operator", None);
            }
            await DeliverAsync();
        }

        Assert.Empty(await db.FaultsAsync());
        Assert.Empty((await services.GetRequiredService<Recounting>().RunAsync(db.Database, null, fix: false, None)).Differences);
        await AssertThatDaysAddUpAsync(db, services.GetRequiredService<Recounting>());
        return await TellAsync(db, services, numbers);
    }

    /// <summary>Every figure made wrong is found by the recounts of the days, as it is by the full one, and corrected by them.</summary>
    private static async Task AssertThatDaysAddUpAsync(TestDatabase db, Recounting recounting)
    {
        var merger = new RollupMerger(db.Database, NullLogger<RollupMerger>.Instance);
        while (await merger.StepAsync(None)) { }
        await db.Database.WriteAsync(work => work.ExecuteAsync("update reporting_rollup set filed = filed + 1, solved = solved + 1"), None);
        var all = (await recounting.RunAsync(db.Database, null, fix: false, None)).Differences;
        foreach (var day in all.Select(d => d.Day).Distinct().ToArray())
        {
            Assert.Equal(all.Where(d => d.Day == day), (await recounting.RunAsync(db.Database, day, fix: true, None)).Differences);
        }
        Assert.Empty((await recounting.RunAsync(db.Database, null, fix: false, None)).Differences);
    }

    /// <summary>What units do with an order, by the place of its ticket in the list.</summary>
    private static async Task WorkAsync(IServiceProvider services, string number, int index, int round)
    {
        var desk = services.GetRequiredService<WorkOrderDesk>();
        foreach (var order in await services.GetRequiredService<WorkOrderQuery>().OfTicketAsync(number, None))
        {
            if (order.Round != round) continue;
            var unit = new ClaimsPrincipal(new ClaimsIdentity(
                [new(ClaimTypes.Name, order.Unit.Code), new(ClaimTypes.Role, Roles.Handler), new(Hotline.Data.Web.Caller.UnitClaim, order.Unit.Code)], "test"));
            if (index % 7 == 3) await ReturnWorkOrder.ExecuteAsync(order.Id, new ReturnWorkOrder("非本单位职责", "职责清单", null), unit, desk, None);
            if (index % 5 == 4) continue;
            await AcceptWorkOrder.ExecuteAsync(order.Id, unit, desk, None);
            await ReplyToWorkOrder.ExecuteAsync(
                order.Id, new ReplyToWorkOrder(ReplyResult.Resolved, true, "已办", "已办结", new ReplyToWorkOrder.Officer("值班负责人", "主任")), unit, desk, None);
        }
    }

    private static async Task<string> TellAsync(TestDatabase db, IServiceProvider services, List<string> numbers)
    {
        var reports = new List<object>();
        foreach (var by in Enum.GetValues<Breakdown>())
            reports.Add(await DailyReport.ReadAsync(db.Database, db.Clock.Today, null, by, None));
        var orders = new List<object>();
        var tickets = new List<object>();
        foreach (var number in numbers)
        {
            var view = (await services.GetRequiredService<TicketQuery>().FindAsync(number, false, None))!;
            tickets.Add(new { number, view.Status, view.How, view.PublicReply });
            foreach (var order in await services.GetRequiredService<WorkOrderQuery>().OfTicketAsync(number, None))
                orders.Add(new { order.Id, order.State, order.IssuedAt, order.ReplyBy, order.Reply?.At, order.CancelledAt });
        }
        return Json.Write(new { issued = orders.Count, reports, orders, tickets });
    }

    private static ServiceProvider Services(TestDatabase db) => new ServiceCollection()
        .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error))
        .AddLocalization()
        .AddSingleton(db.Database)
        .AddSingleton(db.Clock)
        .AddSingleton(new DataKey(new byte[DataKey.Bytes]))
        .AddSingleton(new DispatchSettings { Division = "320613" })
        .AddSingleton(new Known(_ => true, (_, _) => Task.FromResult(true)) { KindOf = (_, _) => TicketKind.Complaint })
        .AddSingleton(provider => new DispatchLookup(
            (_, _) => Task.FromResult(true), _ => true, (_, _, _, _) => Task.FromResult<WorkOrderGrid?>(null), 
            (tickets, ct) => provider.GetRequiredService<DecisionQuery>().RoundsAsync(tickets, (description, why) => new DecidedRound(description, why), ct)))
        .AddIntake().AddDispatcher().AddHandlers().AddReporting()
        .AddSingleton<Recounting>()
        .BuildServiceProvider();
}

public sealed class EveryMessageTwiceAndShuffledOnSqlite() : EveryMessageTwiceAndShuffled(Engine.Sqlite);

public sealed class EveryMessageTwiceAndShuffledOnPostgreSql() : EveryMessageTwiceAndShuffled(Engine.PostgreSql);

public sealed class EveryMessageTwiceAndShuffledOnSqlServer() : EveryMessageTwiceAndShuffled(Engine.SqlServer);
