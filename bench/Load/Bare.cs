using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Hotline.Bench;
using Npgsql;
using NpgsqlTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace Hotline.Load;

/// <summary>
/// The yardstick: what the servers themselves allow. Tickets go into PostgreSQL by COPY and as messages with publisher confirms into a durable
/// quorum queue; a consumer inserts work orders by COPY and publishes a second message; another consumer counts. Everything in batches of
/// 200, acknowledged after the commit. No framework, no HTTP, no decision, no outbox: a message that comes twice is counted twice.
/// </summary>
internal sealed class Bare : IAsyncDisposable
{
    private const int Batch = 200, Bodies = 8192, Streets = 196;
    private const ushort Prefetch = 1000;
    private static readonly TimeSpan FillsWithin = TimeSpan.FromMilliseconds(5);

    /// <summary>A ticket of the load, ready to be copied and sent.</summary>
    private sealed record Ticket(string Channel, string Kind, string Title, string Description, string Address, string Name, string Phone, string Unit, byte[] Json);

    /// <param name="Tag">Of the message that holds it.</param>
    private readonly record struct Received(ReadOnlyMemory<byte> Body, ulong Tag);

    private readonly string _connection, _filedQueue, _issuedQueue;
    private readonly int _perMessage;
    private readonly NpgsqlDataSource _database;
    private readonly IConnection _broker;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _consumers = [];
    private long _produced, _counted;

    private Bare(string connection, string name, bool packed, IConnection broker)
    {
        (_connection, _filedQueue, _issuedQueue, _perMessage, _broker) = (connection, $"{name}-filed", $"{name}-issued", packed ? Batch : 1, broker);
        _database = NpgsqlDataSource.Create(_connection);
    }

    public static async Task<JsonObject> RunAsync(ReadOnlyMemory<string> arguments)
    {
        var options = new Options(arguments.Span, ["--seconds", "--warm", "--concurrency", "--seed"], "--packed");
        var (seconds, warm, lanes) = (options.Number("--seconds"), options.Number("--warm", 5), options.Number("--concurrency", 2));
        if (ServerMode.Servers is not var (postgres, rabbit)) throw new UsageException("HOTLINE_TEST_POSTGRESQL and HOTLINE_TEST_RABBITMQ are not set (./test.sh --engines sets them).");

        var tickets = Generate(options.Number("--seed", 1));
        var name = $"bare_{Guid.NewGuid():N}";
        await ServerMode.ExecuteAsync(postgres, $"create database {name}");
        try
        {
            var broker = await new ConnectionFactory { Uri = new Uri(rabbit) }.CreateConnectionAsync();
            await using var bare = new Bare(new NpgsqlConnectionStringBuilder(postgres) { Database = name }.ConnectionString, name, options.Has("--packed"), broker);
            await bare.StartAsync(lanes);
            await bare.PhaseAsync(tickets, lanes, TimeSpan.FromSeconds(warm));
            var before = bare._produced;
            var cpu = new CpuMeter([], "bare", servers: true);
            var (produced, settled) = await bare.PhaseAsync(tickets, lanes, TimeSpan.FromSeconds(seconds));
            var count = bare._produced - before;
            return new JsonObject
            {
                ["command"] = "bare",
                ["lanes"] = lanes,
                ["ticketsPerMessage"] = bare._perMessage,
                ["tickets"] = count,
                ["seconds"] = Math.Round(produced.TotalSeconds, 2),
                ["settledSeconds"] = Math.Round(settled.TotalSeconds, 2),
                ["producedPerSecond"] = Math.Round(count / produced.TotalSeconds, 1),
                ["ticketsPerSecond"] = Math.Round(count / settled.TotalSeconds, 1),
                ["cpuMsPerTicket"] = cpu.Per(count),
                ["sound"] = await bare.SoundAsync(),
            };
        }
        finally
        {
            await ServerMode.ExecuteAsync(postgres, $"drop database {name} with (force)");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_consumers);
        await using (var channel = await _broker.CreateChannelAsync())
        {
            foreach (var queue in new[] { _filedQueue, _issuedQueue }) await channel.QueueDeleteAsync(queue);
        }
        await _broker.DisposeAsync();
        await _database.DisposeAsync();
        _stop.Dispose();
    }

    private static Ticket[] Generate(int seed)
    {
        var streets = Enumerable.Range(1, Streets).Select(i => new Street($"330106{i:D3}", $"西湖区第{i}街道")).ToArray();
        var generator = new Tickets(seed, streets);
        return [.. Enumerable.Range(0, Bodies).Select(i =>
        {
            var body = generator.Next();
            var json = JsonNode.Parse(body)!;
            string Text(string name) => json[name]!.GetValue<string>();
            return new Ticket(
                Text("channel"), Text("kind"), Text("title"), Text("description"), Text("address"), json["caller"]!["name"]!.GetValue<string>(), json["caller"]!["phone"]!.GetValue<string>(),
                streets[i % Streets].Code, body);
        })];
    }

    private async Task StartAsync(int lanes)
    {
        await ServerMode.ExecuteAsync(_connection, """
            create table ticket (number text collate "C" primary key, filed_at timestamptz not null, channel text not null, kind text not null, title text not null,
                description text not null, address text not null, caller_name text not null, caller_phone text not null);
            create table work_order (id text collate "C" primary key, ticket text not null, unit text not null, state text not null, issued_at timestamptz not null, reply_by timestamptz not null);
            create index work_order_unit on work_order (unit, reply_by, id);
            create table rollup (day text not null, unit text not null, kind text not null, channel text not null, count bigint not null, primary key (day, unit, kind, channel));
            """);
        await using (var channel = await _broker.CreateChannelAsync())
        {
            foreach (var queue in new[] { _filedQueue, _issuedQueue })
                await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, arguments: new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        }
        for (var lane = 0; lane < lanes; lane++)
        {
            var publisher = await Publisher.CreateAsync(_broker, _issuedQueue);
            _consumers.Add(await ConsumeAsync(_filedQueue, batch => IssueAsync(batch, publisher)));
            _consumers.Add(await ConsumeAsync(_issuedQueue, CountAsync));
        }
    }

    /// <returns>When the last was produced, and when the last was counted.</returns>
    private async Task<(TimeSpan Produced, TimeSpan Settled)> PhaseAsync(Ticket[] tickets, int lanes, TimeSpan duration)
    {
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => Task.Run(() => ProduceAsync(tickets, started, duration))));
        var produced = Stopwatch.GetElapsedTime(started);
        while (Interlocked.Read(ref _counted) < _produced)
        {
            if (_consumers.Find(c => c.IsFaulted) is { } failed) await failed;
            if (Stopwatch.GetElapsedTime(started) > duration + TimeSpan.FromMinutes(5)) throw new TimeoutException($"{_counted} of {_produced} counted.");
            await Task.Delay(2);
        }
        return (produced, Stopwatch.GetElapsedTime(started));
    }

    private async Task ProduceAsync(Ticket[] tickets, long started, TimeSpan duration)
    {
        await using var publisher = await Publisher.CreateAsync(_broker, _filedQueue);
        await using var connection = await _database.OpenConnectionAsync();
        var messages = new List<byte[]>();
        while (Stopwatch.GetElapsedTime(started) < duration)
        {
            var first = Interlocked.Add(ref _produced, Batch) - Batch;
            var now = DateTime.UtcNow;
            await using (var copy = await connection.BeginBinaryImportAsync(
                "copy ticket (number, filed_at, channel, kind, title, description, address, caller_name, caller_phone) from stdin (format binary)"))
            {
                for (var i = 0; i < Batch; i++)
                {
                    var t = tickets[(first + i) % tickets.Length];
                    await copy.StartRowAsync();
                    await copy.WriteAsync(Number(first + i), NpgsqlDbType.Text);
                    await copy.WriteAsync(now, NpgsqlDbType.TimestampTz);
                    foreach (var text in (ReadOnlySpan<string>)[t.Channel, t.Kind, t.Title, t.Description, t.Address, t.Name, t.Phone]) copy.Write(text, NpgsqlDbType.Text);
                }
                await copy.CompleteAsync();
            }
            messages.Clear();
            for (var i = 0; i < Batch; i += _perMessage) messages.Add(Message(Enumerable.Range(i, _perMessage).Select(j => FiledLine(first + j, tickets[(first + j) % tickets.Length])), _perMessage * 1200));
            await publisher.PublishAsync(messages);
        }
    }

    private static string Number(long index) => $"20200207-{index:D8}";

    private static ReadOnlyMemory<byte> FiledLine(long index, Ticket ticket) =>
        (byte[])[.. Encoding.ASCII.GetBytes($"{{\"number\":\"{Number(index)}\",\"unit\":\"{ticket.Unit}\","), .. ticket.Json.AsSpan(1)];

    private static byte[] Message(IEnumerable<ReadOnlyMemory<byte>> lines, int about)
    {
        var writer = new ArrayBufferWriter<byte>(about);
        foreach (var line in lines)
        {
            if (writer.WrittenCount > 0) writer.Write("\n"u8);
            writer.Write(line.Span);
        }
        return writer.WrittenSpan.ToArray();
    }

    private async Task IssueAsync(List<Received> batch, Publisher publisher)
    {
        var lines = new List<ReadOnlyMemory<byte>>(Batch);
        await using (var connection = await _database.OpenConnectionAsync())
        await using (var copy = await connection.BeginBinaryImportAsync("copy work_order (id, ticket, unit, state, issued_at, reply_by) from stdin (format binary)"))
        {
            var now = DateTime.UtcNow;
            foreach (var line in Lines(batch))
            {
                var (number, unit, channel, kind) = Read(line.Span);
                await copy.StartRowAsync();
                copy.Write($"{number}-1-{unit}", NpgsqlDbType.Text);
                copy.Write(number, NpgsqlDbType.Text);
                copy.Write(unit, NpgsqlDbType.Text);
                copy.Write("issued", NpgsqlDbType.Text);
                copy.Write(now, NpgsqlDbType.TimestampTz);
                copy.Write(now.AddDays(5), NpgsqlDbType.TimestampTz);
                lines.Add(Encoding.ASCII.GetBytes($"{{\"number\":\"{number}\",\"unit\":\"{unit}\",\"channel\":\"{channel}\",\"kind\":\"{kind}\",\"state\":\"issued\",\"issuedAt\":\"{now:O}\"}}"));
            }
            await copy.CompleteAsync();
        }
        await publisher.PublishAsync([.. lines.Chunk(_perMessage).Select(c => Message(c, _perMessage * 160))]);
    }

    private async Task CountAsync(List<Received> batch)
    {
        var cells = new SortedDictionary<(string Unit, string Kind, string Channel), long>();
        var count = 0;
        foreach (var line in Lines(batch))
        {
            var (_, unit, channel, kind) = Read(line.Span);
            cells[(unit, kind, channel)] = cells.GetValueOrDefault((unit, kind, channel)) + 1;
            count++;
        }
        await using var connection = await _database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("""
            insert into rollup (day, unit, kind, channel, count) select '2020-02-07', * from unnest($1, $2, $3, $4)
            on conflict (day, unit, kind, channel) do update set count = rollup.count + excluded.count
            """, connection);
        command.Parameters.AddWithValue(cells.Keys.Select(k => k.Unit).ToArray());
        command.Parameters.AddWithValue(cells.Keys.Select(k => k.Kind).ToArray());
        command.Parameters.AddWithValue(cells.Keys.Select(k => k.Channel).ToArray());
        command.Parameters.AddWithValue(cells.Values.ToArray());
        await command.PrepareAsync();
        await command.ExecuteNonQueryAsync();
        Interlocked.Add(ref _counted, count);
    }

    private async Task<Task> ConsumeAsync(string queue, Func<List<Received>, Task> handle)
    {
        var messages = System.Threading.Channels.Channel.CreateUnbounded<Received>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        var channel = await _broker.CreateChannelAsync();
        await channel.BasicQosAsync(0, (ushort)Math.Max(4, Prefetch / _perMessage), global: false);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, e) =>
        {
            messages.Writer.TryWrite(new Received(e.Body.ToArray(), e.DeliveryTag));
            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: false, consumer);
        return Task.Run(async () =>
        {
            await using var open = channel;
            var batch = new List<Received>();
            try
            {
                while (await messages.Reader.WaitToReadAsync(_stop.Token))
                {
                    var started = Stopwatch.GetTimestamp();
                    while (batch.Count < Batch / _perMessage)
                    {
                        if (messages.Reader.TryRead(out var message)) batch.Add(message);
                        else if (Stopwatch.GetElapsedTime(started) < FillsWithin) await Task.Delay(1, _stop.Token);
                        else break;
                    }
                    await handle(batch);
                    await channel.BasicAckAsync(batch[^1].Tag, multiple: true);
                    batch.Clear();
                }
            }
            catch (OperationCanceledException) when (_stop.IsCancellationRequested)
            {
                // The end of the measurement.
            }
        });
    }

    private static IEnumerable<ReadOnlyMemory<byte>> Lines(List<Received> batch)
    {
        foreach (var (body, _) in batch)
        {
            for (var rest = body; rest.Length > 0;)
            {
                var end = rest.Span.IndexOf((byte)'\n');
                yield return end < 0 ? rest : rest[..end];
                rest = end < 0 ? default : rest[(end + 1)..];
            }
        }
    }

    private static (string Number, string Unit, string Channel, string Kind) Read(ReadOnlySpan<byte> line)
    {
        var (number, unit, channel, kind) = ("", "", "", "");
        var reader = new Utf8JsonReader(line);
        while (reader.Read())
        {
            if (reader.TokenType != JsonTokenType.PropertyName || reader.CurrentDepth != 1) continue;
            if (reader.ValueTextEquals("number"u8)) number = Next(ref reader);
            else if (reader.ValueTextEquals("unit"u8)) unit = Next(ref reader);
            else if (reader.ValueTextEquals("channel"u8)) channel = Next(ref reader);
            else if (reader.ValueTextEquals("kind"u8)) kind = Next(ref reader);
            else reader.Skip();
        }
        return (number, unit, channel, kind);
    }

    private static string Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.GetString()!;
    }

    private async Task<bool> SoundAsync()
    {
        await using var command = _database.CreateCommand("select (select count(*) from ticket), (select count(*) from work_order), (select sum(count)::bigint from rollup)");
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        return row.GetInt64(0) == _produced && row.GetInt64(1) == _produced && row.GetInt64(2) == _produced;
    }

    /// <summary>Publishes batches and waits for the broker to have each message on disk.</summary>
    private sealed class Publisher : IAsyncDisposable
    {
        private static readonly BasicProperties Persistent = new() { Persistent = true };

        private readonly IChannel _channel;
        private readonly string _queue;
        private readonly Lock _lock = new();
        private ulong _last, _first = 1;
        private bool[] _confirmed = [];
        private int _missing;
        private TaskCompletionSource _done = new();

        private Publisher(IChannel channel, string queue)
        {
            (_channel, _queue) = (channel, queue);
            channel.BasicAcksAsync += (_, e) =>
            {
                Confirm(e.DeliveryTag, e.Multiple);
                return Task.CompletedTask;
            };
            channel.BasicNacksAsync += (_, _) =>
            {
                _done.TrySetException(new InvalidOperationException("The broker refused a message."));
                return Task.CompletedTask;
            };
        }

        public static async Task<Publisher> CreateAsync(IConnection broker, string queue) =>
            new(await broker.CreateChannelAsync(new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: false)), queue);

        public async Task PublishAsync(IReadOnlyList<byte[]> messages)
        {
            lock (_lock)
            {
                (_first, _missing, _confirmed) = (_last + 1, messages.Count, new bool[messages.Count]);
                _done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _last += (ulong)messages.Count;
            }
            foreach (var message in messages) await _channel.BasicPublishAsync("", _queue, mandatory: false, Persistent, message);
            await _done.Task;
        }

        public ValueTask DisposeAsync() => _channel.DisposeAsync();

        private void Confirm(ulong tag, bool multiple)
        {
            lock (_lock)
            {
                for (var t = multiple ? _first : tag; t <= tag; t++)
                {
                    if (_confirmed[t - _first]) continue;
                    _confirmed[t - _first] = true;
                    if (--_missing == 0) _done.TrySetResult();
                }
            }
        }
    }
}
