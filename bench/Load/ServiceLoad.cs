using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Hotline.Bench;

namespace Hotline.Load;

/// <summary>The whole service under load, over its HTTP API.</summary>
internal static class ServiceLoad
{
    private const int Bodies = 8192, WatchedUnits = 40, BodiesPerUnit = 8, LivingUnits = 8;

    /// <summary>Calls that an open loop may have under way; with more, the service is past all bearing anyway.</summary>
    private const int OpenCallers = 512;

    public static async Task<JsonObject> RunAsync(ReadOnlyMemory<string> arguments)
    {
        var options = new Options(arguments.Span, ["--mode", "--rate", "--concurrency", "--seconds", "--warm", "--seed", "--sample", "--callers-url", "--key", "--rest"], "--lives");
        var rate = options.Has("--rate") ? options.Number("--rate") : (int?)null;
        var callers = options.Has("--concurrency") ? options.Number("--concurrency") : rate is null ? throw new UsageException("--rate or --concurrency is missing.") : OpenCallers;
        if (rate is not null && options.Has("--concurrency")) throw new UsageException("--rate and --concurrency exclude each other.");
        var plan = new Plan(rate, callers, options.Number("--seconds"), options.Number("--warm", 10), options.Number("--seed", 1), options.Number("--sample", rate is null ? 5 : 20, least: 0), options.Has("--lives"), options.Number("--rest", 0, least: 0));

        if (plan.Lives && (rate is not null || callers > WholeLives.Most || options.Has("--callers-url")))
            throw new UsageException($"--lives goes with --mode and a --concurrency of {WholeLives.Most} at the most.");
        if (options.Text("--callers-url") is { } running)
        {
            if (!Uri.TryCreate(running, UriKind.Absolute, out var url)) throw new UsageException("--callers-url must be an address like http://127.0.0.1:5080.");
            return await MeasureAsync("running", plan, null, url, url, options.Text("--key") ?? throw new UsageException("--key is missing: an operator's."));
        }
        return options.Text("--mode") switch
        {
            "embedded" => await StartAsync("embedded", plan, folder => Task.FromResult<Mode>(new SqliteMode(folder))),
            "servers" when ServerMode.Servers is var (postgres, rabbit) => await StartAsync("servers", plan, async _ => await ServerMode.CreateAsync(postgres, rabbit)),
            "servers" => throw new UsageException("HOTLINE_TEST_POSTGRESQL and HOTLINE_TEST_RABBITMQ are not set (./test.sh --engines sets them)."),
            _ => throw new UsageException("--mode must be embedded or servers."),
        };
    }

    private sealed record Plan(int? Rate, int Callers, int Seconds, int Warm, int Seed, int Sample, bool Lives, int Rest);

    private static async Task<JsonObject> StartAsync(string name, Plan plan, Func<string, Task<Mode>> create)
    {
        var folder = Directory.CreateTempSubdirectory("hotline-load-").FullName;
        try
        {
            await using var mode = await create(folder);
            await using var service = await Service.StartAsync(mode, folder);
            foreach (var p in service.Processes) await Console.Error.WriteLineAsync($"{p.Name}: process {p.Process.Id}, {p.Url}");
            var lists = service.Processes.FirstOrDefault(p => p.Name == "handlers") ?? service.Processes[0];
            var key = await service.KeyAsync("operator");
            return plan.Lives
                ? await LiveAsync(name, plan, service, service.Processes[0].Url, lists.Url, key)
                : await MeasureAsync(name, plan, service, service.Processes[0].Url, lists.Url, key);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <param name="service">Null for one that runs already.</param>
    /// <param name="url">Where tickets are filed.</param>
    /// <param name="listsUrl">Where units read their lists.</param>
    /// <param name="key">An operator's.</param>
    private static async Task<JsonObject> MeasureAsync(string name, Plan plan, Service? service, Uri url, Uri listsUrl, string key)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var streets = await StreetsAsync(http);
        new Random(plan.Seed).Shuffle(streets);
        using var sampler = new Sampler(plan.Sample);
        var watched = await CertainAsync(http, streets, WatchedUnits);
        var others = new Tickets(plan.Seed, [.. streets.Except(watched)]);
        byte[] Post(byte[] body) => Connection.Request("POST", "/api/tickets", url, key, body);
        foreach (var street in watched) sampler.Add(listsUrl, key, street.Code, [.. Enumerable.Range(0, BodiesPerUnit).Select(_ => Post(others.For(street)))]);
        byte[][] requests = [.. Enumerable.Range(0, Bodies).Select(_ => Post(others.Next()))];

        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(12) + TimeSpan.FromSeconds(plan.Warm + plan.Rest + plan.Seconds));
        await Console.Error.WriteLineAsync($"warming up for {plan.Warm} s");
        var warm = new Filer(url, requests, sampler);
        await warm.RunAsync(plan.Rate is null ? plan.Callers : 16, null, TimeSpan.FromSeconds(plan.Warm), late.Token);
        await SettleAsync(url, sampler);
        if (service is not null) await service.WarmedAsync();
        await Task.Delay(TimeSpan.FromSeconds(plan.Rest), late.Token);
        sampler.Restart();

        await Console.Error.WriteLineAsync($"measuring for {plan.Seconds} s");
        var cpu = new CpuMeter(service?.Processes ?? [], "load", servers: name != "embedded");
        var filer = new Filer(url, requests, sampler);
        var started = Stopwatch.GetTimestamp();
        await filer.RunAsync(plan.Callers, plan.Rate, TimeSpan.FromSeconds(plan.Seconds), late.Token);
        var filing = Stopwatch.GetElapsedTime(started);
        var setAside = await SettleAsync(url, sampler);
        var settled = Stopwatch.GetElapsedTime(started);

        var json = new JsonObject
        {
            ["command"] = "service",
            ["mode"] = name,
            ["loop"] = plan.Rate is null ? "closed" : "open",
            [plan.Rate is null ? "concurrency" : "rate"] = plan.Rate ?? plan.Callers,
            ["filed"] = filer.Sent,
            ["accepted"] = filer.Accepted,
            ["refused"] = filer.Refused,
            ["errors"] = filer.Errors,
            ["seconds"] = Round(filing.TotalSeconds),
            ["settledSeconds"] = Round(settled.TotalSeconds),
            ["filedPerSecond"] = Round(filer.Accepted / filing.TotalSeconds),
            ["ticketsPerSecond"] = Round(filer.Accepted / settled.TotalSeconds),
            ["httpMs"] = filer.Calls.ToJson(),
            ["visibleMs"] = sampler.Visible.ToJson(),
            ["looks"] = sampler.Looks,
            ["cpuMsPerTicket"] = cpu.Per(filer.Accepted),
        };
        if (plan.Rate is not null) json["lateMs"] = filer.Late.ToJson();
        if (service is null)
        {
            json["setAside"] = setAside;
            return json;
        }
        return await CheckAsync(json, service, warm.Accepted + filer.Accepted, exact: warm.Errors + filer.Errors == 0);
    }

    private static async Task<JsonObject> LiveAsync(string name, Plan plan, Service service, Uri url, Uri unitsUrl, string key)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        var streets = await StreetsAsync(http);
        new Random(plan.Seed).Shuffle(streets);
        var tickets = new Tickets(plan.Seed, streets);
        var offices = new List<(string Unit, string Key, byte[][] Bodies)>();
        foreach (var street in await CertainAsync(http, streets, LivingUnits))
            offices.Add((street.Code, await service.KeyAsync("handler", street.Code), [.. Enumerable.Range(0, BodiesPerUnit).Select(_ => tickets.For(street))]));

        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(12) + TimeSpan.FromSeconds(plan.Warm + plan.Seconds));
        using var lives = new WholeLives(url, unitsUrl, key, offices);
        await Console.Error.WriteLineAsync($"warming up for {plan.Warm} s");
        await lives.RunAsync(plan.Callers, TimeSpan.FromSeconds(plan.Warm), late.Token);
        await service.WarmedAsync();
        await Service.SettledAsync(url);
        var (filedWarm, failedWarm) = (lives.Filed, lives.Failed);
        lives.Restart();

        await Console.Error.WriteLineAsync($"measuring for {plan.Seconds} s");
        var cpu = new CpuMeter(service.Processes, "load", servers: name != "embedded");
        var started = Stopwatch.GetTimestamp();
        await lives.RunAsync(plan.Callers, TimeSpan.FromSeconds(plan.Seconds), late.Token);
        var lived = Stopwatch.GetElapsedTime(started);
        await Service.SettledAsync(url);
        var json = new JsonObject
        {
            ["command"] = "lives",
            ["mode"] = name,
            ["concurrency"] = plan.Callers,
            ["lives"] = lives.Lived,
            ["failed"] = lives.Failed,
            ["seconds"] = Round(lived.TotalSeconds),
            ["settledSeconds"] = Round(Stopwatch.GetElapsedTime(started).TotalSeconds),
            ["livesPerSecond"] = Round(lives.Lived / lived.TotalSeconds),
            ["ms"] = lives.Calls(),
            ["cpuMsPerLife"] = cpu.Per(lives.Lived),
        };
        return await CheckAsync(json, service, filedWarm + lives.Filed, exact: failedWarm + lives.Failed == 0);
    }

    /// <param name="exact">Every call was answered; a call without an answer may have been accepted.</param>
    private static async Task<JsonObject> CheckAsync(JsonObject json, Service service, long accepted, bool exact)
    {
        json["peakMb"] = new JsonObject([.. service.Processes.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)Proc.PeakMegabytes(p.Process.Id))), KeyValuePair.Create("load", (JsonNode?)Proc.PeakMegabytes(Environment.ProcessId))]);
        json["firstRequestMs"] = new JsonObject(service.Processes.Select(p => KeyValuePair.Create(p.Name, (JsonNode?)Math.Round(p.FirstRequest.TotalMilliseconds))));
        var figures = await service.FiguresAsync();
        var recount = (await service.HotlineAsync("recount")).Status == 0;
        json["dispatchedShare"] = Round(figures.Dispatched / (double)Math.Max(1, figures.Tickets), 4);
        json["checks"] = new JsonObject
        {
            ["accepted"] = accepted, ["tickets"] = figures.Tickets, ["decided"] = figures.Decided, ["workOrders"] = figures.WorkOrders, ["setAside"] = figures.SetAside, ["recountAgrees"] = recount,
        };
        json["sound"] = (exact ? figures.Tickets == accepted : figures.Tickets >= accepted) && figures.Dispatched + figures.Triage == figures.Tickets
            && figures.Decided == figures.WorkOrders && figures.SetAside == 0 && recount;
        return json;
    }

    /// <summary>Waits until nothing is owed and the tickets that are followed have been seen.</summary>
    private static async Task<long> SettleAsync(Uri url, Sampler sampler)
    {
        var setAside = await Service.SettledAsync(url);
        var started = Stopwatch.GetTimestamp();
        while (sampler.Following > 0)
        {
            if (Stopwatch.GetElapsedTime(started) > TimeSpan.FromSeconds(30)) throw new TimeoutException($"{sampler.Following} followed tickets are in no list of their unit.");
            await Task.Delay(5);
        }
        return setAside;
    }

    private static async Task<Street[]> StreetsAsync(HttpClient http)
    {
        var districts = (await UnitsAsync(http, "district")).ToDictionary(u => u["code"]!.GetValue<string>(), u => u["name"]!.GetValue<string>());
        return [.. (await UnitsAsync(http, "street")).Select(u => new Street(
            u["code"]!.GetValue<string>(), Place(districts.GetValueOrDefault(u["parent"]!.GetValue<string>(), "")) + Place(u["name"]!.GetValue<string>())))];
    }

    /// <summary>From the name of an office to the name of its place.</summary>
    private static string Place(string office) => office.Replace("办事处", "", StringComparison.Ordinal).Replace("人民政府", "", StringComparison.Ordinal);

    private static async Task<List<JsonNode>> UnitsAsync(HttpClient http, string kind)
    {
        var units = new List<JsonNode>();
        for (string? cursor = ""; cursor is not null;)
        {
            var page = (await http.GetFromJsonAsync<JsonObject>($"/api/units?kind={kind}&limit=200{(cursor.Length > 0 ? $"&cursor={cursor}" : "")}"))!;
            units.AddRange(page["items"]!.AsArray()!);
            cursor = page["nextCursor"]?.GetValue<string>();
        }
        return units;
    }

    /// <summary>Streets whose office surely gets what happens there: the service says so itself.</summary>
    private static async Task<List<Street>> CertainAsync(HttpClient http, Street[] streets, int count)
    {
        var certain = new List<Street>();
        foreach (var street in streets)
        {
            if (certain.Count == Math.Min(count, (streets.Length + 1) / 2)) break;
            var preview = await http.GetFromJsonAsync<JsonObject>($"/api/dispatch/preview?address={Uri.EscapeDataString(street.Place + "中山路12号")}&text={Uri.EscapeDataString(Tickets.CertainText)}");
            if (preview!["lead"]?["code"]?.GetValue<string>() == street.Code) certain.Add(street);
        }
        return certain.Count > 0 ? certain : throw new InvalidOperationException("The service dispatches to no street office.");
    }

    private static double Round(double number, int digits = 2) => Math.Round(number, digits);
}
