using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Hotline.Data;

/// <summary>PostgreSQL: read-committed transactions, rows claimed with <c>for update skip locked</c>.</summary>
public sealed class PostgreSqlDialect(string connectionString) : Dialect, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(connectionString);

    public override string Name => "postgresql";

    public override DbConnection Create() => _source.CreateConnection();

    public override bool IsConflict(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation,
    };

    // 53, 57, 58: out of resources, shutting down or starting up, system error; 25006: read only, a standby after a failover
    public override bool IsAway(Exception exception) =>
        exception is NpgsqlException { IsTransient: true } or SocketException or TimeoutException
        || exception is NpgsqlException { InnerException: IOException or SocketException or TimeoutException }
        || exception is PostgresException { SqlState: ['5', '3' or '7' or '8', ..] or PostgresErrorCodes.ReadOnlySqlTransaction };

    public override string LockMigrations => "select pg_advisory_xact_lock(1213419596)"; // 'HTLL'

    public override string CreateSchemaVersion => """
        create table if not exists schema_version (
            version integer primary key, name text not null, applied_at timestamptz not null)
        """;

    public override string ClaimDueDeliveries => """
        update outbox o
        set due_at = @now + make_interval(secs => @seconds * power(2, least(attempts, 5))), attempts = attempts + 1
        from (select id, role from outbox where fault is null and due_at <= @now
              order by due_at, id limit @limit for update skip locked) due
        where o.id = due.id and o.role = due.role
        returning o.id, o.role, o.kind, o.ticket, o.body
        """;

    public override string SettleDeliveries => "delete from outbox where role = @role and id = any(@ids) returning id";

    public override string ReserveTicketNumbers => """
        insert into intake_number as n (day, last) values (@day, @count)
        on conflict (day) do update set last = n.last + excluded.last
        returning last
        """;

    // Waits for a process that is opening the same ticket, and then finds the row there.
    public override string OpenFacts => """
        insert into reporting_fact (ticket, body) select ticket, '{}' from json_array_elements_text(cast(@tickets as json)) as n (ticket)
        order by ticket collate "C" on conflict (ticket) do nothing
        """;

    public override string TakeFacts => """
        select ticket, body from reporting_fact
        where ticket = any(array(select json_array_elements_text(cast(@tickets as json)))) order by ticket for update
        """;

    public override string WriteFacts => """
        update reporting_fact f set body = new.body
        from json_to_recordset(cast(@facts as json)) as new (ticket text, body text)
        where f.ticket = new.ticket
        """;

    public override string AddToRollup => """
        insert into reporting_rollup as r (day, unit, dimension, code, measure, value)
        select day, unit, dimension, code, measure, value
        from json_to_recordset(cast(@changes as json)) as new (day text, unit text, dimension text, code text, measure text, value bigint)
        order by day collate "C", unit collate "C", dimension collate "C", code collate "C", measure collate "C"
        on conflict (day, unit, dimension, code, measure) do update set value = r.value + excluded.value
        """;

    // The filter comes first because "on conflict do update" locks the row even where its condition then says no.
    public override string KeepLabels => """
        insert into reporting_label as l (dimension, code, day, name)
        select dimension, code, day, name
        from json_to_recordset(cast(@labels as json)) as new (dimension text, code text, day text, name text)
        where not exists (
            select 1 from reporting_label old
            where old.dimension = new.dimension and old.code = new.code and (old.day, old.name) >= (new.day, new.name))
        order by dimension collate "C", code collate "C"
        on conflict (dimension, code) do update set day = excluded.day, name = excluded.name
        where (excluded.day, excluded.name) > (l.day, l.name)
        """;

    public override string Among => "= any(array(select json_array_elements_text(cast(@among as json))))";

    public override string AmongNumbers => "= any(array(select cast(n as bigint) from json_array_elements_text(cast(@among as json)) n))";

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
