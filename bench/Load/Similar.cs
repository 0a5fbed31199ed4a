using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Hotline.Load;

/// <summary>
/// Measures how long a running service takes to say what a new ticket may repeat, one call at a time, and how often it names the ticket that the new one was made from. Prints
/// a JSON line for each kind. Made for what <see cref="History"/> has written within the last days.
/// </summary>
internal static class Similar
{
    public static async Task<int> RunAsync(string[] args)
    {
        if (History.Options(args) is not { } options || !options.TryGetValue("url", out var url) || !options.TryGetValue("key", out var key))
        {
            await Console.Error.WriteLineAsync("similar --url http://127.0.0.1:5080 --key KEY [--times 1000] [--days 85] [--seed 1]");
            return 2;
        }
        var times = int.Parse(options.GetValueOrDefault("times", "1000"), CultureInfo.InvariantCulture);
        var days = int.Parse(options.GetValueOrDefault("days", "85"), CultureInfo.InvariantCulture);
        var random = new Random(int.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture));
        using var http = new HttpClient { BaseAddress = new Uri(url) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        var today = DateOnly.FromDateTime(DateTime.UtcNow.AddHours(8));
        var tickets = new List<JsonNode>();
        while (tickets.Count < times)
        {
            var list = await http.GetFromJsonAsync<JsonNode>(new Uri($"/api/tickets?limit=50&to={today.AddDays(-1 - random.Next(days)):yyyy-MM-dd}", UriKind.Relative));
            foreach (var line in list!["items"]!.AsArray().OrderBy(_ => random.Next()).Take(10))
                tickets.Add((await http.GetFromJsonAsync<JsonNode>(new Uri($"/api/tickets/{line!["number"]}", UriKind.Relative)))!);
        }
        var watch = Stopwatch.StartNew();
        await AskAsync(http, Again(tickets[0]));
        await Console.Error.WriteLineAsync($"first call of the process: {watch.ElapsedMilliseconds} ms");
        for (var i = 0; i < 50; i++) await AskAsync(http, Again(tickets[i]));

        await MeasureAsync("said again in fewer words", Again, named: true);
        await MeasureAsync("said again, with a phone", t => With(Again(t)), named: true);
        await MeasureAsync("another matter at the place", t => Mixed(t, tickets[random.Next(tickets.Count)]), named: false);
        return 0;

        async Task MeasureAsync(string name, Func<JsonNode, JsonObject> ask, bool named)
        {
            var took = new List<double>();
            var (listed, failed, found) = (0, 0, 0);
            foreach (var ticket in tickets.Take(times))
            {
                var asked = ask(ticket);
                var started = Stopwatch.GetTimestamp();
                var answer = await AskAsync(http, asked);
                took.Add(Stopwatch.GetElapsedTime(started).TotalMilliseconds);
                if (answer["items"] is not JsonArray items)
                {
                    failed++;
                    continue;
                }
                listed += items.Count;
                if (items.Any(i => (string?)i!["number"] == (string?)ticket["number"])) found++;
            }
            took.Sort();
            Console.WriteLine(new JsonObject
            {
                ["call"] = name,
                ["p50"] = Math.Round(took[times / 2], 1),
                ["p99"] = Math.Round(took[times * 99 / 100], 1),
                ["max"] = Math.Round(took[^1], 1),
                ["listed"] = Math.Round((double)listed / times, 2),
                ["found"] = named ? Math.Round((double)found / times, 3) : null,
                ["failed"] = failed,
            }.ToJsonString(new System.Text.Json.JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }));
        }

        // The same words, a third of the description left out and one letter of the title.
        JsonObject Again(JsonNode ticket)
        {
            var (title, description) = ((string)ticket["title"]!, (string)ticket["description"]!);
            var cut = description.Length / 3;
            var from = random.Next(description.Length - cut);
            return Request(title.Remove(random.Next(title.Length), 1), "我再次反映：" + description.Remove(from, cut), (string)ticket["address"]!);
        }

        static JsonObject Mixed(JsonNode place, JsonNode matter) =>
            Request(((string)place["title"]!)[..5] + ((string)matter["title"]!)[5..], (string)matter["description"]!, (string)place["address"]!);

        JsonObject With(JsonObject request)
        {
            request["caller"] = new JsonObject { ["phone"] = string.Create(CultureInfo.InvariantCulture, $"1390{(int)(3_000_000 * Math.Pow(random.NextDouble(), 2)):D7}") };
            return request;
        }

        static JsonObject Request(string title, string description, string address) => new() { ["title"] = title, ["description"] = description, ["address"] = address };
    }

    private static async Task<JsonNode> AskAsync(HttpClient http, JsonObject request)
    {
        using var response = await http.PostAsJsonAsync(new Uri("/api/tickets/similar", UriKind.Relative), request);
        var body = await response.Content.ReadAsByteArrayAsync();
        return (body.Length == 0 ? null : JsonNode.Parse(body)) ?? new JsonObject();
    }
}
