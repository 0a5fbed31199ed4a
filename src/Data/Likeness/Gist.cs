namespace Hotline.Data.Likeness;

/// <summary>
/// What a ticket is about, to be compared with others (文本要点): the letters and pairs of its title and of the beginning of its description, each with a weight: how rare it is, and
/// two and a half times that where it stands in the title, in which people say where and what in a dozen letters. The likeness of two is the cosine of the angle between them
/// (G. Salton, A. Wong, C. S. Yang, A vector space model for automatic indexing, 1975): 1 for the same text, 0 where nothing is common. docs/accuracy.md says how often it is right.
/// </summary>
public sealed class Gist
{
    private const float InTitle = 2.5f;

    private readonly uint[] _grams;
    private readonly float[] _weights;

    private Gist(uint[] grams, float[] weights)
    {
        _grams = grams;
        _weights = weights;
        var length = 0.0;
        foreach (var weight in weights) length += weight * weight;
        if (length == 0) return;
        var by = (float)(1 / Math.Sqrt(length));
        for (var i = 0; i < weights.Length; i++) weights[i] *= by;
    }

    /// <summary>The same for the same rarity, wherever the text comes from.</summary>
    /// <param name="most">Letters and pairs that are kept, the heaviest; bounds the memory of many.</param>
    public static Gist Of(string title, string description, Rarity rarity, int most = int.MaxValue)
    {
        Span<uint> written = stackalloc uint[2 * TextGrams.MostLetters];
        Span<ulong> sorted = stackalloc ulong[4 * TextGrams.MostLetters];
        var n = 0;
        // Those of the title before the same ones of the description.
        foreach (var gram in written[..TextGrams.Write(title, written)]) sorted[n++] = (ulong)gram << 1;
        foreach (var gram in written[..TextGrams.Write(description, written)]) sorted[n++] = ((ulong)gram << 1) | 1;
        sorted[..n].Sort();
        var distinct = 0;
        for (var i = 0; i < n; i++)
            if (distinct == 0 || sorted[distinct - 1] >> 1 != sorted[i] >> 1) sorted[distinct++] = sorted[i];
        var (grams, weights) = (new uint[distinct], new float[distinct]);
        for (var i = 0; i < distinct; i++)
        {
            grams[i] = (uint)(sorted[i] >> 1);
            weights[i] = MathF.Max(0, rarity.Weight(grams[i])) * ((sorted[i] & 1) == 0 ? InTitle : 1);
        }
        if (grams.Length > most)
        {
            var heaviest = Enumerable.Range(0, grams.Length).OrderByDescending(i => weights[i]).ThenBy(i => grams[i]).Take(most).Order().ToArray();
            grams = Array.ConvertAll(heaviest, i => grams[i]);
            weights = Array.ConvertAll(heaviest, i => weights[i]);
        }
        return new Gist(grams, weights);
    }

    internal static HashSet<uint> GramsOf(string title, string description)
    {
        var grams = new HashSet<uint>();
        TextGrams.AddTo(grams, title);
        TextGrams.AddTo(grams, description);
        return grams;
    }

    public double LikenessTo(Gist other)
    {
        var sum = 0.0;
        for (int i = 0, j = 0; i < _grams.Length && j < other._grams.Length;)
        {
            if (_grams[i] < other._grams[j]) i++;
            else if (_grams[i] > other._grams[j]) j++;
            else sum += _weights[i++] * (double)other._weights[j++];
        }
        return Math.Min(1, sum);
    }

    /// <summary>Many gists added up: from two such sums follows the average likeness of all pairs between them, without looking at the pairs.</summary>
    public sealed class Sum
    {
        private readonly Dictionary<uint, double> _weights = [];

        public void Add(Gist gist)
        {
            for (var i = 0; i < gist._grams.Length; i++) Add(gist._grams[i], gist._weights[i]);
        }

        public void Add(Sum sum)
        {
            foreach (var (gram, weight) in sum._weights) Add(gram, weight);
        }

        public double Times(Sum other)
        {
            var (few, many) = _weights.Count <= other._weights.Count ? (_weights, other._weights) : (other._weights, _weights);
            var sum = 0.0;
            foreach (var (gram, weight) in few)
                if (many.TryGetValue(gram, out var with)) sum += weight * with;
            return sum;
        }

        public double Times(Gist gist)
        {
            var sum = 0.0;
            for (var i = 0; i < gist._grams.Length; i++)
                if (_weights.TryGetValue(gist._grams[i], out var with)) sum += gist._weights[i] * with;
            return sum;
        }

        private void Add(uint gram, double weight) => System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(_weights, gram, out _) += weight;
    }
}
