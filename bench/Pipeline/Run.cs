using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hotline.Data;
using Npgsql;

namespace Hotline.Pipeline;

/// <summary>An engine, a bus, and which roles share a process.</summary>
internal abstract class Mode
{
    public abstract IReadOnlyDictionary<string, string> Environment { get; }

    /// <summary>Roles of each process; null for all.</summary>
    public abstract IReadOnlyList<string?> Processes { get; }

    public abstract Dialect Dialect { get; }
}

internal sealed class SqliteMode(string folder) : Mode
{
    private readonly string _connection = $"Data Source={Path.Combine(folder, "data", "hotline.db")}";

    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string> { ["HOTLINE__Database__ConnectionString"] = _connection };
    public override IReadOnlyList<string?> Processes => [null];
    public override Dialect Dialect => new SqliteDialect(_connection);
}

internal sealed class ServerMode(string connection, string rabbit) : Mode
{
    public static async Task<ServerMode> CreateAsync(string server, string rabbit)
    {
        var name = $"hotline_bench_{Guid.NewGuid():N}";
        await using var admin = new NpgsqlConnection(server);
        await admin.OpenAsync();
        await using var create = new NpgsqlCommand($"create database {name}", admin);
        await create.ExecuteNonQueryAsync();
        return new ServerMode(new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 30 }.ConnectionString, rabbit);
    }

    public override IReadOnlyDictionary<string, string> Environment => new Dictionary<string, string>
    {
        ["HOTLINE__Database__Engine"] = "postgresql",
        ["HOTLINE__Database__ConnectionString"] = connection,
        ["HOTLINE__Bus__Transport"] = "rabbitmq",
        ["HOTLINE__Bus__Uri"] = rabbit,
        ["HOTLINE__DataKey"] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
    };

    public override IReadOnlyList<string?> Processes => ["intake", "dispatcher", "handlers", "reporting"];
    public override Dialect Dialect => new PostgreSqlDialect(connection);
}

internal sealed record Tally(string Name, long Count);

internal sealed record Figures(
    long Tickets, long Dispatched, long Triage, long Decided, long WorkOrders, long SetAside, IReadOnlyList<Tally> Leads, IReadOnlyList<Tally> Reasons);

/// <summary>One run of the whole service over the input.</summary>
internal sealed record Run(
    string Name, long Filed, double FilingSeconds, double SettledSeconds, Figures Figures, bool RecountAgrees, IReadOnlyList<long> PeakMegabytes, long Lines)
{
    private const string Division = "3301"; // Hangzhou: the city of the largest part of the addresses

    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMinutes(10);

    public bool Sound => Filed == Lines && Figures.Tickets == Filed && Figures.Dispatched + Figures.Triage == Filed
        && Figures.Decided == Figures.WorkOrders && Figures.SetAside == 0 && RecountAgrees;

    public static async Task<Run> MeasureAsync(string name, string folder, string input, Mode mode)
    {
        var key = await HotlineAsync(mode, folder, "init", "--division", Division) is { Status: 0 }
            ? (await HotlineAsync(mode, folder, "keys", "create", "--role", "operator", "--name", "bench")).Output.Trim()
            : throw new InvalidOperationException("hotline init failed");
        var services = new List<(Process Process, Uri Url)>();
        try
        {
            foreach (var roles in mode.Processes) services.Add(await ServeAsync(mode, folder, roles));
            var url = services[0].Url;
            var started = Stopwatch.GetTimestamp();
            var filing = await HotlineAsync(mode, folder, "file", "--input", input, "--url", url.ToString(), "--key", key);
            var filingSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            await SettledAsync(url);
            var settledSeconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            var peaks = services.Select(s => PeakOf(s.Process)).ToArray();
            var recount = await HotlineAsync(mode, folder, "recount");
            return new Run(
                name, JsonNode.Parse(filing.Output)!["filed"]!.GetValue<long>(), filingSeconds, settledSeconds, await FiguresAsync(mode.Dialect), recount.Status == 0, peaks,
                File.ReadLines(input).LongCount());
        }
        finally
        {
            foreach (var (process, _) in services)
            {
                process.Kill();
                await process.WaitForExitAsync();
                process.Dispose();
            }
        }
    }

    private static async Task SettledAsync(Uri url)
    {
        using var http = new HttpClient { BaseAddress = url };
        var started = Stopwatch.GetTimestamp();
        while (true)
        {
            var ready = await http.GetFromJsonAsync<JsonObject>("/health/ready");
            if (ready!["outbox"]!["owed"]!.GetValue<long>() == 0) return;
            if (Stopwatch.GetElapsedTime(started) > SettlesWithin) throw new TimeoutException($"Not settled: {ready}");
            await Task.Delay(100);
        }
    }

    private static async Task<Figures> FiguresAsync(Dialect dialect)
    {
        var clock = new HotlineClock(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        await using var database = new Database(dialect, clock, new Outbox(), new OutboxSettings());
        return await database.ReadAsync(async db =>
        {
            var support = await db.QueryAsync<string>("select coalesce(support, '[]') from dispatch_decision where lead is not null");
            return new Figures(
                await db.ScalarAsync<long>("select count(*) from intake_ticket"),
                await db.ScalarAsync<long>("select count(*) from intake_ticket where status = 'dispatched'"),
                await db.ScalarAsync<long>("select count(*) from intake_ticket where status = 'triage'"),
                support.Sum(s => 1 + JsonNode.Parse(s)!.AsArray().Count),
                await db.ScalarAsync<long>("select count(*) from handling_work_order"),
                await db.ScalarAsync<long>("select count(*) from outbox where fault is not null"),
                await db.QueryAsync<Tally>($"select lead_name as name, count(*) as count from intake_ticket where lead_name is not null group by lead_name order by count(*) desc, lead_name {db.Dialect.Limit}", new { limit = 12 }),
                await db.QueryAsync<Tally>("select triage_reason as name, count(*) as count from dispatch_decision where lead is null group by triage_reason order by count(*) desc, triage_reason"));
        }, CancellationToken.None);
    }

    /// <summary>VmHWM, the most that was ever resident.</summary>
    private static long PeakOf(Process process) => File.ReadLines($"/proc/{process.Id}/status")
        .Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(l => long.Parse(l["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture) / 1024)
        .Single();

    private static async Task<(int Status, string Output)> HotlineAsync(Mode mode, string folder, params string[] arguments)
    {
        using var process = Start(mode, folder, arguments);
        var notes = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        var said = (await notes).Trim();
        await Console.Error.WriteLineAsync($"hotline {arguments[0]}: status {process.ExitCode}; {(process.ExitCode > 1 ? said : said.Split('\n')[^1])}");
        return (process.ExitCode, output);
    }

    private static async Task<(Process, Uri)> ServeAsync(Mode mode, string folder, string? roles)
    {
        var process = Start(mode, folder, ["serve", "--urls", "http://127.0.0.1:0", .. roles is null ? Array.Empty<string>() : ["--roles", roles]]);
        _ = process.StandardOutput.ReadToEndAsync();
        while (await process.StandardError.ReadLineAsync() is { } line)
        {
            if (!line.StartsWith("Listening on ", StringComparison.Ordinal)) continue;
            _ = process.StandardError.ReadToEndAsync();
            return (process, new Uri(line["Listening on ".Length..].Split(' ', ',')[0]));
        }
        throw new InvalidOperationException("hotline serve ended before it listened");
    }

    private static Process Start(Mode mode, string folder, string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "hotline.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in mode.Environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }
}
