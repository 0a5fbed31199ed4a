using System.CommandLine;
using Hotline.App.Access;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.App.Cli;

/// <summary>API keys of machine clients. A new key is printed once, alone on stdout, so that a script can take it.</summary>
internal static class KeysCommand
{
    public static Command Create() => new("keys", "API keys of machine clients.") { New(), List(), Revoke() };

    /// <summary>For commands that grant something.</summary>
    public static Option<string[]> RoleOption() => new("--role")
    {
        Description = $"One or several of: {string.Join(", ", Roles.All)}.",
        Required = true,
        AllowMultipleArgumentsPerToken = true,
    };

    public static Option<string?> UnitOption() => new("--unit") { Description = "Code of the unit that a handler acts for." };

    /// <summary>What was refused goes to stderr, what was made to stdout.</summary>
    public static async Task<int> PrintAsync(string? made, string? refusal)
    {
        if (refusal is not null)
        {
            await Console.Error.WriteLineAsync(refusal);
            return Exit.WrongCall;
        }
        Console.WriteLine(made);
        return Exit.Done;
    }

    private static Command New()
    {
        var roles = RoleOption();
        var unit = UnitOption();
        var name = new Option<string?>("--name") { Description = "Whose key it is, as timelines will show it. Default: its roles, as in operator-key." };
        var command = new Command("create", "Makes a key and prints it once, on stdout; only its hash is kept.") { roles, unit, name };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var granted = parsed.GetValue(roles)!;
            var created = await services.GetRequiredService<Keys>().CreateAsync(
                parsed.GetValue(name) ?? $"{string.Join('-', granted)}-key", granted, parsed.GetValue(unit), token);
            return await PrintAsync(created.Key, created.Refusal);
        }, ct));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All keys ever made, newest first.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var clock = services.GetRequiredService<Database>().Clock;
            var keys = await services.GetRequiredService<Keys>().ListAsync(token);
            Terminal.List(["id", "created", "revoked", "unit", "roles", "name"], keys.Select(key => new[]
            {
                key.Id, $"{clock.DayOf(key.CreatedAt):yyyy-MM-dd}", key.RevokedAt is { } revoked ? $"{clock.DayOf(revoked):yyyy-MM-dd}" : "",
                key.Grant.Unit ?? "", key.Grant.Words, key.Name,
            }));
            if (keys.Count == 0) await Console.Error.WriteLineAsync("There is no key yet: hotline keys create --role operator --name \"front desk\"");
            return Exit.Done;
        }, ct));
        return command;
    }

    private static Command Revoke()
    {
        var id = new Argument<string>("id") { Description = "The part of the key between the underscores; keys list shows it." };
        var command = new Command("revoke", "Ends a key; it stops working within seconds in every process.") { id };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            if (await services.GetRequiredService<Keys>().RevokeAsync(parsed.GetValue(id)!, token)) return Exit.Done;
            await Console.Error.WriteLineAsync($"There is no key {parsed.GetValue(id)} that could be revoked; hotline keys list shows them.");
            return Exit.BadNews;
        }, ct));
        return command;
    }
}
