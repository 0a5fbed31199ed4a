using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>The decision a ticket would get (预派单); nothing is stored.</summary>
public static class PreviewDispatch
{
    public const int LongestAddress = 500, LongestText = 10_000;

    /// <param name="Status">dispatched or triage.</param>
    /// <param name="Kind">As given, or as the text reads.</param>
    /// <param name="KindWords">The words that say so; empty where it was given, and where nothing speaks against a complaint.</param>
    /// <param name="Answer">What the citizen may be told where the matter is out of scope; else null.</param>
    public sealed record Preview(
        RoutingStatus Status, TicketKind Kind, IReadOnlyList<string> KindWords, Named? Lead, IReadOnlyList<Named> Support, DeadlineClass? DeadlineClass, Named? Category, string? CategoryPath, Named? Street,
        Named? Community, double Confidence, string? Rule, TriageReason? TriageReason, Sentence? Answer, IReadOnlyList<PlaceCandidate> Candidates, IReadOnlyList<Sentence> Explanation)
    {
        public Named? Grid { get; init; }

        /// <summary>Estate, building and entrance, where they are known.</summary>
        public string? Entrance { get; init; }
    }

    public static async Task<Results<Ok<Preview>, ProblemHttpResult>> HandleAsync(
        string? address, string? text, string? at, string? category, string? kind, string? urgency, string? lat, string? lng,
        Database database, Router router, RoutingBasis basis, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        var location = LocationOf(lat, lng, errors);
        if (string.IsNullOrWhiteSpace(address) && string.IsNullOrWhiteSpace(text)) errors["text"] = ["'text' or 'address' must be given."];
        if (address?.Length > LongestAddress) errors["address"] = [$"'address' may have {LongestAddress} characters at most."];
        if (text?.Length > LongestText) errors["text"] = [$"'text' may have {LongestText} characters at most."];
        if (category is not null && CategoryCatalogue.Instance.Find(category) is null) errors["category"] = ["There is no such category."];
        // A text as it is told has no title: its first sentence stands for one.
        var end = text?.IndexOfAny(['。', '！', '？', '!', '?', '；', '\n']) + 1 ?? 0;
        var (title, description) = end > 0 ? (text![..end].Trim(), text[end..].Trim()) : (text ?? "", "");
        var read = KindReader.Read(title, description);
        var asKind = read.Kind;
        if (kind is not null && !Words.TryParse(kind, out asKind)) errors["kind"] = [$"'kind' must be one of: {Words.List<TicketKind>()}."];
        var asUrgency = Urgency.Normal;
        if (urgency is not null && !Words.TryParse(urgency, out asUrgency)) errors["urgency"] = [$"'urgency' must be one of: {Words.List<Urgency>()}."];
        var day = database.Clock.Today;
        if (at is not null)
        {
            if (Days.Parse(at) is { } given) day = given;
            else if (DateTimeOffset.TryParse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var instant)) day = database.Clock.DayOf(instant);
            else errors["at"] = ["'at' must be a day like 2020-02-07 or an instant like 2020-02-07T10:00:00+08:00."];
        }
        if (errors.Count > 0) return Problems.Invalid(errors);

        var question = new RoutingQuestion(new Matter(title, description, address ?? "", location), asKind, category, asUrgency, day, RoutingQuestion.Nobody);
        var d = router.Decide(question, await basis.ReadAsync(database, ct));
        return TypedResults.Ok(new Preview(
            d.Lead is null ? RoutingStatus.Triage : RoutingStatus.Dispatched, asKind, kind is null ? read.Words : [], d.Lead, d.Support, d.DeadlineClass, d.Category,
            d.Category is null ? null : CategoryCatalogue.Instance.Path(d.Category.Code), d.Street, d.Community, d.Confidence, d.Rule, d.Triage, OutOfScope.AnswerOf(d.Rule), d.Candidates, d.Why)
        { Grid = d.Grid, Entrance = d.Entrance });
    }

    private static Location? LocationOf(string? lat, string? lng, Dictionary<string, string[]> errors)
    {
        var (north, east) = (Degrees("lat", lat, 90), Degrees("lng", lng, 180));
        if (lat is null != lng is null) errors[lat is null ? "lat" : "lng"] = ["'lat' and 'lng' go together."];
        return north is { } n && east is { } e ? new Location(n, e) : null;

        double? Degrees(string field, string? text, double most)
        {
            if (text is null) return null;
            if (double.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= most) return degrees;
            errors[field] = [$"'{field}' must be degrees of WGS 84 from -{most} to {most}, such as {(most > 90 ? "120.87" : "32.01")}."];
            return null;
        }
    }
}
