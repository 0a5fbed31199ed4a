using Hotline.Contracts;
using Hotline.Testing;

namespace Hotline.Data.Tests;

public abstract class Writing(Engine engine) : OnAnEngine(engine)
{
    private const string Ticket = "20200207-000001";

    private static readonly Bulk<KeptRow> Insert = Bulk<KeptRow>.Insert("kept");

    [Fact]
    public async Task Changes_messages_and_timeline_are_kept_together()
    {
        await Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("create table kept (id int)");
            await work.ExecuteAsync("insert into kept (id) values (1)");
            work.Send(Urged(work));
            work.Note(Ticket, "an operator", "urged", "no reply yet", "320602001");
        }, None);

        Assert.Equal(1, await CountAsync("kept"));
        Assert.Equal("still no masks", Assert.Single(await Db.SentAsync<TicketUrged>()).Note);
        var line = Assert.Single(await new Timeline(Database).OfAsync(Ticket, None));
        Assert.Equal(("an operator", "urged", "no reply yet", "320602001", Db.Clock.Now), (line.Actor, line.Action, line.Reason, line.Unit, line.At));
    }

    [Fact]
    public async Task A_write_that_throws_leaves_nothing()
    {
        await Database.WriteAsync(work => work.ExecuteAsync("create table kept (id int)"), None);

        var thrown = await Assert.ThrowsAsync<InvalidDataException>(() => Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("insert into kept (id) values (1)");
            work.Send(Urged(work));
            work.Note(Ticket, "an operator", "urged");
            throw new InvalidDataException("in the middle");
        }, None));

        Assert.Equal("in the middle", thrown.Message);
        Assert.Equal((0, 0, 0), (await CountAsync("kept"), await CountAsync("outbox"), await CountAsync("timeline")));
    }

    [Fact]
    public async Task Rows_that_are_written_last_are_there_for_the_next_statement_and_after_the_commit()
    {
        await Database.WriteAsync(work => work.ExecuteAsync("create table kept (id int primary key)"), None);

        var seen = await Database.WriteAsync(async work =>
        {
            work.Write(Insert, [new KeptRow { Id = 1 }, new KeptRow { Id = 2 }]);
            var counted = await work.ScalarAsync<long>("select count(*) from kept");
            var changed = await work.ExecuteAsync("update kept set id = id + 10");
            work.Write(Insert, [new KeptRow { Id = 1 }]);
            work.Write(Insert, []);
            return (counted, changed);
        }, None);

        Assert.Equal((2, 2), seen);
        Assert.Equal([1, 11, 12], await Database.ReadAsync(db => db.QueryAsync<int>("select id from kept order by id"), None));
    }

    [Fact]
    public async Task A_write_whose_last_rows_cannot_be_stored_fails_alone_and_leaves_nothing()
    {
        await Database.WriteAsync(work => work.ExecuteAsync("create table kept (id int primary key)"), None);
        Task WriteAsync(int id) => Database.WriteAsync(work =>
        {
            work.Note(Ticket, "an operator", $"kept {id}");
            work.Write(Insert, [new KeptRow { Id = id }]);
            return Task.CompletedTask;
        }, None);
        await WriteAsync(1);

        var writes = new[] { 2, 1, 3 }.Select(WriteAsync).ToArray();
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => writes[1]);
        await Task.WhenAll(writes[0], writes[2]);

        Assert.Equal([1, 2, 3], await Database.ReadAsync(db => db.QueryAsync<int>("select id from kept order by id"), None));
        Assert.Equal(["kept 1", "kept 2", "kept 3"], (await new Timeline(Database).OfAsync(Ticket, None)).Select(l => l.Action).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_statement_that_fails_leaves_nothing()
    {
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Database.WriteAsync(async work =>
        {
            work.Note(Ticket, "an operator", "urged");
            await work.ExecuteAsync("insert into no_such_table (id) values (1)");
        }, None));

        Assert.Equal(0, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_message_is_owed_to_each_role_that_hears_it()
    {
        await Database.WriteAsync(work =>
        {
            work.Send(new TicketClosed(Ticket, Closing.Withdrawn, work.Now, "an operator"));
            return Task.CompletedTask;
        }, None);

        Assert.Equal(2, await CountAsync("outbox"));
        Assert.Single(await Db.SentAsync<TicketClosed>());
    }

    [Fact]
    public async Task Messages_of_one_instant_stand_in_the_order_in_which_they_were_sent()
    {
        await Database.WriteAsync(work =>
        {
            for (var i = 0; i < 50; i++) work.Send(Urged(work) with { Urging = $"{i:00}" });
            return Task.CompletedTask;
        }, None);

        var sent = (await Db.SentAsync<TicketUrged>()).Select(m => m.Urging).ToArray();
        Assert.Equal(sent.Order(StringComparer.Ordinal), sent);
        Assert.Equal(50, sent.Length);
    }

    [Fact]
    public async Task A_write_inside_a_write_is_refused_at_once()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => Database.WriteAsync(async work =>
        {
            work.Note(Ticket, "an operator", "urged");
            await Database.WriteAsync(_ => Task.CompletedTask, None);
        }, None).WaitAsync(Soon()));

        await Database.WriteAsync(_ => Task.CompletedTask, None);
        Assert.Equal(0, await CountAsync("timeline"));
    }

    [Fact]
    public async Task Others_see_a_write_only_once_it_is_committed()
    {
        await using var other = Db.Reopen();

        var during = await Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("""
                insert into timeline (ticket, at, actor, action) values (@Ticket, @Now, 'an operator', 'urged')
                """, new { Ticket, work.Now });
            return (Own: await work.ScalarAsync<long>("select count(*) from timeline"), Others: await CountAsync(other, "timeline"));
        }, None);

        Assert.Equal((1, 0), during);
        Assert.Equal(1, await CountAsync(other, "timeline"));
    }

    [Fact]
    public async Task All_statements_of_a_snapshot_see_the_same_state()
    {
        await using var other = Db.Reopen();

        var (before, after) = await Database.SnapshotAsync(async db =>
        {
            var first = await db.ScalarAsync<long>("select count(*) from timeline");
            await other.WriteAsync(work =>
            {
                work.Note(Ticket, "an operator", "urged");
                return Task.CompletedTask;
            }, None);
            return (first, await db.ScalarAsync<long>("select count(*) from timeline"));
        }, None);

        Assert.Equal((0, 0), (before, after));
        Assert.Equal(1, await CountAsync("timeline"));
    }

    [Fact]
    public async Task Concurrent_writes_are_all_kept()
    {
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Database.WriteAsync(work =>
        {
            work.Note($"20200207-{i:000000}", "an operator", "filed");
            return Task.CompletedTask;
        }, None)));

        Assert.Equal(200, await CountAsync("timeline"));
    }

    [Fact]
    public async Task A_write_cancelled_before_its_turn_is_not_done()
    {
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Database.WriteAsync(work =>
        {
            work.Note(Ticket, "an operator", "urged");
            return Task.CompletedTask;
        }, cancel.Token));

        Assert.Equal(0, await CountAsync("timeline"));
    }

    [Fact]
    public async Task Many_rows_are_streamed()
    {
        await Database.WriteAsync(work =>
        {
            for (var i = 0; i < 1000; i++) work.Note($"20200207-{i:000000}", "an operator", "filed");
            return Task.CompletedTask;
        }, None);

        var seen = await Database.ReadAsync(async db =>
        {
            var count = 0;
            await foreach (var _ in db.StreamAsync<string>("select ticket from timeline order by id")) count++;
            return count;
        }, None);

        Assert.Equal(1000, seen);
    }

    private static TicketUrged Urged(Work work) => new(Ticket, "u1", "still no masks", work.Now, "an operator");

    private sealed record KeptRow
    {
        public required int Id { get; init; }
    }
}

public sealed class WritingOnSqlite() : Writing(Engine.Sqlite);

public sealed class WritingOnPostgreSql() : Writing(Engine.PostgreSql);

public sealed class WritingOnSqlServer() : Writing(Engine.SqlServer);
