using Hotline.Contracts;
using Hotline.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Data.Tests;

public abstract class KnowingWhenItIsTooMuch(Engine engine) : OnAnEngine(engine)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    private readonly OpenRoad _road = new();
    private int _next;

    [Fact]
    public async Task New_tickets_are_refused_while_what_is_owed_grows_above_the_limit_and_until_a_fifth_of_it_is_done()
    {
        var congestion = Congestion();
        await OweAsync(8);
        Assert.False(await LookAsync(congestion));
        await DoAsync(1);
        await OweAsync(3);
        Assert.False(await LookAsync(congestion)); // ten, the limit
        await DoAsync(1);
        await OweAsync(6);
        Assert.True(await LookAsync(congestion)); // fifteen
        await DoAsync(2);
        Assert.True(await LookAsync(congestion)); // thirteen
        await DoAsync(1);
        Assert.False(await LookAsync(congestion)); // twelve: above the limit, and taken until it grows again
        await DoAsync(1);
        Assert.False(await LookAsync(congestion));
        await DoAsync(1);
        await OweAsync(2);
        Assert.True(await LookAsync(congestion));
    }

    [Fact]
    public async Task A_role_that_does_not_run_stops_nobody_however_much_it_is_owed()
    {
        var congestion = Congestion();
        await OweAsync(50);
        Assert.False(await LookAsync(congestion));
        await OweAsync(50);
        Assert.False(await LookAsync(congestion));

        await DoAsync(1); // it runs again, and has much to do
        Assert.False(await LookAsync(congestion));
        await OweAsync(30);
        Assert.True(await LookAsync(congestion));
        Db.Time.Advance(TimeSpan.FromSeconds(6)); // and is off once more
        Assert.False(await LookAsync(congestion));
    }

    [Fact]
    public async Task While_the_broker_is_away_nothing_is_refused()
    {
        var congestion = Congestion();
        await OweAsync(20);
        await LookAsync(congestion);
        await DoAsync(1);
        await OweAsync(20);
        _road.Open = false;
        Assert.False(await LookAsync(congestion));
    }

    private Congestion Congestion() => new(Database, _road, new OutboxSettings { Backlog = 10 }, NullLogger<Congestion>.Instance);

    private async Task<bool> LookAsync(Congestion congestion)
    {
        Db.Time.Advance(Look);
        await congestion.LookAsync(None);
        return congestion.Refuses;
    }

    private Task OweAsync(int messages) => Database.WriteAsync(work =>
    {
        for (var i = 0; i < messages; i++) work.Send(new TicketUrged($"20200207-{_next++:000000}", "u1", "still no masks", work.Now, "an operator"));
        return Task.CompletedTask;
    }, None);

    /// <summary>The oldest are done.</summary>
    private Task DoAsync(int messages) => Database.WriteAsync(async work =>
    {
        var oldest = await work.QueryAsync<string>($"select id from outbox order by id {work.Dialect.Limit}", new { limit = messages });
        await work.QueryAsync<string>(work.Dialect.SettleDeliveries, new { role = Role.Handlers.Word(), ids = Json.Write(oldest) });
    }, None);

    private sealed class OpenRoad : IRoad
    {
        public bool Open { get; set; } = true;

        public Task SendAsync(Parcel parcel, CancellationToken ct) => Task.CompletedTask;
    }
}

public sealed class KnowingWhenItIsTooMuchOnSqlite() : KnowingWhenItIsTooMuch(Engine.Sqlite);

public sealed class KnowingWhenItIsTooMuchOnPostgreSql() : KnowingWhenItIsTooMuch(Engine.PostgreSql);

public sealed class KnowingWhenItIsTooMuchOnSqlServer() : KnowingWhenItIsTooMuch(Engine.SqlServer);
