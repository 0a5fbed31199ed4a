using System.Globalization;
using Hotline.Contracts;
using Hotline.Data.Likeness;

namespace Hotline.Intake.Repeats;

/// <summary>What is known of two tickets that may be about the same matter.</summary>
/// <param name="Text">Likeness of title and description.</param>
/// <param name="Address">Likeness of the addresses; null where one has none.</param>
/// <param name="Metres">Between their coordinates; null where one has none.</param>
/// <param name="SameCaller">The same phone.</param>
/// <param name="OfCaller">Tickets of that caller within the time that counts as recent.</param>
/// <param name="Days">From the filing of the earlier one to now.</param>
internal readonly record struct Alike(double Text, double? Address, double? Metres, bool SameCaller, int OfCaller, int Days)
{
    /// <summary>Four in five pairs with a likeness from here on are about the same matter (docs/accuracy.md).</summary>
    internal const double Likely = 0.20;

    /// <summary>From here on, where the caller or the place says the same; below, nothing makes a ticket a likely repeat.</summary>
    internal const double Least = 0.12;

    /// <summary>From here on, where the places differ.</summary>
    private const double LikelyElsewhere = 0.35;

    private const double SameAddress = 0.7, OtherAddress = 0.15, Near = 150, Far = 1000;

    /// <summary>Who calls so often calls about many things: that it is the same caller then tells nothing.</summary>
    private const int Frequent = 10;

    private const double More = 0.1;

    public bool SamePlace => Metres <= Near || (Address >= SameAddress && !(Metres > Far));

    private bool OtherPlace => Metres > Far || (Address <= OtherAddress && !(Metres <= Near));

    private bool TellingCaller => SameCaller && OfCaller <= Frequent;

    public bool IsLikely => Text >= (OtherPlace ? LikelyElsewhere : SamePlace || TellingCaller ? Least : Likely);

    /// <summary>The order in which they are shown.</summary>
    /// <param name="window">Days that count as recent.</param>
    public double Rank(int window) =>
        Text + (SamePlace ? More : OtherPlace ? -More : 0) + (TellingCaller ? More : 0) - (More / 2 * Math.Min(1, (double)Days / window));

    /// <summary>What is alike, for the person who decides.</summary>
    /// <param name="words">What both texts say.</param>
    public Sentence Why(IReadOnlyList<string> words)
    {
        var (zh, en) = (new List<string>(), new List<string>());
        var percent = (int)Math.Round(Text * 100);
        if (SameCaller)
        {
            zh.Add(OfCaller > Frequent ? $"同一来电人（近期共 {OfCaller} 件）" : "同一来电人");
            en.Add(OfCaller > Frequent ? $"the same caller ({OfCaller} tickets lately)" : "the same caller");
        }
        zh.Add(words.Count == 0 ? $"文字相似度 {percent}%" : $"都提到{string.Concat(words.Select(w => $"“{w}”"))}（文字相似度 {percent}%）");
        en.Add(words.Count == 0 ? $"texts {percent}% alike" : $"both say {string.Join(", ", words.Select(w => $"“{w}”"))} (texts {percent}% alike)");
        if (Metres is { } metres && SamePlace && metres <= Near)
        {
            zh.Add($"相距约 {metres.ToString("0", CultureInfo.InvariantCulture)} 米");
            en.Add($"about {metres.ToString("0", CultureInfo.InvariantCulture)} m apart");
        }
        else if (SamePlace)
        {
            zh.Add("地址相同或相近");
            en.Add("the same address, or nearly");
        }
        else if (OtherPlace)
        {
            zh.Add("但地点不同");
            en.Add("but another place");
        }
        zh.Add(Days == 0 ? "今天登记" : $"{Days} 天前登记");
        en.Add(Days == 0 ? "filed today" : Days == 1 ? "filed yesterday" : $"filed {Days} days ago");
        return new Sentence(string.Join("；", zh), string.Join("; ", en));
    }

    /// <summary>How alike two addresses are; null where one is missing.</summary>
    public static double? Addresses(string one, string other, Rarity rarity) =>
        one.Length == 0 || other.Length == 0 ? null : Gist.Of("", one, rarity).LikenessTo(Gist.Of("", other, rarity));

    /// <summary>On a globe: half a percent off at most, which nobody minds within a city.</summary>
    public static double? Distance(Location? one, Location? other)
    {
        if (one is null || other is null) return null;
        const double Radius = 6_371_000;
        var (a, b) = (double.DegreesToRadians(one.Lat), double.DegreesToRadians(other.Lat));
        var (across, along) = (Math.Sin((b - a) / 2), Math.Sin(double.DegreesToRadians(other.Lng - one.Lng) / 2));
        return 2 * Radius * Math.Asin(Math.Min(1, Math.Sqrt((across * across) + (Math.Cos(a) * Math.Cos(b) * along * along))));
    }
}
