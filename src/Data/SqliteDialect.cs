using System.Data.Common;
using Dapper;
using Microsoft.Data.Sqlite;

namespace Hotline.Data;

/// <summary>The embedded default: one file, WAL, every commit on disk before it is answered.</summary>
public sealed class SqliteDialect(string connectionString) : Dialect
{
    public override string Name => "sqlite";

    public override bool SingleWriter => true;

    public override DbConnection Create() => new SqliteConnection(connectionString);

    public override async Task PrepareAsync(DbConnection connection, CancellationToken ct) =>
        await connection.ExecuteAsync("""
            pragma busy_timeout = 10000;
            pragma journal_mode = wal;
            pragma synchronous = full;
            pragma foreign_keys = on;
            """);

    public override bool IsConflict(Exception exception) => false; // one writer: nothing to lose a race against

    // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
    public override bool IsAway(Exception exception) => exception is SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 14 };

    public override string LockMigrations => "select 1"; // the transaction was begun immediate: it is the lock

    public override string CreateSchemaVersion => """
        create table if not exists schema_version (
            version integer primary key, name text not null, applied_at text not null)
        """;

    // The exponent is bounded, not the power: after 63 attempts 1 << attempts is negative.
    public override string ClaimDueDeliveries => """
        update outbox
        set due_at = strftime('%Y-%m-%dT%H:%M:%fZ', @now, (@seconds * (1 << min(attempts, 5))) || ' seconds'), attempts = attempts + 1
        where (id, role) in (select id, role from outbox where fault is null and due_at <= @now order by due_at, id limit @limit)
        returning id, role, kind, ticket, body
        """;

    public override string SettleDeliveries => "delete from outbox where role = @role and id in @ids returning id";

    public override string ReserveTicketNumbers => """
        insert into intake_number (day, last) values (@day, @count)
        on conflict (day) do update set last = last + excluded.last
        returning last
        """;

    // "where true": without it SQLite takes "on conflict" for the condition of a join.
    public override string OpenFacts => """
        insert into reporting_fact (ticket, body) select value, '{}' from json_each(@tickets) where true on conflict (ticket) do nothing
        """;

    public override string TakeFacts => "select ticket, body from reporting_fact where ticket in (select value from json_each(@tickets)) order by ticket";

    public override string WriteFacts => """
        update reporting_fact set body = new.body
        from (select value ->> 'ticket' as ticket, value ->> 'body' as body from json_each(@facts)) as new
        where reporting_fact.ticket = new.ticket
        """;

    public override string AddToRollup => """
        insert into reporting_rollup (day, unit, dimension, code, measure, value)
        select value ->> 'day', value ->> 'unit', value ->> 'dimension', value ->> 'code', value ->> 'measure', value ->> 'value'
        from json_each(@changes) where true
        on conflict (day, unit, dimension, code, measure) do update set value = value + excluded.value
        """;

    public override string KeepLabels => """
        insert into reporting_label (dimension, code, day, name)
        select value ->> 'dimension', value ->> 'code', value ->> 'day', value ->> 'name'
        from json_each(@labels) where true
        on conflict (dimension, code) do update set day = excluded.day, name = excluded.name
        where (excluded.day, excluded.name) > (reporting_label.day, reporting_label.name)
        """;

    public override string Among => "in (select value from json_each(@among))";

    public override string AmongNumbers => "in (select value from json_each(@among))";
}
