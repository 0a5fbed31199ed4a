using System.Globalization;
using System.Text.Json.Nodes;

namespace Hotline.Load;

/// <summary>The bare pipeline and the service in turn on the same servers: the machine may be noisy, the ratio is less so.</summary>
internal static class Compare
{
    public static async Task<JsonObject> RunAsync(ReadOnlyMemory<string> arguments)
    {
        var options = new Options(arguments.Span, ["--seconds", "--rounds", "--concurrency", "--warm", "--lanes"]);
        var seconds = options.Number("--seconds").ToString(CultureInfo.InvariantCulture);
        var rounds = options.Number("--rounds", 3);
        var warm = options.Number("--warm", 10).ToString(CultureInfo.InvariantCulture);
        var concurrency = options.Number("--concurrency", 64).ToString(CultureInfo.InvariantCulture);
        var lanes = options.Number("--lanes", 2).ToString(CultureInfo.InvariantCulture);

        var (bare, service) = (new List<JsonObject>(), new List<JsonObject>());
        for (var round = 0; round < rounds; round++)
        {
            bare.Add(await NotedAsync(Bare.RunAsync(new[] { "--seconds", seconds, "--concurrency", lanes })));
            service.Add(await NotedAsync(ServiceLoad.RunAsync(new[] { "--mode", "servers", "--seconds", seconds, "--concurrency", concurrency, "--warm", warm })));
        }
        double Rate(List<JsonObject> runs) => Median(runs.Select(r => r["ticketsPerSecond"]!.GetValue<double>()));
        double Cpu(List<JsonObject> runs) => Median(runs.Select(r => r["cpuMsPerTicket"]!["total"]!.GetValue<double>()));
        JsonObject Side(List<JsonObject> runs) => new()
        {
            ["ticketsPerSecond"] = Rate(runs),
            ["each"] = new JsonArray([.. runs.Select(r => (JsonNode?)r["ticketsPerSecond"]!.GetValue<double>())]),
            ["cpuMsPerTicket"] = Cpu(runs),
        };
        return new JsonObject
        {
            ["command"] = "compare",
            ["rounds"] = rounds,
            ["bare"] = Side(bare),
            ["service"] = Side(service),
            ["ratio"] = Math.Round(Rate(service) / Rate(bare), 3),
            ["cpuRatio"] = Math.Round(Cpu(bare) / Cpu(service), 3),
            ["sound"] = bare.Concat(service).All(r => r["sound"]!.GetValue<bool>()),
        };
    }

    private static async Task<JsonObject> NotedAsync(Task<JsonObject> run)
    {
        var result = await run;
        await Console.Error.WriteLineAsync(result.ToJsonString());
        return result;
    }

    private static double Median(IEnumerable<double> numbers)
    {
        var sorted = numbers.Order().ToArray();
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
