using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace Hotline.Load;

/// <summary>
/// Measures every list and search call of a running service over HTTP, one call at a time, each kind with many random parameters, and prints a JSON line for
/// each: p50, p99 and the longest in milliseconds. Made for what <see cref="History"/> has written.
/// </summary>
internal static class Calls
{
    private static readonly string[] Words = ["路灯", "井盖", "消防通道", "物业费", "公共维修基金", "口罩", "夜间一直作业", "存在严重安全隐患", "路灯损坏", "花园", "灯", "噪音", "联名反映", "拖欠工资", "养老金", "退还费用", "高空抛物也"];
    private const string Characters = "春江花月夜金城东方明珠华安泰和祥瑞福源盛兴达宏远博雅静海通宁清云山水林泉石松竹梅兰菊荷塘桥港湾岭峰川溪谷园庭阁轩苑府邸居里坊巷弄";

    public static async Task<int> RunAsync(string[] args)
    {
        if (History.Options(args) is not { } options || !options.TryGetValue("url", out var url) || !options.TryGetValue("key", out var key))
        {
            await Console.Error.WriteLineAsync("calls --url http://127.0.0.1:5080 --key KEY [--times 200] [--days 1000] [--seed 1]");
            return 2;
        }
        var times = int.Parse(options.GetValueOrDefault("times", "200"), CultureInfo.InvariantCulture);
        var days = int.Parse(options.GetValueOrDefault("days", "1000"), CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture));
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        var today = DateOnly.FromDateTime(DateTime.UtcNow.AddHours(8));
        var sample = new List<JsonNode>();
        for (var i = 0; i < 10; i++)
            sample.AddRange((await GetAsync(http, $"/api/tickets?limit=200&to={Day()}")).Item2["items"]!.AsArray().OfType<JsonNode>());
        var units = sample.Select(t => (string?)t["lead"]?["code"]).OfType<string>().Distinct().ToArray();
        var categories = sample.Select(t => (string?)t["category"]?["code"]).OfType<string>().Distinct().ToArray();
        var numbers = sample.Select(t => (string)t["number"]!).ToArray();

        (string Name, Func<string> Path)[] calls = [
            ("tickets", () => "/api/tickets"),
            ("tickets, limit 200", () => "/api/tickets?limit=200"),
            ("status", () => $"/api/tickets?status={Of(["filed", "triage", "dispatched", "accepted", "replied", "reissued", "closed"])}"),
            ("unit", () => $"/api/tickets?unit={Of(units)}"),
            ("category", () => $"/api/tickets?category={Of(categories)}"),
            ("phone", () => $"/api/tickets?phone={Phone()}"),
            ("days", () => $"/api/tickets?from={Day()}&to={Day(today)}"),
            ("unit, category", () => $"/api/tickets?unit={Of(units)}&category={Of(categories)}"),
            ("status, unit, category", () => $"/api/tickets?status={Of(["triage", "dispatched", "replied", "closed"])}&unit={Of(units)}&category={Of(categories)}"),
            ("phone, unit", () => $"/api/tickets?phone={Phone()}&unit={Of(units)}"),
            ("unit, days", () => $"/api/tickets?unit={Of(units)}&to={Day()}"),
            ("q frequent", () => $"/api/tickets?q={Of(Words)}"),
            ("q place", () => $"/api/tickets?q={Of(Characters)}{Of(Characters)}{Of(["花园", "新村", "小区", "大厦"])}{random.Next(1, 60)}号"),
            ("q rare", () => $"/api/tickets?q=苏F{random.Next(10000, 99999)}"),
            ("q company", () => $"/api/tickets?q={Of(Characters)}{Of(Characters)}{Of(Characters)}公司"),
            ("q never together", () => $"/api/tickets?q={Of(["路灯口罩", "宽带口", "梯电", "道消", "明也", "金房"])}"),
            ("q one character", () => $"/api/tickets?q={Of(Characters + "鑫犇的了")}"),
            ("q number", () => $"/api/tickets?q={Of(numbers)[..random.Next(8, 16)]}"),
            ("q, unit", () => $"/api/tickets?q={Of(Words)}&unit={Of(units)}"),
            ("q, status, category", () => $"/api/tickets?q={Of(Words)}&status={Of(["triage", "closed", "replied"])}&category={Of(categories)}"),
            ("q, days", () => $"/api/tickets?q={Of(Words)}&to={Day()}"),
            ("q, phone", () => $"/api/tickets?q={Of(Words)}&phone={Phone()}"),
            ("ticket", () => $"/api/tickets/{Of(numbers)}"),
            ("work orders open", () => $"/api/units/{Of(units)}/work-orders?state=open"),
            ("work orders", () => $"/api/units/{Of(units)}/work-orders"),
            ("work orders by state", () => $"/api/units/{Of(units)}/work-orders?state={Of(["issued", "accepted", "returned", "replied", "cancelled"])}"),
            ("work orders overdue", () => $"/api/units/{Of(units)}/work-orders?overdue=true"),
            ("triage", () => "/api/triage"),
            ("returns", () => "/api/returns"),
            ("units", () => "/api/units"),
            ("errors", () => "/api/errors"),
            ("report", () => $"/api/reports/daily?date={Day()}"),
            ("report by unit", () => $"/api/reports/daily?date={Day()}&by=unit"),
            ("report by category", () => $"/api/reports/daily?date={Day()}&by=category"),
            ("report by channel", () => $"/api/reports/daily?date={Day()}&by=channel"),
            ("report by street", () => $"/api/reports/daily?date={Day()}&by=street"),
            ("report of a unit by category", () => $"/api/reports/daily?date={Day()}&unit={Of(units)}&by=category"),
        ];
        var only = options.GetValueOrDefault("only");
        foreach (var (name, path) in calls.Where(c => only is null || c.Name.Contains(only, StringComparison.Ordinal)))
        {
            for (var i = 0; i < 5; i++) await GetAsync(http, path());
            var took = new List<(double Milliseconds, string Path)>();
            var (failed, partial) = (0, 0);
            for (var i = 0; i < times; i++)
            {
                var asked = path();
                var (milliseconds, answer) = await GetAsync(http, asked);
                took.Add((milliseconds, asked));
                if (answer["status"] is JsonValue status && status.TryGetValue<int>(out _)) failed++;
                if (answer is JsonObject && answer["searchedTo"] is not null) partial++;
            }
            took.Sort((a, b) => a.Milliseconds.CompareTo(b.Milliseconds));
            Console.WriteLine(new JsonObject
            {
                ["call"] = name,
                ["p50"] = Math.Round(took[times / 2].Milliseconds, 1),
                ["p99"] = Math.Round(took[times * 99 / 100].Milliseconds, 1),
                ["max"] = Math.Round(took[^1].Milliseconds, 1),
                ["partial"] = partial,
                ["failed"] = failed,
                ["slowest"] = took[^1].Path,
            }.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        }
        return 0;

        string Day(DateOnly? last = null) => last is { } d ? $"{d:yyyy-MM-dd}" : $"{today.AddDays(-1 - random.Next(days)):yyyy-MM-dd}";
        string Phone() => string.Create(CultureInfo.InvariantCulture, $"1390{(int)(3_000_000 * Math.Pow(random.NextDouble(), 2)):D7}");
        T Of<T>(IEnumerable<T> list) => list is IReadOnlyList<T> indexed ? indexed[random.Next(indexed.Count)] : list.ElementAt(random.Next(list.Count()));
    }

    private static async Task<(double, JsonNode)> GetAsync(HttpClient http, string path)
    {
        var started = Stopwatch.GetTimestamp();
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative));
        var body = await response.Content.ReadAsByteArrayAsync();
        var took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
        return (took, (body.Length == 0 ? null : JsonNode.Parse(body)) ?? new JsonObject());
    }
}
