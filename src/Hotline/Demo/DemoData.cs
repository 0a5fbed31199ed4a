using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Hotline.App.Access;
using Hotline.App.Cli;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Place;

namespace Hotline.App.Demo;

/// <summary>
/// The demonstration: Chongchuan district of Nantong, whose Gangzha part was the model of this service in February 2020. The complaints are
/// ours, written after the topics of those weeks; units, operators and citizens are simulated over the HTTP API, as real ones would call it.
/// </summary>
internal sealed class DemoData(IServiceProvider services, Uri url)
{
    public const string Division = "320613";
    private const string Prefix = "demo-";

    /// <summary>新城桥街道, whose desk the demonstration's handler sits at.</summary>
    private const string HandlerUnit = "320613004";

    /// <summary>Whose name the timelines show for what the simulated units do.</summary>
    private const string Units = "units";

    private static readonly TimeSpan RoutedWithin = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { BaseAddress = url };

    /// <summary>Where the demonstration keeps its data when nothing else is configured.</summary>
    public static IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>
    {
        ["Database:ConnectionString"] = "Data Source=data/demo/hotline.db",
        ["Hotline:Division"] = Division,
    };

    public static async Task InstallAsync(IServiceProvider services, CancellationToken ct) =>
        await Console.Error.WriteLineAsync(await InitCommand.InstallAsync(
            services, Division, UnitTree.For(Division, services.GetRequiredService<DivisionDirectory>())!, ct));

    public async Task RunAsync(CancellationToken ct)
    {
        var keys = await KeysAsync(ct);
        var password = await AccountsAsync(ct);
        await PrintAsync(keys, password);
        var numbers = await FileAsync(keys[Roles.Operator], ct);
        await Console.Error.WriteLineAsync($"{numbers.Count} complaints filed; the simulated units are at work …");
        for (var i = 0; i < numbers.Count; i++) await LiveAsync(i, numbers[i], keys, ct);
        await Console.Error.WriteLineAsync(
            $"""
            The simulated units have done their part. What is left for you to try:
              demo-operator    file a complaint and see where it goes and why; call a citizen back
              demo-dispatcher  decide what the rules could not; review the returns
              demo-handler     accept, return or answer what the unit was given
              demo-manager     read and print the day's report
            Start at {new Uri(url, "/")}; Ctrl+C stops the service, and the data stays for the next start.
            """);
    }

    /// <summary>Fresh keys at every start; those of the last one no longer open anything.</summary>
    private async Task<Dictionary<string, string>> KeysAsync(CancellationToken ct)
    {
        var store = services.GetRequiredService<Keys>();
        foreach (var old in (await store.ListAsync(ct)).Where(k => k.Name.StartsWith(Prefix, StringComparison.Ordinal) && k.RevokedAt is null))
            await store.RevokeAsync(old.Id, ct);
        var keys = new Dictionary<string, string>();
        foreach (var role in Roles.All)
        {
            var created = await store.CreateAsync(Prefix + role, [role], role == Roles.Handler ? HandlerUnit : null, ct);
            keys[role] = created.Key ?? throw new InvalidOperationException($"No key for {role}: {created.Refusal}");
        }
        var simulated = await store.CreateAsync(Prefix + Units, [Roles.Administrator], null, ct);
        keys[Units] = simulated.Key ?? throw new InvalidOperationException($"No key for the simulated units: {simulated.Refusal}");
        return keys;
    }

    private async Task<string> AccountsAsync(CancellationToken ct)
    {
        var password = Accounts.NewPassword();
        var accounts = services.GetRequiredService<Accounts>();
        var known = (await accounts.ListAsync(ct)).Select(a => a.UserName).ToHashSet(StringComparer.Ordinal);
        foreach (var role in Roles.All)
        {
            var user = Prefix + role;
            var refusal = known.Contains(user)
                ? await accounts.SetPasswordAsync(user, password, ct)
                : (await accounts.CreateAsync(user, $"demo {role}", [role], role == Roles.Handler ? HandlerUnit : null, password, ct)).Refusal;
            if (refusal is not null) throw new InvalidOperationException($"No account {user}: {refusal}");
        }
        return password;
    }

    private async Task PrintAsync(Dictionary<string, string> keys, string password)
    {
        var text = new StringBuilder()
            .AppendLine()
            .AppendLine($"  Sign in:   {new Uri(url, "/sign-in")}")
            .AppendLine($"  Password:  {password}   (the same for all of them)")
            .AppendLine()
            .AppendLine("    demo-operator       /tickets/new    files tickets, calls citizens back")
            .AppendLine("    demo-dispatcher     /desk           triage, returns")
            .AppendLine("    demo-handler        /work-orders    works for one street office, 新城桥街道办事处")
            .AppendLine("    demo-manager        /reports/daily  the daily report")
            .AppendLine("    demo-administrator  /               everything")
            .AppendLine()
            .AppendLine($"  API:       {new Uri(url, "/openapi/v1.json")}, with 'Authorization: Bearer <key>'")
            .AppendLine();
        foreach (var role in Roles.All) text.AppendLine($"    {role,-14} {keys[role]}");
        await Console.Error.WriteLineAsync(text.ToString());
    }

    private async Task<List<string>> FileAsync(string key, CancellationToken ct)
    {
        await using var stream = typeof(DemoData).Assembly.GetManifestResourceStream("Hotline.App.Demo.complaints.jsonl")!;
        using var reader = new StreamReader(stream);
        var numbers = new List<string>();
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            // The same line on the same day is filed once, however often the demonstration is started.
            var once = $"{services.GetRequiredService<HotlineClock>().Today:yyyyMMdd}-{numbers.Count}";
            var answer = await CallAsync(HttpMethod.Post, "/api/tickets", key, JsonNode.Parse(line), ct, once);
            numbers.Add(answer!["number"]!.GetValue<string>());
        }
        return numbers;
    }

    /// <summary>One ticket's life; which one it gets follows from its place in the list, so that every state is there to look at.</summary>
    private async Task LiveAsync(int index, string number, Dictionary<string, string> keys, CancellationToken ct)
    {
        var ticket = await RoutedAsync(number, keys[Roles.Operator], ct);
        if (ticket["status"]!.GetValue<string>() != "dispatched") return; // in triage for a person, or lived through before
        var order = ticket["workOrders"]!.AsArray().First(o => o!["lead"]!.GetValue<bool>())!;
        if (order["state"]!.GetValue<string>() != "issued") return; // begun at an earlier start
        var id = order["id"]!.GetValue<string>();
        if (order["unit"]!["code"]!.GetValue<string>() == HandlerUnit) return; // for the person who signs in as demo-handler
        var unit = order["unit"]!["name"]!.GetValue<string>();
        var all = keys[Units];
        if (index % 9 == 8)
        {
            await CallAsync(HttpMethod.Post, $"/api/work-orders/{id}/return", all, new JsonObject
            {
                ["reason"] = "经核实不属于本单位职责范围",
                ["basis"] = "部门职责清单",
            }, ct);
            return;
        }
        if (index % 7 == 6) return; // issued and waiting
        await CallAsync(HttpMethod.Post, $"/api/work-orders/{id}/accept", all, null, ct);
        if (index % 5 == 4) return; // in hand
        await CallAsync(HttpMethod.Post, $"/api/work-orders/{id}/reply", all, new JsonObject
        {
            ["result"] = index % 4 == 3 ? "explained" : "resolved",
            ["contactedCitizen"] = true,
            ["text"] = $"{unit}已派工作人员到现场核实处理，并与来电人联系说明情况。",
            ["publicText"] = "您反映的问题已经处理，感谢您的理解和支持。",
            ["signedBy"] = new JsonObject { ["name"] = "值班负责人", ["title"] = "主任" },
        }, ct);
        if (index % 6 == 5) return; // waits for its callback
        await RepliedAsync(number, keys[Roles.Operator], ct);
        var dissatisfied = index % 11 == 10;
        await CallAsync(HttpMethod.Post, $"/api/tickets/{number}/callbacks", keys[Roles.Operator], new JsonObject
        {
            ["outcome"] = dissatisfied ? "dissatisfied" : index % 3 == 0 ? "basically-satisfied" : "satisfied",
            ["solved"] = !dissatisfied,
            ["note"] = dissatisfied ? "来电人表示问题没有解决，要求重办" : "来电人表示满意",
            ["reissue"] = dissatisfied,
        }, ct);
    }

    private Task<JsonObject> RoutedAsync(string number, string key, CancellationToken ct) =>
        UntilAsync(number, key, t => t["status"]!.GetValue<string>() is not ("filed" or "reissued")
            && (t["status"]!.GetValue<string>() != "dispatched" || t["workOrders"]!.AsArray().Count > 0), ct);

    private Task<JsonObject> RepliedAsync(string number, string key, CancellationToken ct) =>
        UntilAsync(number, key, t => t["status"]!.GetValue<string>() == "replied", ct);

    private async Task<JsonObject> UntilAsync(string number, string key, Func<JsonObject, bool> arrived, CancellationToken ct)
    {
        var time = services.GetRequiredService<TimeProvider>();
        var started = time.GetTimestamp();
        while (true)
        {
            var ticket = (await CallAsync(HttpMethod.Get, $"/api/tickets/{number}", key, null, ct))!.AsObject();
            if (arrived(ticket)) return ticket;
            if (time.GetElapsedTime(started) > RoutedWithin) throw new TimeoutException($"Ticket {number} is still {ticket["status"]} after {RoutedWithin.TotalSeconds} s.");
            await Task.Delay(50, ct);
        }
    }

    private async Task<JsonNode?> CallAsync(HttpMethod method, string path, string key, JsonNode? body, CancellationToken ct, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await _http.SendAsync(request, ct);
        var text = await response.Content.ReadAsStringAsync(ct);
        if (!response.IsSuccessStatusCode) throw new InvalidOperationException($"{method} {path} answered {(int)response.StatusCode}: {text}");
        return text.Length == 0 ? null : JsonNode.Parse(text);
    }
}
