using Hotline.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hotline.Intake.Search;

/// <summary>How the text index is cut. The defaults suit a city as well as a province; tests take small ones.</summary>
/// <param name="Small">Tickets that are looked through one by one before they are indexed.</param>
/// <param name="Large">Tickets of a segment that stays.</param>
/// <param name="Settled">A ticket this old has been committed. One that comes even later is found missing and its segment is built again.</param>
/// <param name="Keep">How long a segment that was replaced stays for those who are reading it.</param>
/// <param name="Page">Tickets that are read on end: by default some twenty milliseconds of a core. Then it rests, or whoever files would wait for a second behind a small segment.</param>
public sealed record SearchIndexSettings(int Small, int Large, TimeSpan Settled, TimeSpan Keep, int Page)
{
    public static SearchIndexSettings Default { get; } = new(2048, 32768, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), 50);
}

/// <summary>
/// Builds the text index behind the filing of tickets, which knows nothing of it: what is filed is looked through until enough has come together for a small segment, and
/// small segments are built again into large ones, from the tickets themselves. Where it stands is in the database: the end of the last segment that is ready.
/// It may stop anywhere and run in several processes: a segment counts when its row becomes ready, which only happens where no other lies.
/// </summary>
public sealed partial class SearchIndexer(Database database, SearchIndexSettings settings, ILogger<SearchIndexer> log) : BackgroundService
{
    /// <summary>Rows in one transaction: others write in between.</summary>
    private const int RowsAtOnce = 32;

    /// <summary>It takes half a core of an idle machine, ten times what a province files on its worst day (some 0.4 ms a ticket); less of a busy one (<see cref="Pace"/>).</summary>
    private const double PartOfCore = 0.5;

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(30);

    private readonly string _me = Guid.NewGuid().ToString("N");
    private DateTimeOffset _checked;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var more = false;
                try
                {
                    more = await StepAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // The next look may do better; what is not indexed is still found, only slower.
                    if (database.Dialect.IsAway(e)) LogDatabaseAway(e.Message);
                    else LogFailed(e);
                }
                if (!more) await Task.Delay(Look, database.Clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what was begun is cleared away by the next.
        }
    }

    /// <summary>Builds the segment that is due, or clears away, or makes sure that nothing is missing.</summary>
    /// <returns>Whether there may be more to do at once.</returns>
    public async Task<bool> StepAsync(CancellationToken ct)
    {
        if (!await HoldAsync(ct)) return false;
        var segments = await database.ReadAsync(SegmentTable.ReadyAsync, ct);
        var end = segments.Count == 0 ? DateTimeOffset.UnixEpoch : segments[^1].ToAt;

        if (await EndOfNextAsync(end, settings.Large, ct) is { } far) return await BuildAsync(end, far, [], ct);
        if (await EndOfNextAsync(end, settings.Small, ct) is { } near) return await BuildAsync(end, near, [], ct);
        if (SmallOnes(segments) is { Count: > 0 } small) return await BuildAsync(small[0].FromAt, small[^1].ToAt, small, ct);
        if (await ClearAsync(ct) || await CheckAsync(segments, ct)) return true;
        return segments.LastOrDefault(s => !s.Callers) is { } old && await BuildAsync(old.FromAt, old.ToAt, [old], ct);
    }

    /// <summary>The small segments that are enough for a large one: those behind the last large one.</summary>
    private List<Segment> SmallOnes(IReadOnlyList<Segment> segments)
    {
        var small = segments.Reverse().TakeWhile(s => s.Tickets < settings.Large / 2).Reverse().ToList();
        var (count, tickets) = (0, 0);
        while (count < small.Count && tickets < settings.Large) tickets += small[count++].Tickets;
        return tickets >= settings.Large ? small[..count] : [];
    }

    /// <summary>Where a segment of so many tickets would end: they have to be there, and settled.</summary>
    private async Task<DateTimeOffset?> EndOfNextAsync(DateTimeOffset from, int tickets, CancellationToken ct)
    {
        var settled = database.Clock.Now - settings.Settled;
        // Small lists, so the last of them is read and not an offset, which engines spell differently.
        var ends = await database.ReadAsync(db => db.FindAsync<EndRow>($"""
            select count(*) as tickets, max(filed_at) as last_at
            from (select filed_at from intake_ticket where filed_at >= @from and filed_at < @settled order by filed_at, number {db.Dialect.Limit}) t
            """, new { from, settled, limit = tickets + 1 }), ct);
        if (ends is null || ends.Tickets <= tickets || ends.LastAt is not { } last) return null;
        // Tickets of one instant stay together: the segment ends before the instant of the first that is too many, unless they all have it.
        return last > from ? last : last.AddMilliseconds(1);
    }

    private async Task<bool> BuildAsync(DateTimeOffset from, DateTimeOffset to, List<Segment> replaced, CancellationToken ct)
    {
        var builder = new SegmentBody.Builder();
        var time = database.Clock.Time;
        var held = time.GetTimestamp();
        for (var (at, number) = (from, ""); ;)
        {
            var began = time.GetTimestamp();
            // A page at a time, and not one long answer: no snapshot is held while it rests.
            var rows = await database.ReadAsync(db => db.QueryAsync<TextRow>($"""
                select number, filed_at, title, description, address, phone_hash from intake_ticket
                where filed_at >= @at and filed_at < @to and (filed_at > @at or number > @number)
                order by filed_at, number {db.Dialect.Limit}
                """, new { at, number, to, limit = settings.Page }), ct);
            foreach (var row in rows) builder.Add(row.FiledAt, row.Number, row.Title, row.Description, row.Address, row.PhoneHash);
            if (rows.Count < settings.Page) break;
            (at, number) = (rows[^1].FiledAt, rows[^1].Number);
            await RestAsync(began, ct);
            // A large segment may take longer than the others would wait.
            if (time.GetElapsedTime(held) < Lease / 4) continue;
            if (!await HoldAsync(ct)) return false;
            held = time.GetTimestamp();
        }
        var segment = await SegmentTable.OpenAsync(database, from, to, builder.Count, Buckets(builder.Count), ct);
        foreach (var rows in builder.Blocks(segment.Buckets).Chunk(RowsAtOnce))
        {
            if (!await HoldAsync(ct)) return false;
            var began = time.GetTimestamp();
            await SegmentTable.WriteAsync(database, segment, rows, ct);
            await RestAsync(began, ct);
        }
        if (!await SegmentTable.PublishAsync(database, segment, replaced, ct))
        {
            LogOvertaken(from, to);
            return false;
        }
        LogBuilt(builder.Count, from, to);
        return true;
    }

    private Task RestAsync(long began, CancellationToken ct)
    {
        var rest = Pace.Rest(database.Clock.Time.GetElapsedTime(began), PartOfCore, Processors.Spare);
        return Task.Delay(rest < Lease / 4 ? rest : Lease / 4, database.Clock.Time, ct);
    }

    /// <summary>About a thousand postings in a block.</summary>
    private static int Buckets(int tickets) => (int)Math.Clamp(System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, tickets / 8)), 16, 16384);

    /// <summary>Takes or keeps the work; others wait until it has been left alone for a minute.</summary>
    private async Task<bool> HoldAsync(CancellationToken ct)
    {
        var now = database.Clock.Now;
        return await database.WriteAsync(work => work.ExecuteAsync("""
            update intake_search_indexer set holder = @me, until = @until where holder = @me or until < @now
            """, new { me = _me, now, until = now + Lease }), ct) == 1;
    }

    /// <summary>Removes one segment that was replaced, or that a process began and left.</summary>
    private async Task<bool> ClearAsync(CancellationToken ct)
    {
        var now = database.Clock.Now;
        var old = await database.ReadAsync(db => db.QueryAsync<long>("""
            select id from intake_search_segment where (state = 'retired' and since < @retired) or (state = 'building' and since < @begun) order by id
            """, new { retired = now - settings.Keep, begun = now - TimeSpan.FromMinutes(10) }), ct);
        if (old.Count == 0) return false;
        await SegmentTable.DeleteAsync(database, old[0], ct);
        return true;
    }

    /// <summary>A ticket whose commit took longer than <see cref="SearchIndexSettings.Settled"/>, or a clock that was put back, leaves one out of its segment: the count shows it.</summary>
    private async Task<bool> CheckAsync(IReadOnlyList<Segment> segments, CancellationToken ct)
    {
        if (database.Clock.Now - _checked is var since && since >= TimeSpan.Zero && since < CheckEvery) return false;
        _checked = database.Clock.Now;
        var lastLarge = segments.LastOrDefault(s => s.Tickets >= settings.Large / 2)?.Id;
        foreach (var segment in segments.Where(s => s.Tickets < settings.Large / 2 || s.Id == lastLarge))
        {
            var there = await database.ReadAsync(db => db.ScalarAsync<long>(
                "select count(*) from intake_ticket where filed_at >= @FromAt and filed_at < @ToAt", segment), ct);
            if (there != segment.Tickets) return await BuildAsync(segment.FromAt, segment.ToAt, [segment], ct);
        }
        return false;
    }

    private sealed record EndRow
    {
        public required long Tickets { get; init; }
        public DateTimeOffset? LastAt { get; init; }
    }

    private sealed record TextRow
    {
        public required string Number { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Title { get; init; }
        public required string Description { get; init; }
        public required string Address { get; init; }
        public string? PhoneHash { get; init; }
    }

    [LoggerMessage(LogLevel.Debug, "{Count} tickets filed from {From} to {To} are indexed")]
    private partial void LogBuilt(int count, DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(LogLevel.Information, "Another process has indexed the tickets filed from {From} to {To}")]
    private partial void LogOvertaken(DateTimeOffset from, DateTimeOffset to);

    [LoggerMessage(LogLevel.Error, "Tickets could not be indexed; it is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "The text index waits, the database is away: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
