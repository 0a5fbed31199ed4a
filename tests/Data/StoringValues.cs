using Hotline.Testing;

namespace Hotline.Data.Tests;

public abstract class StoringValues(Engine engine) : OnAnEngine(engine)
{
    public static TheoryData<string> Instants =>
    [
        "2020-02-07T02:00:00.000+00:00",
        "2020-02-07T23:59:59.999+08:00",
        "2020-02-08T00:00:00.001+08:00",
        "1970-01-01T00:00:00.000+00:00",
        "2099-12-31T23:59:59.999-11:30",
    ];

    [Theory, MemberData(nameof(Instants))]
    public async Task An_instant_comes_back_to_the_millisecond_in_utc(string text)
    {
        var instant = DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

        var back = await StoreAsync(instant);

        Assert.Equal(instant, back);
        Assert.Equal(TimeSpan.Zero, back.Offset);
    }

    [Fact]
    public async Task What_is_finer_than_a_millisecond_is_cut_alike_everywhere()
    {
        var instant = new DateTimeOffset(2020, 2, 7, 23, 59, 59, 999, TimeSpan.Zero);

        Assert.Equal(instant, await StoreAsync(instant.AddTicks(9_999)));
    }

    [Fact]
    public async Task Instants_compare_in_time_whatever_their_offset()
    {
        var evening = new DateTimeOffset(2020, 2, 7, 23, 59, 59, 999, TimeSpan.FromHours(8));
        await StoreAsync(evening);

        Task<long> BeforeAsync(DateTimeOffset end) =>
            Database.ReadAsync(db => db.ScalarAsync<long>("select count(*) from timeline where at < @end", new { end }), None);

        Assert.Equal(0, await BeforeAsync(evening.ToOffset(TimeSpan.FromHours(-5))));
        Assert.Equal(1, await BeforeAsync(evening.AddMilliseconds(1).ToUniversalTime()));
    }

    [Fact]
    public async Task An_absent_instant_stays_absent()
    {
        var back = await Database.ReadAsync(db => db.FindAsync<Row>("select max(at) as at from timeline"), None);

        Assert.Null(back!.At);
    }

    [Theory, InlineData("2020-02-29"), InlineData("0001-01-01"), InlineData("9999-12-31")]
    public async Task A_day_comes_back_as_it_was(string text)
    {
        var day = DateOnly.ParseExact(text, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);
        await Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("create table days (day varchar(10), other varchar(10))");
            await work.ExecuteAsync("insert into days (day, other) values (@day, @other)", new { day, other = (DateOnly?)null });
        }, None);

        var back = await Database.ReadAsync(db => db.FindAsync<DayRow>("select day, other from days where day <= @day", new { day }), None);

        Assert.Equal((day, null), (back!.Day, back.Other));
    }

    [Fact]
    public async Task Text_comes_back_as_it_was()
    {
        const string text = "崇川区𠮷祥街道 “口罩”\n涨价\t😷 é – ' \" \\ %_";
        await Database.WriteAsync(work =>
        {
            work.Note("20200207-000001", "an operator", "urged", text);
            return Task.CompletedTask;
        }, None);

        Assert.Equal(text, Assert.Single(await new Timeline(Database).OfAsync("20200207-000001", None)).Reason);
    }

    private async Task<DateTimeOffset> StoreAsync(DateTimeOffset instant)
    {
        await Database.WriteAsync(work => work.ExecuteAsync("""
            insert into timeline (ticket, at, actor, action) values ('20200207-000001', @instant, 'an operator', 'urged')
            """, new { instant }), None);
        return Assert.Single(await new Timeline(Database).OfAsync("20200207-000001", None)).At;
    }

    private sealed record Row
    {
        public DateTimeOffset? At { get; init; }
    }

    private sealed record DayRow
    {
        public required DateOnly Day { get; init; }
        public DateOnly? Other { get; init; }
    }
}

public sealed class StoringValuesOnSqlite() : StoringValues(Engine.Sqlite);

public sealed class StoringValuesOnPostgreSql() : StoringValues(Engine.PostgreSql);

public sealed class StoringValuesOnSqlServer() : StoringValues(Engine.SqlServer);
