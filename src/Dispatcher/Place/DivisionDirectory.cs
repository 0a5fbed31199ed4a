using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using System.Text;

namespace Hotline.Dispatcher.Place;

/// <summary>
/// The national directory of divisions as of 2023-06-30: 31 provinces, 342 cities, 2,978 counties and 41,352 streets in memory, 620,573
/// communities read a city at a time when one is asked for. Safe for any number of threads. The file behind it is made by
/// <c>prepare/prepare.mjs</c>; its README gives the layout and the sources.
/// </summary>
public sealed class DivisionDirectory
{
    private const uint TreeBlock = 1, CountyHistoryBlock = 2, TownHistoryBlock = 3;

    private static readonly Lazy<DivisionDirectory> Shared = new(() => new DivisionDirectory());

    private readonly Dictionary<uint, (int Offset, int Packed, int Size)> _blocks = [];
    private readonly int _blocksStart;
    private readonly Division[] _divisions;
    private readonly int[] _ends;
    private readonly Dictionary<string, int> _byCode;
    private readonly ConcurrentDictionary<int, Lazy<CityCommunities>> _communities = new();

    private DivisionDirectory()
    {
        using var stream = Open();
        var head = new byte[8];
        stream.ReadExactly(head);
        if (!head.AsSpan(0, 4).SequenceEqual("HDV1"u8)) throw new InvalidDataException("divisions.bin is not a directory of this version.");
        var index = new byte[12 * BinaryPrimitives.ReadInt32LittleEndian(head.AsSpan(4))];
        stream.ReadExactly(index);
        _blocksStart = head.Length + index.Length;
        var offset = 0;
        for (var i = 0; i < index.Length; i += 12)
        {
            var packed = BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(i + 4));
            _blocks[BinaryPrimitives.ReadUInt32LittleEndian(index.AsSpan(i))] = (offset, packed, BinaryPrimitives.ReadInt32LittleEndian(index.AsSpan(i + 8)));
            offset += packed;
        }

        _divisions = ReadTree(Read(TreeBlock));
        _byCode = new Dictionary<string, int>(_divisions.Length, StringComparer.Ordinal);
        for (var i = 0; i < _divisions.Length; i++) _byCode.Add(_divisions[i].Code, i);
        _ends = Ends(_divisions);
        Successions = ReadCountyHistory(Read(CountyHistoryBlock));
        FormerTowns = [.. Lines(Read(TownHistoryBlock)).Select(l => l.Split('\t')).Select(c => new FormerTown(c[0], c[1], Year(c[2]), c[3]))];
    }

    /// <summary>The one directory of the process; the first use reads it, which takes some tens of milliseconds.</summary>
    public static DivisionDirectory Instance => Shared.Value;

    /// <summary>What became of every county and city that is gone, was renamed, or gave a part away, since 1981.</summary>
    public IReadOnlyList<Succession> Successions { get; }

    /// <summary>Street-level divisions that were renamed, merged or moved to another county, 2014 to 2023.</summary>
    public IReadOnlyList<FormerTown> FormerTowns { get; }

    /// <summary>Provinces to streets in pre-order: a division stands before what it contains, and all of that stands before the next.</summary>
    internal ReadOnlySpan<Division> InOrder => _divisions;

    /// <summary>The division with this code of 2, 4, 6, 9 or 12 digits.</summary>
    public Division? Find(string code) =>
        _byCode.TryGetValue(code, out var i) ? _divisions[i]
        : code.Length == (int)DivisionLevel.Community ? Communities(code[..9]).FirstOrDefault(c => c.Code == code)
        : null;

    /// <summary>What stands directly below a division, in the order of codes; the provinces for null. Empty for an unknown code.</summary>
    public IReadOnlyList<Division> Children(string? code)
    {
        if (code is { Length: (int)DivisionLevel.Street }) return Communities(code);
        var at = 0;
        var end = _divisions.Length;
        if (code is not null)
        {
            if (!_byCode.TryGetValue(code, out var parent)) return [];
            (at, end) = (parent + 1, _ends[parent]);
        }

        var children = new List<Division>();
        for (; at < end; at = _ends[at]) children.Add(_divisions[at]);
        return children;
    }

    /// <summary>The communities (社区, 村) of a street; empty for an unknown code.</summary>
    public IReadOnlyList<Division> Communities(string street) =>
        _byCode.TryGetValue(street, out var i) && _divisions[i].Level == DivisionLevel.Street
            ? CommunitiesBelow(i).Of(i)
            : [];

    /// <summary>Today's successors of an abolished or renamed county or city, by its old six-digit code or its old full name.</summary>
    public IReadOnlyList<Succession> Successors(string codeOrName) =>
        [.. Successions.Where(s => s.Code == codeOrName || s.Name == codeOrName)];

    /// <summary>The names from the province down, 江苏省南通市崇川区新城桥街道; levels that are no place of their own (市辖区) are left out.</summary>
    public string FullName(string code)
    {
        var path = new StringBuilder();
        string? last = null;
        foreach (var length in (int[])[2, 4, 6, 9, 12])
        {
            if (length > code.Length || Find(code[..length]) is not { } division) break;
            if (IsTransparent(division) || division.Name == last) continue;
            path.Append(division.Name);
            last = division.Name;
        }

        return path.ToString();
    }

    /// <summary>How many divisions there are on a level. Asking for communities reads the whole country.</summary>
    public int Count(DivisionLevel level) => level == DivisionLevel.Community
        ? _divisions.Select((d, i) => d.Level == DivisionLevel.City ? CommunitiesBelow(i).Count : 0).Sum()
        : _divisions.Count(d => d.Level == level);

    /// <summary>True for the rows at city level that only group counties and that nobody says: 市辖区, 县, 省直辖县级行政区划.</summary>
    internal static bool IsTransparent(Division division) =>
        division.Level == DivisionLevel.City && (division.Name is "市辖区" or "县" || division.Name.EndsWith("直辖县级行政区划", StringComparison.Ordinal));

    internal int IndexOf(string code) => _byCode.GetValueOrDefault(code, -1);

    /// <summary>The index after the last division that stands below this one.</summary>
    internal int EndOf(int index) => _ends[index];

    /// <summary>The communities of the city that a division (city, county or street, by index) belongs to.</summary>
    internal CityCommunities CommunitiesBelow(int division)
    {
        var city = _byCode[_divisions[division].Code[..4]];
        return _communities.GetOrAdd(city, static (at, self) => new Lazy<CityCommunities>(() => self.ReadCommunities(at)), this).Value;
    }

    private static Stream Open() =>
        typeof(DivisionDirectory).Assembly.GetManifestResourceStream("Hotline.Dispatcher.Place.divisions.bin")
        ?? throw new InvalidOperationException("The directory of divisions is not embedded.");

    private string Read(uint block)
    {
        var (offset, packed, size) = _blocks[block];
        using var stream = Open();
        stream.Position = _blocksStart + offset;
        var bytes = new byte[packed];
        stream.ReadExactly(bytes);
        var text = new byte[size];
        if (!BrotliDecoder.TryDecompress(bytes, text, out var written) || written != size)
            throw new InvalidDataException("divisions.bin is damaged.");
        return Encoding.UTF8.GetString(text);
    }

    private static Division[] ReadTree(string text)
    {
        var divisions = new List<Division>(45_000);
        string province = "", city = "", county = "";
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var line = text.AsSpan()[range];
            var own = line.Slice(1, line[0] == 's' ? 3 : 2);
            var name = line[(1 + own.Length)..].ToString();
            divisions.Add(line[0] switch
            {
                'p' => new Division(province = own.ToString(), name, DivisionLevel.Province, null),
                'c' => new Division(city = string.Concat(province, own), name, DivisionLevel.City, province),
                'a' => new Division(county = string.Concat(city, own), name, DivisionLevel.County, city),
                _ => new Division(string.Concat(county, own), name, DivisionLevel.Street, county),
            });
        }

        return [.. divisions];
    }

    private static int[] Ends(Division[] divisions)
    {
        var ends = new int[divisions.Length];
        var open = new Stack<int>();
        for (var i = 0; i < divisions.Length; i++)
        {
            while (open.Count > 0 && divisions[open.Peek()].Level >= divisions[i].Level) ends[open.Pop()] = i;
            open.Push(i);
        }

        while (open.Count > 0) ends[open.Pop()] = divisions.Length;
        return ends;
    }

    private CityCommunities ReadCommunities(int city)
    {
        var code = _divisions[city].Code;
        var key = uint.Parse(code, CultureInfo.InvariantCulture);
        return new CityCommunities(_divisions, _blocks.ContainsKey(key) ? Read(key) : "", suffix => _byCode[string.Concat(code, suffix)]);
    }

    /// <summary>
    /// Follows each historical code to the codes of this directory. A successor that is itself gone is followed on; one that stands but gave
    /// a part away later adds that part's receiver. What was abolished only after the directory's day still stands in it and is no history.
    /// </summary>
    private Succession[] ReadCountyHistory(string text)
    {
        var rows = Lines(text).Select(l => l.Split('\t')).Select(c => (Code: c[0], Name: c[1], To: c[3].Length > 0 ? Year(c[3]) : 0, Next: c[4])).ToArray();
        var byCode = rows.ToLookup(r => r.Code);
        var found = new List<Succession>();
        foreach (var row in rows)
        {
            if (row.To > 0 && Current(row.Code) is { } still && still.Name == row.Name) continue;
            var reached = new Dictionary<string, Succession>(StringComparer.Ordinal);
            var seen = new HashSet<string>(StringComparer.Ordinal);
            Follow(row.Next, row.To, false);
            found.AddRange(reached.Values.Where(s => Current(s.To) is { } to && to.Name != row.Name || s.Partial));

            void Follow(string successors, int year, bool partial)
            {
                foreach (var part in successors.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
                {
                    var bracket = part.IndexOf('[');
                    var code = bracket < 0 ? part : part[..bracket];
                    var when = bracket < 0 ? year : Year(part[(bracket + 1)..^1]);
                    var onlyPart = partial || bracket >= 0;
                    if (Current(code) is { } division)
                    {
                        if (division.Code == row.Code && row.To == 0) continue;
                        if (!reached.TryGetValue(division.Code, out var known) || known.Partial && !onlyPart)
                            reached[division.Code] = new Succession(row.Code, row.Name, row.To > 0 ? row.To : when, division.Code, onlyPart);
                    }

                    if (!seen.Add(code)) continue;
                    foreach (var next in byCode[code].Where(n => n.Code != row.Code && (n.To == 0 || n.To >= year)))
                        Follow(next.Next, Math.Max(year, next.To), onlyPart || next.To == 0);
                }
            }
        }

        return [.. found];

        Division? Current(string code) =>
            _byCode.TryGetValue(code.EndsWith("00", StringComparison.Ordinal) && !_byCode.ContainsKey(code) ? code[..4] : code, out var i) ? _divisions[i] : null;
    }

    private static IEnumerable<string> Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static int Year(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}
