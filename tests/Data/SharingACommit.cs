using Hotline.Testing;
using Microsoft.Data.Sqlite;

namespace Hotline.Data.Tests;

/// <summary>Group commit, on the engine that has one writer.</summary>
public sealed class SharingACommit() : OnAnEngine(Engine.Sqlite)
{
    [Fact]
    public async Task Writes_that_wait_together_share_one_commit()
    {
        var group = Hold();
        var visible = Database.WriteAsync(async work => (
            InTheGroup: await work.ScalarAsync<long>("select count(*) from timeline"),
            Committed: await CountAsync("timeline")), None);
        group.Release();

        await group.First;
        Assert.Equal((1, 0), await visible);
    }

    [Fact]
    public async Task A_write_that_throws_leaves_the_others_of_its_group_alone()
    {
        var group = Hold();
        var writes = Enumerable.Range(1, 40).Select(i => NoteAsync(i, fail: i % 2 == 0)).ToArray();
        group.Release();
        await group.First;

        for (var i = 1; i <= writes.Length; i++)
        {
            if (i % 2 == 0) await Assert.ThrowsAsync<InvalidDataException>(() => writes[i - 1]);
            else await writes[i - 1];
        }
        Assert.Equal(1 + 20, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_write_cancelled_while_it_waits_leaves_the_others_of_its_group_alone()
    {
        using var cancel = new CancellationTokenSource();
        var group = Hold();
        var cancelled = NoteAsync(1, ct: cancel.Token);
        var other = NoteAsync(2);
        await cancel.CancelAsync();
        group.Release();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await other;
        Assert.Equal(2, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_commit_that_fails_fails_every_write_of_its_group_and_the_next_group_goes_on()
    {
        await Database.WriteAsync(work => work.ExecuteAsync("""
            create table parent (id integer primary key);
            create table child (parent integer references parent (id) deferrable initially deferred);
            """), None);
        var group = Hold();
        var orphan = Database.WriteAsync(work => work.ExecuteAsync("insert into child (parent) values (1)"), None);
        var innocent = NoteAsync(1);
        group.Release();

        foreach (var write in (Task[])[group.First, orphan, innocent])
            await Assert.ThrowsAsync<SqliteException>(() => write.WaitAsync(Soon()));
        Assert.Equal(0, await CountAsync("timeline"));

        await NoteAsync(2).WaitAsync(Soon());
        Assert.Equal(1, await CountAsync("timeline"));
    }

    /// <summary>A full disk or an unreadable page makes SQLite undo the whole transaction by itself.</summary>
    [Fact]
    public async Task When_the_transaction_breaks_under_a_write_nobody_of_its_group_waits_for_ever()
    {
        var group = Hold();
        var breaking = Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("rollback");
            throw new InvalidDataException("the disk is full");
        }, None);
        var behind = NoteAsync(1);
        group.Release();

        await Assert.ThrowsAnyAsync<Exception>(() => group.First.WaitAsync(Soon()));
        Assert.Equal("the disk is full", (await Assert.ThrowsAsync<InvalidDataException>(() => breaking.WaitAsync(Soon()))).Message);
        await behind.WaitAsync(Soon());
        Assert.Equal(1, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_write_that_finds_no_room_says_so_and_when_there_is_room_others_are_stored()
    {
        var thrown = await Assert.ThrowsAsync<SqliteException>(() => Database.WriteAsync(async work =>
        {
            // No more pages than there are: of this connection alone, which is given up.
            await work.ExecuteAsync("pragma max_page_count = 1");
            await work.ExecuteAsync("create table large (body blob); insert into large (body) values (zeroblob(1000000));");
        }, None));

        Assert.True(Database.Dialect.IsFull(thrown), thrown.Message);
        Assert.True(Database.Dialect.IsAway(thrown));
        Assert.Same(thrown, Database.WhyNothingIsStored);
        // Nothing is stored by this, and so nothing is known.
        await Database.WriteAsync(work => work.ExecuteAsync("delete from outbox"), None);
        Assert.Same(thrown, Database.WhyNothingIsStored);
        await Database.WriteAsync(work =>
        {
            work.Note("20200207-000001", "an operator", "urged");
            return Task.CompletedTask;
        }, None);
        Assert.Equal(1, await CountAsync("timeline"));
        Assert.Null(Database.WhyNothingIsStored);
    }

    [Fact]
    public async Task Where_the_file_cannot_be_opened_every_waiting_write_hears_it()
    {
        var folder = Path.Combine(Path.GetTempPath(), $"hotline-absent-{Guid.NewGuid():N}");
        await using var database = new Database(
            new SqliteDialect($"Data Source={Path.Combine(folder, "hotline.db")}"), Db.Clock, new Outbox(), new OutboxSettings());

        var writes = Enumerable.Range(0, 300).Select(_ => database.WriteAsync(_ => Task.CompletedTask, None)).ToArray();

        foreach (var write in writes)
            Assert.True(database.Dialect.IsAway(await Assert.ThrowsAsync<SqliteException>(() => write.WaitAsync(Soon()))));
    }

    [Fact]
    public async Task Writes_that_were_taken_are_finished_before_the_database_closes()
    {
        await using var closing = Db.Reopen();
        var writes = Enumerable.Range(0, 100).Select(i => NoteAsync(i, database: closing)).ToArray();

        await closing.DisposeAsync();

        await Task.WhenAll(writes).WaitAsync(Soon());
        Assert.Equal(100, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_write_after_the_database_was_closed_fails_at_once()
    {
        var closed = Db.Reopen();
        await closed.DisposeAsync();

        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => NoteAsync(1, database: closed).WaitAsync(Soon()));
    }

    [Fact]
    public async Task The_writer_carries_nothing_of_the_request_that_started_it()
    {
        var ambient = new AsyncLocal<string?> { Value = "the first request" };
        await using var fresh = Db.Reopen();

        Assert.Null(await fresh.WriteAsync(_ => Task.FromResult(ambient.Value), None));
    }

    private Task NoteAsync(int i, bool fail = false, Database? database = null, CancellationToken ct = default) =>
        (database ?? Database).WriteAsync(async work =>
        {
            await work.ExecuteAsync("""
                insert into timeline (ticket, at, actor, action) values (@Ticket, @Now, 'an operator', 'urged')
                """, new { Ticket = $"20200207-{i:000000}", work.Now });
            if (fail) throw new InvalidDataException("in the middle");
        }, ct);

    /// <summary>A write that holds up its group, with one line in the timeline, until it is released.</summary>
    private Held Hold()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var first = Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("""
                insert into timeline (ticket, at, actor, action) values ('20200207-999999', @Now, 'an operator', 'held')
                """, new { work.Now });
            await release.Task;
        }, None);
        return new Held(first, release.SetResult);
    }

    private sealed record Held(Task First, Action Release);
}
