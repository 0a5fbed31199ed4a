using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hotline.Contracts;
using Hotline.Dispatcher;
using Hotline.Dispatcher.Place;

namespace Hotline.App.Cli;

/// <summary>
/// Finds the place of many addresses at once, and of coordinates where boundaries are given. The input line comes out again with <c>street</c>, <c>district</c>,
/// <c>community</c>, <c>grid</c>, <c>entrance</c>, <c>confidence</c> and <c>explanation</c>; a line that cannot be read with <c>error</c> instead.
/// </summary>
internal static class ResolveCommand
{
    /// <summary>Half a location is none: a number that is left out is not 0.</summary>
    private static readonly JsonSerializerOptions Whole = new(Json.Options) { RespectRequiredConstructorParameters = true };

    public static Command Create()
    {
        var input = new Option<FileInfo>("--input") { Description = "JSONL file, {\"text\": …} per line; with boundaries also {\"location\": {\"lat\": …, \"lng\": …}}.", Required = true };
        var output = new Option<FileInfo>("--output") { Description = "JSONL file to write.", Required = true };
        var home = new Option<string?>("--division") { Description = "The hotline's own city or district, as context for bare names; default: none, the whole country." };
        var grids = new Option<FileInfo?>("--grids") { Description = "CSV of grids, as PUT /api/grids takes it; default: none." };
        var boundaries = new Option<FileInfo?>("--boundaries") { Description = "GeoJSON of boundaries, as PUT /api/boundaries takes it; default: none." };
        input.AcceptExistingOnly();
        foreach (var file in (Option<FileInfo?>[])[grids, boundaries])
        {
            file.Validators.Add(r =>
            {
                if (r.GetValueOrDefault<FileInfo?>() is { Exists: false } missing) r.AddError($"{file.Name}: there is no file '{missing.FullName}'.");
            });
        }
        home.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<string?>() is { } code && DivisionDirectory.Instance.Find(code) is null) r.AddError($"--division: there is no division {code}; give a code like 3206 (a city) or 320613 (a district).");
        });
        var command = new Command("resolve", "Finds division, street office and community of addresses.") { input, output, home, grids, boundaries };
        CommandLine.MustHaveFolder(output);
        CommandLine.MustNotOverwrite(command, input, output);
        command.SetAction(async (parsed, ct) =>
            await FinderAsync(parsed.GetValue(home), parsed.GetValue(grids), parsed.GetValue(boundaries), ct) is { } finder
                ? await RunAsync(parsed.GetValue(input)!, parsed.GetValue(output)!, finder, ct) : Exit.WrongCall);
        return command;
    }

    /// <returns>Null where a file is wrong: what is was said.</returns>
    private static async Task<PlaceFinder?> FinderAsync(string? home, FileInfo? grids, FileInfo? boundaries, CancellationToken ct)
    {
        var list = GridBook.Empty;
        if (grids is not null && await ReadAsync(grids, PlaceFile.MostGridBytes, ct) is var csv)
        {
            IReadOnlyList<FileError> errors = [];
            if (csv is null || (list = GridBook.Check(csv, null, DivisionDirectory.Instance, out errors)) is null) return await RefusedAsync(grids, errors);
        }
        var map = Boundaries.Empty;
        if (boundaries is not null && await ReadAsync(boundaries, PlaceFile.MostBoundaryBytes, ct) is var geoJson)
        {
            IReadOnlyList<FileError> errors = [];
            if (geoJson is null || (map = BoundaryFile.Check(geoJson, null, list, DivisionDirectory.Instance, out errors)) is null) return await RefusedAsync(boundaries, errors);
        }
        return new PlaceFinder(AddressResolver.Instance, null, home, list, map, new DispatchSettings().PlaceConfidence);
    }

    private static async Task<string?> ReadAsync(FileInfo file, int most, CancellationToken ct)
    {
        if (file.Length <= most) return await File.ReadAllTextAsync(file.FullName, ct);
        await Console.Error.WriteLineAsync($"{file.FullName} has more than {most} bytes.");
        return null;
    }

    private static async Task<PlaceFinder?> RefusedAsync(FileInfo file, IReadOnlyList<FileError> errors)
    {
        foreach (var error in errors) await Console.Error.WriteLineAsync($"{file.Name}, {error.Where}: {error.Message}");
        return null;
    }

    private static async Task<int> RunAsync(FileInfo input, FileInfo output, PlaceFinder finder, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        int total = 0, found = 0, unreadable = 0;
        await using var writer = new StreamWriter(output.FullName);
        foreach (var line in Jsonl.Each(input, (text, _) => Resolve(text, finder), ct))
        {
            total++;
            if (line["street"] is not null) found++;
            if (line["error"] is not null) unreadable++;
            await writer.WriteLineAsync(line.ToJsonString(Json.Options).AsMemory(), ct);
        }
        await Console.Error.WriteLineAsync($"{total} lines, {found} with a street office, {unreadable} unreadable, in {Stopwatch.GetElapsedTime(started).TotalSeconds:F1} s: {output.FullName}");
        return unreadable > 0 ? Exit.BadNews : Exit.Done;
    }

    private static JsonObject Resolve(string line, PlaceFinder finder)
    {
        JsonObject node;
        string? text;
        Location? location;
        try
        {
            node = JsonNode.Parse(line)?.AsObject() ?? throw new JsonException("null");
            text = node["text"]?.GetValue<string>();
            location = node["location"].Deserialize<Location?>(Whole);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return new JsonObject { ["error"] = "not a JSON object with a string 'text' and, where it is given, a 'location' with the numbers 'lat' and 'lng'", ["line"] = line };
        }
        if (text is null)
        {
            node["error"] = "'text' is missing";
            return node;
        }
        if (location is { } at && (!(Math.Abs(at.Lat) <= 90) || !(Math.Abs(at.Lng) <= 180)))
        {
            node["error"] = "'location' must be degrees of WGS 84: 'lat' from -90 to 90, 'lng' from -180 to 180";
            return node;
        }
        var match = finder.Find(new Matter("", "", text, location));
        node["street"] = match.Street;
        node["district"] = match.District;
        node["community"] = match.Community;
        node["grid"] = match.Grid?.Code;
        node["entrance"] = match.Entrance;
        node["confidence"] = Math.Round(match.Confidence, 4);
        node["explanation"] = JsonSerializer.SerializeToNode(match.Explanation, Json.Options);
        return node;
    }
}
