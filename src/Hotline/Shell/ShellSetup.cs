using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Primitives;

namespace Hotline.App.Shell;

/// <summary>The pages: what stands around them, their languages, their errors.</summary>
internal static class ShellSetup
{
    /// <summary>Where the roles' pages are.</summary>
    public static readonly Assembly[] PageAssemblies =
        [Assembly.Load("Hotline.Intake"), Assembly.Load("Hotline.Dispatcher"), Assembly.Load("Hotline.Handlers"), Assembly.Load("Hotline.Reporting")];

    public static IServiceCollection AddShell(this IServiceCollection services)
    {
        services.AddRazorComponents();
        services.AddSingleton<TimelineWords>();
        // Chinese as it is, not as six ASCII characters each.
        services.AddSingleton(HtmlEncoder.Create(UnicodeRanges.All));
        services.AddLocalization();
        services.AddProblemDetails();
        services.Configure<RequestLocalizationOptions>(Language.Configure);
        return services;
    }

    /// <summary>First of all: what follows may fail, and every answer carries the headers.</summary>
    public static IApplicationBuilder UseShell(this IApplicationBuilder app) => app
        .Use(AddHeaders)
        // Machines get the invariant culture: messages of the API are English whatever cookie comes along.
        .UseWhen(Audience.IsPerson, people => people.UseRequestLocalization())
        .UseExceptionHandler(errors => errors.Run(AnswerFaultAsync))
        .UseStatusCodePages(context => AnswerStatusAsync(context.HttpContext, context.HttpContext.Response.StatusCode));

    public static void MapShell(this IEndpointRouteBuilder app)
    {
        StaticFile.Map(app);
        Language.Map(app);
        app.MapRazorComponents<App>().AddAdditionalAssemblies(PageAssemblies);
    }

    private static Task AddHeaders(HttpContext context, RequestDelegate next)
    {
        // At the last moment: whoever answers a fault starts from cleared headers.
        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "same-origin";
            if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
            // Pages and answers carry citizens' matters: no cache keeps them. Static files say otherwise for themselves.
            if (StringValues.IsNullOrEmpty(headers.CacheControl)) headers.CacheControl = "no-store";
            return Task.CompletedTask;
        });
        return next(context);
    }

    private static Task AnswerFaultAsync(HttpContext context)
    {
        var status = context.Features.Get<IExceptionHandlerFeature>()?.Error switch
        {
            BadHttpRequestException bad => bad.StatusCode,
            { } e when context.RequestServices.GetRequiredService<Dialect>().IsAway(e) => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        if (status == StatusCodes.Status503ServiceUnavailable) context.Response.Headers.RetryAfter = "5";
        return AnswerStatusAsync(context, status);
    }

    /// <summary>An answer that has no body yet: a page for people, problem details for machines.</summary>
    private static Task AnswerStatusAsync(HttpContext context, int status)
    {
        if (Audience.IsPerson(context)) return ShowAsync(context, status);

        var (code, detail) = status switch
        {
            StatusCodes.Status400BadRequest => ("invalid", "The request cannot be read."),
            StatusCodes.Status404NotFound => ("not-found", "There is nothing at this address."),
            StatusCodes.Status405MethodNotAllowed => ("method-not-allowed", "This address does not answer this method."),
            StatusCodes.Status413PayloadTooLarge => ("too-large", "The request body is too large."),
            StatusCodes.Status415UnsupportedMediaType => ("unsupported-media-type", "The body must be JSON (Content-Type: application/json)."),
            >= 500 => ("fault", "Something went wrong here; nothing half-done was kept. It may be tried again."),
            _ => ("refused", "The request was refused."),
        };
        return Problems.Of(status, code, detail).ExecuteAsync(context);
    }

    private static async Task ShowAsync(HttpContext context, int status)
    {
        // A page may have begun with the services of this request and left its traces in them: another page needs its own.
        await using var scope = context.RequestServices.CreateAsyncScope();
        var services = context.RequestServices;
        context.RequestServices = scope.ServiceProvider;
        context.Response.Headers.Remove("blazor-enhanced-nav");
        try
        {
            await new RazorComponentResult<ErrorDocument>(new { Status = status }) { StatusCode = status }.ExecuteAsync(context);
        }
        finally
        {
            context.RequestServices = services;
        }
    }
}
