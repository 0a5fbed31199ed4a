using Hotline.App.Access;
using Hotline.Data;
using Hotline.Dispatcher;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Units;
using Hotline.Handlers;
using Hotline.Intake;
using Hotline.Reporting;

namespace Hotline.App.Composition;

/// <summary>What every process and every command has: the database and all roles' use cases.</summary>
internal static class HotlineServices
{
    public static IServiceCollection AddHotline(this IServiceCollection services, HostSettings settings, IConfiguration configuration)
    {
        services.AddSingleton(settings);
        services.AddSingleton(settings.Dialect);
        services.AddSingleton(settings.DataKey);
        services.AddSingleton(settings.Outbox);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(new HotlineClock(TimeProvider.System, settings.TimeZone));
        services.AddSingleton<Outbox>();
        services.AddSingleton<Database>();
        services.AddSingleton<Timeline>();
        services.AddSingleton<Faults>();
        services.AddSingleton<OutboxLag>();
        services.AddSingleton<Inbox>();
        services.AddLocalization();
        services.AddSingleton(Read(() => DispatchSettings.Read(configuration, settings.Division)));
        services.AddSingleton(Bind<DeadlineSettings>(configuration, "Deadlines", s => s.Errors()));
        services.AddSingleton(Bind<ReturnSettings>(configuration, "Returns", s => s.Errors()));
        services.AddSingleton(Bind<RepeatSettings>(configuration, "Repeats", s => s.Errors()));
        services.AddIntake().AddDispatcher().AddHandlers().AddReporting();
        services.AddSingleton<TicketFile>();
        services.AddSingleton<Recounting>();
        services.AddSingleton(provider => new HotTicketSource(async (from, to, most, ct) =>
        {
            // One more shows whether there are more.
            var matters = await provider.GetRequiredService<TicketQuery>().MattersAsync(from, to, most + 1, ct);
            return ([.. matters.Take(most).Select(m => new HotTicket(m.Number, m.FiledAt, m.Title, m.Description, null, m.Person, m.Supporters))], matters.Count <= most);
        }));
        services.AddSingleton(provider => new Known(
            code => provider.GetRequiredService<CategoryCatalogue>().Find(code) is not null,
            async (code, ct) => await provider.GetRequiredService<UnitRegister>().FindAsync(code, ct) is not null)
        {
            KindOf = (title, description) => KindReader.Read(title, description).Kind,
            Categories = Offered(provider.GetRequiredService<CategoryCatalogue>()),
        });
        services.AddSingleton(provider => new DispatchLookup(
            provider.GetRequiredService<Known>().IsUnit,
            provider.GetRequiredService<Known>().IsCategory,
            async (ticket, round, user, ct) => await provider.GetRequiredService<DecisionQuery>().GridAsync(ticket, round, user, ct) is { } grid
                ? new WorkOrderGrid(grid.Code, grid.Name, grid.Entrance, grid.Worker, grid.Phone) : null,
            (tickets, ct) => provider.GetRequiredService<DecisionQuery>().RoundsAsync(tickets, (description, why) => new DecidedRound(description, why), ct)));
        services.AddKeysAndAccounts(
            Bind<AccessSettings>(configuration, "Access", _ => []),
            provider => new UnitExists(provider.GetRequiredService<Known>().IsUnit));
        return services;
    }

    private static List<(string Code, string Name, string Path)> Offered(CategoryCatalogue catalogue) =>
        [.. catalogue.All.Select(c => (c.Code, c.Name, catalogue.Path(c.Code)))];

    /// <summary>A section over its defaults, refused with the first thing that is wrong in it.</summary>
    private static T Bind<T>(IConfiguration configuration, string section, Func<T, IReadOnlyList<string>> errors) where T : class, new()
    {
        var settings = Read(() => configuration.GetSection(section).Get<T>() ?? new T());
        return errors(settings) is [var first, ..] ? throw new SettingException(first) : settings;
    }

    private static T Read<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is FormatException or InvalidOperationException)
        {
            throw new SettingException(e.Message);
        }
    }
}
