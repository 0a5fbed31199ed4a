using System.Text.Json.Serialization.Metadata;
using Hotline.App.Access;
using Hotline.App.Composition;
using Hotline.App.Shell;
using Hotline.App.Web;
using Hotline.Contracts;
using Hotline.Dispatcher;
using Hotline.Handlers;
using Hotline.Intake;
using Hotline.Reporting;

namespace Hotline.App;

/// <summary>The HTTP surface that every process serves.</summary>
internal static class HttpSetup
{
    public static IServiceCollection AddHttp(this IServiceCollection services, HostSettings settings)
    {
        services.AddOverload(settings);
        services.AddShell();
        services.AddAccess();
        services.AddExceptionHandler<ProblemMapping>();
        services.AddOpenApi();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o =>
        {
            Json.Configure(o.SerializerOptions);
            o.SerializerOptions.TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { RequireWhatHasNoDefault } };
        });
        return services;
    }

    /// <summary>A member that is left out must be said, not taken for the first word of its list; what may be null may be left out.</summary>
    private static void RequireWhatHasNoDefault(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (property.Set is not null && property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false } parameter && Nullable.GetUnderlyingType(parameter.ParameterType) is null)
                property.IsRequired = true;
        }
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseShell();
        app.UseRouting();
        app.UseOverload();
        app.UseAccess();
    }

    public static void MapHotline(this WebApplication app)
    {
        app.MapHealth();
        app.MapErrors();
        app.MapOpenApi();
        app.MapAccess();
        app.MapShell();
        app.MapIntake();
        app.MapDispatcher();
        app.MapHandlers();
        app.MapReporting();
        TicketFile.Map(app);
    }
}
