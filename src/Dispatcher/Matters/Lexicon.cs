namespace Hotline.Dispatcher.Matters;

/// <summary>One class that a text may be about.</summary>
/// <param name="Confidence">0..1, how often a first guess with such a score was right; the guesses of one text sum to at most 1.</param>
/// <param name="Words">The words of the text that spoke for it, strongest first.</param>
public sealed record CategoryGuess(Category Category, double Confidence, IReadOnlyList<string> Words);

/// <summary>What a text is about.</summary>
/// <param name="Guesses">Likeliest first; empty where no word of the lexicon occurs.</param>
/// <param name="Danger">Words that say that somebody's life is in danger.</param>
/// <param name="Pressing">Words that say that water, power, gas or heat is gone, or that an epidemic comes near.</param>
public sealed record Suggestion(IReadOnlyList<CategoryGuess> Guesses, IReadOnlyList<string> Danger, IReadOnlyList<string> Pressing);

/// <summary>
/// Suggests a class from the words of a text. The words come from the catalogue itself (names and remarks, weighed by how few classes share
/// them) and from <c>everyday.csv</c>, where people's own words stand: <c>code,weight,words</c>, words apart by blanks, <c>a+b</c> for two that must
/// both occur, code <c>other</c> for longer words in which one of the others means something else, <c>place</c> for institutions, which say nothing before a word of <c>beside</c> (法院门口路灯坏了). One pass over the text finds every word; of words that overlap the longer one
/// counts; a word counts twice in the title and less with each repetition. What cannot wait is read by <see cref="UrgentWords"/>. Safe for any number of threads.
/// </summary>
public sealed class Lexicon
{
    /// <summary>How much of a description is read: what a citizen wants stands at its beginning.</summary>
    public const int LongestText = 1500;

    /// <summary>Codes of everyday.csv that are no class: longer words that hide others, institutions, and what makes a mere place of one.</summary>
    internal const string Other = "other", Place = "place", Beside = "beside";

    /// <summary>What may stand between an institution and its gate: 医院东大门口.</summary>
    private const string Between = "的大正前后东南西北侧院区";

    private const double TitleFactor = 2.0, SiblingShare = 0.25;
    private const int MostGuesses = 5, MostWords = 6;

    private static readonly Lazy<Lexicon> Shared = new(() => new Lexicon(CategoryCatalogue.Instance));

    private readonly Category[] _categories;

    /// <summary>By class its second level, counted from 0.</summary>
    private readonly int[] _familyOf;

    private readonly WordTrie _trie;
    private readonly Term[] _terms;
    private readonly LexiconWords.Pair[] _pairs;
    private readonly string[] _beside;

    /// <summary>What the terms say for classes, one term's after the other's.</summary>
    private readonly (int Category, float Weight)[] _votes;

    [ThreadStatic] private static Scratch? _scratch;

    public Lexicon(CategoryCatalogue catalogue)
    {
        _categories = [.. catalogue.All];
        var families = _categories.Select(c => c.Level2.Code).Distinct().ToList();
        _familyOf = [.. _categories.Select(c => families.IndexOf(c.Level2.Code))];
        var words = new LexiconWords(_categories);
        var votes = new List<(int, float)>();
        _terms = [.. words.Terms.Select(t =>
        {
            var first = votes.Count;
            votes.AddRange(t.Votes);
            return new Term(t.Word, t.Hides, t.IsPlace, first, votes.Count);
        })];
        (_votes, _pairs, _beside) = ([.. votes], [.. words.Pairs], words.Beside);
        _trie = new WordTrie(_terms.Select((t, i) => (t.Word, i)));
    }

    public static Lexicon Instance => Shared.Value;

    /// <summary>Words known, those of pairs included.</summary>
    public int Count => _terms.Length;

    /// <param name="Hides">A longer word that hides those inside it.</param>
    /// <param name="IsPlace">An institution: beside it something happens that it has nothing to do with.</param>
    /// <param name="From">Its first vote.</param>
    /// <param name="To">Behind its last vote.</param>
    private readonly record struct Term(string Word, bool Hides, bool IsPlace, int From, int To)
    {
        public bool Votes => To > From;
    }

    private sealed class Scratch
    {
        public int[] Title = [];
        public int[] Body = [];
        public readonly List<(int Term, int End)> Here = new(8);
        public readonly List<int> Seen = new(64);
        public bool[] Present = [];
        public float[] Scores = [];
        public readonly List<int> Scored = new(64);
        public readonly List<(int Category, float Weight, string Word)> Evidence = new(128);
        public float[] Families = [];
        public readonly List<(float Weight, string Word)> Words = new(16);
    }

    public Suggestion Suggest(string title, string description)
    {
        var urgent = UrgentWords.Read(title, description);
        return new Suggestion(Read(title, description, Guesses), urgent.Danger, urgent.Pressing);
    }

    /// <summary>Whether a word of the text speaks for any class.</summary>
    public bool Speaks(string text) => Read(text, "", s => s.Scored.Count > 0);

    private T Read<T>(string title, string description, Func<Scratch, T> read)
    {
        var s = _scratch ??= new Scratch();
        if (s.Present.Length < _terms.Length)
        {
            s.Title = new int[_terms.Length];
            s.Body = new int[_terms.Length];
            s.Present = new bool[_terms.Length];
        }
        if (s.Scores.Length < _categories.Length) (s.Scores, s.Families) = (new float[_categories.Length], new float[_categories.Length]);

        Scan(title.AsSpan(0, Math.Min(title.Length, LongestText)), s, s.Title);
        Scan(description.AsSpan(0, Math.Min(description.Length, LongestText)), s, s.Body);
        Weigh(s);
        var result = read(s);

        foreach (var t in s.Seen)
        {
            s.Title[t] = s.Body[t] = 0;
            s.Present[t] = false;
        }
        foreach (var c in s.Scored) s.Scores[c] = 0;
        s.Seen.Clear();
        s.Scored.Clear();
        s.Evidence.Clear();
        return result;
    }

    /// <summary>Marks every word as present that means what it says, and counts those that do not lie inside a longer one.</summary>
    private void Scan(ReadOnlySpan<char> text, Scratch s, int[] counts)
    {
        int covered = 0, hidden = 0;
        for (var start = 0; start < text.Length; start++)
        {
            if (_trie.Step(0, text[start]) == 0) continue;
            var node = 0;
            int longest = -1, longestEnd = 0;
            s.Here.Clear();
            for (var end = start; end < text.Length && (node = _trie.Step(node, text[end])) > 0; end++)
            {
                var index = _trie.WordAt(node);
                if (index < 0) continue;
                ref readonly var term = ref _terms[index];
                if (term.Hides) hidden = Math.Max(hidden, end + 1);
                if (term.IsPlace && IsBeside(text[(end + 1)..]))
                {
                    hidden = Math.Max(hidden, end + 1);
                    continue;
                }
                s.Here.Add((index, end + 1));
                // A word that is only part of a pair does not keep a shorter one from counting.
                if (term.Hides || term.Votes) (longest, longestEnd) = (index, end + 1);
            }
            foreach (var (index, end) in s.Here)
            {
                if ((end <= hidden && !_terms[index].Hides) || s.Present[index]) continue;
                s.Present[index] = true;
                s.Seen.Add(index);
            }
            if (longest < 0 || longestEnd <= covered || (longestEnd <= hidden && !_terms[longest].Hides)) continue;
            covered = longestEnd;
            counts[longest]++;
        }
    }

    /// <summary>Whether the text goes on with 门口, 东门对面, ….</summary>
    private bool IsBeside(ReadOnlySpan<char> rest)
    {
        for (var between = 0; between <= 2 && between < rest.Length; between++)
        {
            foreach (var word in _beside)
                if (rest[between..].StartsWith(word, StringComparison.Ordinal)) return true;
            if (!Between.Contains(rest[between])) return false;
        }
        return false;
    }

    private void Weigh(Scratch s)
    {
        foreach (var t in s.Seen)
        {
            ref readonly var term = ref _terms[t];
            var repeated = Math.Min(s.Body[t], 3);
            var factor = (s.Title[t] > 0 ? TitleFactor : 0) + (repeated == 0 ? 0 : 1 + 0.35 * (repeated - 1));
            if (factor == 0) continue;
            foreach (var (category, weight) in _votes.AsSpan(term.From..term.To)) Vote(s, category, (float)(weight * factor), term.Word);
        }
        foreach (ref readonly var pair in _pairs.AsSpan())
        {
            if (s.Present[pair.First] && s.Present[pair.Second]) Vote(s, pair.Category, pair.Weight * 1.5f, pair.Words);
        }
    }

    private static void Vote(Scratch s, int category, float weight, string word)
    {
        if (s.Scores[category] == 0) s.Scored.Add(category);
        s.Scores[category] += weight;
        s.Evidence.Add((category, weight, word));
    }

    private IReadOnlyList<CategoryGuess> Guesses(Scratch s)
    {
        if (s.Scored.Count == 0) return [];
        // Classes of one second level support each other a little: three weak words about a housing estate beat one about a school.
        var families = s.Families;
        foreach (var c in s.Scored) families[_familyOf[c]] = 0;
        foreach (var c in s.Scored) families[_familyOf[c]] += s.Scores[c];
        var ranked = new (int Category, double Score)[s.Scored.Count];
        for (var i = 0; i < ranked.Length; i++)
        {
            var c = s.Scored[i];
            ranked[i] = (c, s.Scores[c] + SiblingShare * (families[_familyOf[c]] - s.Scores[c]));
        }
        Array.Sort(ranked, static (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Category.CompareTo(b.Category));

        var best = ranked[0].Score;
        var powers = 0.0;
        foreach (var (_, score) in ranked) powers += Math.Pow(score / best, Calibration.Sharpness);
        var first = Calibration.First(best, 1 / powers);
        // The others keep their proportion to the first, and all together stay within 1.
        var scale = Math.Min(first, (1 - first) / Math.Max(powers - 1, 1e-9));
        var guesses = new List<CategoryGuess>(MostGuesses);
        for (var i = 0; i < Math.Min(ranked.Length, MostGuesses); i++)
        {
            var (category, score) = ranked[i];
            var confidence = i == 0 ? first : scale * Math.Pow(score / best, Calibration.Sharpness);
            guesses.Add(new CategoryGuess(_categories[category], Math.Floor(confidence * 1000) / 1000, WordsFor(s, category)));
        }
        return guesses;
    }

    /// <summary>The strongest first, of equal ones that which stands first.</summary>
    private static List<string> WordsFor(Scratch s, int category)
    {
        s.Words.Clear();
        foreach (var (c, weight, word) in s.Evidence)
        {
            if (c != category) continue;
            var at = s.Words.Count;
            while (at > 0 && s.Words[at - 1].Weight < weight) at--;
            s.Words.Insert(at, (weight, word));
        }
        var words = new List<string>(Math.Min(s.Words.Count, MostWords));
        foreach (var (_, word) in s.Words)
            if (words.Count < MostWords && !words.Contains(word)) words.Add(word);
        return words;
    }

    /// <summary>
    /// From scores to confidence: the first class's share among the classes that have words, times what a text with so little or so much evidence is worth. Set
    /// by judging first guesses on real messages: those with a share around 0.2, 0.4, 0.6 and 0.85 were right in about 1/2, 3/5, 4/5 and 9/10 of the cases.
    /// </summary>
    private static class Calibration
    {
        public const double Sharpness = 1.6;

        public static double First(double score, double share) => 0.97 * (1 - Math.Exp(-score / 3.5)) * Math.Pow(share, 0.55);
    }
}
