using System.Security.Claims;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Hotline.Handlers;

/// <summary>One line of a unit's list.</summary>
/// <param name="Urgings">How often the citizen has pressed.</param>
public sealed record WorkOrderItem(
    string Id,
    string Ticket,
    int Round,
    Named Unit,
    bool Lead,
    WorkOrderState State,
    bool Designated,
    string Title,
    string Address,
    DeadlineClass DeadlineClass,
    DateTimeOffset IssuedAt,
    DateTimeOffset AcceptBy,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset ReplyBy,
    bool Overdue,
    int Urgings);

/// <summary>The work orders of one unit, soonest deadline first.</summary>
public static class ListWorkOrders
{
    /// <summary>Instead of one state: issued, accepted or returned.</summary>
    public const string Open = "open";

    /// <summary>Instead of one state: taken back, and the unit answers for it until another has accepted.</summary>
    public const string HandingOver = "handing-over";

    /// <summary>What a list is narrowed to, as it stands in the query.</summary>
    public sealed record Filter(string? State, string? Overdue, string? Limit, string? Cursor)
    {
        /// <returns>The field and what is wrong with it, or null.</returns>
        public (string Field, string Message)? Error(string unit) => this switch
        {
            { State: { } state } when state is not (Open or HandingOver) && !Words.TryParse<WorkOrderState>(state, out _) =>
                ("state", $"'state' must be one of: {Open}, {HandingOver}, {Words.List<WorkOrderState>()}."),
            { Overdue: not (null or "true" or "false") } => ("overdue", "'overdue' must be true or false."),
            _ when !Paging.TryLimit(Limit, out _) => ("limit", Paging.LimitError),
            { Cursor: { } cursor } when !Paging.TryRead(cursor, List(unit), out _, out _) => ("cursor", "'cursor' does not belong to this list."),
            _ => null,
        };

        internal string List(string unit) => $"work-orders/{unit}/{State}/{Overdue}";
    }

    public static async Task<Results<Ok<Page<WorkOrderItem>>, ProblemHttpResult>> HandleAsync(
        string code, string? state, string? overdue, string? limit, string? cursor,
        ClaimsPrincipal user, [FromServices] DispatchLookup known, [FromServices] Database database, CancellationToken ct)
    {
        if ((!user.SeesAll() && user.Unit() != code) || !await known.IsUnit(code, ct)) return Problems.NotFound("There is no such unit.");
        var filter = new Filter(state, overdue, limit, cursor);
        if (filter.Error(code) is var (field, message)) return Problems.Invalid(field, message);
        return TypedResults.Ok(await ReadAsync(code, filter, database, ct));
    }

    /// <param name="filter">One without <see cref="Filter.Error"/>.</param>
    public static async Task<Page<WorkOrderItem>> ReadAsync(string unit, Filter filter, Database database, CancellationToken ct)
    {
        Paging.TryLimit(filter.Limit, out var limit);
        var list = filter.List(unit);
        // Before every deadline there is.
        var (after, afterId) = (DateTimeOffset.UnixEpoch, "");
        if (filter.Cursor is { } cursor) Paging.TryRead(cursor, list, out after, out afterId);
        var now = database.Clock.Now;
        if (Statement(filter, database.Dialect) is not { } statement) return new Page<WorkOrderItem>([], null);
        var rows = await database.ReadAsync(db => db.QueryAsync<ItemRow>(
            statement, new { unit, now, after, afterId, from = after > now ? after : now, limit = limit + 1, yes = true, since = now - FirstResponsibility.Shown }), ct);
        return rows.Select(r => r.Item(now)).ToArray().ToPage(limit, last => Paging.Cursor(list, last.ReplyBy, last.Id));
    }

    /// <summary>Reads a page, with parameters <c>unit</c>, <c>now</c>, <c>after</c>, <c>afterId</c>, <c>from</c> (the later of the two), <c>limit</c>, <c>yes</c> and <c>since</c>.</summary>
    /// <returns>Null where nothing can be in the list.</returns>
    public static string? Statement(Filter filter, Dialect dialect)
    {
        // Each part ends by itself: an engine that reads it for the whole would read all that the unit ever had.
        var parts = string.Join("\nunion all\n", Parts(filter).Select((condition, i) => $"""
            select * from (
                select id, ticket, round, unit_code, unit_name, lead, state, designated, deadline_class, issued_at, accept_by, accepted_at, reply_by
                from handling_work_order
                where unit_code = @unit and {condition} and (reply_by > @after or id > @afterId)
                order by reply_by, id
                {dialect.Limit}) part{i}
            """));
        if (parts.Length == 0) return null;
        // The page first, then what its orders are about: a step of a list reads no texts but its own.
        return $"""
            select o.id, o.ticket, o.round, o.unit_code, o.unit_name, o.lead, o.state, o.designated, r.title, r.address, o.deadline_class, o.issued_at, o.accept_by, o.accepted_at,
                   o.reply_by, (select count(*) from handling_urging u where u.ticket = o.ticket) as urgings
            from (select * from ({parts}) parts order by reply_by, id {dialect.Limit}) o
            join handling_round r on r.ticket = o.ticket and r.round = o.round
            order by o.reply_by, o.id
            """;
    }

    /// <summary>
    /// What the list shows, a part for each state: an order stands in the index in the order of its state's list, so that a list of several is merged and none passes over what another shows.
    /// Of two bounds of one side an engine may read by the wider, so each part has one.
    /// </summary>
    private static IEnumerable<string> Parts(Filter filter)
    {
        var late = filter.Overdue == "true";
        if (filter.State == HandingOver) return late ? [] : [$"reply_by >= @after and {FirstResponsibility.Condition}"];
        var states = Words.TryParse<WorkOrderState>(filter.State, out var one) ? [one]
            : Enum.GetValues<WorkOrderState>().Where(s => s.IsOpen() || filter.State != Open);
        // Only what is open is late.
        return states.Where(s => s.IsOpen() || !late).Select(s => $"state = '{s.Word()}' and reply_by >= " + (filter.Overdue, s.IsOpen()) switch
        {
            ("true", _) => "@after and reply_by < @now",
            ("false", true) => "@from",
            _ => "@after",
        });
    }

    private sealed record ItemRow
    {
        public required string Id { get; init; }
        public required string Ticket { get; init; }
        public required int Round { get; init; }
        public required string UnitCode { get; init; }
        public required string UnitName { get; init; }
        public required bool Lead { get; init; }
        public required string State { get; init; }
        public required bool Designated { get; init; }
        public required string Title { get; init; }
        public required string Address { get; init; }
        public required string DeadlineClass { get; init; }
        public required DateTimeOffset IssuedAt { get; init; }
        public required DateTimeOffset AcceptBy { get; init; }
        public DateTimeOffset? AcceptedAt { get; init; }
        public required DateTimeOffset ReplyBy { get; init; }
        public required int Urgings { get; init; }

        public WorkOrderItem Item(DateTimeOffset now)
        {
            var state = Words.Parse<WorkOrderState>(State);
            return new WorkOrderItem(
                Id, Ticket, Round, new Named(UnitCode, UnitName), Lead, state, Designated, Title, Address, Words.Parse<DeadlineClass>(DeadlineClass),
                IssuedAt, AcceptBy, AcceptedAt, ReplyBy, state.IsOpen() && now > ReplyBy, Urgings);
        }
    }
}
