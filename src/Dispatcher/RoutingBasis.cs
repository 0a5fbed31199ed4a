using System.Diagnostics.CodeAnalysis;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher;

/// <summary>
/// The units, the dispatch catalogue and the category model that decisions are made from, kept in memory. Whether another process has changed them is asked once every
/// <see cref="Fresh"/>, so routing costs no query of its own; a change is used everywhere within that time, and at once in the process that made it.
/// </summary>
public sealed class RoutingBasis
{
    public const string UnitsPart = "units", CataloguePart = "catalogue", ModelPart = "model";

    public static readonly TimeSpan Fresh = TimeSpan.FromSeconds(2);

    private volatile Loaded? _loaded;
    private volatile LoadedModel? _model;

    /// <param name="Learned">The category model in use; null for the lexicon alone.</param>
    /// <param name="Unreadable">Why the category model in use is not used.</param>
    public sealed record State(UnitIndex Units, RuleBook Rules, Learned? Learned = null, string? Unreadable = null);

    private sealed record Loaded(State State, long UnitsRevision, long CatalogueRevision, long ModelRevision, DateTimeOffset AskedAt);

    private sealed record LoadedModel(Learned? Learned, string? Unreadable, long Revision);

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
        if (loaded is null || loaded.UnitsRevision != units || loaded.CatalogueRevision != catalogue || loaded.ModelRevision != model)
        {
            var rows = await db.QueryAsync<UnitRow>("select code, name, kind, parent, division, name_en from dispatch_unit");
            var index = new UnitIndex(rows.Select(r => new Unit(r.Code, r.Name, r.Kind, r.Parent, r.Division, r.NameEn)));
            var csv = await db.FindAsync<string>("select csv from dispatch_catalogue where version = @catalogue", new { catalogue });
            // A model is large and rarely changes.
            if (_model is not { } read || read.Revision != model)
            {
                var (learned, unreadable) = model == 0 ? (null, null) : await CategoryModels.ReadInUseAsync(db);
                _model = read = new LoadedModel(learned, unreadable, model);
            }
            loaded = new Loaded(new State(index, csv is null ? RuleBook.Empty : RuleBook.Stored(csv, catalogue), read.Learned, read.Unreadable), units, catalogue, model, now);
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
