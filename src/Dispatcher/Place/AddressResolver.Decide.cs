namespace Hotline.Dispatcher.Place;

public sealed partial class AddressResolver
{
    private const int MostShown = 5;

    private PlaceMatch Decide(Scratch scratch, int home)
    {
        Candidate best = default, second = default;
        foreach (var c in scratch.Candidates)
        {
            if (c.Score > best.Score) (second, best) = (best, c);
            else if (c.Score > second.Score) second = c;
        }

        var supported = best.Score > 0 && IsSupported(scratch, best);
        var margin = best.Score - second.Score;
        var clear = supported && margin >= Weights.ClearMargin;
        var county = clear ? _countyOf[best.Street] : BestCounty(scratch, home, supported ? best : default);
        FindCommunities(scratch, home, county);

        if (clear)
        {
            if (best.Quality < Weights.StreetSwapped && OnlyCommunity(scratch) is { Sure: true } surer && surer.Street != best.Street && Covers(surer, scratch.Mentions[best.Mention]))
                return CommunityMatch(scratch, home, surer, Signs(scratch, home, county, surer) | PlaceSigns.CommunityOverStreet);
            var inside = CommunityIn(scratch, best.Street);
            return StreetMatch(scratch, home, best, inside, Signs(scratch, home, best, margin, inside));
        }

        if (supported)
        {
            foreach (var tied in scratch.Candidates)
                if (tied.Score > best.Score - Weights.ClearMargin && CommunityIn(scratch, tied.Street) is { } inside)
                    return StreetMatch(scratch, home, tied, inside, Signs(scratch, home, tied, 0, inside));
        }
        else if (OnlyCommunity(scratch) is { } only && (only.Sure || county >= 0))
        {
            return CommunityMatch(scratch, home, only, Signs(scratch, home, county, only));
        }

        return DistrictMatch(scratch, home, county, supported ? best : default);
    }

    /// <summary>学田苑社区 says more than the 学田 in it.</summary>
    private static bool Covers(NamedCommunity community, in Mention mention) =>
        community.Start <= mention.Start && community.End >= mention.End && community.End - community.Start > mention.End - mention.Start;

    private Division? CommunityIn(Scratch scratch, int street)
    {
        NamedCommunity best = default;
        foreach (var c in scratch.Communities)
            if (c.Sure && c.Street == street && c.End - c.Start > best.End - best.Start) best = c;
        return best.End > 0 ? _directory.CommunitiesBelow(street).At(best.Community) : null;
    }

    private string CodeOf(int division) => _directory.InOrder[division].Code;

    private bool IsSupported(Scratch scratch, in Candidate c)
    {
        if (c.AtHome && c.Quality >= Weights.StreetShort || c.NearHome && c.Quality >= Weights.StreetSwapped) return true;
        if (c.AnotherCounty) return false;
        if (scratch.Evidence.Count == 0) return c.Quality >= Weights.StreetSwapped;
        return c.Region >= 2 && c.Quality >= 1 || c.Region >= 1 && c.Quality >= Weights.StreetSwapped;
    }

    /// <summary>How a street was decided, by its own name.</summary>
    private static PlaceSigns Signs(Scratch scratch, int home, in Candidate best, float margin, Division? inside) =>
        (best.Entry.Form is NameForm.Short or NameForm.FormerTownShort && scratch.Mentions[best.Mention].StreetWordEnd == 0 ? ShortName(scratch, scratch.Mentions[best.Mention], best) : PlaceSigns.None)
        | (best.AnotherCounty ? PlaceSigns.AnotherCounty : PlaceSigns.None)
        | (best.County >= Weights.CountyLongGone ? PlaceSigns.CountyNamed : best.County > 0 ? PlaceSigns.CountyHinted : best.RegionNamed ? PlaceSigns.RegionNamed : PlaceSigns.None)
        | (home < 0 ? PlaceSigns.None : best.AtHome ? PlaceSigns.AtHome : best.NearHome ? PlaceSigns.NearHome : PlaceSigns.Away)
        | (margin < 1 ? PlaceSigns.CloseSecond : margin < 2 ? PlaceSigns.Second : PlaceSigns.None)
        | (inside is not null ? PlaceSigns.CommunityAgrees : scratch.Communities.Exists(c => c.Sure) ? PlaceSigns.CommunityElsewhere : PlaceSigns.None);

    private static PlaceSigns ShortName(Scratch scratch, in Mention mention, in Candidate best) =>
        PlaceSigns.ShortName
        | (mention.End - mention.Start <= 2 ? PlaceSigns.TwoCharacters : PlaceSigns.None)
        | (best.Position <= 0 ? PlaceSigns.Apart : PlaceSigns.None)
        | (IsAmid(scratch, mention.Start) ? PlaceSigns.Amid : PlaceSigns.None)
        | (DivisionNames.CommunityWord(scratch.Read[mention.End..]) > 0 ? PlaceSigns.BeforeVillage : PlaceSigns.None)
        | (mention.BeforeName ? PlaceSigns.None : mention.Swallowed switch { Swallowed.Yes => PlaceSigns.Swallowed, Swallowed.Likely => PlaceSigns.MaybeSwallowed, _ => PlaceSigns.None });

    /// <summary>How a county was decided where its street stays open.</summary>
    private PlaceSigns Signs(Scratch scratch, int home, int county, in Candidate tied)
    {
        var signs = tied.Score > 0 ? PlaceSigns.Second : PlaceSigns.None;
        foreach (var e in scratch.Evidence)
        {
            if (e.Division < county && Contains(e.Division, county)) signs |= PlaceSigns.RegionNamed;
            if (e.Division != county) continue;
            var mention = scratch.Mentions[e.Mention];
            signs |= (e.Weight >= Weights.CountyLongGone ? PlaceSigns.CountyNamed : PlaceSigns.CountyHinted)
                | (e.Entry.History >= 0 ? PlaceSigns.FormerCounty : PlaceSigns.None)
                | (e.End - mention.Start <= 2 ? PlaceSigns.TwoCharacters : PlaceSigns.None)
                | (IsAmid(scratch, mention.Start) ? PlaceSigns.Amid : PlaceSigns.None);
        }
        return signs | (home < 0 ? PlaceSigns.None
            : Contains(home, county) || Contains(county, home) ? PlaceSigns.AtHome
            : Contains(CityOf(home), county) ? PlaceSigns.NearHome : PlaceSigns.Away);
    }

    /// <summary>Neither first nor behind a region or a stop.</summary>
    private static bool IsAmid(Scratch scratch, int start)
    {
        if (start == 0 || !char.IsLetterOrDigit(scratch.Text[start - 1])) return false;
        foreach (var (_, end) in scratch.Ends)
            if (end == start) return false;
        return true;
    }

    /// <summary>How a street was decided, by the name of a community.</summary>
    private static PlaceSigns Signs(Scratch scratch, int home, int county, NamedCommunity named) =>
        PlaceSigns.ByCommunity
        | (named.Sure ? PlaceSigns.None : PlaceSigns.StemOfCommunity)
        | (named.End - named.Start <= 3 ? PlaceSigns.ShortCommunity : PlaceSigns.None)
        | (scratch.Evidence.Count > 0 && county >= 0 ? PlaceSigns.CommunityInCounty : PlaceSigns.None)
        | (home < 0 ? PlaceSigns.None : PlaceSigns.CommunityAtHome);

    /// <summary>
    /// The county that the regions of the text agree on; where street candidates tie inside one county, that one. -1 when two counties are as likely.
    /// </summary>
    private int BestCounty(Scratch scratch, int home, in Candidate tied)
    {
        if (tied.Score > 0)
        {
            var county = _countyOf[tied.Street];
            foreach (var c in scratch.Candidates)
                if (c.Score > tied.Score - Weights.ClearMargin && _countyOf[c.Street] != county) county = -1;
            if (county >= 0) return county;
        }

        var (best, next, at) = (0f, 0f, -1);
        foreach (var e in scratch.Evidence)
        {
            if (_directory.InOrder[e.Division].Level != DivisionLevel.County) continue;
            var s = RegionScore(scratch, e.Division, out _) + (home >= 0 && Contains(home, e.Division) ? Weights.Home : 0);
            if (s > best) (next, best, at) = (best, s, e.Division);
            else if (s > next) next = s;
        }

        if (at >= 0 && best >= 2 && best - next >= Weights.ClearMargin) return IsInNamedCity(scratch, at) || home >= 0 && Contains(home, at) ? at : -1;
        if (at < 0 && scratch.Evidence.Count == 0 && home >= 0 && _directory.InOrder[home].Level == DivisionLevel.County) return home;
        return -1;
    }

    /// <summary>False where the text names a city or province in full and the county lies in another.</summary>
    private bool IsInNamedCity(Scratch scratch, int county)
    {
        var (city, province) = (scratch.FullCity == 0, scratch.FullProvince == 0);
        foreach (var e in scratch.Evidence)
        {
            if (e.Division >= county || !Contains(e.Division, county)) continue;
            if (_directory.InOrder[e.Division].Level == DivisionLevel.City) city = true;
            else province = true;
        }

        return city && province;
    }

    /// <summary>
    /// Looks for communities in the county that is decided, else in every county of a home that the text does not contradict, else of the city
    /// that it names.
    /// </summary>
    private void FindCommunities(Scratch scratch, int home, int county)
    {
        scratch.Communities.Clear();
        if (county >= 0)
        {
            Look(county);
            return;
        }

        var region = home;
        foreach (var e in scratch.Evidence)
            if (home < 0 || !Contains(e.Division, home) && !Contains(home, e.Division)) region = BestCity(scratch);
        if (region < 0 || _directory.InOrder[region].Level < DivisionLevel.City) return;
        for (var i = region; i < _directory.EndOf(region); i++)
            if (_directory.InOrder[i].Level == DivisionLevel.County) Look(i);

        void Look(int at) => _communityNames
            .GetOrAdd(at, static (c, directory) => new CommunityNames(directory.CommunitiesBelow(c), c + 1, directory.EndOf(c)), _directory)
            .Find(scratch.Read, scratch.Communities);
    }

    /// <summary>The one community that a text without a street means; null when none is named or two in different streets are.</summary>
    private static NamedCommunity? OnlyCommunity(Scratch scratch)
    {
        NamedCommunity best = default;
        var open = true;
        foreach (var c in scratch.Communities)
        {
            var better = (c.Sure, c.End - c.Start).CompareTo((best.Sure, best.End - best.Start));
            if (better > 0) (best, open) = (c, false);
            else if (better == 0 && c.Street != best.Street) open = true;
        }

        return open ? null : best;
    }

    private PlaceMatch StreetMatch(Scratch scratch, int home, in Candidate best, Division? community, PlaceSigns signs)
    {
        var steps = new List<PlaceStep>(4);
        var county = _countyOf[best.Street];
        ExplainRegions(scratch, county, steps);
        ExplainStreet(scratch, best, steps);
        if (best.AnotherCounty && OtherCounty(scratch, county) is { } other) steps.Add(other);
        else if (best.AtHome && best.Region <= 0) steps.Add(AtHome(home));
        if (community is not null) steps.Add(new PlaceStep($"社区“{community.Name}”属于该街道", $"the community {community.Name} belongs to it"));
        return Finish(best.Street, CodeOf(best.Street), county, community, PlaceConfidence.OfStreet(signs), steps, [], signs);
    }

    private PlaceMatch CommunityMatch(Scratch scratch, int home, NamedCommunity named, PlaceSigns signs)
    {
        var steps = new List<PlaceStep>(4);
        var county = _countyOf[named.Street];
        var community = _directory.CommunitiesBelow(named.Street).At(named.Community);
        ExplainRegions(scratch, county, steps);
        var words = scratch.Read[named.Start..named.End].ToString();
        var street = _directory.InOrder[named.Street];
        steps.Add(new PlaceStep($"“{words}”是{street.Name}的{community.Name}", $"“{words}” is {community.Name} in {street.Name}"));
        if (scratch.Evidence.Count == 0 && home >= 0) steps.Add(AtHome(home));
        return Finish(named.Street, street.Code, county, community, PlaceConfidence.OfStreet(signs), steps, [], signs);
    }

    private PlaceMatch DistrictMatch(Scratch scratch, int home, int county, in Candidate best)
    {
        var steps = new List<PlaceStep>(4);
        List<PlaceCandidate> candidates = [];
        if (best.Score > 0)
        {
            var least = best.Score - 1.5f;
            var shown = scratch.Candidates.Where(c => c.Score > least).OrderByDescending(c => c.Score).Take(MostShown).ToList();
            var sum = shown.Sum(c => Math.Exp(c.Score));
            candidates = [.. shown.Select(c => new PlaceCandidate(CodeOf(c.Street), _directory.FullName(CodeOf(c.Street)), Math.Round(Math.Exp(c.Score) / sum, 2)))];
        }
        else if (county < 0)
        {
            candidates = CountyCandidates(scratch, home);
        }

        if (county >= 0)
        {
            ExplainRegions(scratch, county, steps);
            if (scratch.Evidence.Count == 0)
            {
                if (candidates.Count == 0) return Nothing(steps);
                if (home >= 0) steps.Add(AtHome(home));
            }
        }
        else if (BestCity(scratch) is >= 0 and var city)
        {
            Explain(scratch, city, steps);
            if (candidates.Count > 1) steps.Add(Open(candidates));
            return Finish(city, null, -1, null, 0, steps, candidates, IsNamed(scratch, city) ? PlaceSigns.RegionNamed : PlaceSigns.None);
        }

        if (candidates.Count > 1) steps.Add(Open(candidates));
        if (candidates.Count == 1 && steps.Count == 0) steps.Add(new PlaceStep($"可能是{candidates[0].FullName}，依据不足", $"possibly {candidates[0].FullName}, on too little"));
        if (county < 0) return candidates.Count > 0 ? new PlaceMatch(null, null, null, null, 0, false, null, steps, candidates) : Nothing(steps);
        steps.Add(new PlaceStep("未能确定街道", "the street office stays open"));
        var signs = Signs(scratch, home, county, best);
        return Finish(county, null, county, null, PlaceConfidence.OfCounty(signs), steps, candidates, signs);
    }

    /// <summary>By its full name, or by nothing else: 杭州湾大酒店 is not in 杭州.</summary>
    private static bool IsNamed(Scratch scratch, int region)
    {
        foreach (var e in scratch.Evidence)
            if (e.Division == region && (e.Entry.Form == NameForm.Full || e.End - scratch.Mentions[e.Mention].Start == scratch.Length)) return true;
        return false;
    }

    /// <summary>余杭区九堡镇 is in 上城区: the street's name is held against the county's.</summary>
    private PlaceStep? OtherCounty(Scratch scratch, int county)
    {
        foreach (var e in scratch.Evidence)
        {
            if (e.Division == county || e.Weight < Weights.CountySwapped || _directory.InOrder[e.Division].Level != DivisionLevel.County) continue;
            var words = scratch.Read[scratch.Mentions[e.Mention].Start..e.End].ToString();
            var name = _directory.InOrder[county].Name;
            return new PlaceStep($"文中写的“{words}”没有该街道，以街道名为准，在{name}", $"“{words}” has no such street: the street's name holds, which is in {name}");
        }
        return null;
    }

    private static PlaceStep Open(List<PlaceCandidate> candidates) => new(
        $"有{candidates.Count}种可能：{string.Join("、", candidates.Select(c => c.FullName))}",
        $"{candidates.Count} are possible: {string.Join(", ", candidates.Select(c => c.FullName))}");

    private static PlaceMatch Nothing(List<PlaceStep> steps)
    {
        steps.Add(new PlaceStep("文字中没有可辨认的行政区划名称", "the text names no division that is known"));
        return new PlaceMatch(null, null, null, null, 0, false, null, steps, []);
    }

    private List<PlaceCandidate> CountyCandidates(Scratch scratch, int home)
    {
        var counties = scratch.Evidence.Where(e => _directory.InOrder[e.Division].Level == DivisionLevel.County)
            .Select(e => (e.Division, Score: RegionScore(scratch, e.Division, out _) + (home >= 0 && Contains(home, e.Division) ? Weights.Home : 0)))
            .Where(c => c.Score > 0).OrderByDescending(c => c.Score).Take(MostShown).ToList();
        var sum = counties.Sum(c => Math.Exp(c.Score));
        return [.. counties.Select(c => new PlaceCandidate(CodeOf(c.Division), _directory.FullName(CodeOf(c.Division)), Math.Round(Math.Exp(c.Score) / sum, 2)))];
    }

    private int BestCity(Scratch scratch)
    {
        var (at, weight) = (-1, 0f);
        foreach (var e in scratch.Evidence)
            if (_directory.InOrder[e.Division].Level <= DivisionLevel.City && e.Weight > weight) (at, weight) = (e.Division, e.Weight);
        return at;
    }

    private PlaceMatch Finish(int at, string? street, int county, Division? community, double confidence, List<PlaceStep> steps, List<PlaceCandidate> candidates, PlaceSigns signs)
    {
        var code = CodeOf(at);
        return new PlaceMatch(
            street, county >= 0 ? CodeOf(county) : null, code.Length >= 4 ? code[..4] : null, community?.Code, Math.Round(confidence, 3), OutOfArea: false, null, steps, candidates) { Signs = signs, At = code };
    }

    private bool IsAway(PlaceMatch match, int home) => match.At is { } code && _directory.IndexOf(code) is var at && !Contains(home, at) && !Contains(at, home);

    private static bool IsSure(PlaceMatch match, double sure) => (match.District is not null ? match.Confidence : match.Signs.HasFlag(PlaceSigns.RegionNamed) ? 1 : 0) >= sure;

    /// <summary>Says whose hotline it is for.</summary>
    private PlaceMatch Elsewhere(PlaceMatch match, int home)
    {
        var code = match.At!;
        var responsible = code.Length >= 4 && _directory.Find(code[..4]) is { } city && !DivisionDirectory.IsTransparent(city) ? city : _directory.Find(code[..2])!;
        var own = _directory.InOrder[home].Name;
        return match with
        {
            OutOfArea = true,
            Responsible = responsible,
            Explanation = [.. match.Explanation, new PlaceStep($"不在{own}范围内，应由{responsible.Name}热线受理", $"outside {own}: the hotline of {responsible.Name} is responsible")],
        };
    }

    /// <summary>
    /// The words hardly carry a place far away, so it is a candidate only; where it is not even named in full, they are read once more without it: 永和佳苑 is a
    /// community at home, and the 永和 in it no county.
    /// </summary>
    private PlaceMatch AtHomeAfterAll(Scratch scratch, PlaceMatch match, int home)
    {
        if (!match.Signs.HasFlag(PlaceSigns.CountyNamed))
        {
            scratch.Evidence.Clear();
            scratch.Ends.Clear();
            FindCandidates(scratch, home);
            if (Decide(scratch, home) is { Street: not null } without && !IsAway(without, home)) return without;
        }
        var name = _directory.FullName(match.At!);
        return new PlaceMatch(
            null, null, null, null, 0, OutOfArea: false, null,
            [.. match.Explanation, new PlaceStep($"据此是{name}的把握不足，不认定在辖区外", $"too little to take it for {name}, outside the area")],
            match.Candidates.Count > 0 ? match.Candidates : [new PlaceCandidate(match.At!, name, match.Confidence)]);
    }

    private PlaceStep AtHome(int home)
    {
        var name = _directory.InOrder[home].Name;
        return new PlaceStep($"未写明区划，按本热线所在的{name}理解", $"no region is named: taken as {name}, the hotline's own");
    }

    private void ExplainRegions(Scratch scratch, int county, List<PlaceStep> steps)
    {
        foreach (var e in scratch.Evidence)
            if (e.Division < county && Contains(e.Division, county)) Add(e);
        foreach (var e in scratch.Evidence)
            if (e.Division == county) Add(e);

        void Add(in Evidence e) => steps.Add(Explain(scratch, e));
    }

    private void Explain(Scratch scratch, int division, List<PlaceStep> steps)
    {
        foreach (var e in scratch.Evidence)
            if (e.Division == division) steps.Add(Explain(scratch, e));
    }

    private PlaceStep Explain(Scratch scratch, in Evidence e)
    {
        var words = scratch.Read[scratch.Mentions[e.Mention].Start..e.End].ToString();
        var name = _directory.InOrder[e.Division].Name;
        if (e.Entry.History >= 0) return Succeeded(words, e.Entry.History, name);
        return e.Entry.Form == NameForm.Full ? new PlaceStep($"“{words}”与{name}全称一致", $"“{words}” is the full name of {name}")
            : e.Swapped ? new PlaceStep($"“{words}”按今名为{name}", $"“{words}” is {name} today")
            : new PlaceStep($"“{words}”是{name}的简称", $"“{words}” is short for {name}");
    }

    private PlaceStep Succeeded(string words, int history, string today)
    {
        var s = _successions[history];
        if (s.Partial) return new PlaceStep($"“{words}”：{s.Name}的一部分于{s.Year}年划归{today}", $"“{words}”: a part of {s.Name} went to {today} in {s.Year}");

        // The successors of one county stand together.
        var all = new List<string>();
        var first = history;
        while (first > 0 && IsSame(first - 1)) first--;
        for (var at = first; at < _successions.Length && IsSame(at); at++)
            if (!_successions[at].Partial) all.Add(_directory.Find(_successions[at].To)!.Name);
        if (all.Count > 1)
        {
            return new PlaceStep(
                $"“{words}”：{s.Name}已于{s.Year}年撤销，分属{string.Join("、", all)}，由街道确定为{today}",
                $"“{words}”: {s.Name} was divided among {string.Join(", ", all)} in {s.Year}; the street decides for {today}");
        }

        return DivisionNames.Stem(s.Name, DivisionLevel.County) is { } stem && stem == DivisionNames.Stem(today, DivisionLevel.County)
            ? new PlaceStep($"“{words}”：{s.Name}已于{s.Year}年改为{today}", $"“{words}”: {s.Name} became {today} in {s.Year}")
            : new PlaceStep($"“{words}”：{s.Name}已于{s.Year}年并入{today}", $"“{words}”: {s.Name} was merged into {today} in {s.Year}");

        bool IsSame(int at) => _successions[at].Code == s.Code && _successions[at].Name == s.Name;
    }

    private void ExplainStreet(Scratch scratch, in Candidate best, List<PlaceStep> steps)
    {
        var mention = scratch.Mentions[best.Mention];
        var isFull = best.Entry.Form is NameForm.Full or NameForm.FormerTown;
        var swapped = !isFull && mention.StreetWordEnd > 0;
        var words = scratch.Read[mention.Start..(swapped ? mention.StreetWordEnd : mention.End)].ToString();
        var name = _directory.InOrder[best.Street].Name;
        if (best.Entry.History >= 0)
        {
            var former = _formerTowns[best.Entry.History];
            steps.Add(new PlaceStep($"“{words}”：{former.Name}已于{former.Year}年改属{name}", $"“{words}”: {former.Name} became {name} in {former.Year}"));
            return;
        }

        steps.Add(best.Entry.Form == NameForm.Full ? new PlaceStep($"“{words}”与{name}全称一致", $"“{words}” is the full name of {name}")
            : words == name ? new PlaceStep($"“{words}”即{name}", $"“{words}” is {name}")
            : swapped ? new PlaceStep($"“{words}”今为{name}", $"“{words}” is {name} today")
            : new PlaceStep($"“{words}”是{name}的简称", $"“{words}” is short for {name}"));
    }
}
