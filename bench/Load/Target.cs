using System.Data.Common;
using System.Globalization;
using System.Text;
using Dapper;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Hotline.Load;

/// <summary>Where history is written: all tables at once, their secondary indexes taken away before and built again after.</summary>
internal abstract class Target : IAsyncDisposable
{
    private List<string> _rebuild = [];

    public abstract DbConnection Connection { get; }

    protected abstract string Indexes { get; }

    public virtual void Begin()
    {
        var indexes = Connection.Query<(string Name, string Sql)>(Indexes).ToList();
        _rebuild = [.. indexes.Select(i => i.Sql)];
        foreach (var (name, _) in indexes) Connection.Execute($"drop index {name}");
    }

    public abstract void Write(Table table, object?[] values);

    public virtual void Checkpoint()
    {
    }

    public virtual void Finish()
    {
        foreach (var sql in _rebuild)
        {
            Console.Error.WriteLine(sql);
            Connection.Execute(sql, commandTimeout: 0);
        }
    }

    public virtual ValueTask DisposeAsync() => Connection.DisposeAsync();
}

/// <summary>One COPY for each table, all at the same time.</summary>
internal sealed class PostgreSqlTarget : Target
{
    private readonly NpgsqlDataSource _source;
    private readonly Dictionary<Table, (NpgsqlConnection Connection, TextWriter Writer)> _copies = [];
    private readonly StringBuilder _line = new();

    public PostgreSqlTarget(string connection)
    {
        _source = NpgsqlDataSource.Create(connection);
        Connection = _source.OpenConnection();
    }

    public override DbConnection Connection { get; }

    protected override string Indexes => """
        select i.indexname, i.indexdef from pg_indexes i
        where i.schemaname = current_schema() and i.tablename in (
              'intake_ticket', 'intake_progress', 'intake_callback', 'dispatch_ticket', 'dispatch_decision', 'dispatch_return', 'handling_round', 'handling_work_order', 'handling_return', 'timeline', 'reporting_fact')
          and not exists (select 1 from pg_constraint c where c.conname = i.indexname)
        """;

    public override void Begin()
    {
        base.Begin();
        foreach (var table in Table.All)
        {
            var connection = _source.OpenConnection();
            _copies[table] = (connection, connection.BeginTextImport($"copy {table.Name} ({string.Join(", ", table.Columns)}) from stdin"));
        }
    }

    public override void Write(Table table, object?[] values)
    {
        _line.Clear();
        for (var i = 0; i < values.Length; i++)
        {
            if (i > 0) _line.Append('\t');
            switch (values[i])
            {
                case null: _line.Append("\\N"); break;
                case string text: Escape(text); break;
                case DateTimeOffset at: _line.Append(CultureInfo.InvariantCulture, $"{at.UtcDateTime:yyyy-MM-dd HH:mm:ss.fff}+00"); break;
                case bool yes: _line.Append(yes ? 't' : 'f'); break;
                case var other: _line.Append(CultureInfo.InvariantCulture, $"{other}"); break;
            }
        }
        _line.Append('\n');
        var writer = _copies[table].Writer;
        foreach (var chunk in _line.GetChunks()) writer.Write(chunk.Span);
    }

    public override void Finish()
    {
        foreach (var (connection, writer) in _copies.Values)
        {
            writer.Dispose();
            connection.Dispose();
        }
        base.Finish();
        Connection.Execute("vacuum analyze", commandTimeout: 0);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await _source.DisposeAsync();
    }

    private void Escape(string text)
    {
        if (text.AsSpan().IndexOfAny("\\\t\n\r") < 0) _line.Append(text);
        else _line.Append(text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\t", "\\t", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal).Replace("\r", "\\r", StringComparison.Ordinal));
    }
}

/// <summary>Prepared inserts, a commit for each day of history, no sync until the end.</summary>
internal sealed class SqliteTarget : Target
{
    private readonly SqliteConnection _connection;
    private readonly Dictionary<Table, SqliteCommand> _inserts = [];
    private SqliteTransaction _transaction = null!;

    public SqliteTarget(string connection)
    {
        _connection = new SqliteConnection(connection);
        _connection.Open();
        _connection.Execute("pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -400000; pragma temp_store = file");
    }

    public override DbConnection Connection => _connection;

    protected override string Indexes => """
        select name, sql from sqlite_master where type = 'index' and sql is not null and tbl_name in (
            'intake_ticket', 'intake_progress', 'intake_callback', 'dispatch_ticket', 'dispatch_decision', 'dispatch_return', 'handling_round', 'handling_work_order', 'handling_return', 'timeline', 'reporting_fact')
        """;

    public override void Begin()
    {
        base.Begin();
        _transaction = _connection.BeginTransaction();
        foreach (var table in Table.All)
        {
            var insert = _connection.CreateCommand();
            insert.CommandText = $"insert into {table.Name} ({string.Join(", ", table.Columns)}) values ({string.Join(", ", table.Columns.Select((_, i) => $"@p{i}"))})";
            for (var i = 0; i < table.Columns.Length; i++) insert.Parameters.Add(new SqliteParameter($"@p{i}", null));
            _inserts[table] = insert;
        }
    }

    public override void Write(Table table, object?[] values)
    {
        var insert = _inserts[table];
        insert.Transaction = _transaction;
        for (var i = 0; i < values.Length; i++)
        {
            insert.Parameters[i].Value = values[i] switch
            {
                null => DBNull.Value,
                DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
                bool yes => yes ? 1L : 0L,
                var other => other,
            };
        }
        insert.ExecuteNonQuery();
    }

    public override void Checkpoint()
    {
        _transaction.Commit();
        _transaction = _connection.BeginTransaction();
    }

    public override void Finish()
    {
        _transaction.Commit();
        base.Finish();
        _connection.Execute("analyze; pragma synchronous = full; pragma wal_checkpoint(truncate)", commandTimeout: 0);
    }
}
