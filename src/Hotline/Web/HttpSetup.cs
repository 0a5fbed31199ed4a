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
    public static IServiceCollection AddHttp(this IServiceCollection services)
    {
        services.AddShell();
        services.AddAccess();
        services.AddExceptionHandler<ProblemMapping>();
        services.AddOpenApi();
        services.Configure<RouteHandlerOptions>(o => o.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(o =>
        {
            Json.Configure(o.SerializerOptions);
            // A member that is left out must be said, not taken for the first word of its list.
            o.SerializerOptions.RespectRequiredConstructorParameters = true;
        });
        return services;
    }

    public static void UseHttp(this WebApplication app)
    {
        app.UseShell();
        app.UseRouting();
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
