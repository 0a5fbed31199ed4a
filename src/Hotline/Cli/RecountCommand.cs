using System.CommandLine;
using Hotline.App.Composition;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.App.Cli;

/// <summary>Counts everything afresh from the roles' own tables and compares with the rollups; exit status 1 where they differ.</summary>
internal static class RecountCommand
{
    /// <summary>Differences shown; the number of all of them is always said.</summary>
    private const int Shown = 50;

    public static Command Create()
    {
        var date = new Option<string?>("--date") { Description = "Only the figures of this day." };
        var fix = new Option<bool>("--fix") { Description = "Correct the rollups." };
        date.Validators.Add(DayOption.Validate);
        var command = new Command("recount", "Counts everything afresh, compares with the rollups, exits 1 where they differ.") { date, fix };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(
            (services, token) => RunAsync(services.GetRequiredService<Database>(), services.GetRequiredService<Recounting>(), Days.Parse(parsed.GetValue(date)), parsed.GetValue(fix), token), ct));
        return command;
    }

    private static async Task<int> RunAsync(Database database, Recounting recounting, DateOnly? day, bool fix, CancellationToken ct)
    {
        var result = await recounting.RunAsync(database, day, fix, ct);
        if (result.Differences.Count > 0)
        {
            Terminal.List(
                ["day", "unit", "by", "code", "measure", "rollup", "counted"],
                result.Differences.Take(Shown).Select(d => new[] { $"{d.Day:yyyy-MM-dd}", d.Unit, d.Dimension, d.Code, d.Measure, $"{d.Rollup}", $"{d.Counted}" }));
            if (result.Differences.Count > Shown) await Console.Error.WriteLineAsync($"The first {Shown} of {result.Differences.Count}.");
        }
        await Console.Error.WriteLineAsync($"{result.Tickets} tickets counted; {result.Differences.Count} figures differ{(fix && result.Differences.Count > 0 ? ", corrected now" : "")}.");
        if (result.Owed > 0) await Console.Error.WriteLineAsync($"{result.Owed} messages are on their way to reporting: differences may be theirs. Count again when they have arrived.");
        if (result.Faulted > 0) await Console.Error.WriteLineAsync($"{result.Faulted} messages to reporting were set aside; see 'hotline errors'.");
        if (result.Differences.Count > 0 && !fix && result.Owed == 0) await Console.Error.WriteLineAsync("To correct the rollups: hotline recount --fix");
        return result.Differences.Count == 0 ? Exit.Done : Exit.BadNews;
    }
}
