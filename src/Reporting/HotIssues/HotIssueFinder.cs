using System.Diagnostics;
using Hotline.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hotline.Reporting;

/// <summary>Where the texts come from; given by the composition, since they are not Reporting's.</summary>
/// <param name="Between">The tickets filed from one instant to another without their streets, the newest if there are more than so many; and whether these are all.</param>
public sealed record HotTicketSource(Func<DateTimeOffset, DateTimeOffset, int, CancellationToken, Task<(IReadOnlyList<HotTicket> Tickets, bool Complete)>> Between);

/// <summary>
/// Computes the hot issues of the last day, week and month behind the reading of reports: through the day again and again, and once more when the day has ended. It may run in several
/// processes, of which one at a time computes; what it computes counts only while it still is the one.
/// </summary>
public sealed partial class HotIssueFinder(Database database, HotTicketSource source, ILogger<HotIssueFinder> log) : BackgroundService
{
    /// <summary>The numbers of days that hot issues are found for.</summary>
    public static IReadOnlyList<int> Days { get; } = [1, 7, 30];

    /// <summary>Issues that are kept of one computation.</summary>
    public const int MostIssues = 50;

    /// <summary>Tickets that are compared, of the days and as many before: bounds memory (about half a gigabyte while it computes) and time (a minute of a core or less).</summary>
    private const int MostTickets = 100_000;

    /// <summary>Days back for which what is missing is made up.</summary>
    private const int MadeUp = 7;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(10);

    /// <summary>The issues of today are never computed more often, and take one part in twenty of a core at most.</summary>
    private static readonly TimeSpan Often = TimeSpan.FromMinutes(10);
    private const int Part = 20;

    /// <summary>It takes a quarter of a core at most while it computes, in short turns: whoever files meanwhile should not notice.</summary>
    private static readonly TimeSpan Works = TimeSpan.FromMilliseconds(10);
    private const double PartOfCore = 0.25;

    private readonly string _me = Guid.NewGuid().ToString("N");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                // First of all too: what is filed right after a start counts.
                await Task.Delay(Look, database.Clock.Time, stoppingToken);
                try
                {
                    // One after another, until nothing is due.
                    while (await StepAsync(stoppingToken)) { }
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // The next look may do better; until then the report shows what was computed last, and when.
                    if (database.Dialect.IsAway(e)) LogDatabaseAway(e.Message);
                    else LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; another computes.
        }
    }

    /// <summary>Computes what has been due longest.</summary>
    /// <returns>Whether there may be more to do at once.</returns>
    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (await DueAsync(ct) is not { } due || !await HoldAsync(ct)) return false;
        var watch = Stopwatch.StartNew();
        var (list, rested) = await WhileHoldingAsync(async given =>
        {
            var pace = new Pace(Works, PartOfCore, given);
            return (await ComputeAsync(due.Day, due.Days, pace, given), pace.Rested);
        }, ct);
        var kept = await database.WriteAsync(async work =>
        {
            if (await HoldAsync(work) == 0) return false;
            await HotIssueTable.WriteAsync(work, list, watch.Elapsed - rested);
            return true;
        }, ct);
        if (kept) LogComputed(list.Issues.Count, list.LookedAt, due.Day, due.Days, watch.ElapsedMilliseconds);
        return kept;
    }

    private async Task<HotIssueList> ComputeAsync(DateOnly day, int days, Pace pace, CancellationToken ct)
    {
        var clock = database.Clock;
        var now = clock.Now;
        var from = clock.StartOf(day.AddDays(1 - days));
        // As many of the days as of those before, so that the two can be compared where there are too many.
        var (tickets, complete) = await source.Between(from, clock.EndOf(day), MostTickets / 2, ct);
        var (before, completeBefore) = await source.Between(clock.StartOf(day.AddDays(1 - (2 * days))), from, MostTickets / 2, ct);
        tickets = [.. tickets, .. before];
        var (streets, names) = await database.ReadAsync(async db => (
            await HotIssueTable.StreetsAsync(db, tickets.Select(t => t.Number)), await HotIssueTable.NamesOfStreetsAsync(db)), ct);
        var placed = tickets.Select(t => t with { Street = streets.GetValueOrDefault(t.Number) });
        // A thread of its own, since it sleeps.
        var issues = await Task.Factory.StartNew(
            () => HotIssues.Find(placed, from, names.GetValueOrDefault, MostIssues, pace), ct, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return new HotIssueList(day, days, now, tickets.Count, complete && completeBefore, issues);
    }

    /// <summary>Today before the days that have ended.</summary>
    private async Task<(DateOnly Day, int Days)?> DueAsync(CancellationToken ct)
    {
        var (clock, now) = (database.Clock, database.Clock.Now);
        for (var back = 0; back <= MadeUp; back++)
        {
            var day = clock.Today.AddDays(-back);
            var computed = await database.ReadAsync(db => HotIssueTable.ComputedAsync(db, day), ct);
            foreach (var days in Days)
            {
                if (!computed.TryGetValue(days, out var last)) return (day, days);
                if (back > 0 && last.At < clock.EndOf(day)) return (day, days);
                if (back == 0 && now - last.At >= TimeSpan.FromTicks(Math.Max(Often.Ticks, last.Took.Ticks * Part))) return (day, days);
            }
        }
        return null;
    }

    /// <summary>Keeps the work meanwhile: on a busy machine it takes longer than the others would wait.</summary>
    private async Task<T> WhileHoldingAsync<T>(Func<CancellationToken, Task<T>> compute, CancellationToken ct)
    {
        using var given = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var computing = compute(given.Token);
        try
        {
            while (await Task.WhenAny(computing, Task.Delay(Lease / 3, database.Clock.Time, given.Token)) != computing) await HoldAsync(ct);
            return await computing;
        }
        finally
        {
            // Where the work could not be kept, nobody waits for it any more.
            await given.CancelAsync();
            await Task.WhenAny(computing);
        }
    }

    private Task<bool> HoldAsync(CancellationToken ct) => database.WriteAsync(async work => await HoldAsync(work) == 1, ct);

    /// <summary>Takes or keeps the work; others wait until it has been left alone.</summary>
    private Task<int> HoldAsync(Work work) => work.ExecuteAsync("""
        update reporting_hot_finder set holder = @me, until = @until where holder = @me or until < @now
        """, new { me = _me, now = work.Now, until = work.Now + Lease });

    [LoggerMessage(LogLevel.Debug, "{Issues} hot issues in {Tickets} tickets for {Day} ({Days} days) in {Milliseconds} ms")]
    private partial void LogComputed(int issues, int tickets, DateOnly day, int days, long milliseconds);

    [LoggerMessage(LogLevel.Error, "Hot issues could not be computed; it is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The hot issues wait, the database is away: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
