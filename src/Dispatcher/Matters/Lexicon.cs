using System.Globalization;

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

    /// <summary>Words of the catalogue that say nothing about the class.</summary>
    private static readonly string[] Empty =
    [
        "咨询", "投诉", "建议", "举报", "诉求", "办理", "业务", "管理", "服务", "相关", "政策", "信息", "问题", "监督", "查询", "情况", "反映", "事项", "手续",
        "行为", "业务办理", "业务办理咨询", "监督投诉", "政策咨询", "信息咨询", "信息查询", "行为监管投诉", "监管投诉", "情况反映", "业务查询", "办事流程咨询", "事务办理",
        "其他", "工作", "人员", "单位", "设施", "设备", "公共", "安全", "使用", "建设", "活动", "登记", "申请", "证明", "机构", "企业", "政府", "部门", "个人", "群体",
        "监管", "许可", "审批", "资质", "质量", "规划", "维修", "维护", "设置", "保护", "检查", "改造", "补贴", "事件", "事故", "变更", "转让", "注销", "认证", "发展规划",
        "法律", "制度", "社会", "市民", "居民", "公众", "运行时间安排", "站点", "线路", "站名", "走向", "缴费", "购票", "退票", "转移", "提取", "贷款", "表扬", "纠纷", "费用", "服务质量",
        "处理", "治安", "环境", "照顾父母", "投资", "中介服务", "地址", "程序", "车辆", "财务", "人事", "网络", "系统", "生产", "销售", "经营", "招生", "考试", "报名", "赔偿", "补偿", "合同",
        "机动车", "火车", "航空器", "公共场所", "成员", "桥梁", "农产品", "手机", "电话",
    ];

    private static readonly Lazy<Lexicon> Shared = new(() => new Lexicon(CategoryCatalogue.Instance));

    private readonly Category[] _categories;
    private readonly Dictionary<string, int> _indexOf = new(StringComparer.Ordinal);
    private readonly WordTrie _trie = new();
    private readonly List<Term> _terms = [];
    private readonly List<Pair> _pairs = [];
    private readonly Dictionary<string, int> _termOf = new(StringComparer.Ordinal);
    private string[] _beside = [];

    [ThreadStatic] private static Scratch? _scratch;

    public Lexicon(CategoryCatalogue catalogue)
    {
        _categories = [.. catalogue.All];
        for (var i = 0; i < _categories.Length; i++) _indexOf.Add(_categories[i].Code, i);
        AddCatalogue();
        AddEveryday();
    }

    public static Lexicon Instance => Shared.Value;

    /// <summary>Words known, those of pairs included.</summary>
    public int Count => _terms.Count;

    private sealed class Term(string word)
    {
        public string Word { get; } = word;

        /// <summary>A longer word that hides those inside it.</summary>
        public bool Hides { get; set; }

        /// <summary>An institution: beside it something happens that it has nothing to do with.</summary>
        public bool IsPlace { get; set; }

        /// <summary>What the word says for a class.</summary>
        public List<(int Category, float Weight)> Votes { get; } = [];
    }

    private sealed record Pair(int First, int Second, int Category, float Weight);

    private sealed class Scratch
    {
        public int[] Title = [];
        public int[] Body = [];
        public readonly List<int> Found = new(64);
        public readonly List<(int Term, int End)> Here = new(8);
        public readonly List<int> Seen = new(64);
        public bool[] Present = [];
        public float[] Scores = [];
        public readonly List<int> Scored = new(64);
        public readonly List<(int Category, float Weight, string Word)> Evidence = new(128);
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
        if (s.Present.Length < _terms.Count)
        {
            s.Title = new int[_terms.Count];
            s.Body = new int[_terms.Count];
            s.Present = new bool[_terms.Count];
        }
        if (s.Scores.Length < _categories.Length) s.Scores = new float[_categories.Length];

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
        s.Found.Clear();
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
            var node = 0;
            int longest = -1, longestEnd = 0;
            s.Here.Clear();
            for (var end = start; end < text.Length && (node = _trie.Step(node, text[end])) >= 0; end++)
            {
                var index = _trie.WordAt(node);
                if (index < 0) continue;
                var term = _terms[index];
                if (term.Hides) hidden = Math.Max(hidden, end + 1);
                if (term.IsPlace && IsBeside(text[(end + 1)..]))
                {
                    hidden = Math.Max(hidden, end + 1);
                    continue;
                }
                s.Here.Add((index, end + 1));
                // A word that is only part of a pair does not keep a shorter one from counting.
                if (term is { Hides: true } or { Votes.Count: > 0 }) (longest, longestEnd) = (index, end + 1);
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
            s.Found.Add(longest);
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
            var term = _terms[t];
            var repeated = Math.Min(s.Body[t], 3);
            var factor = (s.Title[t] > 0 ? TitleFactor : 0) + (repeated == 0 ? 0 : 1 + 0.35 * (repeated - 1));
            if (factor == 0) continue;
            foreach (var (category, weight) in term.Votes) Vote(s, category, (float)(weight * factor), term.Word);
        }
        foreach (var pair in _pairs)
        {
            if (!s.Present[pair.First] || !s.Present[pair.Second]) continue;
            Vote(s, pair.Category, pair.Weight * 1.5f, $"{_terms[pair.First].Word}+{_terms[pair.Second].Word}");
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
        var families = new Dictionary<string, float>(StringComparer.Ordinal);
        foreach (var c in s.Scored)
        {
            var family = _categories[c].Level2.Code;
            families[family] = families.GetValueOrDefault(family) + s.Scores[c];
        }
        var ranked = new (int Category, double Score)[s.Scored.Count];
        for (var i = 0; i < ranked.Length; i++)
        {
            var c = s.Scored[i];
            ranked[i] = (c, s.Scores[c] + SiblingShare * (families[_categories[c].Level2.Code] - s.Scores[c]));
        }
        Array.Sort(ranked, (a, b) => a.Score != b.Score ? b.Score.CompareTo(a.Score) : a.Category.CompareTo(b.Category));

        var best = ranked[0].Score;
        var powers = ranked.Sum(r => Math.Pow(r.Score / best, Calibration.Sharpness));
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

    private static List<string> WordsFor(Scratch s, int category) =>
        [.. s.Evidence.Where(e => e.Category == category).OrderByDescending(e => e.Weight).Select(e => e.Word).Distinct().Take(MostWords)];

    /// <summary>
    /// From scores to confidence: the first class's share among the classes that have words, times what a text with so little or so much evidence is worth. Set
    /// by judging first guesses on real messages: those with a share around 0.2, 0.4, 0.6 and 0.85 were right in about 1/2, 3/5, 4/5 and 9/10 of the cases.
    /// </summary>
    private static class Calibration
    {
        public const double Sharpness = 1.6;

        public static double First(double score, double share) => 0.97 * (1 - Math.Exp(-score / 3.5)) * Math.Pow(share, 0.55);
    }

    private void AddCatalogue()
    {
        var votes = new Dictionary<(string Word, int Category), float>();
        for (var i = 0; i < _categories.Length; i++)
        {
            var c = _categories[i];
            if (!c.IsRest)
            {
                foreach (var part in Parts(c.Name)) Raise(part, i, part == c.Name ? 3f : 2.2f);
                foreach (var part in Parts(c.Remark)) Raise(part, i, 1.6f);
            }
            else
            {
                foreach (var part in Parts(c.Level2.Name)) Raise(part, i, 1.2f);
            }
        }
        var shared = votes.GroupBy(v => v.Key.Word).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        foreach (var ((word, category), weight) in votes.OrderBy(v => v.Key.Word, StringComparer.Ordinal).ThenBy(v => v.Key.Category))
        {
            if (shared[word] > 4) continue;
            _terms[TermOf(word)].Votes.Add((category, weight / shared[word]));
        }

        void Raise(string word, int category, float weight)
        {
            if (votes.GetValueOrDefault((word, category)) < weight) votes[(word, category)] = weight;
        }
    }

    /// <summary>The words of a name or remark: split where the standard lists things, without the phrases that every remark has.</summary>
    private static IEnumerable<string> Parts(string text)
    {
        foreach (var piece in text.Split(['、', '/', '，', '。', '；', '（', '）', '(', ')', '：'], StringSplitOptions.RemoveEmptyEntries))
        {
            var word = piece.Trim();
            foreach (var head in (string[])["未列入上述内容的", "对", "有关", "涉及", "包括但不限于", "包括", "如", "反映", "因"])
                if (word.StartsWith(head, StringComparison.Ordinal)) word = word[head.Length..];
            foreach (var tail in (string[])["诉求", "相关", "等方面的", "方面的", "等", "的", "问题", "方面", "咨询", "投诉", "监督", "行为", "办理", "管理", "服务", "业务"])
                if (word.EndsWith(tail, StringComparison.Ordinal) && word.Length - tail.Length >= 2) word = word[..^tail.Length];
            if (word.Length is >= 2 and <= 8 && !Empty.Contains(word, StringComparer.Ordinal)) yield return word;
        }
    }

    private void AddEveryday()
    {
        foreach (var row in CsvText.Read(Resource.Text("Matters.everyday.csv")).Rows)
        {
            var code = row["code"];
            var words = row["words"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal);
            if (code == Other)
            {
                foreach (var word in words) _terms[TermOf(word)].Hides = true;
                continue;
            }
            if (code == Place)
            {
                foreach (var word in words) _terms[TermOf(word)].IsPlace = true;
                continue;
            }
            if (code == Beside)
            {
                _beside = [.. words];
                continue;
            }
            var category = _indexOf.TryGetValue(code, out var index) ? index
                : throw new InvalidDataException($"everyday.csv, line {row.Line}: there is no class {code}.");
            var weight = float.Parse(row["weight"], CultureInfo.InvariantCulture);
            foreach (var word in words)
            {
                if (word.Split('+') is [var first, var second]) _pairs.Add(new Pair(TermOf(first), TermOf(second), category, weight));
                else Put(_terms[TermOf(word)].Votes, category, weight);
            }
        }

        // The hand-written weight wins over one that was derived.
        static void Put(List<(int Category, float Weight)> votes, int category, float weight)
        {
            votes.RemoveAll(v => v.Category == category);
            votes.Add((category, weight));
        }
    }

    private int TermOf(string word)
    {
        if (_termOf.TryGetValue(word, out var known)) return known;
        _termOf.Add(word, _terms.Count);
        _terms.Add(new Term(word));
        _trie.Add(word, _terms.Count - 1);
        return _terms.Count - 1;
    }
}
