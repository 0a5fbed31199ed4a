using System.Collections.Concurrent;
using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary><see cref="Commands{TRow, TResult}"/>.</summary>
public abstract class CommandingRows(Engine engine) : OnAnEngine(engine)
{
    private static readonly Bulk<Row> Save = Bulk<Row>.Update("counted", "id", ["value"], version: "version");

    private readonly ConcurrentQueue<string[]> _taken = new();

    [Fact]
    public async Task Those_that_arrive_together_share_a_transaction_and_two_on_one_row_come_one_after_the_other()
    {
        await MakeAsync("a", "b", "c");
        var go = new TaskCompletionSource();
        var commands = Commands(() => go.Task);
        string[] keys = [.. Enumerable.Range(0, 90).Select(i => "abc"[i % 3].ToString())];

        var all = keys.Select(key => commands.DoAsync(key, Increase, None)).ToArray();
        go.SetResult();

        // Each of a row's commands has seen what the one before stored.
        foreach (var ofRow in (await Task.WhenAll(all)).Zip(keys).GroupBy(r => r.Second, r => r.First)) Assert.Equal(Enumerable.Range(1, 30), ofRow.Order());
        Assert.Equal([("a", 30), ("b", 30), ("c", 30)], await RowsAsync());
        Assert.All(_taken, taken => Assert.Equal(taken.Distinct(), taken));
        Assert.InRange(_taken.Count, 30, 40);
        Assert.Equal(90, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_row_that_is_not_there_is_told_and_what_changes_nothing_is_not_saved()
    {
        await MakeAsync("a");
        var commands = Commands(() => Task.CompletedTask);

        var (missing, read) = (commands.DoAsync("nobody", Increase, None), commands.DoAsync("a", (_, row) => (row!.Value, null), None));

        Assert.Equal((-1, 0), (await missing, await read));
        Assert.Equal([("a", 0)], await RowsAsync());
    }

    [Fact]
    public async Task One_that_fails_leaves_no_trace_and_the_others_of_its_transaction_are_done()
    {
        await MakeAsync("a", "b");
        var go = new TaskCompletionSource();
        var commands = Commands(() => go.Task);
        var good = Enumerable.Range(0, 20).Select(_ => commands.DoAsync("a", Increase, None)).ToArray();
        var bad = commands.DoAsync("b", (work, row) =>
        {
            Increase(work, row);
            throw new InvalidDataException("b");
        }, None);
        var after = commands.DoAsync("b", Increase, None);
        go.SetResult();

        Assert.Equal("b", (await Assert.ThrowsAsync<InvalidDataException>(() => bad)).Message);
        Assert.Equal(Enumerable.Range(1, 20), (await Task.WhenAll(good)).Order());
        Assert.Equal(1, await after);
        Assert.Equal([("a", 20), ("b", 1)], await RowsAsync());
        Assert.Equal(21, await CountAsync("timeline"));
    }

    [Fact]
    public async Task Two_processes_that_command_the_same_rows_lose_nothing()
    {
        await MakeAsync("a", "b", "c", "d");
        var (one, other) = (Commands(() => Task.CompletedTask), Commands(() => Task.CompletedTask));
        var draw = new Random(7);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? one : other).DoAsync("abcd"[draw.Next(4)].ToString(), Increase, None)));

        Assert.Equal(200, (await RowsAsync()).Sum(r => r.Value));
    }

    private Commands<Row, int> Commands(Func<Task> first) => new(
        Database,
        async (work, keys) =>
        {
            await first();
            _taken.Enqueue([.. keys]);
            return (await work.TakeAsync<Row>("id, version, value", ("counted", "id"), keys)).ToDictionary(r => r.Id);
        },
        async (work, changed) => Assert.Equal(changed.Count, await work.ExecuteAsync(Save, changed)));

    private static (int, Row?) Increase(Work work, Row? row)
    {
        if (row is null) return (-1, null);
        work.Note(row.Id, "somebody", "increased");
        return (row.Value + 1, row with { Value = row.Value + 1, Version = row.Version + 1 });
    }

    private Task MakeAsync(params string[] ids) => Database.WriteAsync(async work =>
    {
        var text = Database.Dialect is SqlServerDialect ? "nvarchar(64) collate Latin1_General_BIN2" : "text";
        await work.ExecuteAsync($"create table counted (id {text} not null primary key, version integer not null, value integer not null)");
        await work.ExecuteAsync(Bulk<Row>.Insert("counted"), [.. ids.Select(id => new Row { Id = id, Version = 1, Value = 0 })]);
    }, None);

    private async Task<IEnumerable<(string Id, int Value)>> RowsAsync() =>
        (await Database.ReadAsync(db => db.QueryAsync<Row>("select id, version, value from counted order by id"), None)).Select(r => (r.Id, r.Value));

    private sealed record Row
    {
        public required string Id { get; init; }
        public required int Version { get; init; }
        public required int Value { get; init; }
    }
}

public sealed class CommandingRowsOnSqlite() : CommandingRows(Engine.Sqlite);

public sealed class CommandingRowsOnPostgreSql() : CommandingRows(Engine.PostgreSql);

public sealed class CommandingRowsOnSqlServer() : CommandingRows(Engine.SqlServer);
