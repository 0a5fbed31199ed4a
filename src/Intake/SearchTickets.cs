using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Intake.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>One line of a list of tickets; the citizen masked.</summary>
public sealed record TicketLine(
    string Number, TicketStatus Status, DateTimeOffset FiledAt, Channel Channel, TicketKind Kind, string Title, string Address,
    Named? Lead, Named? Category, int Urged, string? Caller, string? Phone);

/// <summary>What a list of tickets is filtered by, as it stands in the query string.</summary>
public sealed record TicketFilter(
    string? Q = null, string? Status = null, string? Unit = null, string? Category = null, string? Phone = null,
    string? From = null, string? To = null);

/// <summary>A page of a list of tickets.</summary>
/// <param name="NextCursor">Null on the last page.</param>
/// <param name="SearchedTo">
/// Null where the page is full or the last. Otherwise the time for one call was over: all that was filed since then has been looked through, and the cursor goes on from there.
/// </param>
public sealed record TicketPage(IReadOnlyList<TicketLine> Items, string? NextCursor, DateTimeOffset? SearchedTo);

/// <summary>Finds tickets, newest first (docs/search.md).</summary>
public sealed class SearchTickets(Database database, Contacts contacts, Known known)
{
    public static async Task<Results<Ok<TicketPage>, ProblemHttpResult>> HandleAsync(
        string? q, string? status, string? unit, string? category, string? phone, string? from, string? to, string? limit, string? cursor,
        SearchTickets search, CancellationToken ct)
    {
        var (page, errors) = await search.FindAsync(new TicketFilter(q, status, unit, category, phone, from, to), limit, cursor, ct);
        return page is null ? Problems.Invalid(errors) : TypedResults.Ok(page);
    }

    /// <returns>A page, or else what is wrong by field.</returns>
    public async Task<(TicketPage? Page, Dictionary<string, string[]> Errors)> FindAsync(
        TicketFilter filter, string? limit, string? cursor, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        var size = Paging.Limit(limit, errors);
        var fingerprint = contacts.Fingerprint(filter.Phone);
        if (filter.Q is { Length: > 100 }) errors["q"] = ["'q' may have 100 characters at most."];
        else if (filter.Q is not null && !Validation.IsVisible(filter.Q)) errors["q"] = ["'q' must not contain control characters."];
        if (filter.Status is not null && !Words.TryParse<TicketStatus>(filter.Status, out _))
            errors["status"] = [$"'{Cut(filter.Status)}' is not one of: {Words.List<TicketStatus>()}."];
        if (filter.Unit is not null && !await known.IsUnit(filter.Unit, ct)) errors["unit"] = [$"There is no unit '{Cut(filter.Unit)}'."];
        if (filter.Category is not null && !known.IsCategory(filter.Category)) errors["category"] = [$"There is no category '{Cut(filter.Category)}'."];
        if (filter.Phone is not null && fingerprint is null) errors["phone"] = ["'phone' must be a phone number."];
        var from = Day(filter.From, "from", errors);
        var to = Day(filter.To, "to", errors);
        if (from > to) errors["to"] = ["'to' must not be before 'from'."];
        var list = $"tickets?{Json.Write(filter)}";
        (DateTimeOffset At, string Number)? before = null;
        if (cursor is not null)
        {
            if (Paging.TryRead(cursor, list, out var at, out var last)) before = (at, last);
            else errors["cursor"] = [Paging.CursorError];
        }
        if (errors.Count > 0) return (null, errors);

        var number = Number(filter.Q);
        var wanted = new Wanted(
            number is null ? filter.Q : null, number, filter.Status, filter.Unit, filter.Category, fingerprint,
            Later(from, number is null ? null : Day(number)), Earlier(to, number is null ? null : Day(number)));
        var (rows, reached) = await database.ReadAsync(db => new TicketFinder(db, wanted, size).FindAsync(before), ct);
        var page = rows.Select(Line).ToList().ToPage(size, last => Paging.Cursor(list, last.FiledAt, last.Number));
        return page.NextCursor is null && reached is { } place
            ? (new TicketPage(page.Items, Paging.Cursor(list, place.At, place.Number), database.Clock.Local(place.At)), errors)
            : (new TicketPage(page.Items, page.NextCursor, null), errors);
    }

    /// <summary>A text that is the beginning of a ticket number, from the whole day on: 20200207, 20200207-0001.</summary>
    private static string? Number(string? q) =>
        q is { Length: >= 8 } && q.AsSpan(0, 8).IndexOfAnyExceptInRange('0', '9') < 0 && (q.Length == 8 || (q[8] == '-' && q.AsSpan(9).IndexOfAnyExceptInRange('0', '9') < 0))
        && DateOnly.TryParseExact(q.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day >= Earliest ? q : null;

    /// <summary>The day that a number was filed on: numbers are found along the index of the time.</summary>
    private static DateOnly Day(string number) => DateOnly.ParseExact(number.AsSpan(0, 8), "yyyyMMdd", CultureInfo.InvariantCulture);

    private DateTimeOffset? Later(DateOnly? a, DateOnly? b) => (a > b || b is null ? a : b) is { } day ? database.Clock.StartOf(day) : null;

    private DateTimeOffset? Earlier(DateOnly? a, DateOnly? b) => (a < b || b is null ? a : b) is { } day ? database.Clock.EndOf(day) : null;

    private TicketLine Line(TicketFinder.LineRow row) => new(
        row.Number, Words.Parse<TicketStatus>(row.Status), database.Clock.Local(row.FiledAt), Words.Parse<Channel>(row.Channel), Words.Parse<TicketKind>(row.Kind),
        row.Title, row.Address,
        row.LeadCode is null ? null : new Named(row.LeadCode, row.LeadName ?? row.LeadCode),
        row.RoutedCategory is null ? null : new Named(row.RoutedCategory, row.CategoryName ?? row.RoutedCategory),
        row.Urged,
        Contacts.MaskName(contacts.Open(row.Number, row.CallerName)),
        Contacts.MaskPhone(contacts.Open(row.Number, row.CallerPhone)));

    /// <summary>Before any hotline; its first instant is one in every time zone.</summary>
    private static readonly DateOnly Earliest = new(1980, 1, 1);

    private DateOnly? Day(string? text, string field, Dictionary<string, string[]> errors)
    {
        if (text is null) return null;
        if (Days.Parse(text) is not { } day)
            errors[field] = [$"'{field}' must be a day like 2020-02-07."];
        else if (day > database.Clock.Today)
            errors[field] = [$"'{field}' must not lie in the future."];
        else if (day < Earliest)
            errors[field] = [$"'{field}' must not be before {Earliest:yyyy-MM-dd}."];
        else
            return day;
        return null;
    }

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
