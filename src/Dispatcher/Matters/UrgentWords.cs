namespace Hotline.Dispatcher.Matters;

/// <summary>
/// Reads from a text what cannot wait: danger to life, and lost supply or an epidemic. The words stand in <c>urgent.csv</c>, <c>means,unless,words</c>: <c>danger</c> or <c>pressing</c>; any other name is a
/// set of words. A pattern is a word, or parts joined by <c>+</c> that follow each other closely in one clause, each a word or the name of a set. It does not count where a word of the sets
/// in <c>unless</c> stands before it in its clause (怕, 去年, 经常), or directly behind it for a set that is named with <c>&gt;</c> (隐患), nor where a longer word of another meaning covers a
/// part of it (跳楼价; <c>other</c> in <c>everyday.csv</c>). A word of the set <c>now</c> begins a new clause. Safe for any number of threads.
/// </summary>
internal sealed class UrgentWords
{
    /// <summary>How many characters may stand between two parts.</summary>
    private const int Gap = 8;

    /// <summary>How far around a last part other words are looked for.</summary>
    private const int Before = 60, Behind = 8;

    /// <summary>Words told of one text.</summary>
    private const int Most = 6;

    /// <summary>What ends a clause; parts of one pattern do not stand on both sides of a 、 either.</summary>
    private const string Clause = "。！？!?；;，,：:\r\n\t 　";

    private static readonly UrgentWords Shared = new();

    [ThreadStatic] private static List<Hit>? _near, _hidingNear;

    /// <summary>All words, and those that can be the last of a pattern.</summary>
    private readonly WordTrie _words, _ends;

    private readonly Dictionary<string, int> _wordOf = new(StringComparer.Ordinal), _setOf = new(StringComparer.Ordinal);

    /// <summary>By word the sets that it is in; a word that is a part of a pattern is a set of its own.</summary>
    private readonly List<List<int>> _setsOf = [];

    /// <summary>By word the patterns that end with it: the last part is the rarest.</summary>
    private readonly Pattern[][] _patternsOf;

    private readonly int _hiding, _now;

    private sealed record Pattern(bool Danger, int[] Parts, int[] NotAfter, int[] NotBefore);

    private readonly record struct Hit(int Start, int End, int Word);

    private UrgentWords()
    {
        var rows = CsvText.Read(Resource.Text("Matters.urgent.csv")).Rows;
        var patterns = new List<Pattern>();
        foreach (var row in rows.Where(r => !IsPattern(r)))
            foreach (var word in Split(row["words"], ' ')) Put(word, row["means"]);
        foreach (var row in CsvText.Read(Resource.Text("Matters.everyday.csv")).Rows.Where(r => r["code"] == Lexicon.Other))
            foreach (var word in Split(row["words"], ' ')) Put(word, Lexicon.Other);
        foreach (var row in rows.Where(IsPattern))
        {
            var unless = Split(row["unless"], ';').ToLookup(u => u.StartsWith('>'), u => Known(u.TrimStart('>'), row));
            foreach (var pattern in Split(row["words"], ' '))
                patterns.Add(new Pattern(row["means"] == "danger", [.. Split(pattern, '+').Select(p => IsName(p) ? Known(p, row) : Put(p, p))], [.. unless[false]], [.. unless[true]]));
        }
        _patternsOf = [.. _setsOf.Select(sets => patterns.Where(p => sets.Contains(p.Parts[^1])).ToArray())];
        _words = new WordTrie(_wordOf.Select(w => (w.Key, w.Value)));
        _ends = new WordTrie(_wordOf.Where(w => _patternsOf[w.Value].Length > 0).Select(w => (w.Key, w.Value)));
        (_hiding, _now) = (_setOf[Lexicon.Other], _setOf["now"]);

        static bool IsPattern(CsvRow row) => row["means"] is "danger" or "pressing";

        static string[] Split(string text, char by) => text.Split(by, StringSplitOptions.RemoveEmptyEntries);

        static bool IsName(string part) => char.IsAsciiLetter(part[0]);

        int Known(string set, CsvRow row) => _setOf.TryGetValue(set, out var number) ? number : throw new InvalidDataException($"urgent.csv, line {row.Line}: there is no set {set}.");
    }

    /// <returns>The words as they stand in the text.</returns>
    public static (IReadOnlyList<string> Danger, IReadOnlyList<string> Pressing) Read(string title, string description)
    {
        List<string> danger = [], pressing = [];
        Shared.Look(title, danger, pressing);
        Shared.Look(description, danger, pressing);
        return (danger, pressing);
    }

    private void Look(string text, List<string> danger, List<string> pressing)
    {
        List<Range>? inDanger = null, isPressing = null;
        var length = Math.Min(text.Length, Lexicon.LongestText);
        for (var start = 0; start < length; start++)
        {
            var node = 0;
            for (var at = start; at < length && (node = _ends.Step(node, text[at])) > 0; at++)
            {
                if (_ends.WordAt(node) is not (>= 0 and var word)) continue;
                var last = new Hit(start, at + 1, word);
                List<Hit>? near = null;
                foreach (var pattern in _patternsOf[word])
                {
                    if ((pattern.Danger ? inDanger : isPressing)?.Count == Most) continue;
                    near ??= Near(text, last);
                    if (Start(text, near, last, pattern) is { } first && !Stopped(text, near, first, last, pattern)) Add(ref pattern.Danger ? ref inDanger : ref isPressing, first, last.End);
                }
            }
        }
        if (inDanger is not null) danger.AddRange(inDanger.Select(r => text[r]).Except(danger));
        if (isPressing is not null) pressing.AddRange(isPressing.Select(r => text[r]).Except(pressing));

        // 有人被困 and 被困电梯 are told as one.
        static void Add(ref List<Range>? ranges, int start, int end)
        {
            ranges ??= [];
            if (ranges is [.., var before] && start < before.End.Value) ranges[^1] = Math.Min(start, before.Start.Value)..Math.Max(end, before.End.Value);
            else ranges.Add(start..end);
        }
    }

    /// <summary>All words around a last part that no longer word of another meaning hides; none where it is hidden itself.</summary>
    private List<Hit> Near(string text, Hit last)
    {
        var (hits, hiding) = (_near ??= [], _hidingNear ??= []);
        hits.Clear();
        hiding.Clear();
        var to = Math.Min(text.Length, last.End + Behind);
        for (var start = Math.Max(0, last.Start - Before); start < to; start++)
        {
            var node = 0;
            for (var at = start; at < to && (node = _words.Step(node, text[at])) > 0; at++)
            {
                if (_words.WordAt(node) is >= 0 and var word) (_setsOf[word].Contains(_hiding) ? hiding : hits).Add(new Hit(start, at + 1, word));
            }
        }
        foreach (var other in hiding) hits.RemoveAll(h => h.Start < other.End && h.End > other.Start && !(h.Start <= other.Start && h.End >= other.End));
        if (!hits.Contains(last)) hits.Clear();
        return hits;
    }

    /// <returns>Where the pattern begins that ends with a last part; null where its other parts do not stand before it.</returns>
    private int? Start(string text, List<Hit> near, Hit last, Pattern pattern)
    {
        if (near.Count == 0) return null;
        var next = last;
        for (var part = pattern.Parts.Length - 2; part >= 0; part--)
        {
            var found = near.FindLastIndex(h => h.End <= next.Start && _setsOf[h.Word].Contains(pattern.Parts[part]));
            if (found < 0 || next.Start - near[found].End > Gap || text.AsSpan(near[found].End..next.Start).ContainsAny(Clause + "、")) return null;
            next = near[found];
        }
        return next.Start;
    }

    private bool Stopped(string text, List<Hit> near, int first, Hit last, Pattern pattern)
    {
        var clause = text.AsSpan(0, first).LastIndexOfAny(Clause) + 1;
        foreach (var hit in near) if (hit.End <= first && hit.End > clause && _setsOf[hit.Word].Contains(_now)) clause = hit.End;
        foreach (var hit in near)
        {
            var (before, behind) = (hit.Start >= clause && hit.End <= last.Start, hit.Start == last.End);
            if (before && pattern.NotAfter.Any(_setsOf[hit.Word].Contains) || behind && pattern.NotBefore.Any(_setsOf[hit.Word].Contains)) return true;
        }
        return false;
    }

    /// <returns>The set's number.</returns>
    private int Put(string word, string set)
    {
        if (!_wordOf.TryGetValue(word, out var number))
        {
            _wordOf.Add(word, number = _setsOf.Count);
            _setsOf.Add([]);
        }
        if (!_setOf.TryGetValue(set, out var known)) _setOf.Add(set, known = _setOf.Count);
        if (!_setsOf[number].Contains(known)) _setsOf[number].Add(known);
        return known;
    }
}
