using System.Diagnostics.CodeAnalysis;

namespace Hotline.App.Shell;

/// <summary>Addresses that a request names for afterwards: only of this site.</summary>
internal static class Local
{
    [SuppressMessage("Design", "CA1055", Justification = "A path within this site, not a URI.")]
    public static string Url(string? wanted) =>
        wanted is ['/', ..] and not ['/', '/' or '\\', ..] && !wanted.Any(char.IsControl) ? wanted : "/";
}
