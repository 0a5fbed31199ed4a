using System.Buffers;
using System.Data.Common;
using System.Text;
using Dapper;
using Hotline.Contracts;
using Microsoft.Data.Sqlite;
using SQLitePCL;

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

    /// <summary>For the one connection that writes: 32 MB of pages. Its log is put in its place by <see cref="Checkpoints"/>, and by itself only where those keep failing.</summary>
    internal static Task PrepareWriterAsync(DbConnection connection) => connection.ExecuteAsync("pragma cache_size = -32000; pragma wal_autocheckpoint = 128000;");

    public override bool IsConflict(Exception exception) => false; // one writer: nothing to lose a race against

    // SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN
    public override bool IsAway(Exception exception) => exception is SqliteException { SqliteErrorCode: 5 or 6 or 10 or 13 or 14 };

    public override bool IsFull(Exception exception) => exception is SqliteException { SqliteErrorCode: 13 };

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
        returning id, role, kind, ticket, body, messages
        """;

    public override string SettleDeliveries => $"delete from outbox where role = @role and {Among("id", "@ids")} returning id";

    public override string Among(string column, string parameter) => $"{column} in (select value from json_each({parameter}))";

    // One writer: nobody to keep the rows from.
    internal override string Take(string columns, string table, string key) =>
        $"select {columns} from {table} where {Among(key, "@keys")} order by {key}";

    internal override string Hold(string table, string key, string which) => throw new NotSupportedException("One writer: nobody to keep the row from.");

    public override string ReserveTicketNumbers => """
        insert into intake_number (day, last) values (@day, @count)
        on conflict (day) do update set last = last + excluded.last
        returning last
        """;

    /// <summary>Past the driver, which looks every parameter up by its name: for short rows that is most of the work.</summary>
    internal override Task<int> ExecuteAsync<T>(
        Bulk<T> statement, IReadOnlyCollection<T> rows, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var prepared = (PreparedConnection)connection;
        var (command, binders) = prepared.Bulk(statement, this);
        var changed = 0;
        foreach (var row in rows)
        {
            for (var i = 0; i < binders.Length; i++) binders[i](command, i + 1, row);
            var code = raw.sqlite3_step(command);
            raw.sqlite3_reset(command);
            if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, prepared.Inner.Handle);
            changed += raw.sqlite3_changes(prepared.Inner.Handle);
        }
        return Task.FromResult(changed);
    }

    // By number, in the order of the columns.
    internal override string Update<T>(Bulk<T> bulk, string key, string? version, bool one)
    {
        var parameters = bulk.Columns.Select((c, i) => (c.Name, Number: $"?{i + 1}")).ToDictionary(c => c.Name, c => c.Number, StringComparer.Ordinal);
        return $"update {bulk.Table} set {string.Join(", ", parameters.Where(p => p.Key != key).Select(p => $"{p.Key} = {p.Value}"))} "
            + $"where {key} = {parameters[key]}{(version is null ? "" : $" and {version} = {parameters[version]} - 1")}";
    }

    private protected override string Rows<T>(Bulk<T> bulk, bool one) => $"values ({string.Join(", ", bulk.Columns.Select((_, i) => $"?{i + 1}"))})";

    internal static Action<sqlite3_stmt, int, T> Binder<T>(Column<T> column) => column.Get switch
    {
        Func<T, string?> text => (s, i, row) => Bind(s, i, text(row)),
        Func<T, byte[]> bytes => (s, i, row) => raw.sqlite3_bind_blob(s, i, bytes(row)),
        Func<T, int> number => (s, i, row) => raw.sqlite3_bind_int(s, i, number(row)),
        Func<T, long> number => (s, i, row) => raw.sqlite3_bind_int64(s, i, number(row)),
        Func<T, bool> truth => (s, i, row) => raw.sqlite3_bind_int(s, i, truth(row) ? 1 : 0),
        Func<T, bool?> truth => (s, i, row) => _ = truth(row) is { } value ? raw.sqlite3_bind_int(s, i, value ? 1 : 0) : raw.sqlite3_bind_null(s, i),
        Func<T, double> number => (s, i, row) => raw.sqlite3_bind_double(s, i, number(row)),
        Func<T, double?> number => (s, i, row) => _ = number(row) is { } value ? raw.sqlite3_bind_double(s, i, value) : raw.sqlite3_bind_null(s, i),
        Func<T, DateTimeOffset> instant => (s, i, row) => Bind(s, i, Data.Rows.Text(instant(row))),
        Func<T, DateTimeOffset?> instant => (s, i, row) => Bind(s, i, instant(row) is { } value ? Data.Rows.Text(value) : null),
        Func<T, DateOnly> day => (s, i, row) => Bind(s, i, Days.Write(day(row))),
        _ => throw new NotSupportedException($"No column of {column.Type.Name} is written in bulk."),
    };

    private static void Bind(sqlite3_stmt statement, int index, string? text)
    {
        if (text is null) raw.sqlite3_bind_null(statement, index);
        else if (text.Length == 0) raw.sqlite3_bind_text(statement, index, text); // an empty span would bind null
        else if (text.Length <= 256)
        {
            Span<byte> bytes = stackalloc byte[256 * 3];
            raw.sqlite3_bind_text(statement, index, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        }
        else
        {
            var bytes = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
            raw.sqlite3_bind_text(statement, index, bytes.AsSpan(0, Encoding.UTF8.GetBytes(text, bytes)));
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    public override string KeepLabels => """
        insert into reporting_label (dimension, code, day, name)
        select value ->> 'dimension', value ->> 'code', value ->> 'day', value ->> 'name'
        from json_each(@labels) where true -- without it "on conflict" would be the condition of a join
        on conflict (dimension, code) do update set day = excluded.day, name = excluded.name
        where (excluded.day, excluded.name) > (reporting_label.day, reporting_label.name)
        """;

    public override string AmongNumbers => "in (select value from json_each(@among))";
}
