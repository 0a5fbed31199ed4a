using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary><see cref="Bulk{T}"/>: each engine has its own way, and all of them store the same.</summary>
public abstract class WritingManyRows(Engine engine) : OnAnEngine(engine)
{
    private protected static readonly Bulk<Row> Insert = Bulk<Row>.Insert("many");
    private static readonly Bulk<Row> InsertMissing = Bulk<Row>.InsertMissing("many", "id");
    private protected static readonly Bulk<Row> Update = Bulk<Row>.Update("many", "id", ["words", "whole", "yes"], version: "version");
    private static readonly Bulk<Number> Add = Bulk<Number>.Add("numbers", ["day", "code"], ["value"]);

    private protected static readonly Row Full = new()
    {
        Id = "a",
        Version = 1,
        Words = "崇川区𠮷祥街道 “口罩”\n\t😷 ' \" \\ {} null, %_",
        Whole = long.MaxValue,
        Part = -0.1,
        Yes = true,
        Day = new DateOnly(2020, 2, 29),
        At = new DateTimeOffset(2020, 2, 7, 23, 59, 59, 999, TimeSpan.FromHours(8)).AddTicks(9_999),
    };

    /// <summary>In UTC, cut to the millisecond.</summary>
    private static readonly Row FullStored = Full with { At = new DateTimeOffset(2020, 2, 7, 15, 59, 59, 999, TimeSpan.Zero) };

    private protected static readonly Row Bare = new() { Id = "b", Version = 1 };
    private static readonly Row Empty = new() { Id = "c", Version = 1, Words = "", Whole = 0, Part = 0, Yes = false };

    [Fact]
    public async Task Every_kind_of_value_and_its_absence_come_back_as_they_were()
    {
        Assert.Equal(3, await WriteAsync(work => work.ExecuteAsync(Insert, [Full, Bare, Empty])));

        Assert.Equal([FullStored, Bare, Empty], await RowsAsync());
    }

    [Fact]
    public async Task What_was_missing_is_told_by_its_keys()
    {
        await WriteAsync(work => work.ExecuteAsync(Insert, [Full]));

        Assert.Equal(["b", "c"], (await Database.WriteAsync(work => work.AddMissingAsync(InsertMissing, "id", [Full with { Words = "another" }, Bare, Empty]), None)).Order(StringComparer.Ordinal));
        Assert.Equal(["d"], await Database.WriteAsync(work => work.AddMissingAsync(InsertMissing, "id", [Bare with { Id = "d" }]), None));
        Assert.Empty(await Database.WriteAsync(work => work.AddMissingAsync(InsertMissing, "id", [Full, Bare]), None));
        Assert.Equal([FullStored, Bare, Empty, Bare with { Id = "d" }], await RowsAsync());
    }

    [Fact]
    public async Task What_many_add_at_once_is_told_to_one_of_them()
    {
        await WriteAsync(work => work.ExecuteAsync(Insert, [Full]));
        var rows = Enumerable.Range(100, 200).Select(i => Bare with { Id = $"{i}" }).ToArray();

        var told = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => Task.Run(() => Database.WriteAsync(work => work.AddMissingAsync(InsertMissing, "id", rows[(i * 25)..(100 + (i * 25))]), None))));

        Assert.Equal(rows[..175].Select(r => r.Id), told.SelectMany(t => t).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task One_row_by_itself_is_written_as_among_others()
    {
        foreach (var row in (Row[])[Full, Bare, Empty]) Assert.Equal(1, await WriteAsync(work => work.ExecuteAsync(Insert, [row])));
        Assert.Equal(0, await WriteAsync(work => work.ExecuteAsync(InsertMissing, [Bare with { Words = "another" }])));
        Assert.Equal(1, await WriteAsync(work => work.ExecuteAsync(InsertMissing, [Bare with { Id = "d" }])));
        Assert.Equal(0, await WriteAsync(work => work.ExecuteAsync(Update, [Bare with { Version = 3, Words = "from a version that nobody has seen" }])));
        Assert.Equal(1, await WriteAsync(work => work.ExecuteAsync(Update, [Full with { Version = 2, Words = null, Whole = -1, Yes = null, Part = 7 }])));
        await Database.WriteAsync(work =>
        {
            // With the commit.
            work.Write(Update, [Empty with { Version = 2, Words = "new", Yes = true }]);
            return Task.CompletedTask;
        }, None);
        foreach (var value in (int[])[3, -5]) await WriteAsync(work => work.ExecuteAsync(Add, [new(new DateOnly(2020, 2, 7), "a", value)]));

        Assert.Equal(
            [FullStored with { Version = 2, Words = null, Whole = -1, Yes = null }, Bare, Empty with { Version = 2, Words = "new", Yes = true }, Bare with { Id = "d" }], await RowsAsync());
        Assert.Equal([new(new DateOnly(2020, 2, 7), "a", -2)], await Database.ReadAsync(db => db.QueryAsync<Number>("select day, code, value from numbers"), None));
    }

    [Fact]
    public async Task The_same_statement_serves_any_number_of_rows_again_and_again()
    {
        Row[] Rows(int from, int count) => [.. Enumerable.Range(from, count).Select(i => Full with { Id = $"{i:0000}", Whole = i })];
        foreach (var rows in (Row[][])[Rows(0, 1), Rows(1, 700), [], Rows(701, 2)])
            Assert.Equal(rows.Length, await WriteAsync(work => work.ExecuteAsync(Insert, rows)));

        Assert.Equal(Enumerable.Range(0, 703).Select(i => (long)i), (await RowsAsync()).Select(r => r.Whole));
    }

    [Fact]
    public async Task A_row_that_is_there_already_stops_all_of_them()
    {
        await WriteAsync(work => work.ExecuteAsync(Insert, [Bare]));

        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => WriteAsync(work => work.ExecuteAsync(Insert, [Full, Bare with { Words = "another" }])));

        Assert.Equal([Bare], await RowsAsync());
    }

    [Fact]
    public async Task Missing_rows_are_added_and_the_others_stay_as_they_are()
    {
        await WriteAsync(work => work.ExecuteAsync(Insert, [Bare]));

        Assert.Equal(1, await WriteAsync(work => work.ExecuteAsync(InsertMissing, [Bare with { Words = "another" }, Empty])));

        Assert.Equal([Bare, Empty], await RowsAsync());
    }

    [Fact]
    public async Task Only_the_named_columns_change_and_only_where_the_version_is_the_one_before()
    {
        await WriteAsync(work => work.ExecuteAsync(Insert, [Full, Bare, Empty]));

        Assert.Equal(2, await WriteAsync(work => work.ExecuteAsync(Update, [
            Full with { Version = 2, Words = null, Whole = -1, Yes = null, Part = 7 },
            Bare with { Version = 3, Words = "from a version that nobody has seen" },
            Empty with { Version = 2, Words = "new", Yes = true },
            new Row { Id = "nobody", Version = 2 }])));

        Assert.Equal([
            FullStored with { Version = 2, Words = null, Whole = -1, Yes = null },
            Bare,
            Empty with { Version = 2, Words = "new", Yes = true }], await RowsAsync());
    }

    [Fact]
    public async Task Numbers_are_added_to_what_is_there()
    {
        var (today, tomorrow) = (new DateOnly(2020, 2, 7), new DateOnly(2020, 2, 8));
        await WriteAsync(work => work.ExecuteAsync(Add, [new(today, "a", 3), new(today, "b", -1)]));
        await WriteAsync(work => work.ExecuteAsync(Add, [new(today, "a", -5), new(tomorrow, "a", 1L << 40)]));

        Assert.Equal(
            [new(today, "a", -2), new(today, "b", -1), new(tomorrow, "a", 1L << 40)],
            await Database.ReadAsync(db => db.QueryAsync<Number>("select day, code, value from numbers order by day, code"), None));
    }

    [Fact]
    public void A_column_that_the_row_does_not_have_is_refused_when_the_statement_is_made() =>
        Assert.Contains("'word'", Assert.Throws<ArgumentException>(() => Bulk<Row>.Update("many", "id", ["word"])).Message, StringComparison.Ordinal);

    private protected async Task<int> WriteAsync(Func<Work, Task<int>> write)
    {
        var (text, real, boolean, instant) = Database.Dialect switch
        {
            SqliteDialect => ("text", "real", "integer", "text"),
            PostgreSqlDialect => ("text", "double precision", "boolean", "timestamptz"),
            _ => ("nvarchar(200)", "float", "bit", "datetimeoffset(3)"),
        };
        if (!_made)
        {
            await Database.WriteAsync(async work =>
            {
                await work.ExecuteAsync($"create table many (id {text} not null primary key, version integer not null, words {text}, whole bigint, part {real}, yes {boolean}, day {text}, at {instant})");
                await work.ExecuteAsync($"create table numbers (day {text} not null, code {text} not null, value bigint not null, primary key (day, code))");
            }, None);
            _made = true;
        }
        return await Database.WriteAsync(write, None);
    }

    private bool _made;

    private Task<IReadOnlyList<Row>> RowsAsync() =>
        Database.ReadAsync(db => db.QueryAsync<Row>("select id, version, words, whole, part, yes, day, at from many order by id"), None);

    private protected sealed record Row
    {
        public required string Id { get; init; }
        public required int Version { get; init; }
        public string? Words { get; init; }
        public long Whole { get; init; }
        public double? Part { get; init; }
        public bool? Yes { get; init; }
        public DateOnly Day { get; init; }
        public DateTimeOffset? At { get; init; }
    }

    private sealed record Number
    {
        public Number() { }

        [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
        public Number(DateOnly day, string code, long value) => (Day, Code, Value) = (day, code, value);

        public required DateOnly Day { get; init; }
        public required string Code { get; init; }
        public required long Value { get; init; }
    }
}

public sealed class WritingManyRowsOnSqlite() : WritingManyRows(Engine.Sqlite);

public sealed class WritingManyRowsOnPostgreSql() : WritingManyRows(Engine.PostgreSql)
{
    /// <summary>The engine tries five plans for the very values before it settles on one for all; the driver prepares at the fifth use.</summary>
    [Fact]
    public async Task One_row_is_not_planned_anew_each_time()
    {
        await WriteAsync(work => work.ExecuteAsync(Insert, [Full]));

        await Database.WriteAsync(async work =>
        {
            for (var version = 2; version <= 40; version++) Assert.Equal(1, await work.ExecuteAsync(Update, [Full with { Version = version, Words = version % 2 == 0 ? null : "word" }]));
            var plans = await work.QueryAsync<Plans>("select custom_plans as custom, generic_plans as general from pg_prepared_statements where statement like 'update many%'");
            Assert.Equal(new Plans { Custom = 5, General = 30 }, Assert.Single(plans));
        }, None);
    }

    /// <summary>Left to itself the engine would rather read a table of this size from end to end, and did for each group of notes.</summary>
    [Fact]
    public async Task Some_of_many_rows_are_found_by_their_keys()
    {
        Row[] rows = [.. Enumerable.Range(0, 20_000).Select(i => Bare with { Id = $"{i:00000}" })];
        await WriteAsync(work => work.ExecuteAsync(Insert, rows));
        await WriteAsync(work => work.ExecuteAsync("analyze many"));

        await Database.WriteAsync(async work =>
        {
            Assert.Equal(900, await work.ExecuteAsync(Update, [.. rows[5000..5900].Select(r => r with { Version = 2, Words = "new" })]));
            Assert.Equal((0, 900), await work.FindAsync<(long, long)>("select seq_tup_read, idx_tup_fetch from pg_stat_xact_user_tables where relname = 'many'"));
        }, None);
    }

    private sealed record Plans
    {
        public required long Custom { get; init; }
        public required long General { get; init; }
    }
}

public sealed class WritingManyRowsOnSqlServer() : WritingManyRows(Engine.SqlServer);
