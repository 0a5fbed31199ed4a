using System.Globalization;

namespace Hotline.Dispatcher.Matters;

/// <summary>The words of a <see cref="Lexicon"/> as the catalogue and <c>everyday.csv</c> have them, and what each says.</summary>
internal sealed class LexiconWords
{
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

    private readonly Category[] _categories;
    private readonly Dictionary<string, int> _termOf = new(StringComparer.Ordinal);

    public LexiconWords(Category[] categories)
    {
        _categories = categories;
        AddCatalogue();
        AddEveryday();
    }

    public List<Term> Terms { get; } = [];

    public List<Pair> Pairs { get; } = [];

    /// <summary>What makes a mere place of an institution before it.</summary>
    public string[] Beside { get; private set; } = [];

    public sealed class Term(string word)
    {
        public string Word { get; } = word;

        /// <summary>A longer word that hides those inside it.</summary>
        public bool Hides { get; set; }

        /// <summary>An institution: beside it something happens that it has nothing to do with.</summary>
        public bool IsPlace { get; set; }

        /// <summary>What the word says for a class.</summary>
        public List<(int Category, float Weight)> Votes { get; } = [];
    }

    /// <summary>Two terms that say something where both occur.</summary>
    public readonly record struct Pair(int First, int Second, int Category, float Weight, string Words);

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
            Of(word).Votes.Add((category, weight / shared[word]));
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
        var indexOf = _categories.Select((c, i) => (c.Code, i)).ToDictionary(c => c.Code, c => c.i, StringComparer.Ordinal);
        foreach (var row in CsvText.Read(Resource.Text("Matters.everyday.csv")).Rows)
        {
            var code = row["code"];
            var words = row["words"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal);
            if (code == Lexicon.Other)
            {
                foreach (var word in words) Of(word).Hides = true;
                continue;
            }
            if (code == Lexicon.Place)
            {
                foreach (var word in words) Of(word).IsPlace = true;
                continue;
            }
            if (code == Lexicon.Beside)
            {
                Beside = [.. words];
                continue;
            }
            var category = indexOf.TryGetValue(code, out var index) ? index
                : throw new InvalidDataException($"everyday.csv, line {row.Line}: there is no class {code}.");
            var weight = float.Parse(row["weight"], CultureInfo.InvariantCulture);
            foreach (var word in words)
            {
                if (word.Split('+') is [var first, var second]) Pairs.Add(new Pair(TermOf(first), TermOf(second), category, weight, word));
                else Put(Of(word).Votes, category, weight);
            }
        }

        // The hand-written weight wins over one that was derived.
        static void Put(List<(int Category, float Weight)> votes, int category, float weight)
        {
            votes.RemoveAll(v => v.Category == category);
            votes.Add((category, weight));
        }
    }

    private Term Of(string word) => Terms[TermOf(word)];

    private int TermOf(string word)
    {
        if (_termOf.TryGetValue(word, out var known)) return known;
        _termOf.Add(word, Terms.Count);
        Terms.Add(new Term(word));
        return Terms.Count - 1;
    }
}
