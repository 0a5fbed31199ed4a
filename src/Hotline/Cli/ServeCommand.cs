using System.CommandLine;
using Hotline.App.Bus;
using Hotline.App.Composition;
using Hotline.App.Demo;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Intake.Search;
using Hotline.Reporting;

namespace Hotline.App.Cli;

/// <summary>Runs the service: the whole HTTP surface, and the consumers and background work of the given roles.</summary>
internal static class ServeCommand
{
    public static Command Create()
    {
        var roles = new Option<string?>("--roles") { Description = $"Roles of this process, separated by commas: {Words.List<Role>()}. Default: all." };
        var urls = new Option<string?>("--urls") { Description = $"Addresses to listen on. Default: {HostSettings.DefaultUrls}, this machine only." };
        var demo = new Option<bool>("--demo") { Description = "Shows the service at work: Chongchuan district, some dozen complaints, simulated units; prints keys and accounts." };
        var command = new Command("serve", "Runs the service; with nothing configured, everything, on SQLite and the in-memory bus, in ./data.") { roles, urls, demo };
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(roles), parsed.GetValue(urls), parsed.GetValue(demo), ct));
        return command;
    }

    private static string[] Addresses(string urls)
    {
        var addresses = urls.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        foreach (var address in addresses)
        {
            try
            {
                BindingAddress.Parse(address);
            }
            catch (FormatException)
            {
                throw new SettingException("--urls", $"'{address}' is no address like {HostSettings.DefaultUrls}");
            }
        }
        return addresses;
    }

    private static async Task<int> RunAsync(string? roleWords, string? urls, bool demo, CancellationToken ct)
    {
        var roles = HostSettings.ReadRoles(roleWords);
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseStaticWebAssets();
        if (demo) builder.Configuration.AddInMemoryCollection(DemoData.Settings);
        builder.Configuration.AddHotlineSettings();
        var settings = HostSettings.Read(builder.Configuration);
        if (settings.RabbitMq is null && roles.Count < Enum.GetValues<Role>().Length)
            throw new SettingException("Bus:Transport", "is 'memory', which joins the roles of one process only; with --roles it must be rabbitmq");

        builder.WebHost.UseUrls(Addresses(urls ?? builder.Configuration["urls"] ?? HostSettings.DefaultUrls));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true)
            .Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("MassTransit", LogLevel.Warning).AddFilter("System", LogLevel.Warning);

        builder.Services.AddHotline(settings, builder.Configuration).AddBus(settings, roles).AddHttp(settings);
        builder.Services.AddHostedService<Relay>();
        if (roles.Contains(Role.Intake))
        {
            builder.Services.AddHostedService(services => services.GetRequiredService<SearchIndexer>());
            builder.Services.AddHostedService(services => services.GetRequiredService<Congestion>());
        }
        if (roles.Contains(Role.Reporting))
        {
            builder.Services.AddHostedService(services => services.GetRequiredService<RollupMerger>());
            builder.Services.AddHostedService(services => services.GetRequiredService<HotIssueFinder>());
        }
        if (roles.Contains(Role.Dispatcher)) builder.Services.AddHostedService(services => services.GetRequiredService<NightlyLearning>());

        await using var app = builder.Build();
        var database = app.Services.GetRequiredService<Database>();
        await CommandLine.OpenAsync(database, settings, ct);
        if (settings.RabbitMq is null) await Relay.RecoverAsync(database, ct);
        if (demo) await DemoData.InstallAsync(app.Services, ct);
        app.UseHttp();
        app.MapHotline();
        await app.StartAsync(ct);
        await Console.Error.WriteLineAsync($"Listening on {string.Join(", ", app.Urls)} as {string.Join(", ", roles.Select(r => r.Word()))}; {database.Dialect.Name}, {(settings.RabbitMq is null ? "in-memory bus" : "RabbitMQ")}. Ctrl+C stops it.");
        try
        {
            if (demo) await new DemoData(app.Services, new Uri(app.Urls.First())).RunAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // Stopped while it was still filing: the service ends as at any other time.
        }
        await app.WaitForShutdownAsync(ct);
        return Exit.Done;
    }
}
