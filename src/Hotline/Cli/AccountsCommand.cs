using System.CommandLine;
using System.Globalization;
using Hotline.App.Access;
using Hotline.Data;

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
            var clock = services.GetRequiredService<Database>().Clock;
            var accounts = await services.GetRequiredService<Accounts>().ListAsync(token);
            Terminal.List(["user", "created", "state", "unit", "roles", "name"], accounts.Select(a => new[]
            {
                a.UserName, $"{clock.DayOf(a.CreatedAt):yyyy-MM-dd}", State(a, clock), a.Grant.Unit ?? "", a.Grant.Words, a.DisplayName,
            }));
            if (accounts.Count == 0) await Console.Error.WriteLineAsync("There is no account yet: hotline accounts create <user> --role operator");
            return Exit.Done;
        }, ct));
        return command;
    }

    private static string State(Account account, HotlineClock clock) =>
        account.DisabledAt is { } disabled ? $"disabled {clock.DayOf(disabled):yyyy-MM-dd}"
        : account.LockedUntil is { } locked && locked > clock.Now ? $"locked until {clock.Local(locked).ToString("HH:mm", CultureInfo.InvariantCulture)}"
        : "";

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
            await Console.Error.WriteLineAsync($"There is no account {parsed.GetValue(user)} that could be disabled; hotline accounts list shows them.");
            return Exit.BadNews;
        }, ct));
        return command;
    }
}
