using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Reporting;

/// <summary>The hot issues that were computed, in the database.</summary>
internal static class HotIssueTable
{
    /// <summary>Null where none were computed yet.</summary>
    public static async Task<HotIssueList?> ReadAsync(Session db, DateOnly day, int days) =>
        await db.FindAsync<HotRow>("select computed_at, took_ms, body from reporting_hot where day = @day and days = @days", new { day, days }) is { } row ? Json.Read<HotIssueList>(row.Body) : null;

    /// <summary>When those up to a day were computed, and how long it took, by how many days they are about.</summary>
    public static async Task<IReadOnlyDictionary<int, (DateTimeOffset At, TimeSpan Took)>> ComputedAsync(Session db, DateOnly day) =>
        (await db.QueryAsync<HotRow>("select days, computed_at, took_ms, '' as body from reporting_hot where day = @day", new { day }))
        .ToDictionary(r => r.Days, r => (r.ComputedAt, TimeSpan.FromMilliseconds(r.TookMs)));

    /// <summary>In the place of what was computed before.</summary>
    public static async Task WriteAsync(Work work, HotIssueList list, TimeSpan took)
    {
        await work.ExecuteAsync("delete from reporting_hot where day = @Date and days = @Days", new { list.Date, list.Days });
        await work.ExecuteAsync("""
            insert into reporting_hot (day, days, computed_at, took_ms, body) values (@Date, @Days, @ComputedAt, @took, @body)
            """, new { list.Date, list.Days, list.ComputedAt, took = (long)took.TotalMilliseconds, body = Json.Write(list) });
    }

    /// <summary>The streets that tickets were routed to.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> StreetsAsync(Session db, IEnumerable<string> tickets)
    {
        const int PageSize = 2000;
        var streets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var page in tickets.Chunk(PageSize))
        {
            foreach (var row in await db.QueryAsync<FactRow>($"select ticket, body from reporting_fact where {db.Dialect.Among("ticket", "@among")}", new { among = Json.Write(page) }))
                if (Fact.Read(row.Body).Routing?.Street is { } street) streets[row.Ticket] = street;
        }
        return streets;
    }

    public static async Task<IReadOnlyDictionary<string, string>> NamesOfStreetsAsync(Session db) =>
        (await db.QueryAsync<StreetRow>("select code, name from reporting_label where dimension = 'street'")).ToDictionary(r => r.Code, r => r.Name, StringComparer.Ordinal);

    private sealed record HotRow
    {
        public int Days { get; init; }
        public required DateTimeOffset ComputedAt { get; init; }
        public required long TookMs { get; init; }
        public required string Body { get; init; }
    }

    private sealed record StreetRow
    {
        public required string Code { get; init; }
        public required string Name { get; init; }
    }
}
