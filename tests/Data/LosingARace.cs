using Dapper;
using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary>On the servers, where writes run side by side; SQLite has one writer.</summary>
public abstract class LosingARace(Engine engine) : OnAnEngine(engine)
{
    [Fact]
    public async Task A_write_that_meets_a_key_which_another_has_just_stored_runs_again_and_sees_it()
    {
        await KeysAsync();
        var runs = 0;

        var inserted = await Database.WriteAsync(async work =>
        {
            runs++;
            if (await work.ScalarAsync<long>("select count(*) from keys_seen where id = 1") > 0) return false;
            if (runs == 1) await AnotherInsertsAsync(1);
            await work.ExecuteAsync("insert into keys_seen (id) values (1)");
            work.Note("20200207-000001", "an operator", "filed");
            return true;
        }, None);

        Assert.False(inserted);
        Assert.Equal(2, runs);
        Assert.Equal(1, await CountAsync("keys_seen"));
        Assert.Equal(0, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_write_that_loses_every_time_gives_up()
    {
        await KeysAsync();
        await AnotherInsertsAsync(1);
        var runs = 0;

        var thrown = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Database.WriteAsync(async work =>
        {
            runs++;
            await work.ExecuteAsync("insert into keys_seen (id) values (1)");
        }, None));

        Assert.True(Database.Dialect.IsConflict(thrown));
        Assert.Equal(5, runs);
    }

    [Fact]
    public async Task Of_two_writes_in_a_deadlock_both_are_done()
    {
        await KeysAsync();
        await AnotherInsertsAsync(1);
        await AnotherInsertsAsync(2);
        using var bothHoldOne = new CountdownEvent(2);
        var runs = 0;

        async Task CrossAsync(int first, int second)
        {
            var run = 0;
            await Database.WriteAsync(async work =>
            {
                Interlocked.Increment(ref runs);
                await work.ExecuteAsync("update keys_seen set hits = hits + 1 where id = @first", new { first });
                if (++run == 1)
                {
                    bothHoldOne.Signal();
                    Assert.True(bothHoldOne.Wait(TimeSpan.FromSeconds(20), None));
                }
                await work.ExecuteAsync("update keys_seen set hits = hits + 1 where id = @second", new { second });
            }, None);
        }

        await Task.WhenAll(Task.Run(() => CrossAsync(1, 2)), Task.Run(() => CrossAsync(2, 1)));

        Assert.InRange(runs, 3, 9); // each wins within its five tries; on a slow machine the loser may lose twice
        Assert.Equal([2, 2], await Database.ReadAsync(db => db.QueryAsync<int>("select hits from keys_seen order by id"), None));
    }

    private Task KeysAsync() =>
        Database.WriteAsync(work => work.ExecuteAsync("create table keys_seen (id int not null primary key, hits int not null default 0)"), None);

    private async Task AnotherInsertsAsync(int id)
    {
        await using var connection = await Database.OpenAsync(None);
        await connection.ExecuteAsync("insert into keys_seen (id) values (@id)", new { id });
    }
}

public sealed class LosingARaceOnPostgreSql() : LosingARace(Engine.PostgreSql);

public sealed class LosingARaceOnSqlServer() : LosingARace(Engine.SqlServer);
