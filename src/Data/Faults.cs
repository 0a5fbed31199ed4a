using Hotline.Contracts;

namespace Hotline.Data;

/// <summary>A message that its role could not process, kept with the reason until it is put back.</summary>
public sealed record Fault
{
    public required string Id { get; init; }
    public required string Role { get; init; }
    public required string Kind { get; init; }
    public required string Ticket { get; init; }
    public required string Reason { get; init; }
    public required DateTimeOffset FaultedAt { get; init; }
}

/// <summary>The error list of the service: what was set aside, and putting it back.</summary>
public sealed class Faults(Database database)
{
    public Task<IReadOnlyList<Fault>> ListAsync(int limit, CancellationToken ct) => database.ReadAsync(db => db.QueryAsync<Fault>($"""
        select id, role, kind, ticket, fault as reason, faulted_at
        from outbox where fault is not null order by faulted_at, id {db.Dialect.Limit}
        """, new { limit }), ct);

    /// <summary>Makes faulted deliveries due at once; all of them, or those of one ticket.</summary>
    /// <returns>How many were put back.</returns>
    public Task<int> PutBackAsync(string? ticket, CancellationToken ct) => database.WriteAsync(work => work.ExecuteAsync("""
        update outbox set fault = null, faulted_at = null, attempts = 0, due_at = @now
        where fault is not null and (@ticket is null or ticket = @ticket)
        """, new { now = work.Now, ticket }), ct);

    /// <param name="after">Only once it has been sent again this often.</param>
    /// <returns>Whether it was.</returns>
    internal static Task<bool> SetAsideAsync(Database database, Role role, string id, Exception reason, int after, CancellationToken ct) =>
        database.WriteAsync(async work => await work.ExecuteAsync("""
            update outbox set fault = @fault, faulted_at = @now where id = @id and role = @role and attempts >= @after
            """, new { fault = Describe(reason), now = work.Now, id, role = role.Word(), after }) > 0, ct);

    private static string Describe(Exception e)
    {
        var text = $"{e.GetType().Name}: {e.Message}";
        return text.Length <= 1000 ? text : text[..1000];
    }
}

/// <summary>How far the deliveries are behind.</summary>
public sealed class OutboxLag(Database database)
{
    /// <summary>Messages owed and not set aside, the creation time of the oldest, and how many are set aside.</summary>
    public sealed record Figures
    {
        public long Owed { get; init; }
        public DateTimeOffset? Oldest { get; init; }
        public long Faulted { get; init; }
    }

    /// <param name="role">Only what is owed to this role; null for all.</param>
    public async Task<Figures> MeasureAsync(Role? role, CancellationToken ct) => (await database.ReadAsync(db => db.FindAsync<Figures>("""
        select coalesce(sum(case when fault is null then messages end), 0) as owed,
               min(case when fault is null then created_at end) as oldest,
               count(case when fault is not null then 1 end) as faulted
        from outbox where @role is null or role = @role
        """, new { role = role?.Word() }), ct))!;
}
