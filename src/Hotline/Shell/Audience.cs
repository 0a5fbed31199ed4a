using Hotline.App.Access;

namespace Hotline.App.Shell;

/// <summary>Whether a person in a browser asks, who gets pages and redirects, or a machine, which gets problem details.</summary>
internal static class Audience
{
    private static readonly PathString[] Machines = ["/api", "/open311", "/openapi", "/health"];

    public static bool IsPerson(HttpContext context) =>
        !KeyAuthentication.IsOffered(context.Request)
        && !Array.Exists(Machines, m => context.Request.Path.StartsWithSegments(m, StringComparison.OrdinalIgnoreCase))
        && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
}
