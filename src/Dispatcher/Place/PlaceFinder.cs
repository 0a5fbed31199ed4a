using System.Globalization;
using Hotline.Contracts;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Place;

/// <summary>
/// Where a matter is: what its words say, the list of grids, and its coordinates, put together. The words decide; coordinates decide where the words are silent or
/// not sure, and where both are sure and differ, neither does. Nothing is read and nothing is stored here.
/// </summary>
/// <param name="units">Of the hotline; null outside of one.</param>
/// <param name="sure">The confidence from which a place counts as known.</param>
public sealed class PlaceFinder(AddressResolver addresses, UnitIndex? units, string? home, GridBook grids, Boundaries boundaries, double sure)
{
    /// <summary>Where only the name of an estate or a road on the list of grids tells the street. Set, not measured: there is no list to measure it on.</summary>
    private const double ByList = 0.85;

    private const double MostSure = 0.999;

    /// <summary>So far from a street that is drawn, coordinates in no boundary contradict it; less may be a coarse boundary.</summary>
    private const double FarMetres = 500;

    private static readonly DivisionDirectory Directory = DivisionDirectory.Instance;

    public PlaceMatch Find(Matter matter)
    {
        var words = Told(matter);
        var listed = Listed(matter, words);
        if (words.Street is null && listed is not null && StreetsOf(listed) is { Length: > 0 } streets)
        {
            words = streets is [var only]
                ? At(words, only, ByList, [listed.Step], [])
                : words with
                {
                    Explanation = [.. words.Explanation, listed.Step],
                    Candidates = words.Candidates.Count > 0 ? words.Candidates : [.. streets.Take(5).Select(s => Candidate(s, Math.Round(1.0 / streets.Length, 2)))],
                };
        }

        if (matter.Location is { } location && boundaries.Count > 0)
        {
            var located = boundaries.Find(location, grids);
            var place = located.Street is null ? Outside(words, located, location) : words.OutOfArea ? Disagreeing(words, located) : words.Street is null ? Silent(words, located) : Both(words, located, location);
            if (place.Street is not null && place.Street != words.Street) listed = Listed(matter, place);
            if (place.Street is not null && listed is not null) place = WithListed(place, listed);
            return place.Street is not null && place.Street == located.Street ? WithInner(place, located, listed) : place;
        }
        return words.Street is not null && listed is not null ? WithListed(words, listed) : words;
    }

    /// <summary>The place of the address; where that says nothing, of what the citizen wrote.</summary>
    private PlaceMatch Told(Matter matter)
    {
        var match = addresses.Resolve(matter.Address, home, sure);
        if (match.Street is not null || match.OutOfArea) return match;
        var story = Story(matter);
        var told = addresses.Resolve(story, home, sure);
        told = told with { Confidence = told.Confidence * 0.9 };
        if (!told.OutOfArea) return told.Street is null ? match : told;
        // A street elsewhere is where it happened, if no address says otherwise and nobody came from there; a county or city alone may be anything.
        if (match.At is null && match.Candidates.Count == 0 && told.Street is not null && told.Confidence >= sure && !Travelled.Any(story.Contains)) return told;
        var named = Directory.FullName(told.At!);
        return match with { Explanation = [.. match.Explanation, new PlaceStep($"诉求中提到{named}，不在辖区，未据此认定地点", $"the text names {named}, which is elsewhere: that is not taken for the place")] };
    }

    /// <summary>Who came from elsewhere tells of a matter here.</summary>
    private static readonly string[] Travelled = ["返回", "回来", "返乡", "归来", "来自", "去过", "到过", "旅居", "回到", "刚从"];

    private GridMatch? Listed(Matter matter, PlaceMatch place) =>
        grids.Grids.Count == 0 ? null : grids.Find(matter.Address, place) ?? grids.Find(Story(matter), place);

    private static string Story(Matter matter) => matter.Title + "，" + matter.Description;

    private static string[] StreetsOf(GridMatch listed) => [.. listed.Possible.Select(g => g.Street).Distinct()];

    /// <summary>The words name a street and the coordinates lie in one or near to one.</summary>
    private PlaceMatch Both(PlaceMatch words, LocatedPlace located, Location location)
    {
        var near = located.Near.FirstOrDefault(n => n.Street == words.Street);
        if (near.Street is not null)
        {
            var share = near.Share * Boundaries.Certain;
            var both = words.Confidence * share / (words.Confidence * share + (1 - words.Confidence) * (1 - share));
            PlaceStep step = located.Street == words.Street
                ? new($"坐标也在{Name(words.Street!)}范围内", $"the coordinates lie in {Name(words.Street!)} as well")
                : new($"坐标在{Name(located.Street!)}一侧，但离{Name(words.Street!)}边界很近，在误差之内，以文字为准", $"the coordinates lie in {Name(located.Street!)}, but so close to {Name(words.Street!)} that it may be their error: the words hold");
            return words with { Confidence = Math.Round(Math.Min(MostSure, both), 3), Explanation = [.. words.Explanation, step] };
        }
        if (words.Confidence >= sure) return Disagreeing(words, located, boundaries.MetresFrom(words.Street!, location));
        var (c, t) = (located.Confidence, words.Confidence);
        return At(words, located.Street!, Math.Round(c * (1 - t) / (c * (1 - t) + t * (1 - c)), 3),
            [new($"文字把握不足（{Name(words.Street!)}，{Percent(t)}），坐标在{Name(located.Street!)}范围内，以坐标为准", $"the words are not sure ({Name(words.Street!)}, {Percent(t)}) and the coordinates lie in {Name(located.Street!)}: the coordinates hold")],
            [Candidate(located.Street!, c), Candidate(words.Street!, t)]);
    }

    /// <summary>The words name no street and the coordinates lie in one or near to one.</summary>
    private PlaceMatch Silent(PlaceMatch words, LocatedPlace located)
    {
        var street = located.Street!;
        var possible = words.Candidates.Count > 0 ? words.Candidates.Any(c => street.StartsWith(c.Code, StringComparison.Ordinal))
            : words.District is null || words.Confidence < sure || street.StartsWith(words.District, StringComparison.Ordinal);
        if (!possible) return Disagreeing(words, located);
        var candidates = located.Near.Select(n => Candidate(n.Street, Math.Round(n.Share * Boundaries.Certain, 2))).ToArray();
        PlaceStep step = located.Confidence >= sure
            ? new($"按坐标定位在{Name(street)}范围内", $"by its coordinates it is in {Name(street)}")
            : new($"坐标靠近街道边界：{string.Join("、", candidates.Select(c => $"{c.FullName}（{Percent(c.Confidence)}）"))}", $"the coordinates are near a border: {string.Join(", ", candidates.Select(c => $"{c.FullName} ({Percent(c.Confidence)})"))}");
        return At(words, street, located.Confidence, [step], candidates);
    }

    /// <summary>The coordinates lie in no area and near none: they say nothing of a place at home that the words name, unless they are far from it.</summary>
    private PlaceMatch Outside(PlaceMatch words, LocatedPlace located, Location location)
    {
        var (zh, en) = ($"坐标不在任何已导入的边界内（最近的相距{Distance(located.Metres, "米", "公里")}）", $"the coordinates lie in no boundary that is loaded ({Distance(located.Metres, " m", " km")} from the nearest)");
        if (words.Street is { } street && words.Confidence >= sure && boundaries.MetresFrom(street, location) is { } metres and > FarMetres)
            return Disagreeing(words, located, metres);
        if (words.Street is not null || words.OutOfArea) return With(new($"{zh}，以文字为准", $"{en}: the words hold"));
        var all = units?.All.Where(u => u.Kind == "street").ToArray() ?? [];
        var silent = words.District is null && words.Candidates.Count == 0;
        if (!silent || all.Length == 0 || !all.All(u => boundaries.HasStreet(u.Division ?? u.Code))) return With(new(zh, en));
        return With(new($"{zh}，而本热线各街道的边界均已导入", $"{en}, and those of all streets of this hotline are")) with { OutOfArea = true };

        PlaceMatch With(PlaceStep step) => words with { Explanation = [.. words.Explanation, step] };
    }

    private static PlaceMatch Disagreeing(PlaceMatch words, LocatedPlace located, double? metres = null)
    {
        var said = words.Street ?? words.At;
        IReadOnlyList<PlaceCandidate> candidates = said is null || words.Candidates.Count > 0 ? words.Candidates : [Candidate(said, words.Confidence)];
        var (zh, en) = (string.Join("、", candidates.Select(c => c.FullName)), string.Join(", ", candidates.Select(c => c.FullName)));
        var (thereZh, thereEn) = located.Street is { } there ? ($"在{Directory.FullName(there)}", $"lie in {Directory.FullName(there)}") : ("不在任何已导入的边界内", "lie in no boundary that is loaded");
        var far = metres is { } m ? (Zh: $"，相距{Distance(m, "米", "公里")}", En: $", {Distance(m, " m", " km")} away") : (Zh: "", En: "");
        return words with
        {
            Street = null,
            Community = null,
            Confidence = 0,
            Disagrees = true,
            Explanation = [.. words.Explanation, new PlaceStep($"文字与坐标不一致：文字为{zh}，坐标{thereZh}{far.Zh}", $"words and coordinates disagree: the words say {en}, the coordinates {thereEn}{far.En}")],
            Candidates = located.Street is { } other ? [.. candidates, Candidate(other, located.Confidence)] : candidates,
        };
    }

    /// <summary>Community and grid of the coordinates, where the words have none.</summary>
    private static PlaceMatch WithInner(PlaceMatch place, LocatedPlace located, GridMatch? listed)
    {
        if (place.Grid is not null)
        {
            if (located.Grid is null || located.Grid == place.Grid) return place;
            return place with
            {
                Explanation = [.. place.Explanation, new PlaceStep($"坐标在网格{located.Grid.Name}（{located.Grid.Code}），以楼栋清单为准", $"the coordinates lie in the grid {located.Grid.Name} ({located.Grid.Code}): the list of buildings holds")],
            };
        }
        if (located.Community is null) return place;
        if (place.Community is { } said && said != located.Community)
        {
            return place with
            {
                Community = null,
                Explanation = [.. place.Explanation, new PlaceStep($"社区不一致：文字为{Name(said)}，坐标在{Name(located.Community)}，未确定社区", $"the communities differ: the words say {Name(said)}, the coordinates lie in {Name(located.Community)}; the community stays open")],
            };
        }
        var fits = listed is null || listed.Possible.Count == 0 || listed.Possible.Contains(located.Grid);
        var (zh, en) = fits && located.Grid is { } grid ? ($"网格{grid.Name}（{grid.Code}）", $"the grid {grid.Name} ({grid.Code})") : ($"{Name(located.Community)}", $"{Name(located.Community)}");
        return place with { Community = located.Community, Grid = fits ? located.Grid : null, Explanation = [.. place.Explanation, new PlaceStep($"按坐标属于{zh}", $"by its coordinates it belongs to {en}")] };
    }

    private static PlaceMatch WithListed(PlaceMatch place, GridMatch listed)
    {
        var communities = listed.Possible.Select(g => g.Community).Distinct().ToArray();
        return place with
        {
            Community = place.Community ?? (communities is [var one] && one.StartsWith(place.Street!, StringComparison.Ordinal) ? one : null),
            Grid = listed.Only,
            Entrance = listed.Only is null ? null : listed.Entrance,
            Explanation = place.Explanation.Contains(listed.Step) ? place.Explanation : [.. place.Explanation, listed.Step],
        };
    }

    private static PlaceMatch At(PlaceMatch words, string street, double confidence, IEnumerable<PlaceStep> steps, IReadOnlyList<PlaceCandidate> candidates) => words with
    {
        Street = street,
        District = street[..6],
        City = street[..4],
        Community = words.Street == street ? words.Community : null,
        Confidence = confidence,
        Explanation = [.. words.Explanation, .. steps],
        Candidates = candidates,
    };

    private static PlaceCandidate Candidate(string code, double confidence) => new(code, Directory.FullName(code), confidence);

    private static string Name(string code) => Directory.Find(code)?.Name ?? code;

    private static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + "%";

    private static string Distance(double metres, string near, string far) =>
        metres < 1000 ? metres.ToString("0", CultureInfo.InvariantCulture) + near : (metres / 1000).ToString("#,0.#", CultureInfo.InvariantCulture) + far;
}
