namespace Hotline.Data.Likeness;

/// <summary>
/// What of a text is compared with another: its letters and its pairs of neighbouring letters (shingles of one and two: A. Z. Broder, On the resemblance and containment of
/// documents, 1997). Chinese writes no spaces, and a pair comes close to a word. A single letter is its code, a pair has the first letter in the upper half: no two share a number.
/// </summary>
public static class TextGrams
{
    /// <summary>Letters of a text that are read: what a citizen wants stands at its beginning, and the cost stays bounded.</summary>
    public const int MostLetters = 300;

    private const int LongestNumber = 4;
    private const char Break = '\0';

    /// <summary>
    /// The letters of a text as they are compared: narrow and lower case, blanks left out, all other signs a break that no pair spans. A number of more than four digits is one 0:
    /// it is a phone or a date, and citizens are not compared by what they may have left in a text.
    /// </summary>
    /// <param name="letters">Its length limits how many are read.</param>
    /// <param name="at">Where in the text each letter stands; as long as the letters, or empty.</param>
    /// <returns>How many letters.</returns>
    internal static int Fold(ReadOnlySpan<char> text, Span<char> letters, Span<int> at = default)
    {
        var n = 0;
        for (var i = 0; i < text.Length && n < letters.Length; i++)
        {
            var c = char.ToLowerInvariant(text[i] is >= '！' and <= '～' ? (char)(text[i] - 0xFEE0) : text[i]);
            if (char.IsWhiteSpace(c) || char.GetUnicodeCategory(c) == System.Globalization.UnicodeCategory.Format) continue;
            if (!char.IsLetterOrDigit(c)) c = Break;
            if (c == Break && n > 0 && letters[n - 1] == Break) continue;
            if (!at.IsEmpty) at[n] = i;
            letters[n++] = c;
            if (!char.IsDigit(c)) continue;
            var end = i + 1;
            while (end < text.Length && char.IsDigit(text[end])) end++;
            if (end - i <= LongestNumber || (n > 1 && char.IsDigit(letters[n - 2]))) continue;
            letters[n - 1] = '0';
            i = end - 1;
        }
        return n;
    }

    /// <summary>Adds letters and pairs of a text.</summary>
    internal static void AddTo(HashSet<uint> grams, string text)
    {
        Span<uint> written = stackalloc uint[2 * MostLetters];
        foreach (var gram in written[..Write(text, written)]) grams.Add(gram);
    }

    /// <summary>Writes letters and pairs of a text, some twice.</summary>
    /// <param name="grams">Room for two for each letter that is read.</param>
    /// <returns>How many.</returns>
    internal static int Write(string text, Span<uint> grams)
    {
        Span<char> letters = stackalloc char[MostLetters];
        var (n, count) = (Fold(text, letters), 0);
        for (var i = 0; i < n; i++)
        {
            if (letters[i] == Break) continue;
            grams[count++] = letters[i];
            if (i > 0 && letters[i - 1] != Break) grams[count++] = Pair(letters[i - 1], letters[i]);
        }
        return count;
    }

    /// <summary>Adds the pairs of the first letters of a text, at most as many letters as are given.</summary>
    internal static void AddPairsTo(HashSet<uint> pairs, string text, int letters)
    {
        Span<char> read = stackalloc char[MostLetters];
        var n = Fold(text, read[..letters]);
        for (var i = 1; i < n; i++)
            if (read[i - 1] != Break && read[i] != Break) pairs.Add(Pair(read[i - 1], read[i]));
    }

    internal static uint Pair(char first, char second) => ((uint)first << 16) | second;
}
