using System.CommandLine;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.App.Cli;

/// <summary>Builds the unit tree of a city or district and installs the shipped dispatch catalogue where there is none.</summary>
internal static class InitCommand
{
    public static Command Create()
    {
        var division = new Option<string>("--division") { Description = "Code of the city (4 digits) or district (6 digits), like 320613.", Required = true };
        var command = new Command("init", "Builds the unit tree of a city or district: street offices, communities, departments; and the dispatch catalogue.") { division };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var code = parsed.GetValue(division)!;
            var directory = services.GetRequiredService<DivisionDirectory>();
            if (UnitTree.For(code, directory) is not { } seeds)
            {
                await Console.Error.WriteLineAsync($"--division: '{code}' is no city or district of the directory; give a code like 3206 (a city) or 320613 (a district).");
                return Exit.WrongCall;
            }
            await Console.Error.WriteLineAsync(await InstallAsync(services, code, seeds, token));
            return Exit.Done;
        }, ct));
        return command;
    }

    /// <returns>What was done, in a line for people.</returns>
    public static async Task<string> InstallAsync(IServiceProvider services, string division, IReadOnlyList<UnitSeed> seeds, CancellationToken ct)
    {
        var installed = await services.GetRequiredService<UnitRegister>().InstallAsync(seeds, ct);
        var catalogue = await services.GetRequiredService<DispatchCatalogue>().InstallDefaultAsync(ct);
        var kinds = string.Join(", ", seeds.GroupBy(s => s.Kind).Select(g => $"{g.Count()} {g.Key}"));
        return $"{services.GetRequiredService<DivisionDirectory>().FullName(division)}: {installed.Added} units added, {installed.Known} known ({kinds}); dispatch catalogue {(catalogue ? "installed" : "kept as it is")}.";
    }
}
