using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake.Search;

/// <summary>The segments of the text index in the database.</summary>
internal static class SegmentTable
{
    private const string Columns = "id, from_at, to_at, tickets, buckets, likeness, callers";

    /// <summary>Those that count, oldest first; none overlaps another.</summary>
    public static Task<IReadOnlyList<Segment>> ReadyAsync(Session db) =>
        db.QueryAsync<Segment>($"select {Columns} from intake_search_segment where state = 'ready' order by from_at");

    /// <summary>The bodies that are there of those asked for, by their keys.</summary>
    public static async Task<Dictionary<long, byte[]>> BodiesAsync(Session db, IEnumerable<long> keys) =>
        (await db.QueryAsync<BodyRow>($"select id, body from intake_search where id {db.Dialect.AmongNumbers}", new { among = Json.Write(keys.Distinct()) }))
        .ToDictionary(r => r.Id, r => r.Body);

    /// <summary>Tickets of segments, in the order asked for.</summary>
    public static async Task<List<SegmentBody.Entry>> EntriesAsync(Session db, IEnumerable<(Segment Segment, int Ticket)> tickets)
    {
        var places = tickets.Select(t => (Key: t.Segment.Key(SegmentBody.FirstChunk + (t.Ticket / SegmentBody.ChunkSize)), Place: t.Ticket % SegmentBody.ChunkSize)).ToList();
        if (places.Count == 0) return [];
        var chunks = await BodiesAsync(db, places.Select(p => p.Key));
        return [.. places.Select(p => SegmentBody.EntryAt(chunks[p.Key], p.Place))];
    }

    /// <summary>A segment that does not count yet.</summary>
    public static Task<Segment> OpenAsync(Database database, DateTimeOffset from, DateTimeOffset to, int tickets, int buckets, CancellationToken ct) => database.WriteAsync(async work =>
    {
        var segment = new Segment
        {
            Id = await work.ScalarAsync<long>("select coalesce(max(id), 0) + 1 from intake_search_segment"),
            FromAt = from,
            ToAt = to,
            Tickets = tickets,
            Buckets = buckets,
            Likeness = true,
            Callers = true,
        };
        await work.ExecuteAsync($"""
            insert into intake_search_segment ({Columns}, state, since) values (@Id, @FromAt, @ToAt, @Tickets, @Buckets, @Likeness, @Callers, 'building', @now)
            """, new { segment.Id, segment.FromAt, segment.ToAt, segment.Tickets, segment.Buckets, segment.Likeness, segment.Callers, now = work.Now });
        return segment;
    }, ct);

    public static Task WriteAsync(Database database, Segment segment, IReadOnlyList<(int Block, byte[] Body)> rows, CancellationToken ct) => database.WriteAsync(
        work => work.ExecuteAsync("insert into intake_search (id, body) values (@Id, @Body)", rows.Select(r => new { Id = segment.Key(r.Block), r.Body })), ct);

    /// <summary>Lets the segment count instead of those that it replaces.</summary>
    /// <returns>False where another process has been there first.</returns>
    public static async Task<bool> PublishAsync(Database database, Segment segment, IReadOnlyList<Segment> replaced, CancellationToken ct)
    {
        try
        {
            await database.WriteAsync(async work =>
            {
                foreach (var old in replaced)
                {
                    if (await work.ExecuteAsync("update intake_search_segment set state = 'retired', since = @now where id = @Id and state = 'ready'", new { old.Id, now = work.Now }) == 0)
                        throw new OvertakenException();
                }
                // Two that publish at the same moment begin at the same instant: the unique index lets one through.
                if (await work.ExecuteAsync("""
                    update intake_search_segment set state = 'ready', since = @now
                    where id = @Id and state = 'building'
                      and not exists (select 1 from intake_search_segment o where o.state = 'ready' and o.to_at > @FromAt and o.from_at < @ToAt)
                    """, new { segment.Id, segment.FromAt, segment.ToAt, now = work.Now }) == 0)
                    throw new OvertakenException();
            }, ct);
            return true;
        }
        catch (OvertakenException)
        {
            return false;
        }
    }

    public static async Task DeleteAsync(Database database, long id, CancellationToken ct)
    {
        const int Step = 512;
        for (var block = 0; block < 65536; block += Step)
        {
            var key = Segment.FirstKey(id) + block;
            await database.WriteAsync(work => work.ExecuteAsync("delete from intake_search where id >= @key and id < @end", new { key, end = key + Step }), ct);
        }
        await database.WriteAsync(work => work.ExecuteAsync("delete from intake_search_segment where id = @id and state <> 'ready'", new { id }), ct);
    }

    private sealed class OvertakenException : Exception;

    private sealed record BodyRow
    {
        public required long Id { get; init; }
        public required byte[] Body { get; init; }
    }
}
