using System.Net;
using Hotline.Contracts;
using Hotline.Data.Web;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

/// <summary>Work orders always equal decisions, in whatever order and however often the messages come.</summary>
public abstract class IssuingWorkOrders(Engine engine) : OnUnitDesk(engine)
{
    private static string StreetAgain => WorkOrder.Id(UnitDesk.Ticket, 2, UnitDesk.Street.Code);

    [Fact]
    public async Task The_lead_and_each_supporting_unit_get_one_order_with_the_deadline_of_the_class()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market, UnitDesk.Market, UnitDesk.Street]));

        var orders = await Desk.FactsAsync();
        Assert.Equal([(Street, true), (Market, false)], orders.Select(o => (o.WorkOrder, o.Lead)));
        Assert.All(orders, o => Assert.Equal(
            (WorkOrderState.Issued, 1, Desk.Now, new DateOnly(2020, 2, 10), new DateOnly(2020, 2, 14)),
            (o.State, o.Version, o.IssuedAt, Desk.Db.Clock.DayOf(o.AcceptBy), Desk.Db.Clock.DayOf(o.ReplyBy))));
        Assert.Equivalent(orders, await Desk.Db.SentAsync<WorkOrderChanged>(), strict: true);
        Assert.Equal(["handlers issued 320613001 lead", "handlers issued D02 support"], await Desk.TimelineAsync());
    }

    [Fact]
    public async Task The_order_carries_the_matter_and_the_reasons()
    {
        var decision = Desk.Decision();
        await Desk.HearAsync(decision);

        var order = await Desk.ViewAsync(Street);
        Assert.Equal(decision.Matter with { Description = UnitDesk.Description }, order.Matter);
        Assert.Equal(UnitDesk.Why(UnitDesk.Ticket, 1), order.Why);
        Assert.Equal((decision.Category, decision.Street, decision.FiledAt), (order.Category, order.Street, order.FiledAt));
        Assert.NotEmpty(order.Deadline);
    }

    [Fact]
    public async Task The_order_says_in_which_grid_its_round_lies_to_whoever_may_read_it()
    {
        await Desk.HearAsync(Desk.Decision());
        Assert.False((await Desk.GetAsync($"/api/work-orders/{Street}", "handler", UnitDesk.Street.Code)).Body.TryGetProperty("grid", out _));

        Desk.GridOf = (ticket, round, reader) => new WorkOrderGrid("G-E", $"{ticket}/{round}", "东方公寓7幢9单元", reader.Unit() == UnitDesk.Street.Code ? "张某" : null, null);
        var grid = (await Desk.GetAsync($"/api/work-orders/{Street}", "handler", UnitDesk.Street.Code)).Body.GetProperty("grid");
        Assert.Equal(("G-E", $"{UnitDesk.Ticket}/1", "东方公寓7幢9单元", "张某"),
            (grid.GetProperty("code").GetString(), grid.GetProperty("name").GetString(), grid.GetProperty("entrance").GetString(), grid.GetProperty("worker").GetString()));
        Assert.Equal(404, (await Desk.GetAsync($"/api/work-orders/{Street}", "handler", UnitDesk.Market.Code)).Status);

        using var browser = Desk.Browser("handler", UnitDesk.Street.Code);
        var page = await browser.GetStringAsync($"/work-orders/{Street}");
        Assert.Contains("东方公寓7幢9单元", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("张某", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_decision_told_again_changes_nothing()
    {
        var decision = Desk.Decision(support: [UnitDesk.Market]);
        await Desk.HearAsync(decision);
        await Desk.AcceptAsync(Street);
        var before = await Desk.FactsAsync();

        await Desk.HearAsync(decision);

        Assert.Equivalent(before, await Desk.FactsAsync(), strict: true);
    }

    [Fact]
    public async Task A_newer_round_takes_back_what_is_open_and_leaves_what_was_replied_to()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market]));
        await Desk.AcceptAsync(Market);
        await Desk.ReplyAsync(Market);
        Desk.Db.Time.Advance(TimeSpan.FromHours(1));

        await Desk.HearAsync(Desk.Decision(round: 2));

        Assert.Equal((WorkOrderState.Cancelled, Desk.Now), ((await Desk.FactsAsync(Street)).State, (await Desk.FactsAsync(Street)).CancelledAt));
        Assert.Equal(WorkOrderState.Replied, (await Desk.FactsAsync(Market)).State);
        Assert.Equal(WorkOrderState.Issued, (await Desk.FactsAsync(StreetAgain)).State);
        Assert.Contains("handlers cancelled 320613001 superseded", await Desk.TimelineAsync());
    }

    [Fact]
    public async Task An_older_round_that_comes_late_is_stored_as_cancelled()
    {
        var first = Desk.Decision(support: [UnitDesk.Market]);
        var second = Desk.Decision(round: 2) with { DecidedAt = Desk.Now.AddMinutes(30) };
        var third = Desk.Decision(round: 3) with { DecidedAt = Desk.Now.AddMinutes(60) };

        await Desk.HearAsync(third);
        await Desk.HearAsync(first);
        await Desk.HearAsync(second);

        // Taken back when the second round was decided, as if they had come in order.
        Assert.Equal((WorkOrderState.Cancelled, second.DecidedAt), ((await Desk.FactsAsync(Street)).State, (await Desk.FactsAsync(Street)).CancelledAt));
        Assert.Equal((WorkOrderState.Cancelled, second.DecidedAt), ((await Desk.FactsAsync(Market)).State, (await Desk.FactsAsync(Market)).CancelledAt));
        Assert.Equal((WorkOrderState.Cancelled, third.DecidedAt), ((await Desk.FactsAsync(StreetAgain)).State, (await Desk.FactsAsync(StreetAgain)).CancelledAt));
    }

    [Fact]
    public async Task An_order_for_a_ticket_that_has_ended_is_stored_as_cancelled()
    {
        await Desk.HearAsync(new TicketClosed(UnitDesk.Ticket, Closing.Withdrawn, Desk.Now.AddMinutes(-1), "operator"));

        await Desk.HearAsync(Desk.Decision());

        var order = await Desk.ViewAsync(Street);
        Assert.Equal((WorkOrderState.Cancelled, "withdrawn", order.IssuedAt), (order.State, order.CancelReason, order.CancelledAt));
        Assert.Equal("work-order-state", (await Desk.AcceptAsync(Street)).Code);
    }

    [Fact]
    public async Task The_end_of_a_ticket_takes_back_what_is_open()
    {
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market]));
        await Desk.AcceptAsync(Market);
        await Desk.ReplyAsync(Market);
        var closed = new TicketClosed(UnitDesk.Ticket, Closing.Withdrawn, Desk.Now, "operator");

        await Desk.HearAsync(closed, closed with { At = Desk.Now.AddHours(1) });

        Assert.Equal((WorkOrderState.Cancelled, Desk.Now, 2), ((await Desk.FactsAsync(Street)).State, (await Desk.FactsAsync(Street)).CancelledAt, (await Desk.FactsAsync(Street)).Version));
        Assert.Equal(WorkOrderState.Replied, (await Desk.FactsAsync(Market)).State);
        Assert.Contains("operator cancelled 320613001 withdrawn", await Desk.TimelineAsync());
    }

    [Fact]
    public async Task Many_tickets_that_end_together_end_each_by_itself()
    {
        string[] tickets = [.. Enumerable.Range(1, 5).Select(n => $"20200207-{n:D6}")];
        await Desk.HearAsync([.. tickets.Select(t => Desk.Decision(support: [UnitDesk.Market]) with { Ticket = t })]);
        var consumer = new TicketClosedConsumer();
        TicketClosed End(int ticket, int minutes) => new(tickets[ticket], ticket % 2 == 0 ? Closing.Withdrawn : Closing.Answered, Desk.Now.AddMinutes(minutes), $"operator {ticket}");
        await Desk.Db.Database.WriteAsync(work => consumer.ConsumeAsync([End(0, 10), End(1, 20)], work), CancellationToken.None);

        // One is new, one told again, one ended earlier than was heard, one is told with two times; the last goes on.
        await Desk.Db.Database.WriteAsync(work => consumer.ConsumeAsync([End(3, 40), End(2, 30), End(1, 20), End(0, 5), End(3, 35)], work), CancellationToken.None);

        var orders = await Desk.Db.Database.ReadAsync(db => new WorkOrderFacts().OfAsync(db, tickets), CancellationToken.None);
        Assert.Equal(
            [5, 5, 20, 20, 30, 30, 35, 35, null, null],
            orders.OrderBy(o => o.WorkOrder, StringComparer.Ordinal).Select(o => (int?)(o.CancelledAt - Desk.Now)?.TotalMinutes));
        Assert.Equal([3, 3, 2, 2, 2, 2, 2, 2, 1, 1], orders.OrderBy(o => o.WorkOrder, StringComparer.Ordinal).Select(o => o.Version));
        Assert.Equal(
            [("withdrawn", "operator 0"), ("answered", "operator 1"), ("withdrawn", "operator 2"), ("answered", "operator 3")],
            (await Desk.Db.Database.ReadAsync(db => db.QueryAsync<(string, string)>("select closed_how, closed_by from handling_ticket where closed_at is not null order by ticket"), CancellationToken.None)));
    }

    [Fact]
    public async Task An_urging_is_shown_on_every_order_of_the_ticket_once_even_when_it_comes_first()
    {
        var first = new TicketUrged(UnitDesk.Ticket, "u1", "still not collected", Desk.Now, "operator");
        await Desk.HearAsync(first);
        await Desk.HearAsync(Desk.Decision(support: [UnitDesk.Market]));
        await Desk.HearAsync(first, new TicketUrged(UnitDesk.Ticket, "u2", "asks again", Desk.Now.AddMinutes(1), "operator"));

        Assert.Equal(["still not collected", "asks again"], (await Desk.ViewAsync(Market)).Urgings.Select(u => u.Note));
        Assert.Equal(2, (await Desk.TimelineAsync()).Count(l => l.EndsWith("asks again", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public async Task Everything_twice_in_any_order_leaves_the_same_facts(int seed)
    {
        var start = Desk.Now;
        IMessage[] story =
        [
            Desk.Decision(support: [UnitDesk.Market]),
            Desk.Decision(round: 2, lead: UnitDesk.Market, support: [UnitDesk.Health]) with { DecidedAt = start.AddMinutes(10) },
            Desk.Decision(round: 3, designated: true) with { DecidedAt = start.AddMinutes(20) },
            new TicketUrged(UnitDesk.Ticket, "u1", "asks", start.AddMinutes(15), "operator"),
            new TicketClosed(UnitDesk.Ticket, Closing.Withdrawn, start.AddMinutes(25), "operator"),
        ];

        await Desk.HearAsync(shuffle: seed, story);

        var facts = await Desk.FactsAsync();
        Assert.Equal(
        [
            ("20200207-000001-1-320613001", 10), ("20200207-000001-1-D02", 10), ("20200207-000001-2-D01", 20), ("20200207-000001-2-D02", 20),
            ("20200207-000001-3-320613001", 25),
        ], facts.Select(f => (f.WorkOrder, (int)(f.CancelledAt!.Value - start).TotalMinutes)));
        Assert.All(facts, f => Assert.Equal(WorkOrderState.Cancelled, f.State));
        // What was sent last about each is what a recount finds.
        var told = (await Desk.Db.SentAsync<WorkOrderChanged>()).GroupBy(t => t.WorkOrder).Select(g => g.MaxBy(t => t.Version)!).OrderBy(t => t.WorkOrder, StringComparer.Ordinal);
        Assert.Equivalent(facts, told, strict: true);
    }

    [Fact]
    public async Task A_recount_reads_every_order_in_the_order_of_tickets()
    {
        var decisions = Enumerable.Range(1, 20).Reverse().Select(n => (IMessage)(Desk.Decision() with { Ticket = $"20200207-{n:D6}" })).ToArray();
        await Desk.HearAsync(decisions);

        var tickets = await Desk.Db.Database.SnapshotAsync(async db =>
        {
            var seen = new List<string>();
            await foreach (var fact in new WorkOrderFacts().StreamAsync(db)) seen.Add(fact.Ticket);
            return seen;
        }, CancellationToken.None);

        Assert.Equal(decisions.Select(d => d.Ticket).Order(StringComparer.Ordinal), tickets);
    }

    [Fact]
    public async Task Many_at_once_issue_each_order_once()
    {
        var decision = Desk.Decision(support: [UnitDesk.Market]);
        var consumer = new IssueWorkOrdersConsumer(new Deadlines(new DeadlineSettings(), new ReturnSettings(), Desk.Db.Clock), Desk.Db.Clock);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Desk.Db.Database.WriteAsync(work => consumer.ConsumeAsync([decision], work), CancellationToken.None)));

        Assert.Equal(2, (await Desk.FactsAsync()).Count);
        Assert.Equal(2, (await Desk.Db.SentAsync<WorkOrderChanged>()).Count);
    }
}

public sealed class IssuingWorkOrdersOnSqlite() : IssuingWorkOrders(Engine.Sqlite);

public sealed class IssuingWorkOrdersOnPostgreSql() : IssuingWorkOrders(Engine.PostgreSql);

public sealed class IssuingWorkOrdersOnSqlServer() : IssuingWorkOrders(Engine.SqlServer);
