using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Place;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>A ticket that waits in triage (人工研判), with why.</summary>
public sealed record TriageLine(
    string Ticket, DateTimeOffset Since, DateTimeOffset FiledAt, int Round, TriageReason Reason, Sentence Why, Channel Channel, TicketKind Kind, Urgency? Urgency,
    string Title, string Address, Named? Category, Named? Street, DeadlineClass? SuggestedClass, IReadOnlyList<PlaceCandidate> Candidates, IReadOnlyList<Sentence> Explanation);

/// <summary>A return that waits for review (退单审核), with why.</summary>
/// <param name="Final">Upheld, the next round would be designated.</param>
public sealed record ReturnLine(
    string WorkOrder, string Ticket, string Title, int Round, Named Unit, bool Lead, string Reason, string Basis, string? SuggestedUnit,
    DateTimeOffset ReturnedAt, string ReturnedBy, bool Final);

/// <summary>What waits for a dispatcher, longest wait first.</summary>
public sealed class WaitingLists(Database database, DispatchSettings settings)
{
    public static async Task<Results<Ok<Page<TriageLine>>, ProblemHttpResult>> TriageAsync(
        string? reason, string? limit, string? cursor, WaitingLists lists, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        if (reason is not null && !Words.TryParse<TriageReason>(reason, out _)) errors["reason"] = [$"'reason' must be one of: {Words.List<TriageReason>()}."];
        var page = await lists.TriageAsync(reason, limit, cursor, errors, ct);
        return page is null ? Problems.Invalid(errors) : TypedResults.Ok(page);
    }

    public static async Task<Results<Ok<Page<ReturnLine>>, ProblemHttpResult>> ReturnsAsync(
        string? limit, string? cursor, WaitingLists lists, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        var page = await lists.ReturnsAsync(limit, cursor, errors, ct);
        return page is null ? Problems.Invalid(errors) : TypedResults.Ok(page);
    }

    /// <returns>Null with what is wrong in <paramref name="errors"/>.</returns>
    public async Task<Page<TriageLine>?> TriageAsync(string? reason, string? limit, string? cursor, Dictionary<string, string[]> errors, CancellationToken ct)
    {
        var list = $"triage?{reason}";
        var (size, after) = Read(list, limit, cursor, errors);
        if (errors.Count > 0) return null;
        var columns = string.Join(", ", Routing.DecisionColumns.Split(", ").Select(c => "d." + c));
        var rows = await database.ReadAsync(db => db.QueryAsync<TriageRow>($"""
            select t.since, t.filed_at, t.channel, t.kind, t.urgency, t.title, t.address, {columns}
            from dispatch_ticket t join dispatch_decision d on d.number = t.number and d.round = t.round
            where t.status = 'triage' {(reason is null ? "" : "and d.triage_reason = @reason")} {(after is null ? "" : "and (t.since > @at or (t.since = @at and t.number > @key))")}
            order by t.since, t.number
            {db.Dialect.Limit}
            """, new { reason, at = after?.At ?? default, key = after?.Key, limit = size + 1 }), ct);
        return rows.Select(Line).ToList().ToPage(size, last => Paging.Cursor(list, Instant(last.Since), last.Ticket));
    }

    /// <returns>Null with what is wrong in <paramref name="errors"/>.</returns>
    public async Task<Page<ReturnLine>?> ReturnsAsync(string? limit, string? cursor, Dictionary<string, string[]> errors, CancellationToken ct)
    {
        const string list = "returns";
        var (size, after) = Read(list, limit, cursor, errors);
        if (errors.Count > 0) return null;
        var columns = string.Join(", ", ReturnRow.Columns.Split(", ").Select(c => "r." + c));
        var rows = await database.ReadAsync(db => db.QueryAsync<WaitingReturnRow>($"""
            select t.title, {columns}
            from dispatch_return r join dispatch_ticket t on t.number = r.number
            where r.state = 'pending' and r.round = t.round {(after is null ? "" : "and (r.returned_at > @at or (r.returned_at = @at and r.work_order > @key))")}
            order by r.returned_at, r.work_order
            {db.Dialect.Limit}
            """, new { at = after?.At ?? default, key = after?.Key, limit = size + 1 }), ct);
        return rows.Select(r => new ReturnLine(
                r.WorkOrder, r.Number, r.Title ?? "", r.Round, new Named(r.Unit, r.UnitName), r.AsLead, r.Reason, r.Basis, r.Suggested,
                database.Clock.Local(r.ReturnedAt), r.ReturnedBy, r.AsLead && r.Round + 1 >= settings.DesignateAtRound))
            .ToList().ToPage(size, last => Paging.Cursor(list, Instant(last.ReturnedAt), last.WorkOrder));
    }

    private TriageLine Line(TriageRow r) => new(
        r.Number, database.Clock.Local(r.Since), database.Clock.Local(r.FiledAt), r.Round, Words.Parse<TriageReason>(r.TriageReason!), r.Why[^1],
        Words.Parse<Channel>(r.Channel), Words.Parse<TicketKind>(r.Kind), r.Urgency is null ? null : Words.Parse<Urgency>(r.Urgency),
        r.Title, r.Address, r.Matter, r.StreetOffice, r.Limit, r.PlaceCandidates, r.Why);

    private static (int Size, (DateTimeOffset At, string Key)? After) Read(string list, string? limit, string? cursor, Dictionary<string, string[]> errors)
    {
        var size = PageSize.Read(limit, errors);
        if (cursor is null) return (size, null);
        if (Paging.TryRead(cursor, list, 2, out var key)
            && DateTimeOffset.TryParseExact(key[0], "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return (size, (at, key[1]));
        errors["cursor"] = ["The cursor belongs to another list, or is none: start again without it."];
        return (size, null);
    }

    private static string Instant(DateTimeOffset at) => at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

    private sealed record TriageRow : DecisionRow
    {
        public required DateTimeOffset Since { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Channel { get; init; }
        public required string Kind { get; init; }
        public string? Urgency { get; init; }
        public required string Title { get; init; }
        public required string Address { get; init; }
    }

    private sealed record WaitingReturnRow
    {
        public string? Title { get; init; }
        public required string WorkOrder { get; init; }
        public required DateTimeOffset ReturnedAt { get; init; }
        public required string Number { get; init; }
        public required int Round { get; init; }
        public required string Unit { get; init; }
        public required string UnitName { get; init; }
        public required bool AsLead { get; init; }
        public required string Reason { get; init; }
        public required string Basis { get; init; }
        public string? Suggested { get; init; }
        public required string ReturnedBy { get; init; }
    }
}

/// <summary>The <c>limit</c> of a list as it stands in the query string.</summary>
internal static class PageSize
{
    public static int Read(string? limit, Dictionary<string, string[]> errors)
    {
        if (limit is null) return Paging.DefaultLimit;
        if (int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out var size) && Paging.LimitError(size) is null) return size;
        errors["limit"] = [Paging.LimitError(0)!];
        return Paging.DefaultLimit;
    }
}
