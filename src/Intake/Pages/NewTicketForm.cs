using Hotline.Contracts;
using Hotline.Data.Web;
using static Hotline.Data.Web.FormText;

namespace Hotline.Intake.Pages;

/// <summary>The fields of the filing page as a browser sends them.</summary>
public sealed class NewTicketForm
{
    /// <summary>Made with the empty form: a double click, or going back and submitting again, files nothing twice.</summary>
    public string? Key { get; set; }
    public string? Channel { get; set; }
    public string? Kind { get; set; }
    public string? Title { get; set; }
    public string? Description { get; set; }
    public string? Address { get; set; }
    public string? CallerName { get; set; }
    public string? CallerPhone { get; set; }
    public string? Urgency { get; set; }

    /// <summary>A code; the name that the list puts behind it is for reading.</summary>
    public string? Category { get; set; }
    public string? RepeatOf { get; set; }

    /// <summary>The number that was chosen from the tickets shown as likely repeats.</summary>
    public string? Repeats { get; set; }

    /// <summary>The numbers of the tickets that were shown as likely repeats, joined by blanks: who files after that has seen them.</summary>
    public string? Seen { get; set; }

    /// <summary>Only wants to see what the ticket may repeat.</summary>
    public bool Look { get; set; }
    public string? Answer { get; set; }
    public bool Confidential { get; set; }

    /// <returns>The request, or else what is wrong by field.</returns>
    public (FileTicket? Request, Dictionary<string, string[]> Errors) Read()
    {
        var errors = new Dictionary<string, string[]>();
        var request = new FileTicket(
            Word<Channel>(Channel, "channel", errors) ?? default,
            Title?.Trim() ?? "",
            Lines(Description),
            Given(Address),
            Caller: Given(CallerName) is null && Given(CallerPhone) is null ? null : new FileTicket.Person(Given(CallerName), Given(CallerPhone)),
            Category: Given(Category)?.Split(' ', 2)[0],
            Urgency: Given(Urgency) is null ? null : Word<Urgency>(Urgency, "urgency", errors),
            Confidential: Confidential,
            RepeatOf: Given(Repeats) ?? Given(RepeatOf),
            Answer: Given(Answer),
            Kind: Given(Kind) is null ? null : Word<TicketKind>(Kind, "kind", errors));
        foreach (var (field, messages) in new FileTicket.Validator().Errors(request) ?? []) errors.TryAdd(field, messages);
        return errors.Count == 0 ? (request, errors) : (null, errors);
    }

    private static T? Word<T>(string? word, string field, Dictionary<string, string[]> errors) where T : struct, Enum
    {
        if (Words.TryParse<T>(word, out var value)) return value;
        errors[field] = [$"One of: {Words.List<T>()}."];
        return null;
    }
}
