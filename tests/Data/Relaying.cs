using System.Collections.Concurrent;
using System.Threading.Channels;
using Hotline.Contracts;
using Hotline.Testing;
using Microsoft.Extensions.Logging;
using Channel = System.Threading.Channels.Channel;

namespace Hotline.Data.Tests;

public abstract class Relaying(Engine engine) : OnAnEngine(engine)
{
    private static readonly OutboxSettings Settings = new() { Look = TimeSpan.FromMilliseconds(20), ParcelSize = 10 };

    private readonly TestRoad _road = new();
    private readonly WrittenLog _log = new();

    [Fact]
    public async Task What_was_just_committed_is_sent_without_waiting_for_the_reconciler()
    {
        using var relay = await StartAsync();

        await SendAsync(1);

        var parcel = await _road.NextAsync();
        Assert.Equal(Role.Handlers, parcel.Role);
        Assert.Equal(Ticket(1), TicketOf(Assert.Single(parcel.Letters)));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task What_queues_up_travels_in_parcels_up_to_their_size_in_order()
    {
        await SendAsync([.. Enumerable.Range(0, 25)]);
        using var relay = await StartAsync();

        var parcels = new[] { await _road.NextAsync(), await _road.NextAsync(), await _road.NextAsync() };

        Assert.Equal([10, 10, 5], parcels.Select(p => p.Letters.Count));
        Assert.Equal(Enumerable.Range(0, 25).Select(Ticket), parcels.SelectMany(p => p.Letters).Select(TicketOf));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task What_was_not_settled_in_time_is_sent_again()
    {
        using var relay = await StartAsync();
        await SendAsync(1);
        var first = await _road.NextAsync();
        await _road.LookedAtAsync();
        Assert.True(_road.Nothing);

        Db.Time.Advance(Settings.RetryAfter);

        var (again, before) = (Assert.Single((await _road.NextAsync()).Letters), Assert.Single(first.Letters));
        Assert.Equal((before.Id, TicketOf(before)), (again.Id, TicketOf(again)));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task What_another_process_left_behind_when_it_died_is_sent()
    {
        await using (var dead = Db.Reopen()) await SendAsync(dead, [.. Enumerable.Range(0, 25)]);
        Db.Time.Advance(Settings.RetryAfter);
        using var relay = await StartAsync();

        var letters = new List<Letter>();
        while (letters.Count < 25) letters.AddRange((await _road.NextAsync()).Letters);

        Assert.Equal(Enumerable.Range(0, 25).Select(Ticket), letters.Select(TicketOf).Order(StringComparer.Ordinal));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task What_was_put_off_while_the_clock_was_ahead_does_not_wait_for_that_time_again()
    {
        await using (var dead = Db.Reopen()) await SendAsync(dead, 1);
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set due_at = @ahead", new { ahead = work.Now.AddHours(14) }), None);

        using var relay = await StartAsync();

        Assert.Equal(Ticket(1), TicketOf(Assert.Single((await _road.NextAsync()).Letters)));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task What_waits_for_company_when_the_process_ends_is_sent_before_it_does()
    {
        using var relay = await StartAsync(Settings with { NotedAfter = TimeSpan.FromHours(1) });
        // A background service that is stopped before it has begun never runs.
        await _road.BegunAsync();
        await Database.WriteAsync(work =>
        {
            foreach (var i in Enumerable.Range(0, 25)) work.Send(new TicketChanged(Ticket(i), 1, work.Now, Contracts.Channel.Phone, TicketKind.Complaint, null, null, false, null, null, []));
            return Task.CompletedTask;
        }, None);
        Assert.True(_road.Nothing);

        await relay.StopAsync(None);

        var parcels = new[] { await _road.NextAsync(), await _road.NextAsync(), await _road.NextAsync() };
        Assert.Equal([10, 10, 5], parcels.Select(p => p.Letters.Count));
    }

    [Fact]
    public async Task While_the_road_is_closed_nothing_is_tried_or_put_off_and_all_goes_once_it_is_open()
    {
        _road.Open = false;
        using var relay = await StartAsync();
        await SendAsync(1);
        Db.Time.Advance(Settings.RetryAfter);
        await _road.LookedAtAsync();

        Assert.True(_road.Nothing);
        Assert.Equal(0, await Database.ReadAsync(db => db.ScalarAsync<long>("select max(attempts) from outbox"), None));

        _road.Open = true;
        Assert.Equal(Ticket(1), TicketOf(Assert.Single((await _road.NextAsync()).Letters)));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task When_the_road_opens_again_what_is_owed_waits_no_longer()
    {
        _road.Open = false;
        using var relay = await StartAsync();
        await SendAsync(1);
        await _road.LookedAtAsync();

        _road.Open = true;

        Assert.Equal(Ticket(1), TicketOf(Assert.Single((await _road.NextAsync()).Letters)));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task A_parcel_that_the_broker_did_not_confirm_is_sent_again()
    {
        _road.Fails = true;
        using var relay = await StartAsync();
        await SendAsync(1);
        await _log.WrittenAsync(LogLevel.Warning);
        Assert.True(_road.Nothing);

        _road.Fails = false;
        Db.Time.Advance(Settings.RetryAfter);

        Assert.Equal(Ticket(1), TicketOf(Assert.Single((await _road.NextAsync()).Letters)));
        await relay.StopAsync(None);
    }

    [Fact]
    public async Task A_look_that_fails_is_reported_and_the_next_one_goes_on()
    {
        using var relay = await StartAsync();
        await SendAsync(1);
        await _road.NextAsync();
        await BreakAsync();
        await _log.WrittenAsync(LogLevel.Error);
        await MendAsync();

        Db.Time.Advance(Settings.RetryAfter);

        Assert.Equal(Ticket(1), TicketOf(Assert.Single((await _road.NextAsync()).Letters)));
        await relay.StopAsync(None);
    }

    private async Task<Relay> StartAsync(OutboxSettings? settings = null)
    {
        var relay = new Relay(Database, Db.Outbox, settings ?? Settings, _road, _log);
        await relay.StartAsync(None);
        return relay;
    }

    private Task SendAsync(params int[] tickets) => SendAsync(Database, tickets);

    private static Task SendAsync(Database database, params int[] tickets) => database.WriteAsync(work =>
    {
        foreach (var i in tickets) work.Send(new TicketUrged(Ticket(i), "u1", "still no masks", work.Now, "an operator"));
        return Task.CompletedTask;
    }, None);

    private Task BreakAsync() => RenameAsync("outbox", "outbox_hidden");

    private Task MendAsync() => RenameAsync("outbox_hidden", "outbox");

    private Task RenameAsync(string from, string to) => Database.WriteAsync(work => work.ExecuteAsync(
        Database.Dialect is SqlServerDialect ? $"exec sp_rename '{from}', '{to}'" : $"alter table {from} rename to {to}"), None);

    private static string Ticket(int i) => $"20200207-{i:000000}";

    private static string TicketOf(Letter letter) => Json.Read<TicketUrged>(letter.Body).Ticket;

    /// <summary>A road that keeps what was sent for the test to take.</summary>
    private sealed class TestRoad : IRoad
    {
        private readonly Channel<Parcel> _sent = Channel.CreateUnbounded<Parcel>();
        private readonly Channel<bool> _looks = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        private volatile bool _open = true;

        public bool Open
        {
            get
            {
                _looks.Writer.TryWrite(true);
                return _open;
            }
            set => _open = value;
        }

        public bool Fails { get; set; }

        public bool Nothing => _sent.Reader.Count == 0;

        public Task SendAsync(Parcel parcel, CancellationToken ct)
        {
            if (Fails) throw new IOException("the broker closed the channel");
            return _sent.Writer.WriteAsync(parcel, ct).AsTask();
        }

        public Task<Parcel> NextAsync() => _sent.Reader.ReadAsync(Soon()).AsTask();

        /// <summary>Returns once the relay has asked for the first time whether the road is open.</summary>
        public Task BegunAsync() => _looks.Reader.ReadAsync(Soon()).AsTask();

        /// <summary>Returns once the relay has asked whether the road is open several times from now on: at least one whole look.</summary>
        public async Task LookedAtAsync()
        {
            for (var i = 0; i < 4; i++) await _looks.Reader.ReadAsync(Soon());
        }
    }

    private sealed class WrittenLog : ILogger<Relay>
    {
        private readonly ConcurrentDictionary<LogLevel, TaskCompletionSource> _written = new();

        public Task WrittenAsync(LogLevel level) => Of(level).Task.WaitAsync(Soon());

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Of(logLevel).TrySetResult();

        private TaskCompletionSource Of(LogLevel level) =>
            _written.GetOrAdd(level, _ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
    }
}

public sealed class RelayingOnSqlite() : Relaying(Engine.Sqlite);

public sealed class RelayingOnPostgreSql() : Relaying(Engine.PostgreSql);

public sealed class RelayingOnSqlServer() : Relaying(Engine.SqlServer);
