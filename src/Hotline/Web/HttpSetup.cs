using Hotline.App.Web;
using Hotline.Contracts;
using Hotline.Intake;

namespace Hotline.App;

/// <summary>The HTTP surface that every process serves.</summary>
internal static class HttpSetup
{
    public static IServiceCollection AddHttp(this IServiceCollection services)
    {
        services.AddProblemDetails();
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
        app.UseExceptionHandler();
    }

    public static void MapHotline(this WebApplication app)
    {
        app.MapHealth();
        app.MapErrors();
        app.MapOpenApi();
        app.MapIntake();
    }
}
