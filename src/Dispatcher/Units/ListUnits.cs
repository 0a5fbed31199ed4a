using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Units;

/// <summary>The tree of units: found by words, or a parent's children; by code.</summary>
public static class ListUnits
{
    /// <summary>A unit with what stands directly below it.</summary>
    public sealed record Detail(string Code, string Name, string Kind, string? Parent, string? Division, string? NameEn, IReadOnlyList<Unit> Path, IReadOnlyList<Unit> Children);

    public static async Task<Results<Ok<Page<Unit>>, ProblemHttpResult>> HandleAsync(
        string? q, string? parent, string? kind, string? limit, string? cursor, UnitRegister register, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        var size = Paging.Limit(limit, errors);
        var units = await register.AllAsync(ct);
        if (q is { Length: > 100 }) errors["q"] = ["'q' may have 100 characters at most."];
        if (parent is not null && units.Find(parent) is null) errors["parent"] = [$"There is no unit '{(parent.Length > 64 ? parent[..64] : parent)}'."];
        if (kind is not null && !Kinds.Contains(kind, StringComparer.Ordinal)) errors["kind"] = [$"'kind' must be one of: {string.Join(", ", Kinds)}."];
        var list = $"units?{q}&{parent}&{kind}";
        string[]? after = null;
        if (cursor is not null && !Paging.TryRead(cursor, list, 1, out after)) errors["cursor"] = [Paging.CursorError];
        if (errors.Count > 0) return Problems.Invalid(errors);

        var words = q?.Trim();
        var found = (parent is null ? units.All : units.Children(parent))
            .Where(u => kind is null || u.Kind == kind)
            .Where(u => string.IsNullOrEmpty(words) || u.Name.Contains(words, StringComparison.OrdinalIgnoreCase) || u.Code.StartsWith(words, StringComparison.Ordinal)
                || u.NameEn?.Contains(words, StringComparison.OrdinalIgnoreCase) == true)
            .Where(u => after is null || string.CompareOrdinal(u.Code, after[0]) > 0)
            .Take(size + 1).ToList();
        return TypedResults.Ok(found.ToPage(size, last => Paging.Cursor(list, last.Code)));
    }

    public static async Task<Results<Ok<Detail>, ProblemHttpResult>> OneAsync(string code, UnitRegister register, CancellationToken ct)
    {
        var units = await register.AllAsync(ct);
        if (units.Find(code) is not { } u) return Problems.NotFound("There is no such unit.");
        var path = new List<Unit>();
        for (var up = u.Parent; up is not null && units.Find(up) is { } above && path.Count < 10; up = above.Parent) path.Insert(0, above);
        return TypedResults.Ok(new Detail(u.Code, u.Name, u.Kind, u.Parent, u.Division, u.NameEn, path, [.. units.Children(code)]));
    }

    private static readonly string[] Kinds = ["platform", "district", "street", "community", "department"];
}
