using System.Buffers;
using System.Text.RegularExpressions;
using Hotline.Contracts;

namespace Hotline.Dispatcher.Matters;

/// <summary>A matter that is not for a 12345 hotline (越界诉求), and what to tell the citizen.</summary>
/// <param name="Words">The words that said so, as <c>scope.csv</c> has them.</param>
/// <param name="Name">What it is: 诉讼, 仲裁, ….</param>
/// <param name="Answer">Where it belongs, as an operator would say it.</param>
public sealed record OutOfScopeMatter(string Id, string Words, Sentence Name, Sentence Answer)
{
    /// <summary>How a decision names what decided it, where a rule's id stands else.</summary>
    public string Rule => "out-of-scope:" + Id;
}

/// <summary>
/// Recognises what has its own procedure: litigation, arbitration, discipline inspection, administrative reconsideration, disclosure of government information, and what is under way as a petition
/// (国办发〔2020〕53号, section on the scope of the hotlines). A question about such a procedure is answered like any other. The words stand in <c>scope.csv</c>: <c>words</c> count in a title alone, <c>anywhere</c> in
/// the first sentences of a description too, where neither the title nor a sentence before names a matter (市民来电反映问题), since descriptions mention courts and petitions in passing; <c>a+b</c> for words that must both occur in the title or in
/// one sentence, <c>a|b</c> for one of them; behind <c>unless</c> it is another matter (业委会主任). A court or an office beside which something is (法院门口) does not count.
/// </summary>
public static partial class OutOfScope
{
    /// <summary>How much of a description is read: what somebody calls for stands at its beginning.</summary>
    private const int Sentences = 2, Beginning = 120;

    private sealed record Pattern(string[][] Parts, bool Anywhere, string[] Unless, OutOfScopeMatter Matter)
    {
        public bool Fits(string text) =>
            Parts.All(part => part.Any(word => text.Contains(word, StringComparison.Ordinal))) && !Unless.Any(word => text.Contains(word, StringComparison.Ordinal));
    }

    private static readonly Pattern[] Patterns =
    [
        .. CsvText.Read(Resource.Text("Matters.scope.csv")).Rows.SelectMany(row => ((string[])["words", "anywhere"]).SelectMany(column => Split(row[column], ' ').Select(words => new Pattern(
            [.. Split(words, '+').Select(part => Split(part, '|'))], column == "anywhere", Split(row["unless"], ' '),
            new OutOfScopeMatter(row["id"], words, new Sentence(row["name"], row["name_en"]), new Sentence(row["answer"], row["answer_en"])))))),
    ];

    /// <summary>Of every pattern the part that is said least: a text with none of these words is looked at no further, and hardly any has one.</summary>
    private static readonly SearchValues<string> Telling = SearchValues.Create(
        [.. Patterns.SelectMany(p => p.Parts.MinBy(part => (-part.Min(word => word.Length), part.Length))!).Distinct()], StringComparison.Ordinal);

    /// <summary>Then a court is where something is, not what it is about.</summary>
    private static readonly string[] Elsewhere = ["大楼", "路灯", "积水", "施工", "停车"];

    private static readonly Dictionary<string, Sentence> Answers = Patterns.GroupBy(p => p.Matter.Rule).ToDictionary(g => g.Key, g => g.First().Matter.Answer, StringComparer.Ordinal);

    /// <returns>Null where nothing says that it is out of scope.</returns>
    public static OutOfScopeMatter? Find(string title, string description, TicketKind kind)
    {
        if (kind is TicketKind.Inquiry or TicketKind.Praise) return null;
        if (!title.AsSpan().ContainsAny(Telling) && !description.AsSpan(0, Math.Min(description.Length, Beginning)).ContainsAny(Telling)) return null;
        var beginning = Split(description.Length > Beginning ? description[..Beginning] : description, '。', '！', '？', '；', '\n').Take(Sentences);
        foreach (var (said, anywhere) in beginning.Select(sentence => (sentence, true)).Prepend((title, false)))
        {
            if (Find(said, anywhere) is { } found) return found;
            // What names another matter first is about that.
            if (Lexicon.Instance.Speaks(said)) return null;
        }
        return null;
    }

    private static OutOfScopeMatter? Find(string text, bool anywhere)
    {
        if (Elsewhere.Any(word => text.Contains(word, StringComparison.Ordinal))) return null;
        var said = MerePlace().Replace(text, "，");
        return Patterns.FirstOrDefault(p => (p.Anywhere || !anywhere) && p.Fits(said)) is not { } found ? null
            : found.Matter with { Words = string.Join('+', found.Parts.Select(part => part.First(word => said.Contains(word, StringComparison.Ordinal)))) };
    }

    /// <summary>What to tell the citizen, by the rule that a decision names; null for any other rule.</summary>
    public static Sentence? AnswerOf(string? rule) => rule is null ? null : Answers.GetValueOrDefault(rule);

    private static string[] Split(string text, params char[] by) => text.Split(by, StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex("(?:法院|检察院|中院|仲裁委|信访局|纪委|街道办)[^，。！？；]{0,6}?(?:门口|门前|门外|对面|旁边|附近|楼下|周边|隔壁)")]
    private static partial Regex MerePlace();
}
