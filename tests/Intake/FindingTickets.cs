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
