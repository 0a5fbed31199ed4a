using System.Security.Claims;
using Hotline.Contracts;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;

namespace Hotline.Data.Web;

/// <summary>Who is calling, from a key or a sign-in.</summary>
public static class Caller
{
    /// <summary>Claim with the code of the unit that a handler acts for.</summary>
    public const string UnitClaim = "unit";

    /// <summary>For the timeline.</summary>
    public static string Actor(this ClaimsPrincipal user) => user.Identity?.Name
        ?? throw new InvalidOperationException("An endpoint that records its actor must require a role.");

    public static string? Unit(this ClaimsPrincipal user) => user.FindFirstValue(UnitClaim);

    /// <summary>Whether the caller may act for a unit: its own handlers, and the administrator.</summary>
    public static bool ActsFor(this ClaimsPrincipal user, string unit) =>
        user.IsInRole(Roles.Administrator) || (user.IsInRole(Roles.Handler) && user.Unit() == unit);

    /// <summary>Whether the caller sees beyond one unit: everybody of the platform.</summary>
    public static bool SeesAll(this ClaimsPrincipal user) =>
        user.IsInRole(Roles.Administrator) || user.IsInRole(Roles.Operator) || user.IsInRole(Roles.Dispatcher) || user.IsInRole(Roles.Manager);

    /// <summary>Lets in those who carry one of the roles, and the administrator; 401 without a key or sign-in, 403 with the wrong role.</summary>
    public static TBuilder RequireRole<TBuilder>(this TBuilder endpoint, params string[] roles) where TBuilder : IEndpointConventionBuilder =>
        endpoint.RequireAuthorization(new AuthorizationPolicyBuilder().RequireRole([.. roles, Roles.Administrator]).Build());
}
