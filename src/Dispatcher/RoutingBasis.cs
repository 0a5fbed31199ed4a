using System.Diagnostics.CodeAnalysis;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher;

/// <summary>
/// The units, the dispatch catalogue, the category model, the grids and the boundaries that decisions are made from, kept in memory. Whether another process has changed them is asked once every
/// <see cref="Fresh"/>, so routing costs no query of its own; a change is used everywhere within that time, and at once in the process that made it.
/// </summary>
public sealed class RoutingBasis
{
    public const string UnitsPart = "units", CataloguePart = "catalogue", ModelPart = "model", GridsPart = "grids", BoundariesPart = "boundaries";

    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private volatile Loaded? _loaded;
    private readonly Part<Learned?> _model = new(null);
    private readonly Part<GridBook> _grids = new(GridBook.Empty);
    private readonly Part<Boundaries> _boundaries = new(Boundaries.Empty);

    /// <param name="Learned">The category model in use; null for the lexicon alone.</param>
    /// <param name="Unreadable">What is stored and cannot be read: decisions are made without it.</param>
    public sealed record State(UnitIndex Units, RuleBook Rules, Learned? Learned = null, string? Unreadable = null)
    {
        public GridBook Grids { get; init; } = GridBook.Empty;

        public Boundaries Boundaries { get; init; } = Boundaries.Empty;
    }

    private sealed record Loaded(State State, long UnitsRevision, long CatalogueRevision, long ModelRevision, long GridsRevision, long BoundariesRevision, DateTimeOffset AskedAt);

    /// <summary>
    /// What is large, rarely changes, and can be done without: read once for each revision, by one reader while the others wait; where it cannot be read, tickets do not wait for it.
    /// </summary>
    private sealed class Part<T>(T none)
    {
        private readonly SemaphoreSlim _one = new(1);
        private volatile Entry? _entry;

        public sealed record Entry(T Value, string? Unreadable, long Revision);

        public async Task<Entry> ReadAsync(long revision, Func<Task<T>> read)
        {
            if (_entry is { } known && known.Revision == revision) return known;
            await _one.WaitAsync();
            try
            {
                if (_entry is { } meanwhile && meanwhile.Revision == revision) return meanwhile;
                try
                {
                    return _entry = new Entry(revision == 0 ? none : await read(), null, revision);
                }
                catch (InvalidDataException e)
                {
                    return _entry = new Entry(none, e.Message, revision);
                }
            }
            finally
            {
                _one.Release();
            }
        }
    }

    /// <summary>Inside a transaction or a read that is open already.</summary>
    public async Task<State> ReadAsync(Session db, DateTimeOffset now)
    {
        var loaded = _loaded;
        if (IsFresh(loaded, now)) return loaded.State;

        var revisions = (await db.QueryAsync<RevisionRow>("select part, revision from dispatch_revision"))
            .ToDictionary(r => r.Part, r => r.Revision, StringComparer.Ordinal);
        var units = revisions.GetValueOrDefault(UnitsPart);
        var catalogue = revisions.GetValueOrDefault(CataloguePart);
        var model = revisions.GetValueOrDefault(ModelPart);
        var grids = revisions.GetValueOrDefault(GridsPart);
        var boundaries = revisions.GetValueOrDefault(BoundariesPart);
        if (loaded is null || (loaded.UnitsRevision, loaded.CatalogueRevision, loaded.ModelRevision, loaded.GridsRevision, loaded.BoundariesRevision) != (units, catalogue, model, grids, boundaries))
        {
            var rows = await db.QueryAsync<UnitRow>("select code, name, kind, parent, division, name_en from dispatch_unit");
            var index = new UnitIndex(rows.Select(r => new Unit(r.Code, r.Name, r.Kind, r.Parent, r.Division, r.NameEn)));
            var csv = await db.FindAsync<string>("select csv from dispatch_catalogue where version = @catalogue", new { catalogue });
            var learned = await _model.ReadAsync(model, () => CategoryModels.ReadInUseAsync(db));
            var listed = await _grids.ReadAsync(grids, async () => await PlaceFile.BodyAsync(db, GridsPart) is { } list ? GridBook.Stored(list) : GridBook.Empty);
            var drawn = await _boundaries.ReadAsync(boundaries, async () => await PlaceFile.BodyAsync(db, BoundariesPart) is { } geoJson ? BoundaryFile.Stored(geoJson) : Boundaries.Empty);
            var unreadable = string.Join(" ", new[] { learned.Unreadable, listed.Unreadable, drawn.Unreadable }.OfType<string>());
            loaded = new Loaded(
                new State(index, csv is null ? RuleBook.Empty : RuleBook.Stored(csv, catalogue), learned.Value, unreadable.Length == 0 ? null : unreadable) { Grids = listed.Value, Boundaries = drawn.Value },
                units, catalogue, model, grids, boundaries, now);
        }
        else
        {
            loaded = loaded with { AskedAt = now };
        }
        _loaded = loaded;
        return loaded.State;
    }

    public async Task<State> ReadAsync(Database database, CancellationToken ct) =>
        _loaded is var loaded && IsFresh(loaded, database.Clock.Now) ? loaded.State : await database.ReadAsync(db => ReadAsync(db, database.Clock.Now), ct);

    private static bool IsFresh([NotNullWhen(true)] Loaded? loaded, DateTimeOffset now) => loaded is not null && (now - loaded.AskedAt).Duration() < Fresh;

    /// <summary>After a change by this process: the next decision reads afresh.</summary>
    public void Forget() => _loaded = null;

    /// <summary>Counts a part's revision up, for the other processes to notice.</summary>
    /// <returns>The new revision.</returns>
    internal static async Task<long> TouchAsync(Work work, string part)
    {
        if (await work.ExecuteAsync("update dispatch_revision set revision = revision + 1 where part = @part", new { part }) == 0)
            await work.ExecuteAsync("insert into dispatch_revision (part, revision) values (@part, 1)", new { part });
        return await work.ScalarAsync<long>("select revision from dispatch_revision where part = @part", new { part });
    }

    private sealed record RevisionRow
    {
        public required string Part { get; init; }
        public required long Revision { get; init; }
    }

    private sealed record UnitRow
    {
        public required string Code { get; init; }
        public required string Name { get; init; }
        public required string Kind { get; init; }
        public string? Parent { get; init; }
        public string? Division { get; init; }
        public string? NameEn { get; init; }
    }
}
