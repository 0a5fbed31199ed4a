using Dapper;
using Hotline.Contracts;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Data.Tests;

/// <summary>The promise of the outbox, on every engine.</summary>
public abstract class DeliveringMessages(Engine engine) : OnAnEngine(engine)
{
    [Fact]
    public async Task A_message_stands_until_its_role_has_done_the_work()
    {
        await SendAsync(1);
        Assert.Single(await Db.SentAsync<TicketUrged>());

        await Db.DeliverAsync(Services(), [Role.Dispatcher, Role.Reporting]);
        Assert.Single(await Db.SentAsync<TicketUrged>());

        await Db.DeliverAsync(Services(), [Role.Handlers], shuffle: 7);
        Assert.Empty(await Db.SentAsync<TicketUrged>());
        Assert.Equal([Ticket(1)], await DoneAsync());
    }

    [Fact]
    public async Task Two_processes_that_get_the_same_parcel_do_its_work_once_between_them()
    {
        await using var other = Db.Reopen();
        for (var round = 0; round < 10; round++)
        {
            await SendAsync([.. Enumerable.Range(round * 20, 20)]);
            var parcel = await ParcelAsync();
            var reversed = parcel with { Letters = [.. parcel.Letters.Reverse()] };

            await Task.WhenAll(
                Task.Run(() => Inbox(Database).ProcessAsync(parcel, None)),
                Task.Run(() => Inbox(other).ProcessAsync(reversed, None)));
        }

        Assert.Equal(Enumerable.Range(0, 200).Select(Ticket), (await DoneAsync()).Order(StringComparer.Ordinal));
        Assert.Equal(0, await CountAsync("outbox"));
    }

    [Fact]
    public async Task A_message_that_keeps_failing_is_set_aside_with_its_reason_and_holds_up_nobody()
    {
        await SendAsync(1, 2, 3);
        var attempts = 0;
        var failing = Services(m =>
        {
            if (m.Ticket != Ticket(2)) return;
            attempts++;
            throw new InvalidDataException("no such unit");
        });

        await Inbox(Database, failing).ProcessAsync(await ParcelAsync(), None);

        Assert.Equal([Ticket(1), Ticket(3)], await DoneAsync());
        Assert.Equal(1 + 3, attempts);
        var fault = Assert.Single(await Db.FaultsAsync());
        Assert.Equal((Ticket(2), "handlers", "TicketUrged", "InvalidDataException: no such unit", Db.Clock.Now),
            (fault.Ticket, fault.Role, fault.Kind, fault.Reason, fault.FaultedAt));
        Db.Time.Advance(TimeSpan.FromDays(1));
        Assert.Empty(await ClaimAsync());
    }

    [Fact]
    public async Task What_was_put_back_is_due_at_once_and_done_when_its_cause_is_gone()
    {
        await SendAsync(1, 2);
        await Inbox(Database, Services(_ => throw new InvalidDataException("no such unit"))).ProcessAsync(await ParcelAsync(), None);
        var faults = new Faults(Database);
        Assert.Equal(2, (await Db.FaultsAsync()).Count);

        Assert.Equal(1, await faults.PutBackAsync(Ticket(2), None));
        Assert.Equal([Ticket(2)], (await ClaimAsync()).Select(c => c.Ticket));
        Assert.Equal(1, await faults.PutBackAsync(null, None));
        Assert.Equal(0, await faults.PutBackAsync(null, None));
        await Db.DeliverAsync(Services(), [Role.Handlers]);

        Assert.Equal([Ticket(1), Ticket(2)], await DoneAsync());
        Assert.Empty(await Db.FaultsAsync());
    }

    [Fact]
    public async Task A_failure_that_passes_is_not_set_aside()
    {
        await SendAsync(1);
        var attempts = 0;

        await Inbox(Database, Services(_ =>
        {
            if (++attempts <= 3) throw new InvalidDataException("not yet");
        })).ProcessAsync(await ParcelAsync(), None);

        Assert.Equal([Ticket(1)], await DoneAsync());
        Assert.Empty(await Db.FaultsAsync());
    }

    [Fact]
    public async Task A_cancellation_that_nobody_asked_for_is_a_failure_like_any_other()
    {
        await SendAsync(1);

        await Inbox(Database, Services(_ => throw new TaskCanceledException("a call timed out"))).ProcessAsync(await ParcelAsync(), None);

        Assert.Contains("a call timed out", Assert.Single(await Db.FaultsAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_kind_that_this_version_does_not_know_waits_for_a_newer_process_and_is_set_aside_when_none_comes()
    {
        await SendAsync(1);
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set kind = 'FromTheFuture', attempts = 4"), None);
        await Inbox(Database).ProcessAsync(await ParcelAsync(), None);
        Assert.Empty(await Db.FaultsAsync());
        Db.Time.Advance(TimeSpan.FromHours(1));
        Assert.Single(await ClaimAsync());

        await Inbox(Database).ProcessAsync(await ParcelAsync(), None);

        Assert.Contains("'FromTheFuture' is no message that this version knows", Assert.Single(await Db.FaultsAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_set_aside()
    {
        await SendAsync(1);
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set body = @cut", new { cut = "{"u8.ToArray() }), None);

        await Inbox(Database).ProcessAsync(await ParcelAsync(), None);

        Assert.StartsWith("JsonException", Assert.Single(await Db.FaultsAsync()).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task While_the_database_is_away_nothing_is_settled_or_set_aside_and_the_work_is_done_later()
    {
        await SendAsync(1, 2);
        var parcel = await ParcelAsync();
        await using var process = Db.Reopen();

        await Db.TakeAwayAsync();
        await Inbox(process).ProcessAsync(parcel, None).WaitAsync(Soon()); // and nothing is left for the broker's error queue
        await Db.BringBackAsync();

        Assert.Equal(2, await CountAsync(process, "outbox"));
        await Inbox(process).ProcessAsync(parcel, None);
        Assert.Equal(0, await CountAsync(process, "outbox"));
    }

    [Fact]
    public async Task A_process_that_ends_sets_nothing_aside_and_another_does_the_work()
    {
        await SendAsync(1, 2);
        var parcel = await ParcelAsync();
        var ending = Services();
        await ending.DisposeAsync();

        await Inbox(Database, ending).ProcessAsync(parcel, None);

        Assert.Empty(await Db.FaultsAsync());
        await Inbox(Database).ProcessAsync(parcel, None);
        Assert.Equal([Ticket(1), Ticket(2)], await DoneAsync());
    }

    [Fact]
    public async Task A_delivery_is_due_when_its_time_has_passed_and_then_waits_twice_as_long_up_to_32_times()
    {
        await SendAsync(1);
        var retry = new OutboxSettings().RetryAfter;

        foreach (var times in (int[])[1, 1, 2, 4, 8, 16, 32, 32, 32])
        {
            Db.Time.Advance((retry * times) - TimeSpan.FromMilliseconds(1));
            Assert.Empty(await ClaimAsync());
            Db.Time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.Single(await ClaimAsync());
            Assert.Empty(await ClaimAsync());
        }
    }

    /// <summary>A role that is switched off for a week is tried for a week.</summary>
    [Theory, InlineData(62), InlineData(63), InlineData(64), InlineData(5000)]
    public async Task However_often_it_was_tried_it_waits_32_times_as_long(int attempts)
    {
        await SendAsync(1);
        Db.Time.Advance(new OutboxSettings().RetryAfter);
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set attempts = @attempts", new { attempts }), None);

        Assert.Single(await ClaimAsync());

        Db.Time.Advance((new OutboxSettings().RetryAfter * 32) - TimeSpan.FromMilliseconds(1));
        Assert.Empty(await ClaimAsync());
        Db.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single(await ClaimAsync());
    }

    [Fact]
    public async Task The_oldest_are_claimed_first_and_no_more_than_the_limit()
    {
        for (var i = 1; i <= 5; i++)
        {
            await SendAsync(i);
            Db.Time.Advance(TimeSpan.FromSeconds(1));
        }
        Db.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.Equal([Ticket(1), Ticket(2)], (await ClaimAsync(limit: 2)).Select(c => c.Ticket).Order(StringComparer.Ordinal));
        Assert.Equal([Ticket(3), Ticket(4), Ticket(5)], (await ClaimAsync(limit: 10)).Select(c => c.Ticket).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Many_that_claim_at_once_never_take_the_same_delivery()
    {
        await SendAsync([.. Enumerable.Range(0, 120)]);
        Db.Time.Advance(TimeSpan.FromMinutes(1));
        var processes = Enumerable.Range(0, 4).Select(_ => Db.Reopen()).ToArray();
        try
        {
            var taken = await Task.WhenAll(processes.Select(p => Task.Run(async () =>
            {
                var all = new List<ClaimedRow>();
                while (await ClaimAsync(limit: 7, p) is { Count: > 0 } some) all.AddRange(some);
                return all;
            })));

            Assert.Equal(Enumerable.Range(0, 120).Select(Ticket), taken.SelectMany(t => t).Select(t => t.Ticket).Order(StringComparer.Ordinal));
        }
        finally
        {
            foreach (var process in processes) await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_role_settles_its_own_delivery_of_a_message_and_not_the_other_roles()
    {
        await Database.WriteAsync(work =>
        {
            work.Send(new TicketClosed(Ticket(1), Closing.Withdrawn, work.Now, "an operator"));
            return Task.CompletedTask;
        }, None);
        var id = await Database.ReadAsync(db => db.ScalarAsync<string>("select min(id) from outbox"), None);

        Task<IReadOnlyList<string>> SettleAsync(Role role) => Database.WriteAsync(
            work => work.QueryAsync<string>(Database.Dialect.SettleDeliveries, new { role = role.Word(), ids = Json.Write((string[])[id, "unknown"]) }), None);

        Assert.Equal([id], await SettleAsync(Role.Handlers));
        Assert.Empty(await SettleAsync(Role.Handlers));
        Assert.Equal([id], await SettleAsync(Role.Dispatcher));
    }

    [Fact]
    public async Task The_lag_tells_how_many_are_owed_since_when_and_how_many_are_set_aside()
    {
        var lag = new OutboxLag(Database);
        Assert.Equal(new OutboxLag.Figures(), await lag.MeasureAsync(null, None));

        await SendAsync(1);
        await Inbox(Database, Services(_ => throw new InvalidDataException("no such unit"))).ProcessAsync(await ParcelAsync(), None);
        Db.Time.Advance(TimeSpan.FromMinutes(1));
        var oldest = Db.Clock.Now;
        await SendAsync(2);
        Db.Time.Advance(TimeSpan.FromMinutes(1));
        await SendAsync(3);

        Assert.Equal(new OutboxLag.Figures { Owed = 2, Oldest = oldest, Faulted = 1 }, await lag.MeasureAsync(null, None));
        Assert.Equal(new OutboxLag.Figures { Owed = 2, Oldest = oldest, Faulted = 1 }, await lag.MeasureAsync(Role.Handlers, None));
        Assert.Equal(new OutboxLag.Figures(), await lag.MeasureAsync(Role.Reporting, None));
    }

    private static string Ticket(int i) => $"20200207-{i:000000}";

    private Task SendAsync(params int[] tickets) => Database.WriteAsync(work =>
    {
        foreach (var i in tickets) work.Send(new TicketUrged(Ticket(i), "u1", "still no masks", work.Now, "an operator"));
        return Task.CompletedTask;
    }, None);

    /// <summary>Everything that Handlers are owed.</summary>
    private async Task<Parcel> ParcelAsync() => new(Role.Handlers, await Database.ReadAsync(async db =>
        (await db.QueryAsync<ClaimedRow>("select id, ticket, kind, body from outbox where fault is null order by id"))
            .Select(r => new Letter(r.Id, r.Kind, r.Body)).ToArray(), None));

    private Task<IReadOnlyList<ClaimedRow>> ClaimAsync(int limit = 100, Database? database = null) =>
        (database ?? Database).WriteAsync(work => work.QueryAsync<ClaimedRow>(
            Database.Dialect.ClaimDueDeliveries,
            new { now = work.Now, seconds = new OutboxSettings().RetryAfter.TotalSeconds, limit }), None);

    /// <summary>The tickets whose work is committed, once for each time that it was.</summary>
    private Task<IReadOnlyList<string>> DoneAsync() =>
        Database.ReadAsync(db => db.QueryAsync<string>("select ticket from timeline order by id"), None);

    private static Inbox Inbox(Database database, IServiceProvider? services = null) =>
        new(database, services ?? Services(), new OutboxSettings(), NullLogger<Inbox>.Instance);

    private static ServiceProvider Services(Action<TicketUrged>? before = null) => new ServiceCollection()
        .AddKeyedSingleton<IConsumer<TicketUrged>>(Role.Handlers, new NotingConsumer(before))
        .BuildServiceProvider();

    private sealed class NotingConsumer(Action<TicketUrged>? before) : SingleConsumer<TicketUrged>
    {
        protected override Task ConsumeAsync(TicketUrged message, Work work)
        {
            before?.Invoke(message);
            work.Note(message.Ticket, "handlers", "urged");
            return Task.CompletedTask;
        }
    }

    private sealed record ClaimedRow
    {
        public required string Id { get; init; }
        public required string Kind { get; init; }
        public required string Ticket { get; init; }
        public required byte[] Body { get; init; }
    }
}

public sealed class DeliveringMessagesOnSqlite() : DeliveringMessages(Engine.Sqlite);

public sealed class DeliveringMessagesOnPostgreSql() : DeliveringMessages(Engine.PostgreSql)
{
    [Fact]
    public async Task What_is_settled_is_found_by_its_key_even_after_the_queue_was_vacuumed_while_empty()
    {
        await VacuumEmptyAsync();

        var plan = await PlanAsync(Database.Dialect.SettleDeliveries, new { role = "intake", ids = """["1"]""" });

        Assert.Contains("outbox_pkey", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
    }

    /// <summary>Joined with itself the queue would be read whole, once a second in every process.</summary>
    [Fact]
    public async Task What_is_due_is_found_by_its_time_and_taken_from_its_place()
    {
        await VacuumEmptyAsync();

        var plan = await PlanAsync(Database.Dialect.ClaimDueDeliveries, new { now = Db.Clock.Now, seconds = 30.0, limit = 100 });

        Assert.Contains("Index Scan using outbox_due", plan, StringComparison.Ordinal);
        Assert.Contains("Tid Scan on outbox", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("Seq Scan", plan, StringComparison.Ordinal);
        Assert.DoesNotContain("outbox_pkey", plan, StringComparison.Ordinal);
    }

    private async Task VacuumEmptyAsync()
    {
        await using var connection = await Database.OpenAsync(None);
        await connection.ExecuteAsync(
            """
            insert into outbox (id, role, kind, ticket, body, messages, created_at, due_at, attempts)
            select n, 'intake', 'kind', '', convert_to(repeat('x', 500), 'UTF8'), 1, now(), now(), 0 from generate_series(1, 5000) n
            """);
        await connection.ExecuteAsync("delete from outbox");
        await connection.ExecuteAsync("vacuum analyze outbox");
    }

    private async Task<string> PlanAsync(string statement, object parameters)
    {
        await using var connection = await Database.OpenAsync(None);
        return string.Join('\n', await connection.QueryAsync<string>($"explain {statement}", parameters));
    }
}

public sealed class DeliveringMessagesOnSqlServer() : DeliveringMessages(Engine.SqlServer);
