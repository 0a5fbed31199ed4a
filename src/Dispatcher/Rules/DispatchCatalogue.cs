using System.Globalization;
using System.Security.Claims;
using System.Text;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Units;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Rules;

/// <summary>The dispatch catalogue as it is kept: every saved version stays, the latest is in force. What is wrong is refused when it is saved.</summary>
public sealed class DispatchCatalogue(Database database, RoutingBasis basis)
{
    public const int MostBytes = 2_000_000;

    /// <param name="Version">Counts up with every save; 0 where none was saved.</param>
    public sealed record Current(long Version, DateTimeOffset? SavedAt, string? SavedBy, IReadOnlyList<Rule> Rules);

    /// <summary>A rule as JSON shows it.</summary>
    public sealed record Rule(
        string Id, string Category, string? CategoryName, string? Place, TicketKind? Kind, DispatchMode Mode, string? Lead, IReadOnlyList<string> Support, DeadlineClass Class,
        DateOnly? From, DateOnly? To, string? Note);

    /// <param name="Warnings">Rows that are in force and win no more, because later ones took their place everywhere.</param>
    public sealed record Saved(long Version, int Rules, IReadOnlyList<string> Warnings);

    /// <summary>That a version was saved.</summary>
    public sealed record Saving(long Version, DateTimeOffset SavedAt, string SavedBy);

    /// <summary>The catalogue in force as it was saved; version 0 and the columns alone where none was.</summary>
    public async Task<(long Version, string Csv)> ReadAsync(CancellationToken ct) =>
        await database.ReadAsync(db => FindAsync(db, null), ct) is { } row ? (row.Version, row.Csv) : (0, Empty);

    /// <returns>The version saved, or null and every error: then nothing is saved.</returns>
    /// <param name="seen">The version that was changed: refused where another one has been saved since. Left out, the last word counts.</param>
    public async Task<(Saved? Saved, IReadOnlyList<RuleError> Errors)> SaveAsync(string csv, string actor, CancellationToken ct, long? seen = null)
    {
        if (Encoding.UTF8.GetByteCount(csv) > MostBytes || !Validation.IsVisible(csv)) return (null, [new RuleError(0, "", $"The catalogue must be text of {MostBytes} bytes at most, without control characters.", $"目录须为文本，最多 {MostBytes} 字节，不含控制字符。")]);
        var units = (await basis.ReadAsync(database, ct)).Units;
        var errors = Check(csv, units, database.Clock.Today, out var book);
        if (book is null) return (null, errors);
        var version = await database.WriteAsync<long?>(async work =>
            seen is { } read && read != ((await FindAsync(work, null))?.Version ?? 0) ? null : await InsertAsync(work, csv, actor), ct);
        basis.Forget();
        return version is { } saved ? (new Saved(saved, book.Rules.Count, [.. Superseded(book, units, database.Clock.Today).Select(w => $"row {w.Line}: {w.Message}")]), [])
            : (null, [new RuleError(0, "", $"Another version than {seen} has been saved since: look at it first.", $"第 {seen} 版之后已有新版本，没有保存。请先打开新版本，再把修改加进去。")]);
    }

    /// <summary>All that is wrong with a catalogue that is to hold from a day on.</summary>
    /// <param name="book">Null where anything is.</param>
    public static IReadOnlyList<RuleError> Check(string csv, UnitIndex units, DateOnly today, out RuleBook? book)
    {
        book = RuleBook.Check(csv, units, CategoryCatalogue.Instance, out var errors);
        if (book is null) return errors;
        errors = [.. new RuleCoverage(book.Rules, CategoryCatalogue.Instance, RuleCoverage.StreetsOf(units, DivisionDirectory.Instance)).Gaps(units, today)];
        if (errors.Count > 0) book = null;
        return errors;
    }

    /// <summary>Those of the catalogue in force, from today on.</summary>
    public async Task<IReadOnlyList<RuleError>> SupersededAsync(CancellationToken ct)
    {
        var state = await basis.ReadAsync(database, ct);
        return Superseded(state.Rules, state.Units, database.Clock.Today);
    }

    /// <summary>Rows of a catalogue that win no more from a day on, though their own days are not over.</summary>
    public static IReadOnlyList<RuleError> Superseded(RuleBook book, UnitIndex units, DateOnly today) =>
        [.. new RuleCoverage(book.Rules, CategoryCatalogue.Instance, RuleCoverage.StreetsOf(units, DivisionDirectory.Instance)).Unreachable(today)];

    /// <summary>Saves the catalogue that comes with the program where none was saved yet; for <c>hotline init</c>, after the units.</summary>
    /// <exception cref="InvalidDataException">A department that the catalogue names is not among the units.</exception>
    public async Task<bool> InstallDefaultAsync(CancellationToken ct)
    {
        basis.Forget();
        var csv = RuleBook.DefaultCsv;
        var units = (await basis.ReadAsync(database, ct)).Units;
        if (RuleBook.Check(csv, units, CategoryCatalogue.Instance, out var errors) is null)
            throw new InvalidDataException($"The default dispatch catalogue does not fit these units: line {errors[0].Line}, {errors[0].Column}: {errors[0].Message}");
        var installed = await database.WriteAsync(async work =>
        {
            if (await work.ScalarAsync<int>("select count(*) from dispatch_catalogue") > 0) return false;
            await InsertAsync(work, csv, "hotline init");
            return true;
        }, ct);
        basis.Forget();
        return installed;
    }

    /// <param name="version">As <see cref="VersionsAsync"/> lists it; null for the one in force.</param>
    public static async Task<IResult> GetAsync(HttpRequest http, string? version, Database database, CancellationToken ct)
    {
        long? asked = null;
        if (version is not null)
        {
            if (!long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return Problems.Invalid("version", "'version' must be a whole number.");
            asked = number;
        }
        var row = await database.ReadAsync(db => FindAsync(db, asked), ct);
        if (row is null && asked is not null) return Problems.NotFound($"There is no version {asked} of the dispatch catalogue.");
        if (http.Headers.Accept.ToString().Contains("text/csv", StringComparison.OrdinalIgnoreCase))
            return TypedResults.Text(row?.Csv ?? Empty, "text/csv", Encoding.UTF8);
        return TypedResults.Ok(row is null ? new Current(0, null, null, []) : new Current(
            row.Version, database.Clock.Local(row.SavedAt), row.SavedBy,
            [.. RuleBook.Stored(row.Csv, row.Version).Rules.Select(r => new Rule(
                r.Id, Or(r.Category) ?? "*", r.Category.Length == 0 ? null : CategoryCatalogue.Instance.Path(r.Category), Or(r.Place), r.Kind, r.Mode, Or(r.Lead), r.Support,
                r.Class, r.From, r.To, Or(r.Note)))]));
    }

    /// <summary>All saved versions, newest first. To go back to one, read it and save it again: what was in force when is never rewritten.</summary>
    public static async Task<Ok<IReadOnlyList<Saving>>> VersionsAsync(Database database, CancellationToken ct) => TypedResults.Ok<IReadOnlyList<Saving>>(
        [.. (await database.ReadAsync(db => db.QueryAsync<SavingRow>("select version, saved_at, saved_by from dispatch_catalogue order by version desc"), ct))
            .Select(r => new Saving(r.Version, database.Clock.Local(r.SavedAt), r.SavedBy))]);

    public static async Task<Results<Ok<Saved>, ProblemHttpResult>> PutAsync(HttpRequest http, DispatchCatalogue catalogue, ClaimsPrincipal user, CancellationToken ct)
    {
        if (http.ContentType is { } type && !type.StartsWith("text/csv", StringComparison.OrdinalIgnoreCase) && !type.StartsWith("text/plain", StringComparison.OrdinalIgnoreCase))
            return Problems.Of(StatusCodes.Status415UnsupportedMediaType, "unsupported-media-type", "The catalogue is sent as text/csv.");
        if (await SentText.ReadAsync(http.Body, MostBytes, ct) is not { } csv) return Problems.Invalid("body", SentText.Refused("catalogue", MostBytes));
        var (saved, errors) = await catalogue.SaveAsync(csv, user.Actor(), ct);
        if (saved is not null) return TypedResults.Ok(saved);
        return Problems.Invalid(errors.Take(200)
            .GroupBy(e => e.Line == 0 ? "catalogue" : string.Create(CultureInfo.InvariantCulture, $"row {e.Line}{(e.Column.Length == 0 ? "" : ", " + e.Column)}"))
            .ToDictionary(g => g.Key, g => g.Select(e => e.Message).ToArray()));
    }

    private static string Empty => string.Join(',', RuleBook.Columns) + "\n";

    /// <param name="asked">Null for the one in force.</param>
    private static Task<CatalogueRow?> FindAsync(Session db, long? asked) => db.FindAsync<CatalogueRow>("""
        select version, saved_at, saved_by, csv from dispatch_catalogue where version = coalesce(@asked, (select max(version) from dispatch_catalogue))
        """, new { asked });

    private static async Task<long> InsertAsync(Work work, string csv, string actor)
    {
        var version = await RoutingBasis.TouchAsync(work, RoutingBasis.CataloguePart);
        await work.ExecuteAsync("insert into dispatch_catalogue (version, saved_at, saved_by, csv) values (@version, @now, @actor, @csv)",
            new { version, now = work.Now, actor, csv });
        return version;
    }

    private static string? Or(string text) => text.Length == 0 ? null : text;

    private sealed record SavingRow
    {
        public required long Version { get; init; }
        public required DateTimeOffset SavedAt { get; init; }
        public required string SavedBy { get; init; }
    }

    private sealed record CatalogueRow
    {
        public required long Version { get; init; }
        public required DateTimeOffset SavedAt { get; init; }
        public required string SavedBy { get; init; }
        public required string Csv { get; init; }
    }
}
