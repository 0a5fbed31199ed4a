using System.Data.Common;
using System.Net.Sockets;
using Npgsql;

namespace Hotline.Data;

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

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
