using System.Globalization;
using System.Security.Claims;
using System.Text.RegularExpressions;
using Hotline.Data.Web;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Place;

/// <summary>A grid (网格) of a community, with the officer who looks after it (网格员).</summary>
public sealed record Grid(string Code, string Name, string Community, string? Worker, string? Phone)
{
    public string Street => Community[..9];

    /// <summary>As somebody may see it: the officer is for the platform, and for the units in whose area the grid lies.</summary>
    public Grid SeenBy(ClaimsPrincipal user, UnitIndex units)
    {
        var seesOfficer = user.SeesAll() || user.Unit() is { } own && units.Find(own) is { Kind: "district" or "street" or "community" } unit
            && Community.StartsWith(unit.Division ?? unit.Code, StringComparison.Ordinal);
        return seesOfficer ? this : this with { Worker = null, Phone = null };
    }
}

/// <summary>One row of the list of grids, as it is written.</summary>
public sealed record GridRow(string Grid, string Name, string Community, string Buildings, string Entrances, string? Worker, string? Phone);

/// <summary>What an address says of grids.</summary>
/// <param name="Possible">All grids that fit; one of them where the words decide.</param>
/// <param name="Entrance">Estate, building and entrance (楼道), such as 东方公寓7幢9单元; null where the words name no entrance.</param>
/// <param name="Step">Which words matched.</param>
public sealed record GridMatch(IReadOnlyList<Grid> Possible, string? Entrance, PlaceStep Step)
{
    public Grid? Only => Possible.Count == 1 ? Possible[0] : null;
}

/// <summary>
/// The list of grids, read and checked: which buildings, and where a building is divided which entrances, belong to which grid. The names of
/// estates and roads are found in a text by the lengths that names with their first two characters have, so the time does not grow with the number of grids.
/// </summary>
public sealed partial class GridBook
{
    public static readonly IReadOnlyList<string> Columns = ["grid", "name", "community", "buildings", "entrances", "worker", "phone"];

    private const int MostRows = 100_000, MostItems = 200_000, LongestBuildings = 4_000, MostShown = 5, ShortestAlone = 3;

    private readonly Dictionary<string, Grid> _byCode = new(StringComparer.Ordinal);
    private readonly ILookup<string, Grid> _byCommunity;
    private readonly HashSet<string> _listed;
    private readonly Dictionary<string, Item[]> _byName;
    private readonly ILookup<string, Item> _numbered;
    private readonly Dictionary<(char, char), int[]> _lengths;

    private GridBook(Parsed list)
    {
        Rows = list.Rows;
        var items = list.Items;
        foreach (var (_, grid) in list.Grids) _byCode.Add(grid.Code, grid);
        _byCommunity = _byCode.Values.ToLookup(g => g.Community, StringComparer.Ordinal);
        _listed = items.Select(i => i.Grid.Code).ToHashSet(StringComparer.Ordinal);
        _byName = items.Where(i => i.Name.Length > 0).GroupBy(i => i.Name, StringComparer.Ordinal).ToDictionary(g => g.Key, Merged, StringComparer.Ordinal);
        _numbered = items.Where(i => i.Name.Length == 0).GroupBy(i => i.Grid.Community, StringComparer.Ordinal).SelectMany(Merged).ToLookup(i => i.Grid.Community, StringComparer.Ordinal);
        _lengths = _byName.Keys.GroupBy(n => (n[0], n[1])).ToDictionary(g => g.Key, g => g.Select(n => n.Length).Distinct().OrderDescending().ToArray());
    }

    public static GridBook Empty { get; } = new(new Parsed([], [], []));

    public IReadOnlyList<GridRow> Rows { get; }

    public IReadOnlyCollection<Grid> Grids => _byCode.Values;

    public Grid? Find(string code) => _byCode.GetValueOrDefault(code);

    /// <summary>Buildings of a row: an estate or road (empty: the community itself), and its numbers where not all of them are meant.</summary>
    private sealed record Item(Grid Grid, int Line, string Name, DoorWord? Kind, int From, int To, bool? Odd, IReadOnlyList<(int From, int To)> Entrances)
    {
        public bool Has(Door door) => Kind is null
            || (Kind == door.Kind || Kind == DoorWord.Building && door.Kind == DoorWord.House)
                && door.Number >= From && door.Number <= To && (Odd is null || Odd == (door.Number % 2 == 1))
                && (door.Entrance is not { } entrance || Entrances.Count == 0 || Entrances.Any(e => entrance >= e.From && entrance <= e.To));
    }

    /// <summary>The same buildings in as few items as can be: a list may name each by itself, or one again and again, and a lookup goes through all of its name.</summary>
    private static Item[] Merged(IEnumerable<Item> items)
    {
        var merged = new List<Item>();
        foreach (var alike in items.GroupBy(i => (i.Grid.Code, i.Kind, i.Odd, string.Join(',', i.Entrances))))
        {
            var last = default(Item);
            foreach (var item in alike.OrderBy(i => i.From))
            {
                if (last is not null && item.From <= last.To + 1L)
                {
                    if (item.To > last.To) merged[^1] = last = last with { To = item.To };
                }
                else merged.Add(last = item);
            }
        }
        return [.. merged];
    }

    /// <param name="Grids">Each with the first row that names it.</param>
    private sealed record Parsed(IReadOnlyList<GridRow> Rows, IReadOnlyList<(int Line, Grid Grid)> Grids, IReadOnlyList<Item> Items);

    /// <summary>
    /// The grids that an address may mean: by the estates and roads it names in the community or the street that is known (or, where neither is, in those it
    /// could be), else by the building's number in a community whose buildings have no names, else the grid that is its whole community.
    /// </summary>
    /// <returns>Null where the list says nothing about it.</returns>
    public GridMatch? Find(string address, PlaceMatch place)
    {
        if (_byCode.Count == 0 || place.OutOfArea) return null;
        var text = Normalise(address.Length > AddressResolver.LongestText ? address[..AddressResolver.LongestText] : address);
        if (Named(text, place) is { } named) return named;
        if (place.Community is { } community)
        {
            if (Numbered(text, community) is { } numbered) return numbered;
            if (_byCommunity[community].Take(2).ToArray() is [var one] && !_listed.Contains(one.Code))
                return new GridMatch([one], null, new PlaceStep($"全社区为一个网格：{Name(one)}", $"the whole community is one grid: {Name(one)}"));
        }
        return null;
    }

    private GridMatch? Named(string text, PlaceMatch place)
    {
        List<Grid> possible = [];
        string? entrance = null, words = null;
        var unlisted = false;
        var byName = _byName.GetAlternateLookup<ReadOnlySpan<char>>();
        for (var at = 0; at + 1 < text.Length; at++)
        {
            if (!_lengths.TryGetValue((text[at], text[at + 1]), out var lengths)) continue;
            foreach (var length in lengths)
            {
                var end = at + length;
                if (end > text.Length || !byName.TryGetValue(text.AsSpan(at, length), out var all)) continue;
                var items = all.Where(i => InScope(i, place)).ToArray();
                if (items.Length == 0 || IsPartOfAnother(text.AsSpan(end))) continue;
                var door = Door.Read(text, end, out var beside);
                if (!beside)
                {
                    var fit = door is null ? items : items.Where(i => i.Has(door.Value)).ToArray();
                    unlisted |= fit.Length == 0;
                    possible.AddRange(fit.Select(i => i.Grid));
                    words ??= text[at..(door?.End ?? end)];
                    if (door is { Entrance: not null }) entrance ??= items[0].Name + door;
                }
                at = end - 1;
                break;
            }
        }
        if (words is null) return null;
        possible = [.. possible.DistinctBy(g => g.Code)];
        return possible.Count switch
        {
            1 => new GridMatch(possible, entrance, new PlaceStep($"“{words}”属于网格{Name(possible[0])}{At(entrance)}", $"“{words}” belongs to the grid {Name(possible[0])}{At(entrance)}")),
            0 => unlisted ? new GridMatch([], null, new PlaceStep($"“{words}”不在任何网格的楼栋清单中", $"“{words}” is on no grid's list of buildings")) : null,
            _ => Several(possible, words),
        };
    }

    private GridMatch? Numbered(string text, string community)
    {
        var items = _numbered[community].ToArray();
        if (items.Length == 0 || Door.Anywhere(text, out var start) is not { } door) return null;
        var fit = items.Where(i => i.Has(door)).Select(i => i.Grid).DistinctBy(g => g.Code).ToArray();
        var words = text[start..door.End];
        if (fit.Length > 1) return Several(fit, words);
        if (fit is not [var one]) return null;
        var entrance = door.Entrance is null ? null : door.ToString();
        return new GridMatch(fit, entrance, new PlaceStep($"“{words}”属于网格{Name(one)}{At(entrance)}", $"“{words}” belongs to the grid {Name(one)}{At(entrance)}"));
    }

    private static GridMatch Several(IReadOnlyList<Grid> possible, string words)
    {
        var shown = string.Join("、", possible.Take(MostShown).Select(Name)) + (possible.Count > MostShown ? "……" : "");
        return new GridMatch(possible, null, new PlaceStep(
            $"“{words}”可能属于{possible.Count}个网格（{shown}），文字未能确定", $"“{words}” may belong to {possible.Count} grids ({shown}): the words leave it open"));
    }

    private static string Name(Grid grid) => $"{grid.Name}（{grid.Code}）";

    private static string At(string? entrance) => entrance is null ? "" : $"，{entrance}";

    private static bool InScope(Item item, PlaceMatch place) =>
        place.Community is { } community ? item.Grid.Community == community
        : place.Street is { } street ? item.Grid.Street == street
        : item.Name.Length >= ShortestAlone && (place.District is null || item.Grid.Community.StartsWith(place.District, StringComparison.Ordinal))
            && (place.Candidates.Count == 0 || place.Candidates.Any(c => item.Grid.Community.StartsWith(c.Code, StringComparison.Ordinal)));

    /// <summary>人民路 is another place than 人民, and 东方公寓 than 东方; 东方公寓小区 is none.</summary>
    private static bool IsPartOfAnother(ReadOnlySpan<char> rest) =>
        !rest.IsEmpty && !rest.StartsWith("小区") && DivisionNames.SwallowedBy(rest) == Swallowed.Yes;

    private static string Normalise(string text) =>
        string.Concat(text.Where(c => !char.IsWhiteSpace(c) && !char.IsControl(c)).Select(NameTrie.HalfWidth));

    /// <summary>Reads a list that was checked when it was saved.</summary>
    internal static GridBook Stored(string csv)
    {
        var errors = new FileErrors();
        var list = Parse(csv, errors);
        return errors.Count == 0 ? new GridBook(list) : throw new InvalidDataException($"The stored grids cannot be read: {errors.Told[0].Where}: {errors.Told[0].Message}");
    }

    /// <summary>Reads a list and says everything that is wrong with it.</summary>
    /// <param name="units">Null to take communities of the whole country, for a list without a hotline.</param>
    /// <returns>Null where anything is wrong.</returns>
    public static GridBook? Check(string csv, UnitIndex? units, DivisionDirectory directory, out IReadOnlyList<FileError> errors, CancellationToken ct = default)
    {
        var found = new FileErrors();
        var list = Parse(csv, found);
        foreach (var (line, grid) in list.Grids)
        {
            var community = grid.Community;
            if (units?.Home is { } home && !community.StartsWith(home, StringComparison.Ordinal))
                found.Add(FileError.Row(line, "community", $"{community} lies outside this hotline's area ({home}).", $"{community} 不在本热线辖区（{home}）内。"));
            else if (units?.Find(community) is null && directory.Find(community) is null)
                found.Add(FileError.Row(line, "community", $"There is no community {community}: give the 12 digits of the directory of divisions or of a unit of this hotline.", $"没有社区 {community}：请填区划目录中或本热线单位的 12 位社区编码。"));
        }
        FindOverlaps(list.Items, found, ct);
        errors = found.Told;
        return found.Count == 0 ? new GridBook(list) : null;
    }

    /// <summary>
    /// Names buildings and entrances that two grids have. Where one has a whole estate, nobody else has a part of it. Numbers are gone through upwards, odd
    /// and even ones apart, with the item that holds each entrance for longest: the time grows with the items, and not with their pairs.
    /// </summary>
    private static void FindOverlaps(IReadOnlyList<Item> items, FileErrors errors, CancellationToken ct)
    {
        var named = new HashSet<Item>(ReferenceEqualityComparer.Instance);
        foreach (var same in items.GroupBy(i => (i.Grid.Community, i.Name)))
        {
            if (same.FirstOrDefault(i => i.Kind is null) is { } whole)
            {
                foreach (var item in same) if (!Apart(whole, item)) return;
            }
            foreach (var kind in same.Where(i => i.Kind is not null).GroupBy(i => i.Kind))
            {
                var numbered = kind.OrderBy(i => i.From).ToArray();
                int[] points = [int.MinValue, .. numbered.SelectMany(i => i.Entrances).SelectMany(e => (int[])[e.From, e.To + 1]).Distinct().Order()];
                if (!Sweep(numbered, points, odd: true) || !Sweep(numbered, points, odd: false)) return;
            }
        }

        bool Sweep(Item[] numbered, int[] points, bool odd)
        {
            var holders = new (Item? Item, int To)[points.Length];
            foreach (var item in numbered)
            {
                ct.ThrowIfCancellationRequested();
                if (item.Odd is { } side && side != odd) continue;
                var from = item.From % 2 == 1 == odd ? item.From : item.From + 1;
                if (from > item.To) continue;
                if (item.Entrances.Count == 0)
                {
                    if (!Hold(item, from, holders)) return false;
                }
                else
                {
                    foreach (var (first, last) in item.Entrances)
                    {
                        var start = Array.BinarySearch(points, first);
                        if (!Hold(item, from, holders.AsSpan(start, Array.BinarySearch(points, last + 1) - start))) return false;
                    }
                }
            }
            return true;
        }

        bool Hold(Item item, int from, Span<(Item? Item, int To)> holders)
        {
            foreach (ref var holder in holders)
            {
                if (holder.Item is { } other && holder.To >= from && other.Grid.Code != item.Grid.Code)
                {
                    if (!Apart(other, item)) return false;
                }
                else if (holder.Item is null || holder.To < item.To) holder = (item, item.To);
            }
            return true;
        }

        // False where enough is wrong.
        bool Apart(Item one, Item other)
        {
            var (first, second) = one.Line <= other.Line ? (one, other) : (other, one);
            if (first.Grid.Code == second.Grid.Code || !named.Add(second)) return true;
            errors.Add(FileError.Row(second.Line, "buildings",
                $"{(second.Name.Length == 0 ? "These buildings" : second.Name)}: a building or entrance is in row {first.Line} (grid {first.Grid.Code}) already. Give each to one grid, or divide the building by its entrances.",
                $"{(second.Name.Length == 0 ? "这些楼栋" : second.Name)}：有楼栋或单元已在第 {first.Line} 行（网格 {first.Grid.Code}）。请各归一个网格，或按单元划分该楼栋。"));
            return errors.Count <= FileErrors.MostTold;
        }
    }

    private static Parsed Parse(string csv, FileErrors errors)
    {
        IReadOnlyList<string> columns;
        IReadOnlyList<CsvRow> read;
        try
        {
            (columns, read) = CsvText.Read(csv);
        }
        catch (FormatException e)
        {
            errors.Add(FileError.File(e.Message, $"不是可读的 CSV：{e.Message}"));
            return new Parsed([], [], []);
        }
        if (columns.Count == 0) return new Parsed([], [], []);
        if (Columns.Take(4).FirstOrDefault(c => !columns.Contains(c, StringComparer.Ordinal)) is { } missing)
        {
            errors.Add(FileError.Row(1, "", $"The column '{missing}' is missing. The first row must name the columns: {string.Join(",", Columns)}.", $"缺少列「{missing}」。第一行须写列名：{string.Join(",", Columns)}。"));
            return new Parsed([], [], []);
        }
        if (columns.FirstOrDefault(c => !Columns.Contains(c, StringComparer.Ordinal)) is { } unknown)
        {
            errors.Add(FileError.Row(1, "", $"There is no column '{Short(unknown)}'; the columns are: {string.Join(",", Columns)}.", $"没有列「{Short(unknown)}」，应为：{string.Join(",", Columns)}。"));
            return new Parsed([], [], []);
        }
        if (read.Count > MostRows)
        {
            errors.Add(FileError.File($"There are {read.Count} rows; {MostRows} are allowed.", $"共 {read.Count} 行，最多 {MostRows} 行。"));
            return new Parsed([], [], []);
        }

        var rows = new List<GridRow>(read.Count);
        var size = 0L;
        var items = new List<Item>();
        var grids = new List<(int, Grid)>();
        var known = new Dictionary<string, (int Line, Grid Grid)>(StringComparer.Ordinal);
        foreach (var row in read)
        {
            var before = errors.Count;
            if (row.Count > columns.Count) errors.Add(FileError.Row(row.Line, "", $"There are {row.Count} fields and {columns.Count} columns: put a field that holds a comma in quotes.", $"本行有 {row.Count} 列，表头有 {columns.Count} 列：含逗号的内容请加引号。"));
            var written = new GridRow(row["grid"], row["name"], row["community"], row["buildings"], row["entrances"], Or(row["worker"]), Or(row["phone"]));
            var grid = ReadGrid(row.Line, written, known, errors);
            var entrances = ReadEntrances(row.Line, written.Entrances, errors);
            var buildings = ReadBuildings(row.Line, written.Buildings, grid, entrances, errors);
            if (entrances.Count > 0 && buildings.Any(b => b.Kind is null))
                errors.Add(FileError.Row(row.Line, "entrances", "Entrances divide a building: give the building's number, such as 东方公寓7幢, in 'buildings'.", "单元用来划分楼栋：请在 buildings 中写明楼栋号，如「东方公寓7幢」。"));
            if (errors.Count > before) continue;
            size += buildings.Count * (long)Math.Max(1, entrances.Count);
            if (size > MostItems)
            {
                errors.Add(FileError.Row(row.Line, "buildings",
                    $"With this row there are more than {MostItems} buildings and ranges of buildings in the list (one that is divided counts once for each range of entrances); {MostItems} are allowed. Write 1-99幢 instead of every number.",
                    $"到本行为止，楼栋及楼栋范围已超过 {MostItems} 个（按单元划分的，每段单元计一个）。请写「1-99幢」，不要逐一列出。"));
                return new Parsed([], [], []);
            }
            if (known.TryAdd(grid.Code, (row.Line, grid))) grids.Add((row.Line, grid));
            rows.Add(written with { Name = grid.Name, Worker = grid.Worker, Phone = grid.Phone });
            items.AddRange(buildings);
        }
        return new Parsed(rows, grids, items);
    }

    private static Grid ReadGrid(int line, GridRow row, Dictionary<string, (int Line, Grid Grid)> known, FileErrors errors)
    {
        if (!CodePattern().IsMatch(row.Grid) || row.Grid.Length is 9 or 12 && row.Grid.All(char.IsAsciiDigit))
            errors.Add(FileError.Row(line, "grid", "A grid's code has 1 to 32 letters, digits, '-' or '_', and is not 9 or 12 digits alone, which are streets and communities.", "网格编码为 1 至 32 个字母、数字、「-」或「_」；不能只是 9 位或 12 位数字（那是街道、社区）。"));
        if (known.TryGetValue(row.Grid, out var first))
        {
            foreach (var (column, now, then) in ((string, string?, string?)[])
                [("name", Or(row.Name), first.Grid.Name), ("community", row.Community, first.Grid.Community), ("worker", row.Worker, first.Grid.Worker), ("phone", row.Phone, first.Grid.Phone)])
            {
                if (now is not null && now != then)
                    errors.Add(FileError.Row(line, column, $"Grid {row.Grid} has another {column} in row {first.Line}: a grid has one (leave it empty after the first row).", $"网格 {row.Grid} 在第 {first.Line} 行的 {column} 与此不同：一个网格只有一个（后面的行可留空）。"));
            }
            return first.Grid;
        }
        if (row.Name.Length is 0 or > 100 || row.Name.Any(char.IsControl)) errors.Add(FileError.Row(line, "name", "A name of 1 to 100 characters in one line is needed.", "须有 1 至 100 个字符的名称，不换行。"));
        if (row.Community.Length != 12 || !row.Community.All(char.IsAsciiDigit))
            errors.Add(FileError.Row(line, "community", "The community's code of 12 digits is needed.", "须填 12 位社区编码。"));
        if (row.Worker?.Length > 50 || row.Worker?.Any(char.IsControl) == true) errors.Add(FileError.Row(line, "worker", "A name of 50 characters at most, in one line.", "姓名最多 50 个字符，不换行。"));
        if (row.Phone is { } phone && !PhonePattern().IsMatch(phone)) errors.Add(FileError.Row(line, "phone", "A number of 3 to 20 digits, '-', '+' or blanks.", "电话为 3 至 20 位数字，可含「-」「+」和空格。"));
        return new Grid(row.Grid, row.Name, row.Community, row.Worker, row.Phone);
    }

    private static List<(int From, int To)> ReadEntrances(int line, string text, FileErrors errors)
    {
        var entrances = new List<(int, int)>();
        foreach (var part in Split(text, ";；、,，"))
        {
            var match = EntrancePattern().Match(part);
            var (from, to) = match.Success ? (NumberOf(match.Groups[1].Value), match.Groups[2].Success ? NumberOf(match.Groups[2].Value) : NumberOf(match.Groups[1].Value)) : (1, 0);
            if (to >= from) entrances.Add((from, to));
            else errors.Add(FileError.Row(line, "entrances", $"'{Short(part)}' is no entrance: write 3, 1-4 or 1-4单元, several apart by ';'.", $"「{Short(part)}」不是单元：请写 3、1-4 或 1-4单元，多个用「;」隔开。"));
        }
        return entrances;
    }

    private static List<Item> ReadBuildings(int line, string text, Grid grid, List<(int From, int To)> entrances, FileErrors errors)
    {
        var items = new List<Item>();
        if (text.Length > LongestBuildings)
        {
            errors.Add(FileError.Row(line, "buildings", $"{LongestBuildings} characters at most: begin another row for the same grid.", $"最多 {LongestBuildings} 个字符：请为同一网格另起一行。"));
            return items;
        }
        var name = "";
        foreach (var part in Split(text, ";；"))
        {
            var match = BuildingPattern().Match(Normalise(part));
            var own = match.Groups["name"].Value;
            if (own.Length == 1 || own.Length > 60)
            {
                errors.Add(FileError.Row(line, "buildings", $"'{Short(part)}': the name of an estate or a road has 2 to 60 characters.", $"「{Short(part)}」：小区名或路名为 2 至 60 个字符。"));
                continue;
            }
            if (own.Length > 0) name = own;
            if (!match.Groups["word"].Success)
            {
                items.Add(new Item(grid, line, name, null, 0, int.MaxValue, null, entrances));
                continue;
            }
            DoorWord kind = match.Groups["word"].Value switch { "号" => DoorWord.House, "弄" => DoorWord.Lane, "组" => DoorWord.Group, _ => DoorWord.Building };
            bool? odd = match.Groups["side"].Value switch { "单" => true, "双" => false, _ => null };
            foreach (var range in Split(match.Groups["numbers"].Value, "、,，"))
            {
                var ends = range.Split(Dashes);
                var (from, to) = (NumberOf(ends[0]), NumberOf(ends[^1]));
                if (from > to || from < Door.Letter && to >= Door.Letter)
                    errors.Add(FileError.Row(line, "buildings", $"'{Short(part)}': {range} does not count up.", $"「{Short(part)}」：{range} 应从小到大。"));
                else items.Add(new Item(grid, line, name, kind, from, to, odd, entrances));
            }
        }
        return items;
    }

    private static int NumberOf(string text) =>
        char.IsAsciiLetter(text[0]) ? Door.Letter + char.ToUpperInvariant(text[0]) - 'A' : int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    private static string[] Split(string text, string separators) =>
        text.Split(separators.ToCharArray(), StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string Short(string text) => text.Length > 40 ? text[..40] + "…" : text;

    private static string? Or(string text) => text.Length == 0 ? null : text;

    private static readonly char[] Dashes = ['-', '–', '—', '~', '至'];

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,32}$")]
    private static partial Regex CodePattern();

    [GeneratedRegex(@"^\+?[0-9][0-9 -]{1,18}[0-9]$")]
    private static partial Regex PhonePattern();

    [GeneratedRegex(@"^([0-9]{1,4}|[A-Za-z])(?:[-–—~至]([0-9]{1,4}|[A-Za-z]))?(?:单元|楼道|梯)?$")]
    private static partial Regex EntrancePattern();

    // From the right: a name may hold numbers too, and looking for the last ones from the left would try each of them.
    [GeneratedRegex(@"^(?<name>.*)(?:(?<numbers>(?:[0-9]{1,5}|[A-Za-z])(?:[-–—~至](?:[0-9]{1,5}|[A-Za-z]))?(?:[、,，](?:[0-9]{1,5}|[A-Za-z])(?:[-–—~至](?:[0-9]{1,5}|[A-Za-z]))?)*)(?<word>号楼|幢|栋|座|号|弄|组)(?<side>单|双)?)?$", RegexOptions.RightToLeft)]
    private static partial Regex BuildingPattern();
}
