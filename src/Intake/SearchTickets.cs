using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
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

/// <summary>Finds tickets, newest first.</summary>
public sealed class SearchTickets(Database database, Contacts contacts, Known known)
{
    public static async Task<Results<Ok<Page<TicketLine>>, ProblemHttpResult>> HandleAsync(
        string? q, string? status, string? unit, string? category, string? phone, string? from, string? to, string? limit, string? cursor,
        SearchTickets search, CancellationToken ct)
    {
        var (page, errors) = await search.FindAsync(new TicketFilter(q, status, unit, category, phone, from, to), limit, cursor, ct);
        return page is null ? Problems.Invalid(errors) : TypedResults.Ok(page);
    }

    /// <returns>A page, or else what is wrong by field.</returns>
    public async Task<(Page<TicketLine>? Page, Dictionary<string, string[]> Errors)> FindAsync(
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
            if (Paging.TryRead(cursor, list, out var at, out var number)) before = (at, number);
            else errors["cursor"] = [Paging.CursorError];
        }
        if (errors.Count > 0) return (null, errors);

        var rows = await database.ReadAsync(db => db.QueryAsync<TicketRow>($"""
            select {Tickets.Columns} from intake_ticket
            where {Where(filter, from, to, before is not null)}
            order by filed_at desc, number desc
            {db.Dialect.Limit}
            """, new
        {
            filter.Status,
            filter.Unit,
            filter.Category,
            hash = fingerprint,
            q = filter.Q is null ? null : $"%{Escape(filter.Q)}%",
            from = from is null ? default(DateTimeOffset?) : database.Clock.StartOf(from.Value),
            to = to is null ? default(DateTimeOffset?) : database.Clock.EndOf(to.Value),
            beforeAt = before?.At,
            beforeNumber = before?.Number,
            limit = size + 1,
        }), ct);
        return (rows.Select(Line).ToList().ToPage(size, last => Paging.Cursor(list, last.FiledAt, last.Number)), errors);
    }

    /// <summary>Only the conditions that are asked for, so that each finds its index.</summary>
    private static string Where(TicketFilter filter, DateOnly? from, DateOnly? to, bool continued)
    {
        var conditions = new List<string> { "1 = 1" };
        if (filter.Status is not null) conditions.Add("status = @Status");
        if (filter.Unit is not null) conditions.Add("lead_code = @Unit");
        if (filter.Category is not null) conditions.Add("routed_category = @Category");
        if (filter.Phone is not null) conditions.Add("phone_hash = @hash");
        if (filter.Q is not null) conditions.Add("(title like @q escape '\\' or description like @q escape '\\' or address like @q escape '\\' or number like @q escape '\\')");
        if (from is not null) conditions.Add("filed_at >= @from");
        if (to is not null) conditions.Add("filed_at < @to");
        if (continued) conditions.Add("(filed_at < @beforeAt or (filed_at = @beforeAt and number < @beforeNumber))");
        return string.Join(" and ", conditions);
    }

    private TicketLine Line(TicketRow row) => new(
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

    private static string Escape(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("%", "\\%", StringComparison.Ordinal)
            .Replace("_", "\\_", StringComparison.Ordinal).Replace("[", "\\[", StringComparison.Ordinal);

    private static string Cut(string text) => text.Length <= 60 ? text : text[..60] + "…";
}
