using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hotline.Contracts;
using Hotline.Dispatcher.Place;

namespace Hotline.App.Cli;

/// <summary>
/// Finds the place of many addresses at once. The input line comes out again with <c>street</c>, <c>district</c>, <c>community</c>,
/// <c>confidence</c> and <c>explanation</c>; a line that cannot be read with <c>error</c> instead.
/// </summary>
internal static class ResolveCommand
{
    /// <summary>Lines resolved in parallel between two writes: order is kept, memory is bounded.</summary>
    private const int Block = 4096;

    public static Command Create()
    {
        var input = new Option<FileInfo>("--input") { Description = "JSONL file, {\"text\": …} per line.", Required = true };
        var output = new Option<FileInfo>("--output") { Description = "JSONL file to write.", Required = true };
        var home = new Option<string?>("--division") { Description = "The hotline's own city or district, as context for bare names; default: none, the whole country." };
        input.AcceptExistingOnly();
        home.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } code && DivisionDirectory.Instance.Find(code) is null) r.AddError($"--division: there is no division {code}; give a code like 3206 (a city) or 320613 (a district).");
        });
        var command = new Command("resolve", "Finds division, street office and community of addresses.") { input, output, home };
        CommandLine.MustHaveFolder(output);
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(input)!, parsed.GetValue(output)!, parsed.GetValue(home), ct));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo input, FileInfo output, string? home, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        int total = 0, found = 0, unreadable = 0;
        await using var writer = new StreamWriter(output.FullName);
        foreach (var block in File.ReadLines(input.FullName).Where(l => !string.IsNullOrWhiteSpace(l)).Chunk(Block))
        {
            var resolved = block.AsParallel().AsOrdered().WithCancellation(ct).Select(line => Resolve(line, home)).ToList();
            foreach (var line in resolved)
            {
                total++;
                if (line["street"] is not null) found++;
                if (line["error"] is not null) unreadable++;
                await writer.WriteLineAsync(line.ToJsonString(Json.Options).AsMemory(), ct);
            }
        }
        await Console.Error.WriteLineAsync($"{total} lines, {found} with a street office, {unreadable} unreadable, in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: {output.FullName}");
        return unreadable > 0 ? Exit.BadNews : Exit.Done;
    }

    private static JsonObject Resolve(string line, string? home)
    {
        JsonObject node;
        string? text;
        try
        {
            node = JsonNode.Parse(line)?.AsObject() ?? throw new JsonException("null");
            text = node["text"]?.GetValue<string>();
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return new JsonObject { ["error"] = "not a JSON object with a string 'text'", ["line"] = line };
        }
        if (text is null)
        {
            node["error"] = "'text' is missing";
            return node;
        }
        var match = AddressResolver.Instance.Resolve(text, home);
        node["street"] = match.Street;
        node["district"] = match.District;
        node["community"] = match.Community;
        node["confidence"] = Math.Round(match.Confidence, 4);
        node["explanation"] = JsonSerializer.SerializeToNode(match.Explanation, Json.Options);
        return node;
    }
}
