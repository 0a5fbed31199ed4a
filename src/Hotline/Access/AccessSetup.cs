using Hotline.App.Shell;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hotline.App.Access;

/// <summary>Who gets in: keys for machines, a cookie for people, and nobody else.</summary>
internal static class AccessSetup
{
    public const string SignInPath = "/sign-in";

    /// <summary>Keys and accounts alone, as the command line needs them too. Wants a <see cref="Database"/>.</summary>
    public static IServiceCollection AddKeysAndAccounts(
        this IServiceCollection services, AccessSettings settings, Func<IServiceProvider, UnitExists> unitExists) => services
            .AddSingleton(settings)
            .AddSingleton(unitExists)
            .AddSingleton<Keys>()
            .AddSingleton<Accounts>();

    /// <summary>The doors. Wants the keys and accounts, and a <see cref="DataKey"/>.</summary>
    public static IServiceCollection AddAccess(this IServiceCollection services)
    {
        services.AddAuthentication(AccessSchemes.Any)
            .AddPolicyScheme(AccessSchemes.Any, null, o => o.ForwardDefaultSelector = context =>
                KeyAuthentication.IsOffered(context.Request) ? AccessSchemes.Key : AccessSchemes.Cookie)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(AccessSchemes.Key, null)
            .AddCookie(AccessSchemes.Cookie);
        services.AddOptions<CookieAuthenticationOptions>(AccessSchemes.Cookie).Configure<AccessSettings>(Configure);
        services.AddAuthorization(o => o.FallbackPolicy = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        services.AddAntiforgery(o =>
        {
            o.Cookie.Name = "hotline-form";
            o.Cookie.SameSite = SameSiteMode.Strict;
            o.Cookie.HttpOnly = true;
            o.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.Replace(ServiceDescriptor.Singleton<IKeyManager, InstallationKeys>());
        services.AddOptions<KestrelServerOptions>().Configure<AccessSettings>((o, access) => o.Limits.MaxRequestBodySize = access.MaxBody);
        return services;
    }

    /// <summary>After routing, before the endpoints.</summary>
    public static IApplicationBuilder UseAccess(this IApplicationBuilder app) => app
        .Use(RefuseLargeBodies)
        .UseAuthentication()
        .Use(RefuseOtherSites)
        .UseAuthorization()
        .UseAntiforgery();

    /// <summary>Signing out; signing in is a page.</summary>
    public static void MapAccess(this IEndpointRouteBuilder app) =>
        app.MapPost("/sign-out", async (HttpContext context, Microsoft.AspNetCore.Antiforgery.IAntiforgery antiforgery) =>
        {
            if (!await antiforgery.IsRequestValidAsync(context)) return Results.BadRequest();
            await context.SignOutAsync(AccessSchemes.Cookie);
            return Results.LocalRedirect(SignInPath);
        }).ExcludeFromDescription().AllowAnonymous();

    private static void Configure(CookieAuthenticationOptions options, AccessSettings settings)
    {
        options.Cookie.Name = "hotline";
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Strict;
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.ExpireTimeSpan = settings.Session;
        options.SlidingExpiration = true;
        options.LoginPath = SignInPath;
        options.ReturnUrlParameter = "returnUrl";
        options.Events.OnRedirectToLogin = context =>
        {
            if (!Audience.IsPerson(context.HttpContext)) return AccessProblems.UnauthenticatedAsync(context.HttpContext);
            context.Response.Redirect(context.RedirectUri);
            return Task.CompletedTask;
        };
        options.Events.OnRedirectToAccessDenied = context =>
        {
            if (!Audience.IsPerson(context.HttpContext)) return AccessProblems.ForbiddenAsync(context.HttpContext);
            context.Response.StatusCode = StatusCodes.Status403Forbidden; // the shell puts its page to it
            return Task.CompletedTask;
        };
        options.Events.OnValidatePrincipal = async context =>
        {
            var accounts = context.HttpContext.RequestServices.GetRequiredService<Accounts>();
            if (await accounts.IsCurrentAsync(context.Principal!, context.HttpContext.RequestAborted)) return;
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(AccessSchemes.Cookie);
        };
    }

    /// <summary>Says at once what Kestrel would say in the middle of the body; an endpoint may have a limit of its own.</summary>
    private static Task RefuseLargeBodies(HttpContext context, RequestDelegate next)
    {
        var most = context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>()?.MaxRequestBodySize ?? context.RequestServices.GetRequiredService<AccessSettings>().MaxBody;
        return context.Request.ContentLength > most
            ? Problems.Of(StatusCodes.Status413PayloadTooLarge, "too-large", $"A request body may have {most} bytes at most.").ExecuteAsync(context)
            : next(context);
    }

    /// <summary>
    /// A cookie travels with whatever the browser sends; SameSite keeps other sites out, but not a neighbour on the same registered domain.
    /// Forms carry an antiforgery token as well; calls of the API do not, so there the browser's own word decides.
    /// </summary>
    private static Task RefuseOtherSites(HttpContext context, RequestDelegate next)
    {
        var harmless = HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
        var byCookie = context.User.Identity is { IsAuthenticated: true, AuthenticationType: AccessSchemes.Cookie };
        return !harmless && byCookie && context.Request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "same-origin")
            ? Problems.Forbidden("The request comes from another site.").ExecuteAsync(context)
            : next(context);
    }
}
