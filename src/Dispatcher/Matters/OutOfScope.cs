using Hotline.Contracts;

namespace Hotline.Dispatcher.Matters;

/// <summary>A matter that is not for a 12345 hotline (越界诉求), and what to tell the citizen.</summary>
/// <param name="Words">The words of the title that said so.</param>
/// <param name="Name">What it is: 诉讼, 仲裁, ….</param>
/// <param name="Answer">Where it belongs, as an operator would say it.</param>
public sealed record OutOfScopeMatter(string Id, string Words, Sentence Name, Sentence Answer)
{
    /// <summary>How a decision names what decided it, where a rule's id stands else.</summary>
    public string Rule => "out-of-scope:" + Id;
}

/// <summary>
/// Recognises what has its own procedure: litigation, arbitration, discipline inspection, administrative reconsideration, disclosure of government information, and what is under way as a petition
/// (国办发〔2020〕53号, section on the scope of the hotlines). Only the title is read, since descriptions mention courts and petitions in passing, and a question about such a procedure
/// is answered like any other. The words stand in <c>scope.csv</c>; <c>a+b</c> for words that must both occur.
/// </summary>
public static class OutOfScope
{
    private static readonly (string[] Parts, OutOfScopeMatter Matter)[] Patterns =
    [
        .. CsvText.Read(Resource.Text("Matters.scope.csv")).Rows.SelectMany(row => row["words"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (
            word.Split('+'),
            new OutOfScopeMatter(row["id"], word, new Sentence(row["name"], row["name_en"]), new Sentence(row["answer"], row["answer_en"]))))),
    ];

    /// <summary>Then a court is where something is, not what it is about.</summary>
    private static readonly string[] Places = ["门口", "门前", "对面", "旁边", "附近", "楼下", "大楼", "路灯", "积水", "施工", "停车"];

    private static readonly Dictionary<string, Sentence> Answers = Patterns.GroupBy(p => p.Matter.Rule).ToDictionary(g => g.Key, g => g.First().Matter.Answer, StringComparer.Ordinal);

    /// <returns>Null where nothing says that it is out of scope.</returns>
    public static OutOfScopeMatter? Find(string title, TicketKind kind)
    {
        if (kind is TicketKind.Inquiry or TicketKind.Praise) return null;
        if (Places.Any(place => title.Contains(place, StringComparison.Ordinal))) return null;
        foreach (var (parts, matter) in Patterns)
            if (parts.All(part => title.Contains(part, StringComparison.Ordinal))) return matter;
        return null;
    }

    /// <summary>What to tell the citizen, by the rule that a decision names; null for any other rule.</summary>
    public static Sentence? AnswerOf(string? rule) => rule is null ? null : Answers.GetValueOrDefault(rule);
}
