using System.Numerics;

namespace Hotline.Dispatcher.Place;

/// <summary>What tells how sure a street, or a county whose street stays open, is that the words of an address decided. For a county <see cref="TwoCharacters"/> and <see cref="Amid"/> are of its own name.</summary>
[Flags]
internal enum PlaceSigns
{
    /// <summary>The street's full name, or its name with another word of a street, and nothing else.</summary>
    None = 0,

    /// <summary>Its name without 街道 or 镇.</summary>
    ShortName = 1,

    /// <summary>… of two characters.</summary>
    TwoCharacters = 1 << 1,

    /// <summary>… which does not stand behind its county or city.</summary>
    Apart = 1 << 2,

    /// <summary>… which is part of a road's or a building's name by what follows.</summary>
    Swallowed = 1 << 3,

    /// <summary>… which may be part of another name.</summary>
    MaybeSwallowed = 1 << 4,

    /// <summary>Its county is named by its full name, today's or a former one.</summary>
    CountyNamed = 1 << 5,

    /// <summary>Its county's name without 区 or 县 occurs, or that of a county which gave a part to it.</summary>
    CountyHinted = 1 << 6,

    /// <summary>Its city or province is named, and its county is not.</summary>
    RegionNamed = 1 << 7,

    /// <summary>It lies in the hotline's own area.</summary>
    AtHome = 1 << 8,

    /// <summary>It lies in the city of the hotline's district.</summary>
    NearHome = 1 << 9,

    /// <summary>It lies elsewhere than the hotline that asks.</summary>
    Away = 1 << 10,

    /// <summary>Another street is nearly as likely.</summary>
    CloseSecond = 1 << 11,

    /// <summary>Another street is likely too.</summary>
    Second = 1 << 12,

    /// <summary>A community of the street is named.</summary>
    CommunityAgrees = 1 << 13,

    /// <summary>A community of the county is named, and it belongs to another street.</summary>
    CommunityElsewhere = 1 << 14,

    /// <summary>No street is named: a community decides.</summary>
    ByCommunity = 1 << 15,

    /// <summary>… by its name without 社区 or 村.</summary>
    StemOfCommunity = 1 << 16,

    /// <summary>… of three characters at most.</summary>
    ShortCommunity = 1 << 17,

    /// <summary>… in a county that is named.</summary>
    CommunityInCounty = 1 << 18,

    /// <summary>… asked by a hotline.</summary>
    CommunityAtHome = 1 << 19,

    /// <summary>… although the bare name of another street is in it.</summary>
    CommunityOverStreet = 1 << 20,

    /// <summary>Its name without 街道 or 镇, which stands among other words: neither first nor behind a region or a stop.</summary>
    Amid = 1 << 21,

    /// <summary>… with a word for a community behind it: 海门|村.</summary>
    BeforeVillage = 1 << 22,

    /// <summary>A county is named by its full name, and the street lies in another.</summary>
    AnotherCounty = 1 << 23,

    /// <summary>No street is known, and the county is named by a name it no longer has.</summary>
    FormerCounty = 1 << 24,
}

/// <summary>
/// The share of places that are right among those with the same signs: a logistic regression, a weight for each sign, one for streets and one for counties whose street stays open. The weights
/// are those that <c>bench/Accuracy --fit</c> finds on the training addresses, whole and with parts taken out, asked by no hotline, by that of their city, of their county, and (one in
/// twenty) of a neighbouring county; those that name no street count as much as those that name one; docs/accuracy.md shows how well they hold on other addresses.
/// </summary>
internal static class PlaceConfidence
{
    public const int SignCount = 25;

    private const double Least = 0.02, Most = 0.995, StreetBias = 5.17, CountyBias = 3.87;

    private static readonly double[] StreetWeights = InOrder(
        (PlaceSigns.ShortName, -1.41), (PlaceSigns.TwoCharacters, 0.3), (PlaceSigns.Apart, 0.39), (PlaceSigns.Swallowed, -1.79), (PlaceSigns.MaybeSwallowed, -1.03),
        (PlaceSigns.CountyNamed, -0.01), (PlaceSigns.CountyHinted, -2.02), (PlaceSigns.RegionNamed, -0.61),
        (PlaceSigns.AtHome, 0.66), (PlaceSigns.NearHome, -1.6), (PlaceSigns.Away, -2.19),
        (PlaceSigns.CloseSecond, -2.66), (PlaceSigns.Second, -2.26),
        (PlaceSigns.CommunityAgrees, 2.71), (PlaceSigns.CommunityElsewhere, -1.73),
        (PlaceSigns.ByCommunity, -2.64), (PlaceSigns.StemOfCommunity, -0.76), (PlaceSigns.ShortCommunity, -0.29),
        (PlaceSigns.CommunityInCounty, 0.38), (PlaceSigns.CommunityAtHome, 0.1), (PlaceSigns.CommunityOverStreet, -1.97),
        (PlaceSigns.Amid, -4.05), (PlaceSigns.BeforeVillage, -4.87), (PlaceSigns.AnotherCounty, -3.79));

    private static readonly double[] CountyWeights = InOrder(
        (PlaceSigns.TwoCharacters, -4.69), (PlaceSigns.CountyNamed, 0.2), (PlaceSigns.CountyHinted, -0.22), (PlaceSigns.RegionNamed, 2.53),
        (PlaceSigns.AtHome, 3.89), (PlaceSigns.NearHome, -0.61), (PlaceSigns.Away, -4.24),
        (PlaceSigns.Second, -0.54), (PlaceSigns.Amid, -1.55), (PlaceSigns.FormerCounty, -2.23));

    public static double OfStreet(PlaceSigns signs) => Of(signs, StreetWeights, StreetBias);

    public static double OfCounty(PlaceSigns signs) => Of(signs, CountyWeights, CountyBias);

    private static double Of(PlaceSigns signs, double[] weights, double sum)
    {
        for (var left = (uint)signs; left != 0; left &= left - 1) sum += weights[BitOperations.TrailingZeroCount(left)];
        return Math.Clamp(1 / (1 + Math.Exp(-sum)), Least, Most);
    }

    private static double[] InOrder(params (PlaceSigns Sign, double Weight)[] weights)
    {
        var ordered = new double[SignCount];
        foreach (var (sign, weight) in weights) ordered[BitOperations.TrailingZeroCount((uint)sign)] = weight;
        return ordered;
    }
}
