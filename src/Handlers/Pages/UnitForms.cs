using Hotline.Contracts;
using Hotline.Data.Web;

namespace Hotline.Handlers.Pages;

/// <summary>The fields of returning a work order as a browser sends them.</summary>
public sealed class ReturnForm
{
    public string? Reason { get; set; }
    public string? Basis { get; set; }
    public string? SuggestedUnit { get; set; }
    public string? Category { get; set; }

    public ReturnWorkOrder Read() => new(FormText.Lines(Reason), FormText.Lines(Basis), FormText.Given(SuggestedUnit), FormText.Given(Category));
}

/// <summary>The fields of a reply as a browser sends them.</summary>
public sealed class ReplyForm
{
    public string? Result { get; set; }

    /// <summary><c>true</c>, <c>false</c>, or null where neither was chosen.</summary>
    public string? Contacted { get; set; }
    public string? Text { get; set; }
    public string? PublicText { get; set; }
    public string? SignedByName { get; set; }
    public string? SignedByTitle { get; set; }

    public ReplyToWorkOrder Read() => new(
        Words.TryParse<ReplyResult>(Result, out var result) ? result : null,
        Contacted switch { "true" => true, "false" => false, _ => null },
        FormText.Lines(Text),
        FormText.Lines(PublicText),
        new ReplyToWorkOrder.Officer(FormText.Lines(SignedByName), FormText.Lines(SignedByTitle)));
}
