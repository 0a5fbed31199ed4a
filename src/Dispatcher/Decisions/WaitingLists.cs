using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Place;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>A ticket that waits in triage, with why.</summary>
public sealed record TriageLine(
    string Ticket, DateTimeOffset Since, DateTimeOffset FiledAt, int Round, TriageReason Reason, Sentence Why, Channel Channel, TicketKind Kind, Urgency? Urgency,
    string Title, string Address, Named? Category, Named? Street, DeadlineClass? SuggestedClass, IReadOnlyList<PlaceCandidate> Candidates, IReadOnlyList<Sentence> Explanation);

/// <summary>A return that waits for review, with why.</summary>
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
        return rows.Select(Line).ToList().ToPage(size, last => Paging.Cursor(list, last.Since, last.Ticket));
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
                database.Clock.Local(r.ReturnedAt), r.ReturnedBy, r.AsLead && settings.Designates(r.Round + 1)))
            .ToList().ToPage(size, last => Paging.Cursor(list, last.ReturnedAt, last.WorkOrder));
    }

    private TriageLine Line(TriageRow r) => new(
        r.Number, database.Clock.Local(r.Since), database.Clock.Local(r.FiledAt), r.Round, Words.Parse<TriageReason>(r.TriageReason!), r.Why[^1],
        Words.Parse<Channel>(r.Channel), Words.Parse<TicketKind>(r.Kind), r.Urgency is null ? null : Words.Parse<Urgency>(r.Urgency),
        r.Title, r.Address, r.Matter, r.StreetOffice, r.Limit, r.PlaceCandidates, r.Why);

    private static (int Size, (DateTimeOffset At, string Key)? After) Read(string list, string? limit, string? cursor, Dictionary<string, string[]> errors)
    {
        var size = Paging.Limit(limit, errors);
        if (cursor is null) return (size, null);
        if (Paging.TryRead(cursor, list, out var at, out var key)) return (size, (at, key));
        errors["cursor"] = [Paging.CursorError];
        return (size, null);
    }

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

    private sealed record WaitingReturnRow : ReturnRow
    {
        public string? Title { get; init; }
    }
}
