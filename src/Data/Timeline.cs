namespace Hotline.Data;

/// <summary>
/// One line of a ticket's append-only history (办理轨迹): who did what, when and why. Written in the transaction of the
/// change itself; read in the order of <see cref="Id"/>, which the database counts up, so a clock that jumps cannot reorder it.
/// </summary>
public sealed record TimelineEntry
{
    public long Id { get; init; }
    public required string Ticket { get; init; }
    public required DateTimeOffset At { get; init; }

    /// <summary>Who: the name of the person or key, or the role that decided by itself ("dispatcher").</summary>
    public required string Actor { get; init; }

    /// <summary>What, in kebab case: <c>filed</c>, <c>dispatched</c>, <c>returned</c>, <c>contact-revealed</c>.</summary>
    public required string Action { get; init; }

    /// <summary>The unit concerned, where one is.</summary>
    public string? Unit { get; init; }

    public string? Reason { get; init; }
}

/// <summary>A line as it is stored; the database counts its id.</summary>
internal sealed record NoteRow
{
    public static readonly Bulk<NoteRow> Insert = Bulk<NoteRow>.Insert("timeline");

    public required string Ticket { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Actor { get; init; }
    public required string Action { get; init; }
    public string? Unit { get; init; }
    public string? Reason { get; init; }
}

/// <summary>Reads timelines; they are written by <see cref="Work.Note"/>.</summary>
public sealed class Timeline(Database database)
{
    public Task<IReadOnlyList<TimelineEntry>> OfAsync(string ticket, CancellationToken ct) => database.ReadAsync(db => db.QueryAsync<TimelineEntry>("""
        select id, ticket, at, actor, action, unit, reason from timeline where ticket = @ticket order by id
        """, new { ticket }), ct);
}
