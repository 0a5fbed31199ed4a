using System.Security.Claims;
using System.Text;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Place;

/// <summary>The list of grids and the boundaries as they are kept: the text that was sent, whole, and only the latest. What is wrong is refused when it is saved.</summary>
public sealed class PlaceFile(Database database, RoutingBasis basis)
{
    public const int MostGridBytes = 8_000_000, MostBoundaryBytes = 16_000_000;

    public sealed record SavedGrids(long Version, int Grids, int Rows);

    public sealed record SavedBoundaries(long Version, int Streets, int Communities, int Grids);

    /// <param name="Version">Counts up with every save; 0 where none was saved.</param>
    public sealed record CurrentGrids(long Version, DateTimeOffset? SavedAt, string? SavedBy, IReadOnlyList<GridRow> Rows);

    /// <summary>That a file was saved.</summary>
    public sealed record Saving(long Version, DateTimeOffset SavedAt, string SavedBy);

    /// <summary>Saves the list of grids in place of the one in force.</summary>
    /// <returns>What was saved, or null and every error: then nothing is saved.</returns>
    public async Task<(SavedGrids? Saved, IReadOnlyList<FileError> Errors)> SaveGridsAsync(string csv, string actor, CancellationToken ct)
    {
        var state = await basis.ReadAsync(database, ct);
        if (GridBook.Check(csv, state.Units, DivisionDirectory.Instance, out var errors, ct) is not { } book) return (null, errors);
        return (new SavedGrids(await SaveAsync(RoutingBasis.GridsPart, csv, actor, ct), book.Grids.Count, book.Rows.Count), []);
    }

    /// <summary>Saves boundaries in place of those in force.</summary>
    /// <returns>What was saved, or null and every error: then nothing is saved.</returns>
    public async Task<(SavedBoundaries? Saved, IReadOnlyList<FileError> Errors)> SaveBoundariesAsync(string geoJson, string actor, CancellationToken ct)
    {
        var state = await basis.ReadAsync(database, ct);
        if (BoundaryFile.Check(geoJson, state.Units, state.Grids, DivisionDirectory.Instance, out var errors) is not { } boundaries) return (null, errors);
        var version = await SaveAsync(RoutingBasis.BoundariesPart, geoJson, actor, ct);
        return (new SavedBoundaries(version, boundaries.CountOf(AreaLevel.Street), boundaries.CountOf(AreaLevel.Community), boundaries.CountOf(AreaLevel.Grid)), []);
    }

    /// <summary>Who saved what is in force of each part, and when.</summary>
    public async Task<IReadOnlyDictionary<string, Saving>> SavingsAsync(CancellationToken ct) =>
        (await database.ReadAsync(db => db.QueryAsync<SavingRow>("select part, version, saved_at, saved_by from dispatch_place_file"), ct))
            .ToDictionary(r => r.Part, r => new Saving(r.Version, database.Clock.Local(r.SavedAt), r.SavedBy), StringComparer.Ordinal);

    /// <param name="format">json or csv; left out, as the header Accept asks.</param>
    public static async Task<IResult> GetGridsAsync(HttpRequest http, string? format, Database database, CancellationToken ct)
    {
        if (format is not (null or "json" or "csv")) return Problems.Invalid("format", "'format' must be json or csv.");
        var row = await database.ReadAsync(db => FindAsync(db, RoutingBasis.GridsPart), ct);
        if (format == "csv" || format is null && http.Headers.Accept.ToString().Contains("text/csv", StringComparison.OrdinalIgnoreCase))
            return TypedResults.Text(row?.Body ?? string.Join(',', GridBook.Columns) + "\n", "text/csv", Encoding.UTF8);
        return TypedResults.Ok(row is null ? new CurrentGrids(0, null, null, []) : new CurrentGrids(row.Version, database.Clock.Local(row.SavedAt), row.SavedBy, GridBook.Stored(row.Body).Rows));
    }

    /// <summary>One grid, for everybody who is signed in; the officer who looks after it for the platform, and for the units in whose area the grid lies.</summary>
    public static async Task<Results<Ok<Grid>, ProblemHttpResult>> GetGridAsync(string code, ClaimsPrincipal user, Database database, RoutingBasis basis, CancellationToken ct)
    {
        var state = await basis.ReadAsync(database, ct);
        if (state.Grids.Find(code) is not { } grid) return Problems.NotFound("There is no such grid.");
        return TypedResults.Ok(grid.SeenBy(user, state.Units));
    }

    public static async Task<Results<Ok<SavedGrids>, ProblemHttpResult>> PutGridsAsync(HttpRequest http, PlaceFile files, ClaimsPrincipal user, CancellationToken ct)
    {
        if (!IsSentAs(http, "text/csv", "text/plain")) return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The grids are sent as text/csv.");
        if (await SentText.ReadAsync(http.Body, MostGridBytes, ct) is not { } csv) return Problems.Invalid("body", SentText.Refused("list of grids", MostGridBytes));
        var (saved, errors) = await files.SaveGridsAsync(csv, user.Actor(), ct);
        return saved is not null ? TypedResults.Ok(saved) : Invalid(errors);
    }

    public static async Task<IResult> GetBoundariesAsync(Database database, CancellationToken ct) => TypedResults.Text(
        await database.ReadAsync(db => BodyAsync(db, RoutingBasis.BoundariesPart), ct) ?? """{"type":"FeatureCollection","features":[]}""", "application/geo+json", Encoding.UTF8);

    public static async Task<Results<Ok<SavedBoundaries>, ProblemHttpResult>> PutBoundariesAsync(HttpRequest http, PlaceFile files, ClaimsPrincipal user, CancellationToken ct)
    {
        if (!IsSentAs(http, "application/geo+json", "application/json"))
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "Boundaries are sent as application/geo+json.");
        if (await SentText.ReadAsync(http.Body, MostBoundaryBytes, ct) is not { } geoJson) return Problems.Invalid("body", SentText.Refused("boundaries", MostBoundaryBytes));
        var (saved, errors) = await files.SaveBoundariesAsync(geoJson, user.Actor(), ct);
        return saved is not null ? TypedResults.Ok(saved) : Invalid(errors);
    }

    /// <summary>The text in force; null where there is none.</summary>
    internal static Task<string?> BodyAsync(Session db, string part) => db.FindAsync<string>("select body from dispatch_place_file where part = @part", new { part });

    private static Task<FileRow?> FindAsync(Session db, string part) =>
        db.FindAsync<FileRow>("select version, saved_at, saved_by, body from dispatch_place_file where part = @part", new { part });

    private async Task<long> SaveAsync(string part, string body, string actor, CancellationToken ct)
    {
        var version = await database.WriteAsync(async work =>
        {
            var row = new { part, version = await RoutingBasis.TouchAsync(work, part), now = work.Now, actor, body };
            if (await work.ExecuteAsync("update dispatch_place_file set version = @version, saved_at = @now, saved_by = @actor, body = @body where part = @part", row) == 0)
                await work.ExecuteAsync("insert into dispatch_place_file (part, version, saved_at, saved_by, body) values (@part, @version, @now, @actor, @body)", row);
            return row.version;
        }, ct);
        basis.Forget();
        return version;
    }

    private static bool IsSentAs(HttpRequest http, params ReadOnlySpan<string> types)
    {
        if (http.ContentType is not { } sent) return true;
        foreach (var type in types)
            if (sent.StartsWith(type, StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }

    private static ProblemHttpResult Invalid(IReadOnlyList<FileError> errors) =>
        Problems.Invalid(errors.GroupBy(e => e.Where).ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray()));

    private sealed record SavingRow
    {
        public required string Part { get; init; }
        public required long Version { get; init; }
        public required DateTimeOffset SavedAt { get; init; }
        public required string SavedBy { get; init; }
    }

    private sealed record FileRow
    {
        public required long Version { get; init; }
        public required DateTimeOffset SavedAt { get; init; }
        public required string SavedBy { get; init; }
        public required string Body { get; init; }
    }
}
