using System.Globalization;
using System.Text.RegularExpressions;
using Hotline.Data;
using Microsoft.Extensions.Localization;

namespace Hotline.App.Shell;

/// <summary>Timelines keep the words of the vocabulary; people read them in their language, with the names of the units.</summary>
public sealed partial class TimelineWords(
    IStringLocalizer<Texts> shell, IStringLocalizer<Intake.Texts> intake, IStringLocalizer<Dispatcher.Texts> dispatcher, IStringLocalizer<Handlers.Texts> handlers)
{
    public string Action(TimelineEntry entry) => Known(shell, "Action", entry.Action);

    public string Actor(TimelineEntry entry) => Known(shell, "Actor", entry.Actor);

    /// <returns>Null where there is nothing to add to the action.</returns>
    public string? Reason(TimelineEntry entry) => (entry.Action, entry.Reason) switch
    {
        (_, null or "") => null,
        ("filed", _) => null, // channel and kind stand on the page
        ("issued", var place) => handlers[place == "lead" ? "Lead" : "Support"],
        ("cancelled", var why) => Known(handlers, "CancelReason", why),
        ("closed", var said) when Unreached().Match(said) is { Success: true } m =>
            shell["Closed.NotReached", int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture)],
        ("called-back" or "closed", var said) => First(intake, "CallbackOutcome", ": ", said),
        ("replied", var said) => First(handlers, "ReplyResult", ", ", said),
        ("triage", var said) => First(dispatcher, "TriageReason", ": ", said),
        (_, var said) when Dispatched().Match(said) is { Success: true } m =>
            $"{m.Groups[1].Value}, {Known(dispatcher, "DeadlineClass", m.Groups[2].Value)}, {shell["Orders.Round", int.Parse(m.Groups[3].ValueSpan, CultureInfo.InvariantCulture)]}",
        (_, var said) => said,
    };

    private static string First(IStringLocalizer texts, string kind, string separator, string said)
    {
        var parts = said.Split(separator, 2);
        parts[0] = Known(texts, kind, parts[0]);
        return string.Join(separator, parts);
    }

    private static string Known(IStringLocalizer texts, string kind, string word) =>
        texts[$"{kind}.{word}"] is { ResourceNotFound: false } known ? known.Value : word;

    [GeneratedRegex(@"\A(.+), ([a-z-]+), round (\d{1,6})\z")]
    private static partial Regex Dispatched();

    [GeneratedRegex(@"\Anot reached (\d{1,6}) times\z")]
    private static partial Regex Unreached();
}
