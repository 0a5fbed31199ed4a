using Hotline.Data.Web;

namespace Hotline.App.Access;

/// <summary>What machines are answered; people get pages (<see cref="Shell.Audience"/>).</summary>
internal static class AccessProblems
{
    public static Task UnauthenticatedAsync(HttpContext context)
    {
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.Of(StatusCodes.Status401Unauthorized, "unauthenticated",
            "A valid API key is needed (Authorization: Bearer …), or a sign-in.").ExecuteAsync(context);
    }

    public static Task ForbiddenAsync(HttpContext context) =>
        Problems.Forbidden("The roles of this key or account do not allow this.").ExecuteAsync(context);
}
