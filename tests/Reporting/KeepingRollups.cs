using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Reporting.Tests;

/// <summary>Counted once, in any order, by any number of workers, on every engine; and the recount that proves it.</summary>
public abstract class KeepingRollups(Engine engine) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private TestDatabase _db = null!;
    private ServiceProvider _services = null!;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _db = await TestDatabase.CreateAsync(engine);
        _services = new ServiceCollection().AddSingleton(_db.Clock).AddReporting().BuildServiceProvider();
    }

    public async ValueTask DisposeAsync()
    {
        if (_db is not null) await _db.DisposeAsync();
        if (_services is not null) await _services.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Shuffled_and_repeated_messages_give_the_rollups_of_a_full_count()
    {
        var history = RandomHistory.Of(seed: 1, tickets: 25);
        await SendAsync(Shuffled(history.Concat(history), seed: 2));

        await _db.DeliverAsync(_services, [Role.Reporting], shuffle: 3);

        Assert.Empty(await _db.FaultsAsync());
        var recount = await RecountAsync(history);
        Assert.Equal(25, recount.Tickets);
        Assert.Empty(recount.Differences);
        Assert.Equal(0, recount.Owed);
    }

    [Fact]
    public async Task Several_workers_at_once_give_the_rollups_of_a_full_count()
    {
        var history = RandomHistory.Of(seed: 4, tickets: 60);
        await SendAsync(Shuffled(history.Concat(history), seed: 5));
        var letters = await LettersAsync();

        // Neighbours go to different workers, so that they meet at the same tickets; every letter goes to two of them.
        const int Workers = 4;
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async worker =>
        {
            await using var database = _db.Reopen();
            var inbox = InboxOf(database);
            var own = letters.Where((_, i) => i % Workers == worker || i % Workers == (worker + 1) % Workers).ToArray();
            foreach (var parcel in own.Chunk(20)) await inbox.ProcessAsync(new Parcel(Role.Reporting, parcel), None);
        }));

        Assert.Empty(await _db.FaultsAsync());
        var recount = await RecountAsync(history);
        Assert.Empty(recount.Differences);
        Assert.Equal(0, recount.Owed);
    }

    [Fact]
    public async Task A_transaction_that_runs_again_counts_once()
    {
        var history = RandomHistory.Of(seed: 21, tickets: 40);
        var consumer = new CountingConsumer(_db.Clock);
        // Half of the tickets are known when all of it comes.
        await _db.Database.WriteAsync(work => consumer.ConsumeAsync([.. history.Where(m => m.Ticket[^1] % 2 == 0)], work), None);

        var count = await consumer.PrepareAsync(history, None);
        var runs = 0;
        for (var i = 0; i < 2; i++)
        {
            try
            {
                await _db.Database.WriteAsync(async work =>
                {
                    await count(work);
                    if (++runs == 1) throw new ConflictException("Something");
                }, None);
                break;
            }
            catch (ConflictException)
            {
                // Where there is one writer nothing runs again by itself.
            }
        }

        Assert.Equal(2, runs);
        Assert.Empty((await RecountAsync(history)).Differences);
    }

    [Fact]
    public async Task What_is_pending_counts_before_and_after_it_has_moved_into_the_lines()
    {
        var history = RandomHistory.Of(seed: 12, tickets: 30);
        await SendAsync(history);
        await _db.DeliverAsync(_services, [Role.Reporting]);
        Assert.Equal(0, await CountAsync("reporting_rollup"));
        Assert.Empty((await RecountAsync(history)).Differences);
        var before = await ReportsAsync();

        await MergeAsync();

        Assert.Equal(0, await CountAsync("reporting_pending"));
        Assert.NotEqual(0, await CountAsync("reporting_rollup"));
        Assert.Empty((await RecountAsync(history)).Differences);
        Assert.Equal(before, await ReportsAsync());

        async Task<IReadOnlyList<string>> ReportsAsync()
        {
            var reports = new List<string>();
            foreach (var unit in history.OfType<WorkOrderChanged>().Select(m => m.Unit.Code).Distinct().Order(StringComparer.Ordinal).Prepend(null))
            {
                foreach (var by in Enum.GetValues<Breakdown>().Cast<Breakdown?>().Prepend(null))
                    reports.Add(Json.Write((await DailyReport.ReadAsync(_db.Database, new DateOnly(2020, 2, 7), unit, by, None)) with { ReadAt = default }));
            }
            return reports;
        }
    }

    [Fact]
    public async Task What_a_version_left_that_had_the_measures_in_another_order_is_counted_by_their_words()
    {
        var day = new DateOnly(2020, 2, 7);
        var body = $"""[["closed","filed"],[{day.DayNumber},"",null,"",0,0,2,1,5],[{day.DayNumber},"","channel","phone",1,1,3]]""";
        await _db.Database.WriteAsync(work => work.ExecuteAsync("insert into reporting_pending (id, lines, body) values ('1', 2, @body)", new { body }), None);

        await MergeAsync();

        Assert.Equal(
            [("all", false, 5, 2), ("channel", true, 3, 0)],
            await _db.Database.ReadAsync(db => db.QueryAsync<(string, bool, int, int)>("select dimension, excluded, filed, closed from reporting_rollup order by dimension"), None));
    }

    [Fact]
    public async Task What_is_pending_moves_into_the_lines_by_itself_also_where_it_is_little()
    {
        await SendAsync(RandomHistory.Of(seed: 15, tickets: 1));
        await _db.DeliverAsync(_services, [Role.Reporting]);
        Assert.NotEqual(0, await CountAsync("reporting_pending"));
        using var merger = new RollupMerger(_db.Database, NullLogger<RollupMerger>.Instance) { Look = TimeSpan.FromMilliseconds(5) };
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(30));

        await merger.StartAsync(None);
        while (await CountAsync("reporting_pending") > 0) soon.Token.ThrowIfCancellationRequested();
        await merger.StopAsync(None);

        Assert.NotEqual(0, await CountAsync("reporting_rollup"));
    }

    [Fact]
    public async Task Lines_that_come_again_and_again_are_added_to_one_another_before_they_are_added_to_the_rollups()
    {
        var history = RandomHistory.Of(seed: 16, tickets: 40);
        await SendAsync(history);
        // Ticket by ticket, so that each makes a row of its own.
        foreach (var letter in await LettersAsync()) await InboxOf(_db.Database).ProcessAsync(new Parcel(Role.Reporting, [letter]), None);
        using var merger = new RollupMerger(_db.Database, NullLogger<RollupMerger>.Instance) { Slice = 20 };
        var counted = await LinesAsync();

        Assert.False(await merger.StepAsync(None));
        Assert.Equal(0, await CountAsync("reporting_rollup"));
        Assert.InRange(await LinesAsync(), 21, counted / 2);
        Assert.Empty((await RecountAsync(history)).Differences);

        Assert.False(await merger.StepAsync(None));
        Assert.Equal(0, await CountAsync("reporting_pending"));
        Assert.NotEqual(0, await CountAsync("reporting_rollup"));
        Assert.Empty((await RecountAsync(history)).Differences);

        Task<long> LinesAsync() => _db.Database.ReadAsync(db => db.ScalarAsync<long>("select sum(lines) from reporting_pending"), None);
    }

    [Fact]
    public async Task What_is_pending_is_added_once_however_many_add_it_while_more_is_counted()
    {
        var history = RandomHistory.Of(seed: 13, tickets: 60);
        await SendAsync(Shuffled(history, seed: 14));
        var letters = await LettersAsync();
        var inbox = InboxOf(_db.Database);
        var counting = Task.Run(async () =>
        {
            foreach (var parcel in letters.Chunk(5)) await inbox.ProcessAsync(new Parcel(Role.Reporting, parcel), None);
        });

        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            await using var database = _db.Reopen();
            while (!counting.IsCompleted) await MergeAsync(database);
        })).Append(counting));
        await MergeAsync();

        Assert.Empty(await _db.FaultsAsync());
        Assert.Equal(0, await CountAsync("reporting_pending"));
        Assert.Empty((await RecountAsync(history)).Differences);
    }

    [Fact]
    public async Task A_recount_finds_a_number_that_is_wrong_and_corrects_it()
    {
        var history = RandomHistory.Of(seed: 6, tickets: 10);
        await SendAsync(history);
        await _db.DeliverAsync(_services, [Role.Reporting]);
        await TamperAsync("update reporting_rollup set filed = filed + 3 where day = '2020-02-06' and dimension = 'all'");
        await TamperAsync("delete from reporting_rollup where day = '2020-02-05' and dimension = 'channel'");

        var found = await RecountAsync(history, fix: true);

        var wrong = Assert.Single(found.Differences, d => d is { Dimension: "all", Measure: "filed" });
        Assert.Equal((new DateOnly(2020, 2, 6), wrong.Counted + 3), (wrong.Day, wrong.Rollup));
        Assert.Contains(found.Differences, d => d is { Dimension: "channel", Rollup: 0 });
        Assert.Empty((await RecountAsync(history)).Differences);
    }

    [Fact]
    public async Task A_recount_of_one_day_looks_at_and_corrects_that_day_alone()
    {
        var history = RandomHistory.Of(seed: 7, tickets: 10);
        await SendAsync(history);
        await _db.DeliverAsync(_services, [Role.Reporting]);
        await TamperAsync("update reporting_rollup set filed = filed + 1 where dimension = 'all'");

        var found = await RecountAsync(history, new DateOnly(2020, 2, 6), fix: true);

        Assert.Equal([new DateOnly(2020, 2, 6)], found.Differences.Select(d => d.Day).Distinct());
        Assert.NotEmpty((await RecountAsync(history)).Differences);
        Assert.Empty((await RecountAsync(history, new DateOnly(2020, 2, 6))).Differences);
    }

    [Theory]
    [InlineData(21)]
    [InlineData(22)]
    public async Task A_recount_of_a_day_counts_what_a_full_one_counts_there(int seed)
    {
        var history = RandomHistory.Of(seed, tickets: 40);
        await SendAsync(Shuffled(history, seed));
        await _db.DeliverAsync(_services, [Role.Reporting]);
        await TamperAsync("update reporting_rollup set filed = filed + 1, reply_due = reply_due + 1, returned = returned + 1, upheld = upheld + 1, called_back = called_back + 1");

        var all = (await RecountAsync(history)).Differences;
        Assert.NotEmpty(all);
        for (var day = new DateOnly(2020, 2, 3); day <= new DateOnly(2020, 2, 13); day = day.AddDays(1))
        {
            var one = await RecountAsync(history, day);
            Assert.Equal(all.Where(d => d.Day == day), one.Differences);
            await RecountAsync(history, day, fix: true);
        }
        Assert.Empty((await RecountAsync(history)).Differences);
    }

    [Fact]
    public async Task A_recount_fills_in_what_a_lost_message_said_and_a_late_copy_of_it_then_changes_nothing()
    {
        var history = RandomHistory.Of(seed: 8, tickets: 8);
        await SendAsync(history);
        await TamperAsync("delete from outbox where kind = 'TicketRouted'");
        await _db.DeliverAsync(_services, [Role.Reporting]);
        Assert.NotEmpty((await RecountAsync(history, fix: true)).Differences);
        Assert.Empty((await RecountAsync(history)).Differences);

        await SendAsync(history.OfType<TicketRouted>());
        await _db.DeliverAsync(_services, [Role.Reporting]);

        Assert.Empty((await RecountAsync(history)).Differences);
    }

    [Fact]
    public async Task A_correction_while_consumers_run_and_beside_another_correction_is_still_right()
    {
        var history = RandomHistory.Of(seed: 9, tickets: 60);
        await SendAsync(Shuffled(history, seed: 10));
        var letters = await LettersAsync();
        var inbox = InboxOf(_db.Database);
        await inbox.ProcessAsync(new Parcel(Role.Reporting, [.. letters.Take(40)]), None);
        await TamperAsync("update reporting_rollup set filed = filed + 1, solved = solved + 1");

        // These recounts know half of the tickets, as if read a while ago.
        var known = history.Where(m => string.CompareOrdinal(m.Ticket, "20200207-000030") < 0).ToArray();
        await Task.WhenAll(
            Task.Run(async () =>
            {
                foreach (var parcel in letters.Skip(40).Chunk(5)) await inbox.ProcessAsync(new Parcel(Role.Reporting, parcel), None);
            }),
            Task.Run(() => RecountAsync(known, fix: true)),
            Task.Run(async () =>
            {
                await using var other = _db.Reopen();
                await RecountAsync(known, fix: true, database: other);
            }));

        Assert.Empty(await _db.FaultsAsync());
        Assert.Empty((await RecountAsync(history)).Differences);
    }

    [Fact]
    public async Task A_recount_says_what_is_still_on_its_way()
    {
        var history = RandomHistory.Of(seed: 11, tickets: 2);
        await SendAsync(history);

        Assert.Equal(history.Count, (await RecountAsync(history)).Owed);
    }

    [Fact]
    public async Task A_recount_refuses_sources_that_are_out_of_order() =>
        await Assert.ThrowsAsync<InvalidOperationException>(() => Recount.RunAsync(
            _db.Database,
            new[] { Given.Ticket(number: "20200207-000002"), Given.Ticket(number: "20200207-000001") }.ToAsyncEnumerable(),
            AsyncEnumerable.Empty<TicketRouted>(), AsyncEnumerable.Empty<WorkOrderChanged>(), fix: false, None));

    private Task SendAsync(IEnumerable<IMessage> messages) => _db.Database.WriteAsync(work =>
    {
        foreach (var message in messages) ReportDesk.Send(work, message);
        return Task.CompletedTask;
    }, None);

    private async Task<Letter[]> LettersAsync() =>
        [.. (await _db.Database.ReadAsync(db => db.QueryAsync<LetterRow>("select id, kind, body from outbox where role = 'reporting' order by id"), None))
            .Select(l => new Letter(l.Id, l.Kind, l.Body))];

    private Inbox InboxOf(Database database) => new(database, _services, new OutboxSettings { NotedAfter = TimeSpan.Zero }, NullLogger<Inbox>.Instance);

    private async Task TamperAsync(string sql)
    {
        await MergeAsync();
        await _db.Database.WriteAsync(async work => Assert.NotEqual(0, await work.ExecuteAsync(sql)), None);
    }

    private async Task MergeAsync(Database? database = null)
    {
        var merger = new RollupMerger(database ?? _db.Database, NullLogger<RollupMerger>.Instance) { Slice = 7 };
        // What comes again and again is first added to itself.
        while (await merger.StepAsync(None) || await CountAsync("reporting_pending") > 0) { }
    }

    private Task<long> CountAsync(string table) => _db.Database.ReadAsync(db => db.ScalarAsync<long>($"select count(*) from {table}"), None);

    /// <summary>The sources are what the roles have now: the latest version of each.</summary>
    private Task<RecountResult> RecountAsync(IReadOnlyList<IMessage> history, DateOnly? day = null, bool fix = false, Database? database = null) =>
        day is { } one ? Recount.RunDayAsync(database ?? _db.Database, one, Sources(history), fix, None) : Recount.RunAsync(
            database ?? _db.Database,
            Latest<TicketChanged>(history, m => m.Ticket, m => m.Version),
            Latest<TicketRouted>(history, m => m.Ticket, m => m.Version),
            Latest<WorkOrderChanged>(history, m => m.WorkOrder, m => m.Version),
            fix, None);

    /// <summary>As the roles would answer for one day: the tickets by their instants, and their latest facts.</summary>
    private static DaySources Sources(IReadOnlyList<IMessage> history)
    {
        IMessage[] latest = [
            .. Newest<TicketChanged>(history, m => m.Ticket, m => m.Version),
            .. Newest<TicketRouted>(history, m => m.Ticket, m => m.Version),
            .. Newest<WorkOrderChanged>(history, m => m.WorkOrder, m => m.Version)];
        return new DaySources(
            (from, to, _) => Task.FromResult<IReadOnlyCollection<string>>([.. latest.Where(m => Instants(m).Any(at => at >= from && at < to)).Select(m => m.Ticket)]),
            (tickets, _) => Task.FromResult<IReadOnlyList<IMessage>>([.. latest.Where(m => tickets.Contains(m.Ticket))]));
    }

    private static IEnumerable<DateTimeOffset> Instants(IMessage message) => message switch
    {
        TicketChanged m => [m.FiledAt, .. m.Callbacks.Select(c => c.At)],
        WorkOrderChanged m => [m.IssuedAt, m.AcceptBy.AddMilliseconds(-1), m.ReplyBy.AddMilliseconds(-1), .. m.ReturnedAt, .. m.UpheldAt is { } at ? [at] : (DateTimeOffset[])[]],
        _ => [],
    };

    private static IAsyncEnumerable<T> Latest<T>(IEnumerable<IMessage> history, Func<T, string> id, Func<T, int> version) where T : IMessage =>
        Newest(history, id, version).ToAsyncEnumerable();

    private static IEnumerable<T> Newest<T>(IEnumerable<IMessage> history, Func<T, string> id, Func<T, int> version) where T : IMessage =>
        history.OfType<T>().GroupBy(id).Select(g => g.MaxBy(version)!).OrderBy(m => m.Ticket, StringComparer.Ordinal);

    private static IMessage[] Shuffled(IEnumerable<IMessage> messages, int seed)
    {
        IMessage[] shuffled = [.. messages];
        new Random(seed).Shuffle(shuffled);
        return shuffled;
    }

    private sealed record LetterRow
    {
        public required string Id { get; init; }
        public required string Kind { get; init; }
        public required byte[] Body { get; init; }
    }
}

public sealed class KeepingRollupsOnSqlite() : KeepingRollups(Engine.Sqlite);

public sealed class KeepingRollupsOnPostgreSql() : KeepingRollups(Engine.PostgreSql);

public sealed class KeepingRollupsOnSqlServer() : KeepingRollups(Engine.SqlServer);
