using System.Security.Claims;
using Hotline.Contracts;
using Hotline.Data.Web;

namespace Hotline.App.Access;

/// <summary>Whether a code stands in the tree of units; given by the composition.</summary>
public delegate Task<bool> UnitExists(string code, CancellationToken ct);

/// <summary>What a key or an account may do: its roles, and the unit that a handler acts for.</summary>
public sealed record Grant(IReadOnlyList<string> Roles, string? Unit)
{
    /// <summary>Timelines name a role of the service where it decided by itself; nobody else may go by such a name.</summary>
    public static bool IsReserved(string name) => Contracts.Words.TryParse<Role>(name.Trim().ToLowerInvariant(), out _);

    /// <summary>As stored: words with a space between.</summary>
    public string Words => string.Join(' ', Roles);

    public static Grant Read(string words, string? unit) => new(words.Split(' '), unit);

    /// <returns>Why this cannot be granted, or null.</returns>
    public async Task<string?> RefusalAsync(UnitExists unitExists, CancellationToken ct)
    {
        if (Roles.Count == 0) return $"A role is needed: {string.Join(", ", Contracts.Roles.All)}.";
        if (Roles.FirstOrDefault(r => !Contracts.Roles.All.Contains(r)) is { } unknown)
            return $"'{unknown}' is no role: {string.Join(", ", Contracts.Roles.All)}.";
        if (Roles.Distinct().Count() != Roles.Count) return "A role is named twice.";
        var handler = Roles.Contains(Contracts.Roles.Handler);
        if (handler && Unit is null) return "A handler acts for a unit: name its code.";
        if (!handler && Unit is not null) return "Only a handler acts for a unit.";
        return Unit is null || await unitExists(Unit, ct) ? null : $"There is no unit {Unit}.";
    }

    public IEnumerable<Claim> Claims() =>
        [.. Roles.Select(r => new Claim(ClaimTypes.Role, r)), .. Unit is null ? Array.Empty<Claim>() : [new Claim(Caller.UnitClaim, Unit)]];
}
