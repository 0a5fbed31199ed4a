using Hotline.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Matters;

/// <summary>The catalogue of matters, for forms and clients.</summary>
public static class ListCategories
{
    /// <summary>A third-level class with the classes above it.</summary>
    public sealed record Line(string Code, string Name, Named Level1, Named Level2);

    public static Ok<IReadOnlyList<Line>> Handle() => TypedResults.Ok<IReadOnlyList<Line>>(
        [.. CategoryCatalogue.Instance.All.Select(c => new Line(c.Code, c.Name, c.Level1, c.Level2))]);
}
