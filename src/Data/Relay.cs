using System.Diagnostics;
using Hotline.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hotline.Data;

/// <summary>
/// What travels over the bus: deliveries for one role, several of them when they queue up and one when they do not, because
/// the cost of framework and broker is per parcel.
/// </summary>
public sealed record Parcel(Role Role, IReadOnlyList<Letter> Letters);

/// <summary>A delivery on the road.</summary>
/// <param name="Id">Of the delivery that this settles.</param>
/// <param name="Kind">Name of the message type in Contracts, or that of a <see cref="Bundle"/>.</param>
/// <param name="Body">The message as JSON in UTF-8, or the bundle; on the bus in base64.</param>
public sealed record Letter(string Id, string Kind, byte[] Body);

/// <summary>The road between processes; MassTransit's, in-memory or RabbitMQ, in <c>src/Hotline/Bus</c>.</summary>
public interface IRoad
{
    /// <summary>False while the broker is away: then nothing is tried and nothing is put off.</summary>
    bool Open { get; }

    /// <summary>Returns once the broker has confirmed that it keeps the parcel; throws otherwise.</summary>
    Task SendAsync(Parcel parcel, CancellationToken ct);
}

/// <summary>
/// Sends deliveries. The short way takes them from memory right after their commit; the reconciler takes from the database
/// those that their role has not settled in time, whatever became of them: a crash, a lost broker, a full queue.
/// </summary>
public sealed partial class Relay(Database database, Outbox outbox, OutboxSettings settings, IRoad road, ILogger<Relay> log) : BackgroundService
{
    /// <summary>Bytes of a parcel's messages, at most, but for its last letter: several parcels are on their way and in work at once.</summary>
    private const int ParcelBytes = 512 * 1024;

    /// <summary>Deliveries that are sent again at once: some 2 MB where each of them is a full bundle.</summary>
    private const int Claim = 100;

    /// <summary>
    /// The longest wait (<see cref="Dialect.ClaimDueDeliveries"/>: 32 times the first) and once more, for the clocks of several machines. What is due
    /// later than that was written while a clock was ahead, by hours perhaps, and must not wait for them.
    /// </summary>
    private const int LongestWait = 32 + 1;

    /// <summary>For sending what still waits when the process ends.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Makes everything owed due at once: after the start on the in-memory bus, which has forgotten all it carried, and when a broker has come back, which
    /// may have. What was on its way all the same arrives twice and is settled once.
    /// </summary>
    public static Task RecoverAsync(Database database, CancellationToken ct) => database.WriteAsync(
        work => work.ExecuteAsync("update outbox set due_at = @now where fault is null", new { now = work.Now }), ct);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll([ReconcileAsync(stoppingToken), .. Enum.GetValues<Role>().Select(role => ForwardAsync(role, stoppingToken))]);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what is not sent yet stands in the database.
        }
    }

    private async Task ForwardAsync(Role role, CancellationToken ct)
    {
        var waiting = outbox.Waiting(role);
        var wait = settings.Waits(role);
        var full = false;
        try
        {
            while (await waiting.WaitToReadAsync(ct))
            {
                // Whoever left some behind has company already.
                if (wait > TimeSpan.Zero && !full) await Task.Delay(wait, database.Clock.Time, ct);
                (var parcel, full) = Pack(role, Next);
                if (road.Open) await TrySendAsync(parcel, ct);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested && road.Open && waiting.Count > 0)
        {
            // What waited for company goes now: by itself it would come due in half a minute. The bus ends after this.
            using var grace = new CancellationTokenSource(Grace);
            while (waiting.Count > 0) await TrySendAsync(Pack(role, Next).Parcel, grace.Token);
        }

        Delivery? Next() => waiting.TryRead(out var delivery) ? delivery : null;
    }

    /// <summary>Takes deliveries until the parcel is full, or there are no more.</summary>
    private (Parcel Parcel, bool Full) Pack(Role role, Func<Delivery?> next)
    {
        var letters = new List<Letter>();
        var (messages, size) = (0, 0);
        while (messages < settings.ParcelSize && size < ParcelBytes && next() is { } delivery)
        {
            var letter = new Letter(delivery.Id, delivery.Kind, delivery.Body);
            letters.Add(letter);
            messages += delivery.Messages;
            size += Bundle.Length(letter);
        }
        return (new Parcel(role, letters), messages >= settings.ParcelSize || size >= ParcelBytes);
    }

    private async Task ReconcileAsync(CancellationToken ct)
    {
        var step = settings.RetryAfter.TotalSeconds;
        using var timer = new PeriodicTimer(settings.Look, database.Clock.Time);
        var wasClosed = false;
        do
        {
            try
            {
                if (!road.Open)
                {
                    wasClosed = true;
                    continue;
                }
                if (wasClosed) await RecoverAsync(database, ct);
                wasClosed = false;
                while (road.Open && await ResendDueAsync(step, ct)) { }
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // Whatever it is, the next look may do better; a reconciler that ends would leave what is owed lying for good.
                if (database.Dialect.IsAway(e)) LogDatabaseAway(e.Message);
                else LogLookFailed(e);
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }

    /// <returns>Whether there may be more.</returns>
    private async Task<bool> ResendDueAsync(double seconds, CancellationToken ct)
    {
        var due = await database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("update outbox set due_at = @now where fault is null and due_at > @latest", new { now = work.Now, latest = work.Now + (settings.RetryAfter * LongestWait) });
            return await work.QueryAsync<DueRow>(database.Dialect.ClaimDueDeliveries, new { now = work.Now, seconds, limit = Claim });
        }, ct);
        if (due.Count == 0) return false;
        LogResending(due.Count);
        foreach (var ofRole in due.GroupBy(d => Words.Parse<Role>(d.Role)))
        {
            var waiting = new Queue<Delivery>(ofRole
                .OrderBy(d => d.Id, StringComparer.Ordinal)
                .Select(d => new Delivery(d.Id, ofRole.Key, d.Kind, "", d.Body, d.Messages)));
            while (waiting.Count > 0) await TrySendAsync(Pack(ofRole.Key, () => waiting.TryDequeue(out var delivery) ? delivery : null).Parcel, ct);
        }
        return due.Count == Claim;
    }

    private async Task TrySendAsync(Parcel parcel, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            await road.SendAsync(parcel, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Not lost: each delivery stands in the outbox until its role settles it, and comes due again.
            LogNotSent(parcel.Letters.Count, parcel.Role, Stopwatch.GetElapsedTime(started), e.Message);
        }
    }

    private sealed record DueRow
    {
        public required string Id { get; init; }
        public required string Role { get; init; }
        public required string Kind { get; init; }
        public required byte[] Body { get; init; }
        public required int Messages { get; init; }
    }

    [LoggerMessage(LogLevel.Information, "{Count} deliveries were not settled in time and are sent again")]
    private partial void LogResending(int count);

    [LoggerMessage(LogLevel.Warning, "{Count} deliveries to {Role} were not sent after {Elapsed}; they will be tried again: {Reason}")]
    private partial void LogNotSent(int count, Role role, TimeSpan elapsed, string reason);

    [LoggerMessage(LogLevel.Error, "The reconciler could not look for what is owed, and tries again")]
    private partial void LogLookFailed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The reconciler waits, the database is away: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
