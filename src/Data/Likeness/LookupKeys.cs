namespace Hotline.Data.Likeness;

/// <summary>
/// The pairs of letters under which a text is looked up among millions: all of its title, and sixteen of the beginning of its description, those with the smallest hash. The hash picks the
/// same pairs out of what two texts share (a bottom-k sketch: A. Z. Broder, 1997; E. Cohen, H. Kaplan, 2007), so few keys find nearly all that are alike.
/// </summary>
public static class LookupKeys
{
    private const int MostOfTitle = 40, LettersOfDescription = 100, OfDescription = 16;

    /// <summary>Keys that are looked up of one text: half of them find nearly as much as all, in half the time.</summary>
    private const int MostAsked = 20;

    /// <returns>Distinct; at most 55.</returns>
    public static IReadOnlyCollection<uint> Of(string title, string description)
    {
        var keys = new HashSet<uint>();
        TextGrams.AddPairsTo(keys, title, MostOfTitle);
        var pairs = new HashSet<uint>();
        TextGrams.AddPairsTo(pairs, description, LettersOfDescription);
        if (pairs.Count <= OfDescription)
        {
            keys.UnionWith(pairs);
            return keys;
        }
        Span<ulong> least = stackalloc ulong[LettersOfDescription];
        var n = 0;
        foreach (var pair in pairs) least[n++] = ((ulong)Hash(pair) << 32) | pair;
        least[..n].Sort();
        for (var i = 0; i < OfDescription; i++) keys.Add((uint)least[i]);
        return keys;
    }

    /// <summary>The keys of a text that tell most, with their weights: what few texts have leads to those that are alike, and what many have would only add to them.</summary>
    public static (uint Key, float Weight)[] Telling(string title, string description, Rarity rarity) =>
        [.. Of(title, description).Select(key => (Key: key, Weight: rarity.Weight(key))).Where(k => k.Weight > 0).OrderByDescending(k => k.Weight).ThenBy(k => k.Key).Take(MostAsked)];

    private static uint Hash(uint pair)
    {
        var hash = pair * 0x9E3779B97F4A7C15UL;
        hash = (hash ^ (hash >> 29)) * 0xBF58476D1CE4E5B9UL;
        return (uint)(hash >> 32);
    }
}
