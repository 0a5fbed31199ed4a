using Hotline.Data;
using Hotline.Intake;

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
        services.AddIntake();
        services.AddSingleton(new Known(_ => true, (_, _) => Task.FromResult(true)));
        return services;
    }
}
