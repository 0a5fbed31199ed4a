using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Hotline.Dispatcher.Place;

/// <summary>
/// Address text to street office. One pass over the text finds every name of a division from province to street, full, shortened or former, in a
/// trie. Names from province to county are evidence for regions; each name of a street is a candidate wherever it exists inside such a region, scored
/// by how it was named and by how well its county, city and province agree with the rest of the text. The best candidate wins when it stands
/// clear of the next; otherwise the communities named in the text decide, and failing these the resolver abstains with its candidates.
/// Scores are in units of "one full street name" = 4; <see cref="Weights"/> lists them. Safe for any number of threads.
/// </summary>
public sealed partial class AddressResolver
{
    /// <summary>How many characters of a text are read; an address is far shorter, and the bound keeps the time of a call bounded.</summary>
    public const int LongestText = 1000;

    private const int MostMentions = 256, MostPerRegion = 48, MostCandidates = 96;

    private static readonly Lazy<AddressResolver> Shared = new(() => new AddressResolver(DivisionDirectory.Instance));

    [ThreadStatic] private static Scratch? _scratch;

    private readonly DivisionDirectory _directory;
    private readonly NameTrie _names = new(262_144);
    private readonly FormerTown[] _formerTowns;
    private readonly Succession[] _successions;
    private readonly int[] _countyOf;
    private readonly ConcurrentDictionary<int, CommunityNames> _communityNames = new();

    public AddressResolver(DivisionDirectory directory)
    {
        _directory = directory;
        _formerTowns = [.. directory.FormerTowns];
        _successions = [.. directory.Successions];
        _countyOf = new int[directory.InOrder.Length];
        AddNames();
    }

    /// <summary>The one resolver of the process; the first use builds it, which takes about a tenth of a second.</summary>
    public static AddressResolver Instance => Shared.Value;

    /// <summary>Scores, set by reasoning on the order in which signs should win and checked on the training addresses.</summary>
    private static class Weights
    {
        public const float CountyFull = 4f, CountyFormer = 3.4f, CountyLongGone = 3.1f, CountySwapped = 3.2f, CountyShort = 2.5f, CountyFormerShort = 2.3f, PartGivenAway = -1.2f;
        public const float CityFull = 2.5f, CityShort = 1.5f, ProvinceFull = 1.5f, ProvinceShort = 1f;
        public const float BeforeStreetWord = 0.8f;
        public const float OtherCounty = -2f, OtherCity = -1.5f, OtherProvince = -1.5f;
        public const float StreetFull = 4f, StreetFormer = 3.6f, StreetSwapped = 3.2f, StreetShort = 2f;
        public const float NextToCounty = 0.8f, NextToCity = 0.3f, BeforeCounty = -0.3f, SwallowedByRoad = -1.5f, LikelySwallowed = -0.5f, PerCharacter = 0.1f, InsideLongerName = -1f;
        public const float Home = 2f, NearHome = 1f, RegionOfSameName = 1f;
        public const float ClearMargin = 0.4f;
    }

    private struct Mention
    {
        public int Start, End, Node;
        public int StreetWordEnd, CountyWordEnd;
        public Swallowed Swallowed;
        public bool BeforeName, Crossed, InsideUpper, SameAsUpper;
    }

    private struct Evidence
    {
        public int Division, Mention, End;
        public float Weight;
        public NameEntry Entry;
        public bool Swapped;
    }

    private struct Candidate
    {
        public int Street, Mention;
        public float Score, Quality, Region;
        public NameEntry Entry;
        public bool AtHome, NearHome, AnotherCounty, RegionNamed;
        public float County, Position;
    }

    private sealed class Scratch
    {
        public readonly char[] Text = new char[LongestText];
        public readonly List<Mention> Mentions = new(64);
        public readonly List<Evidence> Evidence = new(64);
        public readonly List<(int Division, int End)> Ends = new(64);
        public readonly List<Candidate> Candidates = new(64);
        public readonly List<NamedCommunity> Communities = [];
        public int Length;
        public bool IsCut;
        public float FullCounty, FullCity, FullProvince;

        public ReadOnlySpan<char> Read => Text.AsSpan(0, Length);
    }

    /// <summary>
    /// Finds the place of an address. <paramref name="home"/>: the code of the hotline's own province, city or county, or null for the whole country;
    /// a name without its region means the one at home.
    /// </summary>
    /// <param name="sure">A place away from home with less confidence is a candidate and no place: most names of counties are words as well (老城区, 高新区).</param>
    /// <exception cref="ArgumentException"><paramref name="home"/> is no code of the directory.</exception>
    public PlaceMatch Resolve(string text, string? home = null, double sure = 0)
    {
        var homeIndex = -1;
        if (home is not null && (homeIndex = _directory.IndexOf(home)) < 0) throw new ArgumentException($"{home} is no division of the directory.", nameof(home));

        if (homeIndex >= 0) homeIndex = WholeMunicipality(homeIndex);
        var scratch = _scratch ??= new Scratch();
        Normalise(text, scratch);
        FindMentions(scratch);
        WeighRegions(scratch);
        FindCandidates(scratch, homeIndex);
        var match = Decide(scratch, homeIndex);
        if (homeIndex >= 0 && IsAway(match, homeIndex)) match = IsSure(match, sure) ? Elsewhere(match, homeIndex) : AtHomeAfterAll(scratch, match, homeIndex);
        return scratch.IsCut ? match with { Explanation = [.. match.Explanation, OnlyTheStart] } : match;
    }

    private static readonly PlaceStep OnlyTheStart = new("文字过长，只读取了开头部分", "the text is long: only its beginning was read");

    /// <summary>Full-width forms become ASCII, blanks and control characters go.</summary>
    private static void Normalise(string text, Scratch scratch)
    {
        var length = 0;
        scratch.IsCut = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c)) continue;
            if (length == LongestText)
            {
                scratch.IsCut = true;
                break;
            }

            scratch.Text[length++] = NameTrie.HalfWidth(c);
        }

        scratch.Length = length;
    }

    private void FindMentions(Scratch scratch)
    {
        scratch.Mentions.Clear();
        var text = scratch.Read;
        for (var start = 0; start < text.Length; start++)
        {
            var node = 0;
            for (var end = start; end < text.Length;)
            {
                if ((node = _names.Step(node, text[end++])) < 0) break;
                if (!_names.IsName(node)) continue;
                if (scratch.Mentions.Count == MostMentions)
                {
                    scratch.IsCut = true;
                    return;
                }

                var rest = text[end..];
                scratch.Mentions.Add(new Mention
                {
                    Start = start,
                    End = end,
                    Node = node,
                    StreetWordEnd = DivisionNames.StreetWord(rest) is > 0 and var s ? end + s : 0,
                    CountyWordEnd = DivisionNames.CountyWord(rest) is > 0 and var c ? end + c : 0,
                    Swallowed = DivisionNames.SwallowedBy(rest),
                });
            }
        }
    }

    /// <summary>Turns names from province to county into evidence. Of two such names one inside the other, the longer one stands.</summary>
    private void WeighRegions(Scratch scratch)
    {
        scratch.Evidence.Clear();
        scratch.Ends.Clear();
        var mentions = CollectionsMarshal.AsSpan(scratch.Mentions);
        foreach (ref var mention in mentions)
            if (_names.NamesRegion(mention.Node)) mention.Crossed = IsCrossed(mentions, mention);

        for (var i = 0; i < mentions.Length; i++)
        {
            ref var inner = ref mentions[i];
            foreach (ref var outer in mentions)
            {
                if (outer.Start > inner.Start) break;
                if (outer.End < inner.End || outer.Crossed || !_names.NamesRegion(outer.Node)) continue;
                if (outer.End - outer.Start > inner.End - inner.Start) inner.InsideUpper = true;
                else if (outer.Start == inner.Start) inner.SameAsUpper = true;
            }

            // 桐庐|城南街道: what follows begins a name of its own, so it swallows nothing.
            foreach (ref var next in mentions[i..])
                if (next.Start == inner.End && (next.StreetWordEnd > 0 || next.CountyWordEnd > 0 || _names.IsFullName(next.Node))) inner.BeforeName = true;
        }

        for (var i = 0; i < mentions.Length; i++)
        {
            ref var mention = ref mentions[i];
            if (mention.InsideUpper || mention.Crossed) continue;
            foreach (var entry in _names.Run(mention.Node, 0))
                if (Weigh(mention, entry, out var end, out var swapped) is > 0 and var weight)
                    AddEvidence(scratch, new Evidence { Division = entry.Target, Mention = i, Entry = entry, Weight = weight, End = end, Swapped = swapped });
        }

        scratch.FullCounty = scratch.FullCity = scratch.FullProvince = 0;
        foreach (var e in scratch.Evidence)
        {
            if (IsShort(e.Entry.Form) && !e.Swapped) continue;
            switch (_directory.InOrder[e.Division].Level)
            {
                case DivisionLevel.Province: scratch.FullProvince = Math.Max(scratch.FullProvince, e.Weight); break;
                case DivisionLevel.City: scratch.FullCity = Math.Max(scratch.FullCity, e.Weight); break;
                default: scratch.FullCounty = Math.Max(scratch.FullCounty, e.Weight); break;
            }
        }
    }

    private static bool IsShort(NameForm form) => form is NameForm.Short or NameForm.FormerShort or NameForm.PartShort;

    /// <summary>信阳|新县 is no 阳新县: a name that begins inside the one before it gives way where another name begins at that one's end.</summary>
    private bool IsCrossed(Span<Mention> mentions, in Mention mention)
    {
        foreach (ref var before in mentions)
        {
            if (before.Start >= mention.Start) break;
            if (before.Crossed || before.End <= mention.Start || before.End >= mention.End || !_names.NamesRegion(before.Node)) continue;
            foreach (ref var after in mentions)
                if (after.Start == before.End && (_names.NamesRegion(after.Node) || after.StreetWordEnd > 0)) return true;
        }

        return false;
    }

    private float Weigh(in Mention mention, NameEntry entry, out int end, out bool swapped)
    {
        end = mention.End;
        swapped = false;
        var level = _directory.InOrder[entry.Target].Level;
        float weight;
        if (!IsShort(entry.Form))
        {
            return (level, entry.Form) switch
            {
                (DivisionLevel.Province, _) => Weights.ProvinceFull,
                (DivisionLevel.City, _) => Weights.CityFull,
                (_, NameForm.Full) => Weights.CountyFull,
                (_, NameForm.PartFull) => Weights.CountyFormer + Weights.PartGivenAway,
                _ => _successions[entry.History].Year < 2000 ? Weights.CountyLongGone : Weights.CountyFormer,
            };
        }

        if (mention.CountyWordEnd > 0 && level != DivisionLevel.Province)
        {
            end = mention.CountyWordEnd;
            swapped = true;
            weight = level == DivisionLevel.City ? Weights.CityFull : Weights.CountySwapped;
        }
        else if (mention.StreetWordEnd > 0)
        {
            return Weights.BeforeStreetWord;
        }
        else if (mention.Swallowed == Swallowed.Yes && !mention.BeforeName)
        {
            return 0;
        }
        else
        {
            weight = (level, entry.Form) switch
            {
                (DivisionLevel.Province, _) => Weights.ProvinceShort,
                (DivisionLevel.City, _) => Weights.CityShort,
                (_, NameForm.Short) => Weights.CountyShort,
                _ => Weights.CountyFormerShort,
            };
        }

        if (mention.Swallowed == Swallowed.Likely && !mention.BeforeName) weight += Weights.LikelySwallowed;
        return entry.Form == NameForm.PartShort ? weight + Weights.PartGivenAway : weight;
    }

    private static float Swallowing(in Mention mention) =>
        mention.BeforeName ? 0 : mention.Swallowed switch
        {
            Swallowed.Yes => Weights.SwallowedByRoad,
            Swallowed.Likely => Weights.LikelySwallowed,
            _ => 0,
        };

    private static void AddEvidence(Scratch scratch, Evidence evidence)
    {
        scratch.Ends.Add((evidence.Division, evidence.End));
        var all = CollectionsMarshal.AsSpan(scratch.Evidence);
        foreach (ref var known in all)
        {
            if (known.Division != evidence.Division) continue;
            if (evidence.Weight > known.Weight) known = evidence;
            return;
        }

        scratch.Evidence.Add(evidence);
    }

    /// <summary>How well a county agrees with the regions that the text names; what the text names instead counts against it.</summary>
    private float RegionScore(Scratch scratch, int county, out float countyWeight)
    {
        float own = 0, city = 0, province = 0;
        foreach (var e in scratch.Evidence)
        {
            if (e.Division == county) own = e.Weight;
            else if (e.Division < county && _directory.EndOf(e.Division) > county)
            {
                if (_directory.InOrder[e.Division].Level == DivisionLevel.City) city = e.Weight;
                else province = e.Weight;
            }
        }

        countyWeight = own;
        var score = own + city + province;
        if (own == 0 && scratch.FullCounty >= Weights.CountyLongGone) score += Weights.OtherCounty;
        if (city == 0 && scratch.FullCity > 0) score += Weights.OtherCity;
        if (province == 0 && scratch.FullProvince > 0) score += Weights.OtherProvince;
        return score;
    }

    private void AddNames()
    {
        var divisions = _directory.InOrder;
        var county = -1;
        for (var i = 0; i < divisions.Length; i++)
        {
            var division = divisions[i];
            if (division.Level == DivisionLevel.County) county = i;
            _countyOf[i] = division.Level >= DivisionLevel.County ? county : -1;
            if (DivisionDirectory.IsTransparent(division)) continue;
            var run = division.Level == DivisionLevel.Street ? 1 : 0;

            // One county has a street-level row that is called 街道 and nothing else.
            if (division.Name != "街道") _names.Add(division.Name, run, new NameEntry(i, NameForm.Full, -1));
            if (division.Name.EndsWith("街道办事处", StringComparison.Ordinal)) _names.Add(division.Name[..^3], run, new NameEntry(i, NameForm.Full, -1));
            if (DivisionNames.Stem(division.Name, division.Level) is not { } stem) continue;
            _names.Add(stem, run, new NameEntry(i, NameForm.Short, -1));
            if (division.Level == DivisionLevel.Street && DivisionNames.Stem(stem, division.Level) is { } shorter)
                _names.Add(shorter, run, new NameEntry(i, NameForm.Short, -1));
        }

        // Where a county gave its name to the city around it (榆林市, 扬州市), the name means the city.
        var cities = new HashSet<string>(StringComparer.Ordinal);
        foreach (var division in divisions)
            if (division.Level == DivisionLevel.City) cities.Add(division.Name);

        for (var h = 0; h < _successions.Length; h++)
        {
            var s = _successions[h];
            var target = _directory.IndexOf(s.To);
            var today = divisions[target];
            if (cities.Contains(s.Name) || !s.Partial && today.Name == s.Name) continue;
            _names.Add(s.Name, 0, new NameEntry(target, s.Partial ? NameForm.PartFull : NameForm.FormerFull, h));
            var level = s.Code.EndsWith("00", StringComparison.Ordinal) ? DivisionLevel.City : DivisionLevel.County;
            if (s.Year < 2000 || DivisionNames.Stem(s.Name, level) is not { } stem || stem == DivisionNames.Stem(today.Name, today.Level)) continue;
            _names.Add(stem, 0, new NameEntry(target, s.Partial ? NameForm.PartShort : NameForm.FormerShort, h));
        }

        for (var h = 0; h < _formerTowns.Length; h++)
        {
            var f = _formerTowns[h];
            var target = _directory.IndexOf(f.To);
            _names.Add(f.Name, 2, new NameEntry(target, NameForm.FormerTown, h));
            var stem = DivisionNames.Stem(f.Name, DivisionLevel.Street);
            if (stem is not null && stem != DivisionNames.Stem(divisions[target].Name, DivisionLevel.Street))
                _names.Add(stem, 2, new NameEntry(target, NameForm.FormerTownShort, h));
        }

        _names.Freeze();
    }
}
