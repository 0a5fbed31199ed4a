using System.Security.Claims;
using Hotline.Contracts;

namespace Hotline.App.Shell;

/// <summary>The pages that each role starts from, in the order of their work.</summary>
internal static class Navigation
{
    /// <param name="Text">Key in the shell's texts.</param>
    internal sealed record Entry(string Href, string Text, params string[] Roles);

    private static readonly Entry[] Entries =
    [
        new("/tickets/new", "Nav.File", Roles.Operator),
        new("/desk", "Nav.Desk", Roles.Dispatcher),
        new("/work-orders", "Nav.WorkOrders", Roles.Handler),
        new("/reports/daily", "Nav.Report", Roles.Manager),
        new("/tickets", "Nav.Tickets", Roles.Operator, Roles.Dispatcher, Roles.Manager),
    ];

    public static IEnumerable<Entry> For(ClaimsPrincipal user) =>
        Entries.Where(e => e.Roles.Any(user.IsInRole) || user.IsInRole(Roles.Administrator));

    /// <summary>The entry that a page belongs to: the longest address that it stands under.</summary>
    public static Entry? Of(PathString path) =>
        Entries.Where(e => path.StartsWithSegments(e.Href, StringComparison.OrdinalIgnoreCase)).MaxBy(e => e.Href.Length);
}
