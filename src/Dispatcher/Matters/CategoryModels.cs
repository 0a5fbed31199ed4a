using System.Security.Claims;
using FluentValidation;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Matters;

/// <summary>A model that was trained on the hotline's own tickets, and what came of it.</summary>
/// <param name="Texts">Tickets whose class a person has said.</param>
/// <param name="Classes">Classes that it tells apart.</param>
/// <param name="Share">0..1: how much it counts beside the lexicon.</param>
/// <param name="Newest">The newest ticket that it has seen.</param>
/// <param name="Tested">Newer tickets that it was tried on, none of which it had seen.</param>
/// <param name="Right">… of which it gives the class that people said.</param>
/// <param name="RightBefore">… of which what was in use till then gives it.</param>
/// <param name="Taken">At least as good as what was in use, and in use since.</param>
/// <param name="Kept">Whether it can be used still: the files of old ones go.</param>
public sealed record TrainedModel(
    long Version, DateTimeOffset TrainedAt, string TrainedBy, int Texts, int Classes, double Share, DateTimeOffset Newest, int Tested, int Right, int RightBefore, bool Taken, bool Kept, bool InUse);

/// <summary>
/// The category models of this hotline (分类模型管理): trained from the classes that operators gave and dispatchers, reviewers and returning units corrected; taken
/// only when at least as good on the newest days, which no model has seen; any one that is kept can be used again, or none.
/// </summary>
public sealed class CategoryModels(Database database, RoutingBasis basis, Lexicon lexicon, CategoryCatalogue catalogue, DispatchSettings settings)
{
    /// <summary>Fewer newer tickets prove nothing.</summary>
    public const int FewestTested = 20;

    /// <summary>Files of models that were in use once, for going back.</summary>
    private const int KeptFiles = 5;

    /// <summary>Which model is to be used.</summary>
    /// <param name="Version">0 for none: the lexicon alone.</param>
    public sealed record Use(long Version)
    {
        public sealed class Validator : AbstractValidator<Use>
        {
            public Validator() => RuleFor(u => u.Version).GreaterThanOrEqualTo(0);
        }
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<TrainedModel>> ListAsync(CancellationToken ct) => await database.ReadAsync(async db =>
    {
        var used = await InUseAsync(db);
        return (IReadOnlyList<TrainedModel>)[.. (await db.QueryAsync<ModelRow>($"select {ModelRow.Columns} from dispatch_model order by version desc")).Select(r => Model(r, used))];
    }, ct);

    /// <summary>Trains on the tickets till some days ago and takes the model where it is at least as good on those since.</summary>
    /// <param name="pace">Null for a thread's full speed.</param>
    /// <returns>The model, or why there is none.</returns>
    public async Task<(TrainedModel? Model, string? Why)> RetrainAsync(string actor, CancellationToken ct, Pace? pace = null)
    {
        var now = database.Clock.Now;
        var cut = now - TimeSpan.FromDays(settings.ProofDays);
        var older = await TicketsAsync("<");
        var newer = (await TicketsAsync(">=")).Select(Known).ToArray();
        if (newer.Length < FewestTested)
            return (null, $"{newer.Length} tickets of the last {settings.ProofDays} days have a class that a person gave; {FewestTested} are needed to prove a model.");

        pace ??= Pace.Full(ct);
        var (learned, tooFew) = await ByItselfAsync(() => (CategoryLearning.Learn([.. older.Select(Known)], lexicon, 0, out var why, pace), why));
        if (learned is null)
            return (null, $"Of the tickets till {settings.ProofDays} days ago: {tooFew}");
        var current = (await basis.ReadAsync(database, ct)).Learned;
        var (right, before) = await ByItselfAsync(() => (CategoryLearning.Right(newer, learned, lexicon, catalogue, pace), CategoryLearning.Right(newer, current, lexicon, catalogue, pace)));
        var taken = right >= before;
        var file = taken ? learned.Model.Save() : null;
        var row = await database.WriteAsync(async work =>
        {
            var trained = new ModelRow
            {
                Version = 1 + await work.ScalarAsync<long>("select coalesce(max(version), 0) from dispatch_model"),
                TrainedAt = work.Now,
                TrainedBy = actor,
                Texts = older.Length,
                Classes = learned.Model.Labels.Count,
                Share = learned.Share,
                Newest = older.Max(t => t.FiledAt),
                Tested = newer.Length,
                Correct = right,
                CorrectBefore = before,
                Taken = taken,
                Kept = taken,
            };
            await work.ExecuteAsync("""
                insert into dispatch_model (version, trained_at, trained_by, texts, classes, share, newest, tested, correct, correct_before, taken, model)
                values (@Version, @TrainedAt, @TrainedBy, @Texts, @Classes, @Share, @Newest, @Tested, @Correct, @CorrectBefore, @Taken, @file)
                """, new
            {
                trained.Version, trained.TrainedAt, trained.TrainedBy, trained.Texts, trained.Classes, trained.Share, trained.Newest, trained.Tested,
                trained.Correct, trained.CorrectBefore, trained.Taken, file,
            });
            if (taken)
            {
                await UseAsync(work, trained.Version, actor);
                await work.ExecuteAsync("update dispatch_model set model = null where version <= @old", new { old = await OldestKeptAsync(work) - 1 });
            }
            return trained;
        }, ct);
        basis.Forget();
        return (Model(row, taken ? row.Version : 0), null);

        // On a thread of its own: it takes minutes, and rests in between.
        Task<T> ByItselfAsync<T>(Func<T> compute) => Task.Factory.StartNew(compute, ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);

        async Task<MatterRow[]> TicketsAsync(string filed) => [.. (await database.ReadAsync(db => db.QueryAsync<MatterRow>($"""
            select title, description, category_hint, filed_at from dispatch_ticket
            where category_hint like '______' and title is not null and filed_at {filed} @cut order by number desc {db.Dialect.Limit}
            """, new { cut, limit = settings.LearnFrom }), ct)).Where(t => catalogue.Class(t.CategoryHint) is not null)];
    }

    /// <summary>Uses another model, or none; the nights leave it at that until somebody retrains.</summary>
    /// <param name="version">0 for none.</param>
    /// <returns>What is wrong, or null.</returns>
    public async Task<string?> UseAsync(long version, string actor, CancellationToken ct)
    {
        var wrong = await database.WriteAsync(async work =>
        {
            if (version != 0)
            {
                var kept = await work.FindAsync<ModelRow>($"select {ModelRow.Columns} from dispatch_model where version = @version", new { version });
                if (kept is null) return $"There is no model {version}.";
                if (!kept.Kept) return kept.Taken ? $"Model {version} is not kept any more." : $"Model {version} was not taken, and so not kept.";
                try
                {
                    await ReadAsync(work, version);
                }
                catch (InvalidDataException e)
                {
                    return e.Message;
                }
            }
            await UseAsync(work, version, actor);
            return null;
        }, ct);
        basis.Forget();
        return wrong;
    }

    public static async Task<Ok<IReadOnlyList<TrainedModel>>> HandleListAsync(CategoryModels models, CancellationToken ct) => TypedResults.Ok(await models.ListAsync(ct));

    public static async Task<Results<Ok<IReadOnlyList<TrainedModel>>, ProblemHttpResult>> HandleUseAsync(Use request, CategoryModels models, ClaimsPrincipal user, CancellationToken ct) =>
        await models.UseAsync(request.Version, user.Actor(), ct) is { } wrong ? Problems.Invalid("version", wrong) : TypedResults.Ok(await models.ListAsync(ct));

    /// <summary>The model in use; null for the lexicon alone.</summary>
    /// <exception cref="InvalidDataException">Its file cannot be read.</exception>
    internal static async Task<Learned?> ReadInUseAsync(Session db) => await InUseAsync(db) is var version and > 0 ? await ReadAsync(db, version) : null;

    private static async Task<Learned?> ReadAsync(Session db, long version)
    {
        var row = await db.FindAsync<FileRow>("select version, share, model from dispatch_model where version = @version and model is not null", new { version });
        try
        {
            return row is null ? null : new Learned(row.Version, CategoryModel.Load(row.Model), row.Share);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"Category model {version}: {e.Message}", e);
        }
    }

    /// <summary>Who chose what is in use; null where it came to be used by having proved itself.</summary>
    internal static async Task<string?> ChosenByAsync(Session db) => await db.FindAsync<string>("""
        select u.used_by from dispatch_model_use u left join dispatch_model m on m.version = u.version and m.trained_at = u.used_at
        where u.id = (select max(id) from dispatch_model_use) and m.version is null
        """);

    private static async Task<long> InUseAsync(Session db) =>
        await db.ScalarAsync<long>("select coalesce(max(version), 0) from dispatch_model_use where id = (select max(id) from dispatch_model_use)");

    private static async Task UseAsync(Work work, long version, string actor) => await work.ExecuteAsync(
        "insert into dispatch_model_use (id, version, used_at, used_by) values (@id, @version, @now, @actor)",
        new { id = await RoutingBasis.TouchAsync(work, RoutingBasis.ModelPart), version, now = work.Now, actor });

    private static async Task<long> OldestKeptAsync(Session db) => (await db.QueryAsync<long>(
        $"select version from dispatch_model where model is not null order by version desc {db.Dialect.Limit}", new { limit = KeptFiles }))[^1];

    private TrainedModel Model(ModelRow r, long inUse) => new(
        r.Version, database.Clock.Local(r.TrainedAt), r.TrainedBy, r.Texts, r.Classes, Math.Round(r.Share, 3), database.Clock.Local(r.Newest), r.Tested, r.Correct, r.CorrectBefore, r.Taken, r.Kept, r.Version == inUse);

    private static KnownMatter Known(MatterRow row) => new(row.Title, row.Description, row.CategoryHint);

    private sealed record MatterRow
    {
        public required string Title { get; init; }
        public required string Description { get; init; }
        public required string CategoryHint { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
    }

    private sealed record FileRow
    {
        public required long Version { get; init; }
        public required double Share { get; init; }
        public required byte[] Model { get; init; }
    }

    private sealed record ModelRow
    {
        public const string Columns =
            "version, trained_at, trained_by, texts, classes, share, newest, tested, correct, correct_before, taken, case when model is null then 0 else 1 end as kept";

        public required long Version { get; init; }
        public required DateTimeOffset TrainedAt { get; init; }
        public required string TrainedBy { get; init; }
        public required int Texts { get; init; }
        public required int Classes { get; init; }
        public required double Share { get; init; }
        public required DateTimeOffset Newest { get; init; }
        public required int Tested { get; init; }
        public required int Correct { get; init; }
        public required int CorrectBefore { get; init; }
        public required bool Taken { get; init; }
        public required bool Kept { get; init; }
    }
}
