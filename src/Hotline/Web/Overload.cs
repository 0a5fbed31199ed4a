using System.Threading.RateLimiting;
using Hotline.App.Shell;
using Hotline.Data;
using Hotline.Data.Web;

namespace Hotline.App.Web;

/// <summary>
/// What the service does when more is asked of it than it can do (过载): it answers some calls well and refuses the others at once, with 503 and the
/// seconds to wait in <c>Retry-After</c>. A call is refused when too many are being answered already, and a new ticket over the API also when
/// the roles do not keep up (<see cref="Congestion"/>).
/// </summary>
internal static class Overload
{
    private const int RetryAfterSeconds = 2;

    public static IServiceCollection AddOverload(this IServiceCollection services, HostSettings settings)
    {
        services.AddSingleton<Congestion>();
        return services.AddRateLimiter(limiter =>
        {
            limiter.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, bool>(http => http.Request.Path.StartsWithSegments("/health")
                ? RateLimitPartition.GetNoLimiter(true)
                : RateLimitPartition.GetConcurrencyLimiter(false, _ => new ConcurrencyLimiterOptions { PermitLimit = settings.Requests }));
            limiter.RejectionStatusCode = StatusCodes.Status503ServiceUnavailable;
            limiter.OnRejected = (context, _) => new ValueTask(RefuseAsync(context.HttpContext, "More calls are being answered than the service can do."));
        });
    }

    public static IApplicationBuilder UseOverload(this IApplicationBuilder app) => app.UseRateLimiter().Use(RefuseTickets);

    private static Task RefuseTickets(HttpContext http, RequestDelegate next) =>
        HttpMethods.IsPost(http.Request.Method) && http.Request.Path == "/api/tickets" && http.RequestServices.GetRequiredService<Congestion>().Refuses
            ? RefuseAsync(http, "More tickets are filed than get dispatched.")
            : next(http);

    private static Task RefuseAsync(HttpContext http, string why)
    {
        http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        http.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
        return Audience.IsPerson(http)
            ? Task.CompletedTask // the shell puts its page to it
            : Problems.Of(StatusCodes.Status503ServiceUnavailable, "overloaded", $"{why} Nothing was kept; try again in {RetryAfterSeconds} seconds.").ExecuteAsync(http);
    }
}
