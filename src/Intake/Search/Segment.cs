using Hotline.Data.Likeness;

namespace Hotline.Intake.Search;

/// <summary>A row of <c>intake_search_segment</c>: the tickets filed from one instant, inclusive, to another, exclusive.</summary>
internal sealed record Segment
{
    public required long Id { get; init; }
    public required DateTimeOffset FromAt { get; init; }
    public required DateTimeOffset ToAt { get; init; }
    public required int Tickets { get; init; }

    /// <summary>Over how many blocks its tokens are spread; a power of two.</summary>
    public required int Buckets { get; init; }

    /// <summary>Whether it has keys of likeness; segments of earlier versions have none.</summary>
    public required bool Likeness { get; init; }

    /// <summary>Whether it has the callers; segments of earlier versions have none, and are built again.</summary>
    public required bool Callers { get; init; }

    /// <summary>Where the body of a block lies in <c>intake_search</c>.</summary>
    public long Key(int block) => (Id << 16) + block;

    /// <summary>Where the body with a token of a text lies.</summary>
    public long TextKey(uint token) => Key(TextTokens.Bucket(token, Buckets));

    /// <summary>Where the body with a key of likeness lies.</summary>
    public long LikenessKey(uint key) => Key(SegmentBody.FirstOfLikeness + TextTokens.Bucket(key, Buckets));

    /// <summary>Where the body with a caller (<see cref="TextTokens.OfCaller"/>) lies.</summary>
    public long CallerKey(uint caller) => Key(SegmentBody.FirstOfCallers + TextTokens.Bucket(caller, SegmentBody.BucketsOfCallers(Buckets)));

    /// <summary>Every block lies from here, inclusive, to the next segment's, exclusive.</summary>
    public static long FirstKey(long id) => id << 16;
}

/// <summary>
/// The bodies of a segment. Its tickets are numbered from 0 in the order of filing. Blocks 0 … buckets − 1 hold postings: token, length in
/// bytes, and the tickets that have it as differences. Blocks from <see cref="FirstOfLikeness"/> on hold the same for the keys under which tickets that are alike are looked up
/// (<see cref="LookupKeys"/>); those that very many tickets have tell nothing and are left out. Blocks from <see cref="FirstOfCallers"/> on hold the same for those who called. Block <see cref="Directory"/> says when each chunk of tickets begins; blocks from
/// <see cref="FirstChunk"/> on hold <see cref="ChunkSize"/> tickets each: instant and number as differences. All numbers are of variable length.
/// </summary>
internal static class SegmentBody
{
    public const int ChunkSize = 256;
    public const int FirstOfLikeness = 16384;
    public const int FirstOfCallers = 32768;
    public const int Directory = 49151;
    public const int FirstChunk = 49152;

    /// <summary>A ticket has one caller and some hundred pairs of characters: some sixty to a block.</summary>
    public static int BucketsOfCallers(int buckets) => buckets / 8;

    /// <summary>A ticket's place in time, and its number.</summary>
    public readonly record struct Entry(long At, string Number);

    public sealed class Builder
    {
        /// <summary>A key of likeness counts up to this share of the tickets.</summary>
        private const double MostOfKey = 0.01;
        private const int LeastOfKey = 32;

        private readonly Dictionary<uint, List> _lists = [], _keys = [], _callers = [];
        private readonly List<Entry> _entries = [];
        private readonly HashSet<uint> _tokens = [];

        public int Count => _entries.Count;

        /// <summary>Tickets come in the order of filing.</summary>
        public void Add(DateTimeOffset filedAt, string number, string title, string description, string address, string? phoneHash)
        {
            _tokens.Clear();
            TextTokens.AddTo(_tokens, title);
            TextTokens.AddTo(_tokens, description);
            TextTokens.AddTo(_tokens, address);
            Add(_lists, _tokens);
            Add(_keys, LookupKeys.Of(title, description));
            if (phoneHash is not null) Add(_callers, [TextTokens.OfCaller(phoneHash)]);
            _entries.Add(new Entry(filedAt.ToUnixTimeMilliseconds(), number));
        }

        private void Add(Dictionary<uint, List> lists, IEnumerable<uint> tokens)
        {
            foreach (var token in tokens)
            {
                ref var list = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(lists, token, out _);
                (list ??= new List()).Add(_entries.Count);
            }
        }

        /// <summary>Every block that is not empty.</summary>
        public IEnumerable<(int Block, byte[] Body)> Blocks(int buckets)
        {
            var writer = new Writer();
            var mostOfKey = Math.Max(LeastOfKey, (int)(_entries.Count * MostOfKey));
            foreach (var (first, lists, count) in new[]
            {
                (0, _lists, buckets),
                (FirstOfLikeness, _keys.Where(k => k.Value.Count <= mostOfKey).ToDictionary(), buckets),
                (FirstOfCallers, _callers, BucketsOfCallers(buckets)),
            })
            {
                var spread = new List<uint>?[count];
                foreach (var token in lists.Keys) (spread[TextTokens.Bucket(token, count)] ??= []).Add(token);
                for (var bucket = 0; bucket < count; bucket++)
                {
                    if (spread[bucket] is not { } tokens) continue;
                    foreach (var token in tokens)
                    {
                        var list = lists[token];
                        writer.Put(token);
                        writer.Put((ulong)list.Length);
                        writer.Put(list.Written);
                    }
                    yield return (first + bucket, writer.Take());
                }
            }
            foreach (var chunk in _entries.Chunk(ChunkSize)) writer.Put((ulong)chunk[0].At);
            yield return (Directory, writer.Take());
            var index = 0;
            foreach (var chunk in _entries.Chunk(ChunkSize))
            {
                var (at, day, running) = (0L, 0L, 0L);
                foreach (var entry in chunk)
                {
                    var (entryDay, entryRunning) = Split(entry.Number);
                    writer.Put((ulong)(entry.At - at));
                    writer.PutSigned(entryDay - day);
                    writer.PutSigned(entryRunning - running);
                    (at, day, running) = (entry.At, entryDay, entryRunning);
                }
                yield return (FirstChunk + index++, writer.Take());
            }
        }

        private sealed class List
        {
            private byte[] _bytes = new byte[4];
            private int _last = -1;

            public int Length { get; private set; }

            /// <summary>How many tickets.</summary>
            public int Count { get; private set; }

            public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

            public void Add(int ticket)
            {
                var difference = (uint)(ticket - _last);
                _last = ticket;
                Count++;
                if (_bytes.Length - Length < 5) Array.Resize(ref _bytes, Math.Max(8, _bytes.Length * 2));
                for (; difference >= 0x80; difference >>= 7) _bytes[Length++] = (byte)(difference | 0x80);
                _bytes[Length++] = (byte)difference;
            }
        }
    }

    /// <returns>Where the list of the tickets that have the token lies in the body; empty where none has.</returns>
    public static ReadOnlyMemory<byte> Find(ReadOnlyMemory<byte> body, uint token)
    {
        var rest = body.Span;
        while (!rest.IsEmpty)
        {
            var found = Read(ref rest);
            var length = (int)Read(ref rest);
            if (found == token) return body.Slice(body.Length - rest.Length, length);
            rest = rest[length..];
        }
        return default;
    }

    /// <returns>The tickets of a list, ascending.</returns>
    public static int[] Unpack(ReadOnlySpan<byte> list)
    {
        var tickets = new int[list.Length];
        var (count, last) = (0, -1);
        while (!list.IsEmpty) tickets[count++] = last += (int)Read(ref list);
        return tickets.AsSpan(0, count).ToArray();
    }

    /// <summary>Adds a weight to the score of every ticket of a list.</summary>
    public static void Score(ReadOnlySpan<byte> list, float weight, Span<float> scores)
    {
        for (var ticket = -1; !list.IsEmpty;)
        {
            ticket += (int)Read(ref list);
            scores[ticket] += weight;
        }
    }

    /// <summary>Tickets in both; both ascending.</summary>
    public static int[] Intersect(int[] few, int[] many)
    {
        if (few.Length > many.Length) (few, many) = (many, few);
        var both = new int[few.Length];
        var (count, at) = (0, 0);
        foreach (var ticket in few)
        {
            if (many.Length > few.Length * 16)
            {
                at = Array.BinarySearch(many, at, many.Length - at, ticket);
                if (at < 0) at = ~at;
            }
            else
            {
                while (at < many.Length && many[at] < ticket) at++;
            }
            if (at == many.Length) break;
            if (many[at] == ticket) both[count++] = ticket;
        }
        return both.AsSpan(0, count).ToArray();
    }

    /// <returns>When each chunk begins.</returns>
    public static long[] ReadDirectory(ReadOnlySpan<byte> body)
    {
        var starts = new List<long>();
        while (!body.IsEmpty) starts.Add((long)Read(ref body));
        return [.. starts];
    }

    public static Entry[] ReadChunk(ReadOnlySpan<byte> body)
    {
        var entries = new List<Entry>(ChunkSize);
        var (at, day, running) = (0L, 0L, 0L);
        while (!body.IsEmpty)
        {
            at += (long)Read(ref body);
            day += ReadSigned(ref body);
            running += ReadSigned(ref body);
            entries.Add(new Entry(at, Join(day, running)));
        }
        return [.. entries];
    }

    /// <returns>One ticket of a chunk.</returns>
    public static Entry EntryAt(ReadOnlySpan<byte> body, int place)
    {
        var (at, day, running) = (0L, 0L, 0L);
        for (var i = 0; i <= place; i++)
        {
            at += (long)Read(ref body);
            day += ReadSigned(ref body);
            running += ReadSigned(ref body);
        }
        return new Entry(at, Join(day, running));
    }

    /// <summary>20200207-000123 as two numbers.</summary>
    private static (long Day, long Running) Split(string number)
    {
        var dash = number.IndexOf('-', StringComparison.Ordinal);
        return (long.Parse(number.AsSpan(0, dash), System.Globalization.CultureInfo.InvariantCulture), long.Parse(number.AsSpan(dash + 1), System.Globalization.CultureInfo.InvariantCulture));
    }

    private static string Join(long day, long running) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{day:D8}-{running:D6}");

    private static ulong Read(ref ReadOnlySpan<byte> body)
    {
        ulong value = 0;
        for (var shift = 0; ; shift += 7)
        {
            var next = body[0];
            body = body[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80) return value;
        }
    }

    private static long ReadSigned(ref ReadOnlySpan<byte> body)
    {
        var value = Read(ref body);
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private sealed class Writer
    {
        private readonly MemoryStream _stream = new();

        public void Put(ulong value)
        {
            for (; value >= 0x80; value >>= 7) _stream.WriteByte((byte)(value | 0x80));
            _stream.WriteByte((byte)value);
        }

        public void PutSigned(long value) => Put((ulong)((value << 1) ^ (value >> 63)));

        public void Put(ReadOnlySpan<byte> bytes) => _stream.Write(bytes);

        public byte[] Take()
        {
            var bytes = _stream.ToArray();
            _stream.SetLength(0);
            return bytes;
        }
    }
}
