using Hotline.Contracts;
using Hotline.Testing;

namespace Hotline.Intake.Tests;

public abstract class FindingTickets(Engine engine) : OnEngine(engine)
{
    private async Task<IReadOnlyList<string>> FindAsync(TicketFilter filter, string? limit = null)
    {
        var found = new List<string>();
        var cursor = default(string);
        do
        {
            var (page, errors) = await Desk.Search.FindAsync(filter, limit, cursor, CancellationToken.None);
            Assert.Empty(errors);
            found.AddRange(page!.Items.Select(t => t.Number));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }

    [Fact]
    public async Task Pages_bring_every_ticket_once_newest_first()
    {
        var filed = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            filed.Insert(0, await Desk.FileAsync());
            if (i % 2 == 0) Desk.Db.Time.Advance(TimeSpan.FromSeconds(1)); // some share their instant
        }
        Assert.Equal(filed, await FindAsync(new TicketFilter(), limit: "2"));
    }

    [Fact]
    public async Task A_ticket_is_found_by_words_phone_status_unit_category_and_day()
    {
        var masks = await Desk.FileAsync();
        var light = await Desk.FileAsync(IntakeDesk.NoMasks with { Title = "路灯不亮 100%", Description = "路灯", Address = "", Caller = null });
        await Desk.RoutedAsync(masks, 1, 1);

        Assert.Equal([masks], await FindAsync(new TicketFilter(Q: "口罩")));
        Assert.Equal([light], await FindAsync(new TicketFilter(Q: "100%")));
        Assert.Empty(await FindAsync(new TicketFilter(Q: "10_%")));
        Assert.Equal([masks], await FindAsync(new TicketFilter(Phone: "+86 138-0000-1234")));
        Assert.Equal([masks], await FindAsync(new TicketFilter(Status: "dispatched")));
        Assert.Equal([light], await FindAsync(new TicketFilter(Status: "filed")));
        Assert.Equal([masks], await FindAsync(new TicketFilter(Unit: "320613001")));
        Assert.Equal([masks], await FindAsync(new TicketFilter(Category: "210103")));
        Assert.Equal(2, (await FindAsync(new TicketFilter(From: "2020-02-07", To: "2020-02-07"))).Count);
        Assert.Empty(await FindAsync(new TicketFilter(To: "2020-02-06")));
    }

    [Fact]
    public async Task The_few_tickets_of_a_unit_are_found_among_the_many_of_a_category()
    {
        var (ours, others) = (new List<string>(), new List<IMessage>());
        for (var i = 0; i < 160; i++)
        {
            var number = await Desk.FileAsync();
            if (i % 40 == 7) ours.Insert(0, number);
            else others.Add(Desk.Routed(number, 1, 1) with { Lead = new Named("D01", "城管局") });
            Desk.Db.Time.Advance(TimeSpan.FromSeconds(1));
        }
        await Desk.HearAsync([.. others, .. ours.Select(n => Desk.Routed(n, 1, 1))]);
        await Desk.OrderAsync(ours[1], 1, 3, WorkOrderState.Replied);
        await new WithdrawTicket("不再需要").OnAsync(Desk.Desk, ours[1], "operator", CancellationToken.None);

        var filter = new TicketFilter(Unit: "320613001", Category: "210103");
        Assert.Equal(4, ours.Count);
        Assert.Equal(ours, await FindAsync(filter));
        Assert.Equal(ours, await FindAsync(filter, limit: "1"));
        Assert.Equal([ours[1]], await FindAsync(filter with { Status = "closed" }));
        Assert.Equal([ours[0], ours[2], ours[3]], await FindAsync(filter with { Status = "dispatched" }));
        Assert.Equal(ours, await FindAsync(filter with { Q = "口罩" }));
        Assert.Empty(await FindAsync(filter with { To = "2020-02-06" }));
    }

    [Fact]
    public async Task Closed_tickets_are_found_behind_newer_ones_that_are_open()
    {
        var closed = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            var number = await Desk.FileAsync();
            Desk.Db.Time.Advance(TimeSpan.FromSeconds(1));
            if (i >= 4) continue;
            await new WithdrawTicket("不再需要").OnAsync(Desk.Desk, number, "operator", CancellationToken.None);
            closed.Insert(0, number);
        }

        var filter = new TicketFilter(Status: "closed");
        Assert.Equal(closed, await FindAsync(filter));
        Assert.Equal(closed, await FindAsync(filter, limit: "1"));
        Assert.Equal(closed, await FindAsync(filter with { From = "2020-02-07", To = "2020-02-07" }));
        Assert.Empty(await FindAsync(filter with { To = "2020-02-06" }));
        Assert.Equal(closed, await FindAsync(filter with { Q = "口罩" }));
        Assert.Equal([closed[2]], await FindAsync(filter with { Q = closed[2] }));
        Assert.Equal(closed, await FindAsync(filter with { Q = "20200207-" }));

        // With a unit or a category each ticket is looked at, as many as there is time for.
        await Desk.HearAsync([.. closed.Select(n => Desk.Routed(n, 1, 1))]);
        Assert.Equal(closed, await FindAsync(filter with { Unit = "320613001" }));
        Assert.Equal(closed, await FindAsync(filter with { Category = "210103" }, limit: "1"));
    }

    [Theory]
    [InlineData("q", "a\0b", null, null)]
    [InlineData("from", null, "0001-01-01", null)]
    [InlineData("cursor", null, null, "\0")]
    public async Task What_no_engine_can_take_is_named_by_its_field_as_well(string field, string? q, string? from, string? forged)
    {
        var cursor = forged is null ? null : Hotline.Data.Web.Paging.Cursor($"tickets?{Json.Write(new TicketFilter())}", "2020-02-07T02:00:00.0000000Z", forged);
        var (page, errors) = await Desk.Search.FindAsync(new TicketFilter(Q: q, From: from), null, cursor, CancellationToken.None);
        Assert.Null(page);
        Assert.Equal([field], errors.Keys);
    }

    [Fact]
    public async Task Every_wrong_word_is_named_by_its_field()
    {
        await Desk.FileAsync();
        await Desk.FileAsync();
        var other = (await Desk.Search.FindAsync(new TicketFilter(Q: "口罩"), "1", null, CancellationToken.None)).Page!.NextCursor;
        Assert.NotNull(other);
        var (page, errors) = await Desk.Search.FindAsync(
            new TicketFilter(new string('a', 101), "open", "nobody", "999999", "12", "2020-02-30", "2020-02-09"), "201", other, CancellationToken.None);
        Assert.Null(page);
        Assert.Equal(["category", "cursor", "from", "limit", "phone", "q", "status", "to", "unit"], errors.Keys.Order(StringComparer.Ordinal));
    }
}

public sealed class FindingTicketsOnSqlite() : FindingTickets(Engine.Sqlite);

public sealed class FindingTicketsOnPostgreSql() : FindingTickets(Engine.PostgreSql);

public sealed class FindingTicketsOnSqlServer() : FindingTickets(Engine.SqlServer);
