using System.Diagnostics;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake.Search;

/// <summary>What a list of tickets is narrowed to; each part null where it does not matter.</summary>
/// <param name="Q">Stands in the title, the description or the address, without regard to case.</param>
/// <param name="Number">What the number begins with.</param>
/// <param name="From">Filed then or later.</param>
/// <param name="To">Filed before.</param>
internal sealed record Wanted(
    string? Q, string? Number, string? Status, string? Unit, string? Category, string? PhoneHash, DateTimeOffset? From, DateTimeOffset? To)
{
    /// <summary>Nearly all tickets are closed, so this narrows nothing.</summary>
    public bool OnlyOpen => Status is not null && Status != TicketStatus.Closed.Word();

    /// <summary>Has something that stands in the index of words.</summary>
    public bool InWords => Q is not null || PhoneHash is not null;

    /// <summary>One index finds what is wanted, and nothing else has to be looked at.</summary>
    public bool Simple => !InWords && Narrow + (Status is not null && !OnlyOpen && Number is null ? 1 : 0) <= 1;

    /// <summary>Conditions that have an index of their own; that of closed tickets is the last to be taken.</summary>
    private int Narrow => (OnlyOpen ? 1 : 0) + (Unit is null ? 0 : 1) + (Category is null ? 0 : 1);
}

/// <summary>
/// Finds tickets, newest first, in bounded time. One condition is answered by its index. Several are answered by the index of the narrowest and a look at each ticket; a text
/// and a caller by the index of words and a look at each candidate. Where that takes longer than <see cref="Budget"/>, the answer is what was found so far, and how far back it reaches: the
/// caller goes on from there.
/// </summary>
internal sealed class TicketFinder(Session db, Wanted wanted, int size)
{
    private static readonly TimeSpan Budget = TimeSpan.FromMilliseconds(25);

    /// <summary>Tickets looked at in one step: twice as many each time, so that what lies near is found at once.</summary>
    private const int FirstStep = 100;
    private const int MostOfTable = 500;

    /// <summary>The same where the index alone is read.</summary>
    private const int MostOfIndex = 2000;

    /// <summary>Candidates of an index looked at in one step.</summary>
    private const int Candidates = 100;

    /// <summary>So many candidates of a segment are rather read than narrowed down.</summary>
    private const int FewCandidates = 2;

    /// <summary>Segments whose bodies are read together. A text has one of some kB for each pair in a segment, and often enough tickets in the newest; a caller has few tickets, and a body of some hundred bytes.</summary>
    private const int FirstForText = 2, MostForText = 16, ForCaller = 128;

    /// <summary>Pairs of characters that are looked up, at most: each further one would leave out hardly a candidate more.</summary>
    private const int MostTokens = 12;

    private const string OfStatus = "status = @Status";

    private readonly uint[] _tokens = wanted.Q is { } q && TextTokens.OfQuery(q) is var tokens ? tokens[..Math.Min(tokens.Length, MostTokens)] : [];
    private readonly uint? _caller = wanted.PhoneHash is { } phone ? TextTokens.OfCaller(phone) : null;
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly List<string> _found = [];

    /// <param name="Rows">Up to one more than the size.</param>
    /// <param name="Reached">Where the time was over; null where all was looked through, or enough found.</param>
    public sealed record Answer(IReadOnlyList<LineRow> Rows, (DateTimeOffset At, string Number)? Reached);

    private bool Enough => _found.Count > size;

    private bool Over => Stopwatch.GetElapsedTime(_started) > Budget;

    public async Task<Answer> FindAsync((DateTimeOffset At, string Number)? before)
    {
        if (wanted.Simple) return new Answer(await DirectAsync(before), null);

        // Few at a time: the open ones are looked through sooner than words are found in the index.
        if (!wanted.InWords || (wanted.OnlyOpen && _caller is null))
            return await AnswerAsync(await ScanAsync(before, wanted.From));

        var segments = (await SegmentTable.ReadyAsync(db))
            .Where(s => !(s.ToAt <= wanted.From) && !(s.FromAt >= wanted.To) && !(s.FromAt > before?.At))
            .Reverse().ToArray();
        var end = segments.Length == 0 ? wanted.From : segments[0].ToAt > wanted.From ? segments[0].ToAt : wanted.From ?? segments[0].ToAt;
        if (!(before?.At < end) && await ScanAsync(before, end) is { } unfinished) return await AnswerAsync(unfinished);
        if (Enough) return await AnswerAsync(null);
        return await AnswerAsync(await LookUpAsync(segments, before));
    }

    /// <summary>One statement, one index.</summary>
    private Task<IReadOnlyList<LineRow>> DirectAsync((DateTimeOffset At, string Number)? before)
    {
        var (by, conditions) = Driver();
        if (wanted.Status is not null && !conditions.Contains(OfStatus)) conditions.Add(OfStatus);
        if (wanted.Number is not null) conditions.Add($"{by}.number >= @Number and {by}.number < @numberEnd");
        return db.QueryAsync<LineRow>($"""
            select {LineRow.Columns} from {Tickets.Whole}
            where {Where(by, conditions, wanted.From, before)}
            order by {by}.filed_at desc, {by}.number desc
            {db.Dialect.Limit}
            """, Parameters(wanted.From, before, size + 1));
    }

    /// <summary>Reads along one index and looks at every ticket; where a few columns tell which cannot suit, only at the others.</summary>
    /// <returns>How far it got; null where it got to the end or has found enough.</returns>
    private async Task<(DateTimeOffset At, string Number)?> ScanAsync((DateTimeOffset At, string Number)? before, DateTimeOffset? from)
    {
        var (by, conditions) = Driver();
        var (table, columns, may) = wanted switch
        {
            { PhoneHash: not null } => ("intake_ticket t", "number, filed_at, phone_hash", row => row.PhoneHash == wanted.PhoneHash),
            { Category: not null, Unit: not null, OnlyOpen: false } => ("intake_progress p", LookRow.IndexedColumns, row => row.LeadCode == wanted.Unit),
            _ => (Tickets.Whole, wanted.Q is null ? LookRow.Columns : LookRow.Columns + LookRow.Texts, default(Func<LookRow, bool>)),
        };
        // Hardly a ticket is of one caller.
        for (var step = _caller is null ? FirstStep : MostOfIndex; ; step = Math.Min(step * 2, may is null ? MostOfTable : MostOfIndex))
        {
            var rows = await db.QueryAsync<LookRow>($"""
                select {columns} from {table}
                where {Where(by, [.. conditions], from, before)}
                order by {by}.filed_at desc, {by}.number desc
                {db.Dialect.Limit}
                """, Parameters(from, before, step));
            if (may is not null)
            {
                if (await LookAtAsync([.. rows.Where(may).Select(r => (r.FiledAt, r.Number))]) is { } reached) return reached;
            }
            else
            {
                _found.AddRange(rows.Where(Suits).Select(r => r.Number).Take(size + 1 - _found.Count));
            }
            if (Enough || rows.Count < step) return null;
            before = (rows[^1].FiledAt, rows[^1].Number);
            if (Over) return before;
        }
    }

    /// <summary>Goes from segment to segment, the newest first.</summary>
    private async Task<(DateTimeOffset At, string Number)?> LookUpAsync(Segment[] segments, (DateTimeOffset At, string Number)? before)
    {
        var (first, most) = wanted.Q is null ? (ForCaller, ForCaller) : (FirstForText, MostForText);
        for (var (next, count) = (0, first); next < segments.Length; next += count, count = Math.Min(count * 4, most))
        {
            var some = segments.AsMemory(next, Math.Min(count, segments.Length - next));
            var bodies = await BodiesAsync([.. some.ToArray().SelectMany(Places).Select(p => p.Key)]);
            for (var i = 0; i < some.Length; i++)
            {
                var segment = some.Span[i];
                if (await LookIntoAsync(segment, bodies, before) is { } reached) return reached;
                if (Enough) return null;
                if (Over && next + i + 1 < segments.Length) return (segment.FromAt, "");
            }
        }
        return null;
    }

    private async Task<(DateTimeOffset At, string Number)?> LookIntoAsync(Segment segment, Dictionary<long, byte[]> bodies, (DateTimeOffset At, string Number)? before)
    {
        var places = Places(segment);
        // Of an earlier version and not built again yet; or a text without a character, which all have.
        if (places.Length == 0) return await ScanAsync(before?.At < segment.ToAt ? before : (segment.ToAt, ""), segment.FromAt > wanted.From ? segment.FromAt : wanted.From ?? segment.FromAt);
        return Matches(places, bodies) is { Length: > 0 } matches ? await LookAtAsync(segment, matches, before) : null;
    }

    /// <returns>The bodies of a segment in which to look, and for what.</returns>
    private (long Key, uint Token)[] Places(Segment segment)
    {
        var places = _tokens.Select(t => (segment.TextKey(t), t));
        return [.. _caller is { } caller && segment.Callers ? places.Append((segment.CallerKey(caller), caller)) : places];
    }

    /// <returns>The tickets of a segment that have all that is looked for, ascending.</returns>
    private static int[] Matches((long Key, uint Token)[] places, Dictionary<long, byte[]> bodies)
    {
        var lists = new List<ReadOnlyMemory<byte>>(places.Length);
        foreach (var (key, token) in places)
        {
            if (!bodies.TryGetValue(key, out var body) || SegmentBody.Find(body, token) is not { Length: > 0 } list) return [];
            lists.Add(list);
        }
        lists.Sort((a, b) => a.Length.CompareTo(b.Length));
        var matches = SegmentBody.Unpack(lists[0].Span);
        // To unpack a long list for a few candidates takes longer than to read their texts, which decide in any case.
        foreach (var list in lists.Skip(1).TakeWhile(l => matches.Length > FewCandidates || (matches.Length > 0 && l.Length < 1000)))
            matches = SegmentBody.Intersect(matches, SegmentBody.Unpack(list.Span));
        return matches;
    }

    /// <summary>Reads the candidates of a segment and looks at them, the newest first.</summary>
    private async Task<(DateTimeOffset At, string Number)?> LookAtAsync(Segment segment, int[] matches, (DateTimeOffset At, string Number)? before)
    {
        var upper = Math.Min(
            before is { } cursor && cursor.At < segment.ToAt ? await PlaceAsync(segment, cursor.At, cursor.Number) : int.MaxValue,
            wanted.To is { } to && to < segment.ToAt ? await PlaceAsync(segment, to, "") : int.MaxValue);
        var lower = wanted.From is { } from && from > segment.FromAt ? await PlaceAsync(segment, from, "") : 0;
        var candidates = matches.Where(m => m >= lower && m < upper).Reverse().ToArray();
        foreach (var some in candidates.Chunk(Candidates))
        {
            var entries = await SegmentTable.EntriesAsync(db, some.Select(c => (segment, c)));
            if (await LookAtAsync([.. entries.Select(e => (DateTimeOffset.FromUnixTimeMilliseconds(e.At), e.Number))]) is { } reached) return reached;
            if (Enough) return null;
        }
        return null;
    }

    /// <summary>Reads candidates, the newest first, and looks at them.</summary>
    /// <returns>How far it got; null where it got to the end or has found enough.</returns>
    private async Task<(DateTimeOffset At, string Number)?> LookAtAsync((DateTimeOffset At, string Number)[] candidates)
    {
        foreach (var some in candidates.Chunk(Candidates))
        {
            var rows = (await db.QueryAsync<LookRow>($"""
                select {LookRow.Columns}{(wanted.Q is null ? "" : LookRow.Texts)} from {Tickets.Whole} where {db.Dialect.Among("t.number", "@among")}
                """, new { among = Json.Write(some.Select(c => c.Number)) })).ToDictionary(r => r.Number, StringComparer.Ordinal);
            foreach (var (_, number) in some)
            {
                if (rows.TryGetValue(number, out var row) && Suits(row)) _found.Add(number);
                if (Enough) return null;
            }
            if (Over) return some[^1];
        }
        return null;
    }

    /// <returns>How many tickets of the segment come before this place in the order of filing.</returns>
    private async Task<int> PlaceAsync(Segment segment, DateTimeOffset at, string number)
    {
        var key = segment.Key(SegmentBody.Directory);
        var starts = SegmentBody.ReadDirectory((await BodiesAsync([key]))[key]);
        var instant = at.ToUnixTimeMilliseconds();
        // The last chunk that begins before the instant: tickets of the instant itself may lie in several.
        var chunk = 0;
        while (chunk + 1 < starts.Length && starts[chunk + 1] <= instant) chunk++;
        for (; chunk >= 0; chunk--)
        {
            var place = segment.Key(SegmentBody.FirstChunk + chunk);
            var entries = SegmentBody.ReadChunk((await BodiesAsync([place]))[place]);
            var count = entries.Count(e => e.At < instant || (e.At == instant && string.CompareOrdinal(e.Number, number) < 0));
            if (count > 0) return (chunk * SegmentBody.ChunkSize) + count;
        }
        return 0;
    }

    private Task<Dictionary<long, byte[]>> BodiesAsync(List<long> keys) => SegmentTable.BodiesAsync(db, keys);

    private async Task<Answer> AnswerAsync((DateTimeOffset At, string Number)? reached)
    {
        if (_found.Count == 0) return new Answer([], reached);
        var rows = await db.QueryAsync<LineRow>($"""
            select {LineRow.Columns} from {Tickets.Whole} where {db.Dialect.Among("t.number", "@among")}
            """, new { among = Json.Write(_found) });
        return new Answer([.. rows.OrderByDescending(r => r.FiledAt).ThenByDescending(r => r.Number, StringComparer.Ordinal)], reached);
    }

    private bool Suits(LookRow row) =>
        (wanted.Status is null || row.Status == wanted.Status)
        && (wanted.Unit is null || row.LeadCode == wanted.Unit)
        && (wanted.Category is null || row.RoutedCategory == wanted.Category)
        && (wanted.PhoneHash is null || row.PhoneHash == wanted.PhoneHash)
        && (wanted.Number is null || row.Number.StartsWith(wanted.Number, StringComparison.Ordinal))
        && (wanted.Q is not { } q || TextTokens.Contains(row.Title!, q) || TextTokens.Contains(row.Description!, q) || TextTokens.Contains(row.Address!, q));

    /// <summary>
    /// The table of the index of the narrowest (<see cref="Tickets.Whole"/>), and the condition that the index is for; spelled as the index spells it, which some engines need.
    /// </summary>
    private (char By, List<string> Conditions) Driver() => wanted switch
    {
        { PhoneHash: not null } => ('t', []), // only what the index of words does not know yet
        { OnlyOpen: true } => ('p', [OfStatus]),
        { Category: not null } => ('p', ["routed_category = @Category and routed_category is not null"]),
        { Unit: not null } => ('p', ["lead_code = @Unit and lead_code is not null"]),
        // Closed ones of a number are found by the number.
        { Status: not null, Number: null } => ('p', [OfStatus]),
        _ => ('t', []),
    };

    private string Where(char by, List<string> conditions, DateTimeOffset? from, (DateTimeOffset At, string Number)? before)
    {
        if (from is not null) conditions.Add($"{by}.filed_at >= @from");
        if (wanted.To is not null) conditions.Add($"{by}.filed_at < @To");
        // The first condition is what an index can start from; the second alone would have it read from its beginning.
        if (before is not null) conditions.Add($"{by}.filed_at <= @beforeAt and ({by}.filed_at < @beforeAt or {by}.number < @beforeNumber)");
        return conditions.Count == 0 ? "1 = 1" : string.Join(" and ", conditions);
    }

    private object Parameters(DateTimeOffset? from, (DateTimeOffset At, string Number)? before, int limit) => new
    {
        wanted.Status,
        wanted.Unit,
        wanted.Category,
        wanted.Number,
        numberEnd = wanted.Number + "~",
        from,
        wanted.To,
        beforeAt = before?.At,
        beforeNumber = before?.Number,
        limit,
    };

    /// <summary>What a line of the list shows, without the long texts.</summary>
    internal sealed record LineRow
    {
        public const string Columns = "t.number, status, t.filed_at, channel, kind, title, address, lead_code, lead_name, routed_category, category_name, urged, caller_name, caller_phone";

        public required string Number { get; init; }
        public required string Status { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Channel { get; init; }
        public required string Kind { get; init; }
        public required string Title { get; init; }
        public required string Address { get; init; }
        public string? LeadCode { get; init; }
        public string? LeadName { get; init; }
        public string? RoutedCategory { get; init; }
        public string? CategoryName { get; init; }
        public required int Urged { get; init; }
        public string? CallerName { get; init; }
        public string? CallerPhone { get; init; }
    }

    private sealed record LookRow
    {
        public const string Columns = "t.number, t.filed_at, status, lead_code, routed_category, phone_hash";

        /// <summary>What the index of a category holds.</summary>
        public const string IndexedColumns = "number, filed_at, lead_code";

        public const string Texts = ", title, description, address";

        public required string Number { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public string? Status { get; init; }
        public string? LeadCode { get; init; }
        public string? RoutedCategory { get; init; }
        public string? PhoneHash { get; init; }
        public string? Title { get; init; }
        public string? Description { get; init; }
        public string? Address { get; init; }
    }
}
