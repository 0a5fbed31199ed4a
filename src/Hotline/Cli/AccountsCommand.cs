using System.CommandLine;
using Hotline.App.Access;
using Spectre.Console;

namespace Hotline.App.Cli;

/// <summary>Accounts of people. A password is never an argument, where other users of the machine could read it.</summary>
internal static class AccountsCommand
{
    public static Command Create() => new("accounts", "Accounts of people who sign in.") { New(), List(), Password(), Disable() };

    private static Argument<string> User() => new("user") { Description = "User name: letters, digits, dots, dashes, underscores." };

    private static Option<bool> FromInput() => new("--password-stdin") { Description = "Reads the password from stdin; else one is made and printed once, on stdout." };

    private static Command New()
    {
        var user = User();
        var display = new Option<string?>("--name") { Description = "The name that is shown. Default: the user name." };
        var roles = KeysCommand.RoleOption();
        var unit = KeysCommand.UnitOption();
        var fromInput = FromInput();
        var command = new Command("create", "Makes an account.") { user, display, roles, unit, fromInput };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var name = parsed.GetValue(user)!;
            var given = parsed.GetValue(fromInput) ? await Console.In.ReadLineAsync(token) ?? "" : null;
            var created = await services.GetRequiredService<Accounts>().CreateAsync(
                name, parsed.GetValue(display) ?? name, parsed.GetValue(roles)!, parsed.GetValue(unit), given, token);
            return created.Refusal is null && given is not null ? Exit.Done : await KeysCommand.PrintAsync(created.Password, created.Refusal);
        }, ct));
        return command;
    }

    private static Command List()
    {
        var command = new Command("list", "All accounts.");
        command.SetAction((_, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var table = new Table().AddColumns("user", "name", "roles", "unit", "created", "locked until", "disabled");
            foreach (var a in await services.GetRequiredService<Accounts>().ListAsync(token))
                table.AddRow(new[]
                {
                    a.UserName, a.DisplayName, a.Grant.Words, a.Grant.Unit ?? "", a.CreatedAt.ToString("u"),
                    a.LockedUntil?.ToString("u") ?? "", a.DisabledAt?.ToString("u") ?? "",
                }.Select(Markup.Escape).ToArray());
            AnsiConsole.Write(table);
            return Exit.Done;
        }, ct));
        return command;
    }

    private static Command Password()
    {
        var user = User();
        var fromInput = FromInput();
        var command = new Command("password", "Gives an account a new password; also unlocks and enables it, and signs out whoever uses it.") { user, fromInput };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            var given = parsed.GetValue(fromInput) ? await Console.In.ReadLineAsync(token) ?? "" : null;
            var password = given ?? Accounts.NewPassword();
            var refusal = await services.GetRequiredService<Accounts>().SetPasswordAsync(parsed.GetValue(user)!, password, token);
            return refusal is null && given is not null ? Exit.Done : await KeysCommand.PrintAsync(password, refusal);
        }, ct));
        return command;
    }

    private static Command Disable()
    {
        var user = User();
        var command = new Command("disable", "Ends an account; whoever uses it is out within seconds. A new password enables it again.") { user };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(async (services, token) =>
        {
            if (await services.GetRequiredService<Accounts>().DisableAsync(parsed.GetValue(user)!, token)) return Exit.Done;
            await Console.Error.WriteLineAsync($"There is no account {parsed.GetValue(user)} that could be disabled.");
            return Exit.BadNews;
        }, ct));
        return command;
    }
}
