using System.CommandLine;
using Hotline.Data;

namespace Hotline.App.Cli;

internal static class MigrateCommand
{
    public static Command Create()
    {
        var command = new Command("migrate", "Brings the configured database to this version; refuses a newer one.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var database = services.GetRequiredService<Database>();
            var applied = await CommandLine.OpenAsync(database, services.GetRequiredService<HostSettings>() with { MigrateOnStart = true }, token);
            foreach (var script in applied) await Console.Error.WriteLineAsync($"applied {script.Name}");
            await Console.Error.WriteLineAsync($"The {database.Dialect.Name} database is at version {Migrations.For(database.Dialect).Max(s => s.Version)}.");
            return Exit.Done;
        }, ct, migrate: false));
        return command;
    }
}
