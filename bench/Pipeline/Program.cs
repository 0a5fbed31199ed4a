// Files real messages with real addresses through the real service, embedded and as four processes, and says what became of them.
//
//   ./test.sh --engines dotnet run -c Release --project bench/Pipeline -- DATA
//
// The folder DATA holds complaints/messages_4326.jsonl and addresses/train.jsonl. The four processes need HOTLINE_TEST_POSTGRESQL and
// HOTLINE_TEST_RABBITMQ, which ./test.sh --engines sets.

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hotline.Bench;
using Hotline.Pipeline;

var data = args.Length > 0 ? args[0] : ".";
var messages = Path.Combine(data, "complaints", "messages_4326.jsonl");
var addresses = Path.Combine(data, "addresses", "train.jsonl");
if (!File.Exists(messages) || !File.Exists(addresses))
{
    Console.Error.WriteLine($"The measured data is not here: {messages} and {addresses} are needed. Give the folder that holds both as the first argument.");
    return 2;
}

var folder = Directory.CreateTempSubdirectory("hotline-bench-").FullName;
try
{
    var input = Path.Combine(folder, "tickets.jsonl");
    var count = Join(messages, addresses, input);
    var runs = new List<Run> { await Run.MeasureAsync("embedded", folder, input, new SqliteMode(folder)) };
    if (ServerMode.Servers is not var (postgres, rabbit))
    {
        Console.Error.WriteLine("Four processes: not run, HOTLINE_TEST_POSTGRESQL and HOTLINE_TEST_RABBITMQ are not set (./test.sh --engines sets them).");
    }
    else
    {
        await using var mode = await ServerMode.CreateAsync(postgres, rabbit);
        runs.Add(await Run.MeasureAsync("four processes", folder, input, mode));
    }
    Print(count, runs);
    return runs.All(r => r.Sound) ? 0 : 1;
}
finally
{
    Directory.Delete(folder, recursive: true);
}

// A message gets the next address; the caller is left out, because the messages name none.
static int Join(string messages, string addresses, string output)
{
    var places = File.ReadLines(addresses).Select(l => JsonNode.Parse(l)!["text"]!.GetValue<string>()).ToArray();
    string[] channels = ["phone", "web", "wechat", "app"];
    var count = 0;
    using var writer = new StreamWriter(output);
    foreach (var line in File.ReadLines(messages))
    {
        var message = JsonNode.Parse(line)!;
        writer.WriteLine(JsonSerializer.Serialize(new
        {
            channel = channels[count % channels.Length],
            kind = "complaint",
            title = message["title"]!.GetValue<string>(),
            description = message["description"]!.GetValue<string>(),
            address = places[count % places.Length],
        }));
        count++;
    }
    return count;
}

static void Print(int count, IReadOnlyList<Run> runs)
{
    string Row(string name, Func<Run, string> cell) => $"| {name} | {string.Join(" | ", runs.Select(cell))} |";
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} tickets\n"));
    Console.WriteLine(Row("", r => r.Name));
    Console.WriteLine($"|---|{string.Concat(runs.Select(_ => "---|"))}");
    Console.WriteLine(Row("accepted", r => $"{r.Filed}"));
    Console.WriteLine(Row("filed in", r => r.FilingSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s"));
    Console.WriteLine(Row("filed per second", r => (r.Filed / r.FilingSeconds).ToString("F0", CultureInfo.InvariantCulture)));
    Console.WriteLine(Row("all settled after", r => r.SettledSeconds.ToString("F1", CultureInfo.InvariantCulture) + " s"));
    Console.WriteLine(Row("dispatched", r => $"{r.Figures.Dispatched}"));
    Console.WriteLine(Row("in triage", r => $"{r.Figures.Triage}"));
    Console.WriteLine(Row("neither", r => $"{r.Filed - r.Figures.Dispatched - r.Figures.Triage}"));
    Console.WriteLine(Row("work orders decided (lead and support)", r => $"{r.Figures.Decided}"));
    Console.WriteLine(Row("work orders issued", r => $"{r.Figures.WorkOrders}"));
    Console.WriteLine(Row("set aside", r => $"{r.Figures.SetAside}"));
    Console.WriteLine(Row("recount agrees", r => r.RecountAgrees ? "yes" : "NO"));
    Console.WriteLine(Row("peak memory of each process", r => string.Join(", ", r.PeakMegabytes.Select(m => $"{m} MB"))));
    foreach (var run in runs)
    {
        Console.WriteLine($"\nWhere they went ({run.Name}): {string.Join(", ", run.Figures.Leads.Select(l => $"{l.Name} {l.Count}"))}.");
        Console.WriteLine($"Why triage: {string.Join(", ", run.Figures.Reasons.Select(l => $"{l.Name} {l.Count}"))}.");
    }
}
