using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hotline.Data;
using Npgsql;

namespace Hotline.Bench;

/// <summary>An engine, a bus, and which roles share a process.</summary>
internal abstract class Mode : IAsyncDisposable
{
    public abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Roles of each process; null for all.</summary>
    public abstract IReadOnlyList<string?> Processes { get; }

    public abstract Dialect Dialect { get; }

    /// <summary>
    /// After the first minute under load: lets the engine learn how large its tables are. Until PostgreSQL has done that by itself, a minute or two after the
    /// installation, it goes on reading tables from end to end that were empty when it first planned a statement.
    /// </summary>
    public abstract Task WarmedAsync();

    public abstract ValueTask DisposeAsync();
}

internal sealed class SqliteMode(string folder) : Mode
{
    private readonly string _connection = $"Data Source={Path.Combine(folder, "data", "hotline.db")}";

    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["HOTLINE__Database__ConnectionString"] = _connection };
    public override IReadOnlyList<string?> Processes => [null];
    public override Dialect Dialect => new SqliteDialect(_connection);
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
    public override Task WarmedAsync() => Task.CompletedTask;
}

/// <summary>Four processes over a database of their own on PostgreSQL, and queues of their own on RabbitMQ.</summary>
internal sealed class ServerMode(string server, string name, string rabbit) : Mode
{
    private readonly string _connection = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 30 }.ConnectionString;

    /// <summary>The servers that <c>./test.sh --engines</c> has started; null without them.</summary>
    public static (string PostgreSql, string RabbitMq)? Servers =>
        (System.Environment.GetEnvironmentVariable("HOTLINE_TEST_POSTGRESQL"), System.Environment.GetEnvironmentVariable("HOTLINE_TEST_RABBITMQ"))
            is ({ Length: > 0 } postgres, { Length: > 0 } rabbit) ? (postgres, rabbit) : null;

    public static async Task<ServerMode> CreateAsync(string server, string rabbit)
    {
        var name = $"hotline_bench_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"create database {name}");
        return new ServerMode(server, name, rabbit);
    }

    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["HOTLINE__Database__Engine"] = "postgresql",
        ["HOTLINE__Database__ConnectionString"] = _connection,
        ["HOTLINE__Bus__Transport"] = "rabbitmq",
        ["HOTLINE__Bus__Uri"] = rabbit,
        ["HOTLINE__Bus__Prefix"] = name,
        ["HOTLINE__DataKey"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    };

    public override IReadOnlyList<string?> Processes => ["intake", "dispatcher", "handlers", "reporting"];
    public override Dialect Dialect => new PostgreSqlDialect(_connection);
    public override async ValueTask DisposeAsync() => await ExecuteAsync(server, $"drop database {name} with (force)");
    public override Task WarmedAsync() => ExecuteAsync(_connection, "analyze");

    public static async Task ExecuteAsync(string connection, string sql)
    {
        await using var open = new NpgsqlConnection(connection);
        await open.OpenAsync();
        await using var command = new NpgsqlCommand(sql, open);
        await command.ExecuteNonQueryAsync();
    }
}

internal sealed record Tally
{
    public required string Name { get; init; }
    public required long Count { get; init; }
}

/// <param name="Decided">Work orders that the decisions ask for, lead and support.</param>
internal sealed record Figures(
    long Tickets, long Dispatched, long Triage, long Decided, long WorkOrders, long SetAside, IReadOnlyList<Tally> Leads, IReadOnlyList<Tally> Reasons);

/// <param name="FirstRequest">From the start of the process until it is ready.</param>
internal sealed record ServiceProcess(string Name, Process Process, Uri Url, TimeSpan FirstRequest);

/// <summary>The whole service, started from the build beside the tool that measures it.</summary>
internal sealed class Service : IAsyncDisposable
{
    public const string Division = "3301"; // Hangzhou: 196 street offices, and the city of most of the addresses that bench/Pipeline files

    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMinutes(10);

    private readonly Mode _mode;
    private readonly string _folder;
    private readonly List<ServiceProcess> _processes = [];

    private Service(Mode mode, string folder) => (_mode, _folder) = (mode, folder);

    /// <inheritdoc cref="Mode.WarmedAsync"/>
    public Task WarmedAsync() => _mode.WarmedAsync();

    /// <summary>The first has the role intake.</summary>
    public IReadOnlyList<ServiceProcess> Processes => _processes;

    public static async Task<Service> StartAsync(Mode mode, string folder)
    {
        var service = new Service(mode, folder);
        try
        {
            if (await service.HotlineAsync("init", "--division", Division) is not { Status: 0 }) throw new InvalidOperationException("hotline init failed");
            foreach (var roles in mode.Processes) service._processes.Add(await service.ServeAsync(roles));
            return service;
        }
        catch
        {
            await service.DisposeAsync();
            throw;
        }
    }

    public async Task<string> KeyAsync(string role, string? unit = null) =>
        await HotlineAsync(["keys", "create", "--role", role, "--name", "bench", .. unit is null ? Array.Empty<string>() : ["--unit", unit]]) is (0, var key)
            ? key.Trim()
            : throw new InvalidOperationException("hotline keys create failed");

    public Task SettledAsync() => SettledAsync(_processes[0].Url);

    /// <summary>Waits until no delivery is owed any more.</summary>
    /// <returns>How many are set aside.</returns>
    public static async Task<long> SettledAsync(Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var asked = Stopwatch.GetTimestamp();
            var ready = await http.GetFromJsonAsync<JsonObject>("/health/ready");
            if (ready!["outbox"]!["owed"]!.GetValue<long>() == 0) return ready["outbox"]!["setAside"]!.GetValue<long>();
            if (Stopwatch.GetElapsedTime(started) > SettlesWithin) throw new TimeoutException($"Not settled: {ready}");
            // Counting a long backlog costs something: a fifth of the time at the most.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(25, 4 * Stopwatch.GetElapsedTime(asked).TotalMilliseconds)));
        }
    }

    public async Task<Figures> FiguresAsync()
    {
        var clock = new HotlineClock(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        await using var database = new Database(_mode.Dialect, clock, new Outbox(), new OutboxSettings());
        return await database.ReadAsync(async db =>
        {
            var support = await db.QueryAsync<string>("select coalesce(support, '[]') from dispatch_decision where lead is not null");
            return new Figures(
                await db.ScalarAsync<long>("select count(*) from intake_ticket"),
                await db.ScalarAsync<long>("select count(*) from intake_progress where lead_code is not null"),
                await db.ScalarAsync<long>("select count(*) from intake_progress where status = 'triage'"),
                support.Sum(s => 1 + JsonNode.Parse(s)!.AsArray().Count),
                await db.ScalarAsync<long>("select count(*) from handling_work_order"),
                await db.ScalarAsync<long>("select count(*) from outbox where fault is not null"),
                await db.QueryAsync<Tally>($"select lead_name as name, count(*) as count from intake_progress where lead_name is not null group by lead_name order by count(*) desc, lead_name {db.Dialect.Limit}", new { limit = 12 }),
                await db.QueryAsync<Tally>("select triage_reason as name, count(*) as count from dispatch_decision where lead is null group by triage_reason order by count(*) desc, triage_reason"));
        }, CancellationToken.None);
    }

    /// <summary>Runs a command of the program to its end.</summary>
    public async Task<(int Status, string Output)> HotlineAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var notes = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var said = (await notes).Trim();
        await Console.Error.WriteLineAsync($"hotline {arguments[0]}: status {process.ExitCode}; {(process.ExitCode > 1 ? said : said.Split('\n')[^1])}");
        return (process.ExitCode, output);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var (_, process, _, _) in _processes)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    private async Task<ServiceProcess> ServeAsync(string? roles)
    {
        var started = Stopwatch.GetTimestamp();
        var process = Start(["serve", "--urls", "http://127.0.0.1:0", .. roles is null ? Array.Empty<string>() : ["--roles", roles]]);
        try
        {
            _ = process.StandardOutput.ReadToEndAsync();
            var url = await ListeningAsync(process.StandardError);
            _ = CopyAsync(process.StandardError, roles ?? "service");
            using var http = new HttpClient { BaseAddress = url };
            while ((await http.GetAsync("/health/ready")).StatusCode != HttpStatusCode.OK) await Task.Delay(5);
            return new ServiceProcess(roles ?? "service", process, url, Stopwatch.GetElapsedTime(started));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    private static async Task<Uri> ListeningAsync(StreamReader notes)
    {
        while (await notes.ReadLineAsync() is { } line)
        {
            if (line.StartsWith("Listening on ", StringComparison.Ordinal)) return new Uri(line["Listening on ".Length..].Split(' ', ',')[0]);
            await Console.Error.WriteLineAsync(line);
        }
        throw new InvalidOperationException("hotline serve ended before it listened");
    }

    /// <summary>What a process complains of, the first lines of it.</summary>
    private static async Task CopyAsync(StreamReader notes, string name)
    {
        for (var count = 0; await notes.ReadLineAsync() is { } line; count++)
        {
            if (count < 20) await Console.Error.WriteLineAsync($"{name}: {line}");
        }
    }

    private Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Environment.GetEnvironmentVariable("HOTLINE_BENCH_SERVICE") ?? Path.Combine(AppContext.BaseDirectory, "hotline.dll"), .. arguments])
        {
            WorkingDirectory = _folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in _mode.Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
