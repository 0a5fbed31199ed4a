using System.Data.Common;
using System.Net.Sockets;
using Hotline.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace Hotline.Data;

/// <summary>PostgreSQL: read-committed transactions, rows claimed with <c>for update skip locked</c>.</summary>
public sealed class PostgreSqlDialect(string connectionString) : Dialect, IAsyncDisposable
{
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(Prepared(connectionString));

    public override string Name => "postgresql";

    /// <summary>
    /// Statements are planned once for each connection, unless the setting says otherwise (a pooler between may not allow it). Nothing is set on a connection that
    /// its next user would have to be spared: the seven statements that would undo it were a third of all.
    /// </summary>
    private static string Prepared(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { NoResetOnClose = true };
        if (!connectionString.Contains("Auto Prepare", StringComparison.OrdinalIgnoreCase)) settings.MaxAutoPrepare = 100;
        // A report by category is half a megabyte; with the usual 8 kB it is read in sixty pieces, each on the next free thread.
        if (!connectionString.Contains("Read Buffer Size", StringComparison.OrdinalIgnoreCase)) settings.ReadBufferSize = 64 * 1024;
        return settings.ConnectionString;
    }

    public override DbConnection Create() => _source.CreateConnection();

    public override bool IsConflict(Exception exception) => exception is PostgresException
    {
        SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.UniqueViolation,
    };

    // 53, 57, 58: out of resources, shutting down or starting up, system error; 25006: read only, a standby after a failover
    // ObjectDisposedException: Npgsql's own, where the connection was cut between two statements of a transaction.
    public override bool IsAway(Exception exception) =>
        exception is ObjectDisposedException { StackTrace: { } trace } && trace.Contains("Npgsql.Internal", StringComparison.Ordinal)
        || exception is NpgsqlException { IsTransient: true } or SocketException or TimeoutException
        || exception is NpgsqlException { InnerException: IOException or SocketException or TimeoutException }
        || exception is PostgresException { SqlState: ['5', '3' or '7' or '8', ..] or PostgresErrorCodes.ReadOnlySqlTransaction };

    public override bool IsFull(Exception exception) => exception is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    public override string LockMigrations => "select pg_advisory_xact_lock(1213419596)"; // 'HTLL'

    public override string CreateSchemaVersion => """
        create table if not exists schema_version (
            version integer primary key, name text not null, applied_at timestamptz not null)
        """;

    // By the places of the rows, which are looked up once: joined, an engine that takes the queue for empty would read all of it for each of its rows.
    public override string ClaimDueDeliveries => """
        update outbox
        set due_at = @now + make_interval(secs => @seconds * power(2, least(attempts, 5))), attempts = attempts + 1
        where ctid = any(array(select ctid from outbox where fault is null and due_at <= @now order by due_at, id limit @limit for update skip locked))
        returning id, role, kind, ticket, body, messages
        """;

    public override string SettleDeliveries => $"delete from outbox where role = @role and {Among("id", "@ids")} returning id";

    public override string Among(string column, string parameter) =>
        $"{column} = any(array(select json_array_elements_text(cast({parameter} as json))))";

    internal override string Take(string columns, string table, string key) =>
        $"select {columns} from {table} where {Among(key, "@keys")} order by {key} for update";

    internal override string Hold(string table, string key, string which) => $"select 1 from {table} where {key} in ({which}) order by {key} for update";

    // The keys once more, in a form that tells the planner nothing of how many they are: knowing it holds that to read a small table from end to end is cheaper than to look up
    // a few hundred rows, which it is not.
    internal override string Update<T>(Bulk<T> bulk, string key, string? version, bool one) => one
        ? base.Update(bulk, key, version, one)
        : $"update {bulk.Table} t set {string.Join(", ", bulk.Columns.Where(c => c.Name != key).Select(c => $"{c.Name} = n.{c.Name}"))} "
            + $"from ({Rows(bulk, one)}) as n ({bulk.ColumnNames}) where t.{key} = n.{key}{(version is null ? "" : $" and t.{version} = n.{version} - 1")} "
            + $"and t.{key} = any(array(select unnest({ListOf(bulk.Columns.Single(c => c.Name == key))})))";

    // A list for each column: one text of the statement, and one round trip, for any number of rows. One row is written by its values: the
    // engine holds that a list is longer, and would plan the statement anew each time.
    private protected override string Rows<T>(Bulk<T> bulk, bool one) => one
        ? base.Rows(bulk, one)
        : $"select * from unnest({string.Join(", ", bulk.Columns.Select(ListOf))})";

    private static string ListOf<T>(Column<T> column) => $"@{column.Property}::{TypeOf(column.Type).Name}[]";

    internal override async Task<int> ExecuteAsync<T>(
        Bulk<T> statement, IReadOnlyCollection<T> rows, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand(statement.Sql(this, rows.Count == 1), (NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        Fill(command.Parameters, new Written<T>(statement, rows));
        return await command.ExecuteNonQueryAsync(ct);
    }

    internal override async Task<IReadOnlyList<string>> AddMissingAsync<T>(
        Bulk<T> statement, Column<T> key, IReadOnlyCollection<T> rows, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"{statement.Sql(this, rows.Count == 1)} returning {key.Name}", (NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        Fill(command.Parameters, new Written<T>(statement, rows));
        var added = new List<string>(rows.Count);
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) added.Add(reader.GetString(0));
        return added;
    }

    // One round trip for all of it.
    internal override async Task CommitAsync(IEnumerable<Written> last, DbConnection connection, DbTransaction transaction)
    {
        await using var batch = new NpgsqlBatch((NpgsqlConnection)connection, (NpgsqlTransaction)transaction);
        foreach (var written in last)
        {
            var command = new NpgsqlBatchCommand(written.Sql(this, written.Count == 1));
            Fill(command.Parameters, written);
            batch.BatchCommands.Add(command);
        }
        batch.BatchCommands.Add(new NpgsqlBatchCommand("commit"));
        await batch.ExecuteNonQueryAsync(CancellationToken.None);
    }

    private static void Fill(NpgsqlParameterCollection parameters, Written written)
    {
        foreach (var (property, type, values) in written.Values())
        {
            Array stored = values switch
            {
                DateOnly[] days => Array.ConvertAll(days, Days.Write),
                DateTimeOffset[] instants => Array.ConvertAll(instants, Data.Rows.Cut),
                DateTimeOffset?[] instants => Array.ConvertAll(instants, i => i is { } instant ? Data.Rows.Cut(instant) : (DateTimeOffset?)null),
                _ => values,
            };
            // By its type, so that a null is of it too: else it would be another statement.
            if (written.Count == 1) parameters.Add(new NpgsqlParameter(property, TypeOf(type).Type) { Value = stored.GetValue(0) ?? DBNull.Value });
            else parameters.AddWithValue(property, stored);
        }
    }

    private static (string Name, NpgsqlDbType Type) TypeOf(Type type) =>
        type == typeof(string) || type == typeof(DateOnly) ? ("text", NpgsqlDbType.Text)
        : type == typeof(byte[]) ? ("bytea", NpgsqlDbType.Bytea)
        : type == typeof(int) ? ("integer", NpgsqlDbType.Integer)
        : type == typeof(long) ? ("bigint", NpgsqlDbType.Bigint)
        : type == typeof(bool) ? ("boolean", NpgsqlDbType.Boolean)
        : type == typeof(double) ? ("double precision", NpgsqlDbType.Double)
        : type == typeof(DateTimeOffset) ? ("timestamptz", NpgsqlDbType.TimestampTz)
        : throw new NotSupportedException($"No column of {type.Name} is written in bulk.");

    public override string ReserveTicketNumbers => """
        insert into intake_number as n (day, last) values (@day, @count)
        on conflict (day) do update set last = n.last + excluded.last
        returning last
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

    public override string AmongNumbers => "= any(array(select cast(n as bigint) from json_array_elements_text(cast(@among as json)) n))";

    public ValueTask DisposeAsync() => _source.DisposeAsync();
}
