using System.CommandLine;
using Hotline.App.Composition;
using Hotline.Data;

namespace Hotline.App.Cli;

/// <summary>Exit status: 0 done, 1 it ran and the answer is bad news, 2 the call is wrong.</summary>
internal static class Exit
{
    public const int Done = 0;
    public const int BadNews = 1;
    public const int WrongCall = 2;
}

/// <summary>
/// What all commands share. Settings may be given as <c>--Database:Engine=postgresql</c> after any command, as environment variables
/// (<c>HOTLINE__Database__Engine</c>) or in <c>appsettings.json</c>, the former winning.
/// </summary>
internal static class CommandLine
{
    public static async Task<int> RunAsync(RootCommand root, string[] args)
    {
        var parsed = root.Parse([.. args.Where(a => !IsSetting(a))]);
        if (parsed.Errors.Count > 0)
        {
            // A command that is misspelt is missing as well; saying so twice helps nobody.
            var errors = parsed.UnmatchedTokens.Count > 0 ? parsed.Errors.Where(e => e.SymbolResult is not System.CommandLine.Parsing.CommandResult || parsed.UnmatchedTokens.Any(t => e.Message.Contains(t, StringComparison.Ordinal))) : parsed.Errors;
            foreach (var error in errors)
            {
                var option = (error.SymbolResult as System.CommandLine.Parsing.OptionResult)?.Option.Name;
                await Console.Error.WriteLineAsync(option is null || error.Message.Contains(option, StringComparison.Ordinal) ? error.Message : $"{option}: {error.Message}");
            }
            if (parsed.CommandResult.Command is { Subcommands.Count: > 0, Action: null } between)
                await Console.Error.WriteLineAsync($"Commands: {string.Join(", ", between.Subcommands.Select(c => c.Name))}");
            await Console.Error.WriteLineAsync($"See: {string.Join(' ', PathTo(parsed.CommandResult))} --help");
            return Exit.WrongCall;
        }
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        }
        catch (Exception e) when (e is SettingException or NewerSchemaException or OlderSchemaException)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return Exit.BadNews;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A file or an address that cannot be used: a matter of the machine, and its message names it.
            await Console.Error.WriteLineAsync(e.Message);
            return Exit.BadNews;
        }
    }

    /// <summary>The command with those it stands below: <c>hotline categories train</c>.</summary>
    private static IEnumerable<string> PathTo(System.CommandLine.Parsing.CommandResult command) =>
        command.Parent is System.CommandLine.Parsing.CommandResult above ? [.. PathTo(above), command.Command.Name] : ["hotline"];

    public static IConfigurationBuilder AddHotlineSettings(this IConfigurationBuilder configuration) => configuration
        .AddJsonFile(Path.Combine(AppContext.BaseDirectory, "appsettings.json"), optional: true)
        .AddJsonFile(Path.Combine(Directory.GetCurrentDirectory(), "appsettings.json"), optional: true)
        .AddEnvironmentVariables()
        .AddEnvironmentVariables("HOTLINE__")
        .AddCommandLine([.. Environment.GetCommandLineArgs().Skip(1).Where(IsSetting)]);

    /// <summary>Opens the configured database, migrated, with all use cases, for a command that works on it directly.</summary>
    public static async Task<int> WithDatabaseAsync(Func<IServiceProvider, CancellationToken, Task<int>> run, CancellationToken ct, bool migrate = true)
    {
        var configuration = new ConfigurationBuilder().AddHotlineSettings().Build();
        var settings = HostSettings.Read(configuration);
        var services = new ServiceCollection().AddLogging().AddHotline(settings, configuration);
        await using var provider = services.BuildServiceProvider();
        var database = provider.GetRequiredService<Database>();
        if (migrate) await OpenAsync(database, settings, ct);
        return await run(provider, ct);
    }

    /// <summary>A file to write: its folder must be there.</summary>
    public static void MustHaveFolder(Option option) => option.Validators.Add(r =>
    {
        if (r.GetValueOrDefault<FileInfo?>() is { Directory.Exists: false } file) r.AddError($"{option.Name}: there is no folder '{file.DirectoryName}'.");
    });

    /// <summary>A file that is read while another is written: writing empties it first.</summary>
    public static void MustNotOverwrite(Command command, Option input, Option output) => command.Validators.Add(r =>
    {
        if (r.GetResult(input)?.GetValueOrDefault<FileInfo?>() is { } from && r.GetResult(output)?.GetValueOrDefault<FileInfo?>() is { } to && IsSame(from, to)) r.AddError($"{output.Name}: must be another file than {input.Name}, which is read while it is written.");
    });

    private static bool IsSame(FileInfo one, FileInfo other) =>
        one.FullName == other.FullName || one.Exists && other.Exists && Target(one) == Target(other);

    private static string Target(FileInfo file) => file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? file.FullName;

    /// <summary>Migrates, or says in one line why the database cannot be used.</summary>
    public static async Task<IReadOnlyList<Migrations.Script>> OpenAsync(Database database, HostSettings settings, CancellationToken ct)
    {
        try
        {
            if (settings.MigrateOnStart || database.Dialect.SingleWriter) return await Migrations.ApplyAsync(database, ct);
            await Migrations.CheckAsync(database, ct);
            return [];
        }
        catch (Exception e) when (e is System.Data.Common.DbException or TimeoutException or System.Net.Sockets.SocketException)
        {
            throw new SettingException("Database:ConnectionString", $"the {database.Dialect.Name} database cannot be opened: {e.Message.ReplaceLineEndings(" ")}");
        }
    }

    /// <summary><c>--Section:Key=value</c>: settings always have a colon, options never.</summary>
    private static bool IsSetting(string argument) =>
        argument.StartsWith("--", StringComparison.Ordinal) && argument.IndexOf('=', StringComparison.Ordinal) is var equals and > 0 && argument[..equals].Contains(':', StringComparison.Ordinal);
}
