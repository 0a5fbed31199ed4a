using System.Buffers;
using System.Text;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hotline.Reporting;

/// <summary>
/// What is still to be added to the lines of the rollups, as one row for a transaction. A line is changed once for all of them (<see cref="RollupMerger"/>) and not once for each;
/// whoever reads the lines reads them with what is pending, from one state of the database.
/// </summary>
internal sealed record PendingRow
{
    public static readonly Bulk<PendingRow> Insert = Bulk<PendingRow>.Insert("reporting_pending");

    private static readonly string[] Measures = [.. Enum.GetValues<Measure>().Select(m => m.Word())];

    /// <summary>Ascending with time, about.</summary>
    public required string Id { get; init; }

    /// <summary>How many <see cref="Body"/> has.</summary>
    public required int Lines { get; init; }

    /// <summary>
    /// JSON: <c>[["filed", …], [737462, "unit", "category", "code", 0, 0, 1, 5, -1], …]</c>. First the words of the measures; then lines: number of the day, unit, breakdown or null,
    /// code, 1 where excluded, and of each measure that is not 0 its place among the words and its number.
    /// </summary>
    public required string Body { get; init; }

    public static PendingRow Of(IReadOnlyCollection<KeyValuePair<Line, int[]>> lines)
    {
        var written = new ArrayBufferWriter<byte>(512 + (lines.Count * 64));
        using (var json = new Utf8JsonWriter(written, new JsonWriterOptions { SkipValidation = true }))
        {
            json.WriteStartArray();
            json.WriteStartArray();
            foreach (var word in Measures) json.WriteStringValue(word);
            json.WriteEndArray();
            foreach (var (line, numbers) in lines)
            {
                json.WriteStartArray();
                json.WriteNumberValue(line.Day.DayNumber);
                json.WriteStringValue(line.Unit);
                json.WriteStringValue(line.By?.Word());
                json.WriteStringValue(line.Code);
                json.WriteNumberValue(line.Excluded ? 1 : 0);
                for (var i = 0; i < numbers.Length; i++)
                {
                    if (numbers[i] == 0) continue;
                    json.WriteNumberValue(i);
                    json.WriteNumberValue(numbers[i]);
                }
                json.WriteEndArray();
            }
            json.WriteEndArray();
        }
        return new PendingRow { Id = Guid.CreateVersion7().ToString("N"), Lines = lines.Count, Body = Encoding.UTF8.GetString(written.WrittenSpan) };
    }

    /// <summary>All that is pending, of the lines that are wanted.</summary>
    /// <param name="db">A snapshot, where the lines are read as well.</param>
    public static async Task<IReadOnlyList<KeyValuePair<Line, int[]>>> ReadAsync(Session db, Predicate<Line> wanted)
    {
        var lines = new List<KeyValuePair<Line, int[]>>();
        foreach (var body in await db.QueryAsync<string>("select body from reporting_pending"))
        {
            Read(body, line =>
            {
                if (!wanted(line)) return null;
                var numbers = new int[Tally.Measures];
                lines.Add(new(line, numbers));
                return numbers;
            });
        }
        return lines;
    }

    /// <param name="numbersOf">What a line's numbers are added to; null where they are passed over.</param>
    public static void Read(string body, Func<Line, int[]?> numbersOf)
    {
        // Units and codes are few, and come again in nearly every line.
        var texts = new HashSet<string>(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        var letters = new char[64];
        var json = new Utf8JsonReader(Encoding.UTF8.GetBytes(body));
        json.Read();
        json.Read();
        // Of the version that wrote it, which may have had them in another order.
        var places = new List<int>(Tally.Measures);
        while (json.Read() && json.TokenType == JsonTokenType.String) places.Add((int)Words.Parse<Measure>(json.GetString()!));
        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            var numbers = numbersOf(new Line(
                DateOnly.FromDayNumber(Number(ref json)), Text(ref json)!, Text(ref json) is { } by ? Words.Parse<Breakdown>(by) : null, Text(ref json)!,
                Number(ref json) != 0));
            while (json.Read() && json.TokenType == JsonTokenType.Number)
            {
                var place = json.GetInt32();
                var number = Number(ref json);
                if (numbers is not null) numbers[places[place]] += number;
            }
        }

        static int Number(ref Utf8JsonReader json)
        {
            json.Read();
            return json.GetInt32();
        }

        string? Text(ref Utf8JsonReader json)
        {
            json.Read();
            if (json.TokenType == JsonTokenType.Null) return null;
            if (json.ValueSpan.Length > letters.Length) return json.GetString();
            var text = letters.AsSpan(0, json.CopyString(letters));
            texts.Add(text);
            return texts.TryGetValue(text, out var known) ? known : null;
        }
    }
}

/// <summary>
/// Adds what is pending to the lines of the rollups, a few lines in a transaction, so that nobody waits for it. While the same lines come again and again it only adds them to one
/// another, where they are pending. It may run in any number of processes: a row is added by the one that takes it away.
/// </summary>
public sealed partial class RollupMerger(Database database, ILogger<RollupMerger> log) : BackgroundService
{
    /// <summary>The more is added together the fewer lines are changed; but a report reads all that is pending, half a millisecond for a thousand lines.</summary>
    private const int Many = 40_000;

    /// <summary>Bounds memory: what a long absence left is added in parts.</summary>
    private const int Most = 2 * Many;

    /// <summary>Looks after which little is added too.</summary>
    private const int Looks = 10;

    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Lines of a transaction: some 3 ms of the one writer.</summary>
    public int Slice { get; init; } = database.Dialect.SingleWriter ? 250 : 1000;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            using var timer = new PeriodicTimer(Look, database.Clock.Time);
            for (var looks = 1; await timer.WaitForNextTickAsync(stoppingToken); looks++)
            {
                try
                {
                    if (looks < Looks && await database.ReadAsync(db => db.ScalarAsync<long>("select coalesce(sum(lines), 0) from reporting_pending"), stoppingToken) < Many) continue;
                    looks = 0;
                    while (await StepAsync(stoppingToken)) { }
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Whatever it is, the next look may do better; until then reports read what is pending.
                    if (database.Dialect.IsAway(e)) LogDatabaseAway(e.Message);
                    else LogFailed(e);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends; what is pending stands in the database.
        }
    }

    /// <summary>Adds the oldest of what is pending to the lines of the rollups, or where that makes half as many of them, to one another.</summary>
    /// <returns>Whether more is to be added now.</returns>
    public async Task<bool> StepAsync(CancellationToken ct)
    {
        var rows = await OldestAsync(ct);
        if (rows.Count == 0) return false;
        var sum = new Tally();
        foreach (var row in rows) PendingRow.Read(row.Body, sum.Of);
        var slices = Rollups.InOrder(sum.Lines).Chunk(Slice).Select(lines => (Row: PendingRow.Of(lines), Lines: lines)).ToArray();
        var lines = rows.Sum(r => r.Lines);
        var more = lines >= Many;
        if (slices.Length <= 1)
            return await AddAsync([.. rows.Select(r => r.Id)], slices.Length == 1 ? slices[0].Lines : [], ct) && more;

        // First as many rows as there will be transactions: whatever happens between them, each is added once.
        var cut = await database.WriteAsync(async work =>
        {
            if (!await TakeAwayAsync(work, [.. rows.Select(r => r.Id)])) return false;
            work.Write(PendingRow.Insert, [.. slices.Select(s => s.Row)]);
            return true;
        }, ct);
        if (!cut) return false;
        if (slices.Sum(s => s.Lines.Length) * 2 <= lines) return lines >= Most;
        foreach (var (row, part) in slices)
        {
            if (!await AddAsync([row.Id], part, ct)) return false;
        }
        return more;
    }

    private Task<IReadOnlyList<PendingRow>> OldestAsync(CancellationToken ct) => database.ReadAsync(async db =>
    {
        var lines = 0;
        var ids = (await db.QueryAsync<(string Id, int Lines)>($"select id, lines from reporting_pending order by id {db.Dialect.Limit}", new { limit = Most }))
            .TakeWhile(row => (lines += row.Lines) - row.Lines < Most).Select(row => row.Id);
        return await db.QueryAsync<PendingRow>($"select id, lines, body from reporting_pending where {db.Dialect.Among("id", "@ids")}", new { ids = Json.Write(ids) });
    }, ct);

    /// <returns>False where another process has taken any of the rows: nothing is added then.</returns>
    private Task<bool> AddAsync(IReadOnlyList<string> ids, KeyValuePair<Line, int[]>[] lines, CancellationToken ct) => database.WriteAsync(async work =>
    {
        if (!await TakeAwayAsync(work, ids)) return false;
        Rollups.Add(work, lines);
        return true;
    }, ct);

    private static async Task<bool> TakeAwayAsync(Work work, IReadOnlyList<string> ids)
    {
        var among = Json.Write(ids);
        if ((await work.TakeAsync<string>("id", ("reporting_pending", "id"), ids)).Count < ids.Count) return false;
        await work.ExecuteAsync($"delete from reporting_pending where {work.Dialect.Among("id", "@among")}", new { among });
        return true;
    }

    [LoggerMessage(LogLevel.Error, "What is pending could not be added to the rollups, and is tried again")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(LogLevel.Warning, "What is pending waits, the database is away: {Reason}")]
    private partial void LogDatabaseAway(string reason);
}
