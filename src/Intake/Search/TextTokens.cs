namespace Hotline.Intake.Search;

/// <summary>
/// What the text index knows of a text: its characters and its pairs of neighbouring characters, without regard to case. Chinese has no spaces
/// between words, so a word of any length is found by its pairs, and a single character by itself.
/// </summary>
internal static class TextTokens
{
    /// <summary>The one form of a text in which case no longer matters; <see cref="Contains"/> compares in the same way.</summary>
    public static string Fold(string text) => text.ToUpperInvariant();

    /// <summary>Adds the tokens of a text to a set: each character, and each pair as the first character in the upper half.</summary>
    public static void AddTo(HashSet<uint> tokens, string text)
    {
        var folded = Fold(text);
        for (var i = 0; i < folded.Length; i++)
        {
            tokens.Add(folded[i]);
            if (i > 0) tokens.Add(Pair(folded[i - 1], folded[i]));
        }
    }

    /// <summary>The tokens that every text with this in it must have; the pairs say all that the single characters would.</summary>
    public static uint[] OfQuery(string q)
    {
        var folded = Fold(q);
        if (folded.Length == 1) return [folded[0]];
        var tokens = new HashSet<uint>();
        for (var i = 1; i < folded.Length; i++) tokens.Add(Pair(folded[i - 1], folded[i]));
        return [.. tokens];
    }

    /// <summary>What a caller is looked up by; of a ticket that is shown the fingerprint of the phone decides. (FNV-1a)</summary>
    public static uint OfCaller(string phoneHash)
    {
        var token = 2166136261u;
        foreach (var c in phoneHash) token = (token ^ c) * 16777619u;
        return token;
    }

    /// <summary>What decides in the end: the tokens only say where to look.</summary>
    public static bool Contains(string text, string q) => text.Contains(q, StringComparison.OrdinalIgnoreCase);

    /// <param name="buckets">A power of two.</param>
    public static int Bucket(uint token, int buckets) => (int)((token * 2654435769u) >> 12 & (uint)(buckets - 1));

    private static uint Pair(char first, char second) => ((uint)first << 16) | second;
}
