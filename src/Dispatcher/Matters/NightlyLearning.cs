using Hotline.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hotline.Dispatcher.Matters;

/// <summary>
/// Retrains the category model once a night, at <see cref="DispatchSettings.LearnAt"/> or as soon after as a process runs. It may run in several processes: the
/// night belongs to the one that counts it first.
/// </summary>
public sealed partial class NightlyLearning(Database database, CategoryModels models, RoutingBasis basis, DispatchSettings settings, ILogger<NightlyLearning> log) : BackgroundService
{
    private const string NightPart = "learned-night", Machine = "nightly";

    private static readonly TimeSpan Look = TimeSpan.FromMinutes(5);

    /// <summary>How it takes turns with the work of people (<see cref="Pace"/>): half a core of an idle machine, less of a busy one.</summary>
    private static readonly TimeSpan Works = TimeSpan.FromMilliseconds(10);
    private const double PartOfCore = 0.5;

    private string? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                try
                {
                    await StepAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // The model in use stays; the next night may do better.
                    if (database.Dialect.IsAway(e)) LogDatabaseAway(e.Message);
                    else LogFailed(e);
                }
                await Task.Delay(Look, database.Clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; another one, or the next night, trains.
        }
    }

    /// <summary>Trains where it is time and nobody has yet tonight.</summary>
    /// <returns>Whether it was this process's night.</returns>
    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if ((await basis.ReadAsync(database, ct)).Unreadable is { } unreadable && unreadable != _told) LogUnreadable(_told = unreadable);
        var today = database.Clock.Today;
        if (settings.LearnAt is not { } time || database.Clock.Now < database.Clock.At(today, time) || !await ClaimAsync(today.DayNumber, ct)) return false;
        if (await database.ReadAsync(CategoryModels.ChosenByAsync, ct) is { } person)
        {
            LogChosen(person);
            return true;
        }
        // A hotline that is new has nothing to learn from, and nothing to say about it.
        if (await database.ReadAsync(db => db.FindAsync<string>($"select number from dispatch_ticket where category_hint like '______' order by number desc {db.Dialect.Limit}", new { limit = 1 }), ct) is null) return true;
        var (model, why) = await models.RetrainAsync(Machine, ct, new Pace(Works, PartOfCore, ct));
        if (model is null) LogTooFew(why!);
        else LogTrained(model.Version, model.Texts, model.Classes, model.Right, model.RightBefore, model.Tested, model.Taken ? "taken" : "not taken");
        return true;
    }

    private Task<bool> ClaimAsync(int night, CancellationToken ct) => database.WriteAsync(async work =>
    {
        if (await work.ExecuteAsync("update dispatch_revision set revision = @night where part = @NightPart and revision < @night", new { night, NightPart }) == 1) return true;
        return await work.ExecuteAsync("""
            insert into dispatch_revision (part, revision) select @NightPart, @night where not exists (select 1 from dispatch_revision where part = @NightPart)
            """, new { night, NightPart }) == 1;
    }, ct);

    [LoggerMessage(1, LogLevel.Information, "Tonight's learning found too little for a category model, and what is in use stays. {Why}")]
    private partial void LogTooFew(string why);

    [LoggerMessage(2, LogLevel.Information, "Category model {Version} of {Texts} tickets and {Classes} classes: {Right} of {Tested} newer tickets right, {Before} before: {Verdict}")]
    private partial void LogTrained(long version, int texts, int classes, int right, int before, int tested, string verdict);

    [LoggerMessage(3, LogLevel.Warning, "The database is away, no category model is trained: {Problem}")]
    private partial void LogDatabaseAway(string problem);

    [LoggerMessage(6, LogLevel.Information, "The category model in use was chosen by {Person}: the nights train again after 'hotline categories retrain'")]
    private partial void LogChosen(string person);

    [LoggerMessage(5, LogLevel.Error, "What is stored cannot be read, and decisions are made without it. {Problem}")]
    private partial void LogUnreadable(string problem);

    [LoggerMessage(4, LogLevel.Error, "Training the category model failed; the one in use stays")]
    private partial void LogFailed(Exception exception);
}
