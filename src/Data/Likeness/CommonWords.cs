namespace Hotline.Data.Likeness;

/// <summary>The words that two texts share, to show a person why they are taken for alike.</summary>
public static class CommonWords
{
    private const int Shortest = 2, Longest = 14;

    /// <returns>At most so many, the most telling first, as the first text writes them; none within another.</returns>
    public static IReadOnlyList<string> Of(string text, string other, Rarity rarity, int most)
    {
        Span<char> letters = stackalloc char[TextGrams.MostLetters];
        Span<int> at = stackalloc int[TextGrams.MostLetters];
        var n = TextGrams.Fold(text, letters, at);
        Span<char> otherLetters = stackalloc char[TextGrams.MostLetters];
        ReadOnlySpan<char> within = otherLetters[..TextGrams.Fold(other, otherLetters)];
        var found = new List<(double Weight, int Start, int Length)>();
        for (var start = 0; start < n;)
        {
            var length = 0;
            while (length < Longest && start + length < n && letters[start + length] != '\0' && within.IndexOf(letters.Slice(start, length + 1), StringComparison.Ordinal) >= 0) length++;
            if (length >= Shortest) found.Add((Weight(letters.Slice(start, length), rarity), start, length));
            start += Math.Max(1, length);
        }
        var words = new List<string>();
        foreach (var (weight, start, length) in found.OrderByDescending(f => f.Weight).ThenBy(f => f.Start))
        {
            if (words.Count == most || weight <= 0) break;
            var end = start + length;
            var word = text[at[start]..(at[end - 1] + 1)];
            if (!words.Exists(w => w.Contains(word, StringComparison.OrdinalIgnoreCase))) words.Add(word);
        }
        return words;
    }

    private static double Weight(ReadOnlySpan<char> word, Rarity rarity)
    {
        var weight = 0.0;
        for (var i = 1; i < word.Length; i++) weight += Math.Max(0, rarity.Weight(TextGrams.Pair(word[i - 1], word[i])) - 2);
        return weight;
    }
}
