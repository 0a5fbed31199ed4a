using System.Text.Json;
using Hotline.Contracts;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

/// <summary>The calls of a unit: its list, accepting, replying, and what it may not see.</summary>
public abstract class HandlingAWorkOrder(Engine engine) : OnUnitDesk(engine)
{
    [Fact]
    public async Task A_unit_accepts_and_replies_over_an_officers_signature()
    {
        await Desk.HearAsync(Desk.Decision());
        Desk.Db.Time.Advance(TimeSpan.FromMinutes(9));
        var accepted = await Desk.AcceptAsync(Street);
        Assert.Equal((200, "accepted"), (accepted.Status, accepted.Text("state")));
        var acceptedAt = Desk.Now;
        Desk.Db.Time.Advance(TimeSpan.FromHours(2));

        var replied = await Desk.ReplyAsync(Street);

        Assert.Equal((200, "replied"), (replied.Status, replied.Text("state")));
        Assert.Equal("张某", replied.Body.GetProperty("reply").GetProperty("signedBy").GetProperty("name").GetString());
        var facts = await Desk.FactsAsync(Street);
        Assert.Equal((WorkOrderState.Replied, 3, acceptedAt, Desk.Now, "垃圾已清运，感谢监督。"), (facts.State, facts.Version, facts.AcceptedAt, facts.RepliedAt, facts.PublicText));
        Assert.Equal([1, 2, 3], (await Desk.Db.SentAsync<WorkOrderChanged>()).Select(s => s.Version));
        var timeline = await Desk.TimelineAsync();
        Assert.Equal(["handler of 320613001 accepted 320613001", "handler of 320613001 replied 320613001 resolved, 街道城管办主任"], timeline[1..]);
        Assert.DoesNotContain(timeline, line => line.Contains("张某", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reply_needs_accepting_first()
    {
        await Desk.HearAsync(Desk.Decision());

        var answer = await Desk.ReplyAsync(Street);

        Assert.Equal((409, "work-order-state"), (answer.Status, answer.Code));
        Assert.Equal((WorkOrderState.Issued, 1), ((await Desk.FactsAsync(Street)).State, (await Desk.FactsAsync(Street)).Version));
    }

    [Fact]
    public async Task Accepting_twice_is_refused_and_keeps_the_first_time()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.AcceptAsync(Street);
        var first = await Desk.FactsAsync(Street);
        Desk.Db.Time.Advance(TimeSpan.FromHours(1));

        Assert.Equal("work-order-state", (await Desk.AcceptAsync(Street)).Code);
        Assert.Equivalent(first, await Desk.FactsAsync(Street), strict: true);
    }

    [Fact]
    public async Task Of_many_who_accept_at_once_one_succeeds()
    {
        await Desk.HearAsync(Desk.Decision());

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Desk.AcceptAsync(Street)));

        Assert.Equal(1, answers.Count(a => a.Status == 200));
        Assert.Equal(7, answers.Count(a => a.Status == 409));
        Assert.Equal(2, (await Desk.FactsAsync(Street)).Version);
    }

    [Fact]
    public async Task Many_units_that_press_at_once_are_each_answered_with_their_own_work_order()
    {
        Named[] units = [.. Enumerable.Range(1, 30).Select(i => new Named($"U{i:00}", $"第{i}单位"))];
        await Desk.HearAsync(Desk.Decision(support: units));
        string Id(Named unit) => WorkOrder.Id(UnitDesk.Ticket, 1, unit.Code);

        var accepted = await Task.WhenAll(units.Select(u => Desk.AcceptAsync(Id(u))));
        var moved = await Task.WhenAll(units.Select((u, i) => (i % 3) switch
        {
            0 => Desk.ReplyAsync(Id(u)),
            1 => Desk.ReturnAsync(Id(u)),
            _ => Desk.AcceptAsync(Id(u)),
        }));

        Assert.Equal(units.Select(u => (200, "accepted", u.Code)), accepted.Select(a => (a.Status, a.Text("state")!, a.Body.GetProperty("unit").GetProperty("code").GetString()!)));
        Assert.Equal(Enumerable.Range(0, 30).Select(i => i % 3 == 2 ? 409 : 200), moved.Select(a => a.Status));
        foreach (var (unit, i) in units.Select((u, i) => (u, i)))
        {
            var order = await Desk.ViewAsync(Id(unit));
            Assert.Equal(
                (i % 3) switch { 0 => (WorkOrderState.Replied, 3, 0), 1 => (WorkOrderState.Returned, 3, 1), _ => (WorkOrderState.Accepted, 2, 0) },
                (order.State, order.Version, order.Returns.Count));
        }
        Assert.Equal(10, (await Desk.Db.SentAsync<WorkOrderReturned>()).Select(r => r.WorkOrder).Distinct().Count());
        Assert.Equal(50 + 31, (await Desk.TimelineAsync()).Length);
    }

    [Fact]
    public async Task A_citizens_mobile_number_in_a_reply_enters_no_message()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.AcceptAsync(Street);

        await Desk.ReplyAsync(Street, new
        {
            result = "explained",
            contactedCitizen = true,
            text = "已致电13900000001。",
            publicText = "已致电13900000001说明，如有疑问请拨打0513-85001234。",
            signedBy = new { name = "张某", title = "主任" },
        });

        Assert.Equal("已致电＊＊＊说明，如有疑问请拨打0513-85001234。", (await Desk.FactsAsync(Street)).PublicText);
        Assert.Equal("已致电＊＊＊说明，如有疑问请拨打0513-85001234。", (await Desk.Db.SentAsync<WorkOrderChanged>())[^1].PublicText);
    }

    [Fact]
    public async Task Every_part_of_a_reply_is_needed()
    {
        await Desk.HearAsync(Desk.Decision());
        await Desk.AcceptAsync(Street);

        Assert.Equal(["contactedCitizen", "publicText", "result", "signedBy", "text"], (await Desk.ReplyAsync(Street, new { })).Fields);
        Assert.Equal(["signedBy.name", "signedBy.title", "text"], (await Desk.ReplyAsync(Street, new
        {
            result = "explained",
            contactedCitizen = false,
            text = new string('长', 5001),
            publicText = "已说明。",
            signedBy = new { name = "", title = "a\u0000b" },
        })).Fields);
        Assert.Equal(WorkOrderState.Accepted, (await Desk.FactsAsync(Street)).State);
    }

    [Fact]
    public async Task Another_units_order_is_not_there()
    {
        await Desk.HearAsync(Desk.Decision());

        Assert.Equal(404, (await Desk.GetAsync($"/api/units/{UnitDesk.Nobody}/work-orders", "operator")).Status);
        Assert.Equal(404, (await Desk.GetAsync($"/api/work-orders/{Street}", unit: "D02")).Status);
        Assert.Equal(404, (await Desk.GetAsync($"/api/units/{UnitDesk.Street.Code}/work-orders", unit: "D02")).Status);
        Assert.Equal(404, (await Desk.PostAsync($"/api/work-orders/{Street}/accept", null, "handler", "D02")).Status);
        Assert.Equal(404, (await Desk.ReturnAsync(Street, unit: "D02")).Status);
        Assert.Equal(404, (await Desk.PostAsync($"/api/work-orders/{Street}/reply", UnitDesk.Reply(), "handler", "D02")).Status);
        Assert.Equal(1, (await Desk.FactsAsync(Street)).Version);
    }

    [Theory]
    [InlineData("operator")]
    [InlineData("dispatcher")]
    [InlineData("manager")]
    public async Task The_platform_reads_and_does_not_act_for_a_unit(string role)
    {
        await Desk.HearAsync(Desk.Decision());

        Assert.Equal(200, (await Desk.GetAsync($"/api/work-orders/{Street}", role)).Status);
        Assert.Equal(200, (await Desk.GetAsync($"/api/units/{UnitDesk.Street.Code}/work-orders", role)).Status);
        Assert.Equal(403, (await Desk.AcceptAsync(Street, role)).Status);
    }

    [Fact]
    public async Task The_administrator_acts_for_any_unit_and_nobody_acts_without_a_role()
    {
        await Desk.HearAsync(Desk.Decision());

        Assert.Equal(401, (await Desk.AcceptAsync(Street, by: "")).Status);
        Assert.Equal(200, (await Desk.AcceptAsync(Street, by: "administrator")).Status);
    }

    [Fact]
    public async Task An_unknown_order_is_not_found() =>
        Assert.Equal(404, (await Desk.AcceptAsync(WorkOrder.Id(UnitDesk.Ticket, 1, "D02"))).Status);

    [Theory]
    [InlineData(false), InlineData(true)]
    public async Task The_list_has_the_soonest_deadline_first_and_pages_without_gaps_whatever_the_states(bool several)
    {
        await FillAsync();
        if (several)
        {
            foreach (var ticket in (string[])["20200207-000001", "20200207-000004", "20200207-000005"])
            {
                var order = WorkOrder.Id(ticket, 1, UnitDesk.Street.Code);
                Assert.Equal(200, (await Desk.AcceptAsync(order)).Status);
                if (ticket != "20200207-000001") Assert.Equal(200, (await Desk.ReplyAsync(order)).Status);
            }
            await Desk.HearAsync(new TicketClosed("20200207-000006", Closing.Withdrawn, Desk.Now, "operator"));
            Assert.Equal(["000005", "000004"], Ids(await ListAsync("state=replied")).Select(id => id[9..15]));
        }

        // What is not late begins at now, and its next page where the one before ended.
        foreach (var narrowed in (string[])["", "&overdue=false"])
        {
            var seen = new List<string>();
            string? cursor = null;
            do
            {
                var page = await ListAsync($"limit=3{narrowed}{(cursor is null ? "" : $"&cursor={cursor}")}");
                Assert.Equal(200, page.Status);
                seen.AddRange(Ids(page));
                Assert.True(seen.Count <= 7, $"It comes again: {string.Join(", ", seen)}");
                cursor = page.Body.TryGetProperty("nextCursor", out var next) ? next.GetString() : null;
            }
            while (cursor is not null);

            Assert.Equal(["000002", "000005", "000001", "000003", "000004", "000006", "000007"], seen.Select(id => id[9..15]));
        }
    }

    [Fact]
    public async Task The_list_is_narrowed_by_state_and_by_being_overdue()
    {
        await FillAsync();
        await Desk.PostAsync($"/api/work-orders/20200207-000001-1-{UnitDesk.Street.Code}/accept", null, "handler", UnitDesk.Street.Code);
        await Desk.HearAsync(new TicketClosed("20200207-000007", Closing.Withdrawn, Desk.Now, "operator"));
        Desk.Db.Time.Advance(TimeSpan.FromHours(3));

        Assert.Equal(["000001"], Ids(await ListAsync("state=accepted")).Select(id => id[9..15]));
        Assert.Equal(6, Ids(await ListAsync("state=open")).Length);
        Assert.Equal(["000007"], Ids(await ListAsync("state=cancelled")).Select(id => id[9..15]));
        foreach (var closed in (string[])["cancelled", "replied", "handing-over"]) Assert.Empty(Ids(await ListAsync($"state={closed}&overdue=true")));
        Assert.Empty(Ids(await ListAsync("state=returned")));
        Assert.Equal(["000002", "000005"], Ids(await ListAsync("overdue=true")).Select(id => id[9..15]));
        Assert.Equal(5, Ids(await ListAsync("overdue=false")).Length);
        Assert.True((await ListAsync("overdue=true")).Body.GetProperty("items")[0].GetProperty("overdue").GetBoolean());
    }

    [Theory]
    [InlineData("state=done", "state")]
    [InlineData("overdue=maybe", "overdue")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=201", "limit")]
    [InlineData("limit=many", "limit")]
    [InlineData("limit=-1", "limit")]
    [InlineData("cursor=nonsense", "cursor")]
    public async Task A_bad_query_names_its_field(string query, string field)
    {
        var answer = await ListAsync(query);

        Assert.Equal(400, answer.Status);
        Assert.Equal([field], answer.Fields);
    }

    [Fact]
    public async Task A_cursor_of_another_list_is_refused()
    {
        await FillAsync();
        var cursor = (await ListAsync("limit=1")).Text("nextCursor");

        Assert.Equal(["cursor"], (await ListAsync($"state=open&cursor={cursor}")).Fields);
        Assert.Equal(["cursor"], (await Desk.GetAsync($"/api/units/D02/work-orders?cursor={cursor}", unit: "D02")).Fields);
    }

    /// <summary>Which states' orders a list is read from.</summary>
    public static TheoryData<string?, string?, string[]> ListsAndStates => new()
    {
        { null, null, ["accepted", "cancelled", "issued", "replied", "returned"] },
        { null, "false", ["accepted", "cancelled", "issued", "replied", "returned"] },
        { null, "true", ["accepted", "issued", "returned"] },
        { "open", null, ["accepted", "issued", "returned"] },
        { "accepted", null, ["accepted"] },
        { "returned", "false", ["returned"] },
        { "accepted", "true", ["accepted"] },
        { "replied", null, ["replied"] },
        { "cancelled", "false", ["cancelled"] },
    };

    protected string Statement(string? state, string? overdue) =>
        ListWorkOrders.Statement(new ListWorkOrders.Filter(state, overdue, null, null), Desk.Db.Database.Dialect)!;

    protected object Parameters() =>
        new { unit = UnitDesk.Street.Code, now = Desk.Now, after = DateTimeOffset.UnixEpoch, afterId = "", from = Desk.Now, limit = 21, yes = true, since = Desk.Now };

    /// <summary>Seven orders for the street office; tickets 2 and 5 are due in two hours.</summary>
    private Task FillAsync() => Desk.HearAsync([.. Enumerable.Range(1, 7).Select(n => Desk.Decision() with
    {
        Ticket = $"20200207-{n:D6}",
        DeadlineClass = n is 2 or 5 ? DeadlineClass.Emergency : DeadlineClass.Normal,
    })]);

    private Task<UnitDesk.Response> ListAsync(string query) =>
        Desk.GetAsync($"/api/units/{UnitDesk.Street.Code}/work-orders?{query}", unit: UnitDesk.Street.Code);

    private static string[] Ids(UnitDesk.Response page) =>
        [.. page.Body.GetProperty("items").EnumerateArray().Select((JsonElement i) => i.GetProperty("id").GetString()!)];
}

/// <summary>By its plan: that a list is read from its indexes cannot be seen in what it answers.</summary>
public sealed class HandlingAWorkOrderOnSqlite() : HandlingAWorkOrder(Engine.Sqlite)
{
    [Theory, MemberData(nameof(ListsAndStates))]
    public async Task A_list_is_read_from_the_index_state_by_state(string? state, string? overdue, string[] states)
    {
        var plan = (await Desk.Db.Database.ReadAsync(
            db => db.QueryAsync<(int Id, int Parent, int Unused, string Detail)>($"explain query plan {Statement(state, overdue)}", Parameters()), CancellationToken.None)).Select(step => step.Detail).ToArray();

        Assert.Equal(states.Length, plan.Count(step => step.Contains("handling_work_order_list (unit_code=? AND state=? AND reply_by>?", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, step => step.StartsWith("SCAN handling_work_order", StringComparison.Ordinal));
    }
}

public sealed class HandlingAWorkOrderOnPostgreSql() : HandlingAWorkOrder(Engine.PostgreSql)
{
    [Theory, MemberData(nameof(ListsAndStates))]
    public async Task A_list_is_read_from_the_index_state_by_state(string? state, string? overdue, string[] states)
    {
        // So few rows would be read from end to end, and sorted.
        var plan = await Desk.Db.Database.WriteAsync(async work =>
        {
            foreach (var way in (string[])["seqscan", "bitmapscan", "sort"]) await work.ExecuteAsync($"set local enable_{way} = off");
            return await work.QueryAsync<string>($"explain {Statement(state, overdue)}", Parameters());
        }, CancellationToken.None);

        foreach (var one in states) Assert.Contains(plan, step => step.Contains("Index Cond: ((unit_code = ", StringComparison.Ordinal) && step.Contains($"(state = '{one}'::text)", StringComparison.Ordinal));
        Assert.Equal(states.Length, plan.Count(step => step.Contains("Index Scan using handling_work_order_list", StringComparison.Ordinal)));
        Assert.DoesNotContain(plan, step => step.Contains("Seq Scan on handling_work_order", StringComparison.Ordinal));
    }
}

public sealed class HandlingAWorkOrderOnSqlServer() : HandlingAWorkOrder(Engine.SqlServer);
