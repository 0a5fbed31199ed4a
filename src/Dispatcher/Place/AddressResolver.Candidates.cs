using System.Runtime.InteropServices;

namespace Hotline.Dispatcher.Place;

public sealed partial class AddressResolver
{
    private void FindCandidates(Scratch scratch, int home)
    {
        scratch.Candidates.Clear();
        for (var m = 0; m < scratch.Mentions.Count; m++)
        {
            var mention = scratch.Mentions[m];
            if (mention.InsideUpper) continue;
            var streets = _names.Run(mention.Node, 1);
            var former = _names.Run(mention.Node, 2);
            if (streets.IsEmpty && former.IsEmpty) continue;

            foreach (var evidence in scratch.Evidence) AddInside(scratch, home, m, streets, evidence.Division);
            if (home >= 0) AddInside(scratch, home, m, streets, CityOf(home));
            if (scratch.Evidence.Count == 0 && home < 0) AddInside(scratch, home, m, streets, -1);

            foreach (var entry in former)
            {
                if (Supports(scratch, entry, home)) AddCandidate(scratch, home, m, entry);
            }
        }

        PreferLongerNames(scratch);
    }

    /// <summary>绥东镇种畜场 is not 绥东镇: a street named inside the name of another that fits as well loses against it.</summary>
    private static void PreferLongerNames(Scratch scratch)
    {
        var all = CollectionsMarshal.AsSpan(scratch.Candidates);
        foreach (ref var inner in all)
        {
            var small = scratch.Mentions[inner.Mention];
            foreach (ref readonly var outer in all)
            {
                if (outer.Street == inner.Street || outer.Region < inner.Region || outer.Quality < inner.Quality) continue;
                var large = scratch.Mentions[outer.Mention];
                if (large.Start > small.Start || large.End < small.End || large.End - large.Start == small.End - small.Start) continue;
                inner.Score += Weights.InsideLongerName;
                break;
            }
        }
    }

    /// <summary>A former town counts where today's street or its county of then lies in a region that the text names, or at home.</summary>
    private bool Supports(Scratch scratch, NameEntry entry, int home)
    {
        if (home >= 0 && Contains(CityOf(home), entry.Target)) return true;
        if (scratch.Evidence.Count == 0 && home < 0) return true;
        foreach (var evidence in scratch.Evidence)
            if (Contains(evidence.Division, entry.Target)) return true;
        return false;
    }

    private bool Contains(int division, int other) => other >= division && other < _directory.EndOf(division);

    /// <summary>Adds the streets of a sorted run that lie inside a division, or all of them for -1.</summary>
    private void AddInside(Scratch scratch, int home, int mention, ReadOnlySpan<NameEntry> streets, int division)
    {
        var (low, high, end) = (0, streets.Length, division < 0 ? int.MaxValue : _directory.EndOf(division));
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (streets[middle].Target < division) low = middle + 1;
            else high = middle;
        }

        for (var i = low; i < streets.Length && i - low < MostPerRegion && streets[i].Target < end; i++) AddCandidate(scratch, home, mention, streets[i]);
    }

    private void AddCandidate(Scratch scratch, int home, int mentionIndex, NameEntry entry)
    {
        var mention = scratch.Mentions[mentionIndex];
        var county = _countyOf[entry.Target];
        var region = RegionScore(scratch, county, out var countyWeight);
        var atHome = home >= 0 && Contains(home, entry.Target);
        var elsewhere = home >= 0 && NamesElsewhere(scratch, home, mention);
        var position = Position(scratch, mention, county);
        var candidate = new Candidate
        {
            Street = entry.Target,
            Mention = mentionIndex,
            Entry = entry,
            Position = position,
            Quality = Quality(mention, entry) + position - (mention.SameAsUpper && !(atHome && MeansOnlyFarRegions(mention, home)) ? RegionOfSameName(entry, mention) : 0),
            Region = region,
            County = countyWeight,
            RegionNamed = region - countyWeight >= Weights.ProvinceShort,
            AnotherCounty = countyWeight == 0 && scratch.FullCounty >= Weights.CountySwapped,
            AtHome = atHome && (!elsewhere || entry.Form is NameForm.Full or NameForm.FormerTown || mention.StreetWordEnd > 0),
            NearHome = home >= 0 && !elsewhere && !atHome && _directory.InOrder[home].Level == DivisionLevel.County && Contains(CityOf(home), entry.Target),
        };
        candidate.Score = candidate.Quality + region + (elsewhere ? 0 : atHome ? Weights.Home : candidate.NearHome ? Weights.NearHome : 0);

        var all = CollectionsMarshal.AsSpan(scratch.Candidates);
        foreach (ref var known in all)
        {
            if (known.Street != candidate.Street) continue;
            if (candidate.Score > known.Score) known = candidate;
            return;
        }

        if (all.Length < MostCandidates) scratch.Candidates.Add(candidate);
    }

    /// <summary>True where a name other than the candidate's own leads away from home, and none leads there.</summary>
    private bool NamesElsewhere(Scratch scratch, int home, in Mention own)
    {
        var away = false;
        foreach (var e in scratch.Evidence)
        {
            if (Contains(e.Division, home) || Contains(home, e.Division)) return false;
            var mention = scratch.Mentions[e.Mention];
            away |= mention.End <= own.Start || mention.Start >= own.End;
        }

        return away;
    }

    /// <summary>文峰 is a street at home and a district in another province: said at home it is the street.</summary>
    private bool MeansOnlyFarRegions(in Mention mention, int home)
    {
        foreach (var entry in _names.Run(mention.Node, 0))
            if (Contains(CityOf(home), entry.Target) || Contains(entry.Target, home)) return false;
        return true;
    }

    private static float RegionOfSameName(NameEntry entry, in Mention mention) =>
        entry.Form is NameForm.Short or NameForm.FormerTownShort && mention.StreetWordEnd == 0 ? Weights.RegionOfSameName : 0;

    private int CityOf(int division) =>
        _directory.InOrder[division].Level <= DivisionLevel.City ? division : WholeMunicipality(_directory.IndexOf(_directory.InOrder[division].Code[..4]));

    /// <summary>The districts and the counties of 重庆市 are two rows at city level, and one city.</summary>
    private int WholeMunicipality(int division)
    {
        var d = _directory.InOrder[division];
        if (!DivisionDirectory.IsTransparent(d)) return division;
        var province = _directory.IndexOf(d.Code[..2]);
        return _directory.InOrder[province].Name.EndsWith('市') ? province : division;
    }

    private static float Quality(in Mention mention, NameEntry entry)
    {
        var isShort = entry.Form is NameForm.Short or NameForm.FormerTownShort;
        var quality = entry.Form switch
        {
            NameForm.Full => Weights.StreetFull,
            NameForm.FormerTown => Weights.StreetFormer,
            _ when mention.StreetWordEnd > 0 => Weights.StreetSwapped,
            _ => Weights.StreetShort,
        };
        if (isShort && mention.StreetWordEnd == 0)
        {
            quality += Swallowing(mention);
        }

        if (entry.Form == NameForm.FormerTownShort) quality -= 0.3f;
        return quality + Weights.PerCharacter * (mention.End - mention.Start);
    }

    /// <summary>A street stands behind its county or city.</summary>
    private float Position(Scratch scratch, in Mention mention, int county)
    {
        var position = 0f;
        foreach (var e in scratch.Ends)
        {
            if (!Contains(e.Division, county)) continue;
            var isCounty = e.Division == county;
            if (e.End == mention.Start) position = Math.Max(position, isCounty ? Weights.NextToCounty : Weights.NextToCity);
            else if (isCounty && mention.Start < e.End && position <= 0) position = Weights.BeforeCounty;
            else if (isCounty && position < 0) position = 0;
        }

        return position;
    }
}
