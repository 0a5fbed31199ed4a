using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hotline.Data;

/// <summary>
/// A SQLite connection that keeps every statement it has run prepared, which costs more than running most of them. One thread at a time;
/// what it keeps is as much as the program has different statements.
/// </summary>
internal sealed class PreparedConnection(SqliteConnection connection) : DbConnection
{
    private readonly Dictionary<string, SqliteCommand> _idle = new(StringComparer.Ordinal);
    private readonly Dictionary<object, (sqlite3_stmt Statement, Delegate[] Binders)> _bulk = [];
    private readonly Dictionary<string, sqlite3_stmt> _plain = new(StringComparer.Ordinal);

    public SqliteConnection Inner => connection;

    /// <summary>The statement, and what binds the columns of a row to it.</summary>
    public (sqlite3_stmt Statement, Action<sqlite3_stmt, int, T>[] Binders) Bulk<T>(Bulk<T> bulk, SqliteDialect dialect)
    {
        if (!_bulk.TryGetValue(bulk, out var known))
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(connection.Handle, bulk.Sql(dialect, one: true), out var statement), connection.Handle);
            _bulk[bulk] = known = (statement, bulk.Columns.Select(SqliteDialect.Binder).ToArray());
        }
        return (known.Statement, (Action<sqlite3_stmt, int, T>[])known.Binders);
    }

    /// <summary>A statement without parameters and rows.</summary>
    public void Run(string sql)
    {
        if (!_plain.TryGetValue(sql, out var statement))
        {
            SqliteException.ThrowExceptionForRC(raw.sqlite3_prepare_v2(connection.Handle, sql, out statement), connection.Handle);
            _plain[sql] = statement;
        }
        var code = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (code != raw.SQLITE_DONE) SqliteException.ThrowExceptionForRC(code, connection.Handle);
    }

    [AllowNull]
    public override string ConnectionString
    {
        get => connection.ConnectionString;
        set => connection.ConnectionString = value;
    }

    public override string Database => connection.Database;
    public override string DataSource => connection.DataSource;
    public override string ServerVersion => connection.ServerVersion;
    public override ConnectionState State => connection.State;
    public override void ChangeDatabase(string databaseName) => connection.ChangeDatabase(databaseName);
    public override void Open() => connection.Open();
    public override void Close() => connection.Close();
    protected override DbTransaction BeginDbTransaction(IsolationLevel isolationLevel) => connection.BeginTransaction(isolationLevel);
    protected override DbCommand CreateDbCommand() => new Command(this);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var command in _idle.Values) command.Dispose();
            _idle.Clear();
            foreach (var (statement, _) in _bulk.Values) statement.Dispose();
            _bulk.Clear();
            foreach (var statement in _plain.Values) statement.Dispose();
            _plain.Clear();
            connection.Dispose();
        }
        base.Dispose(disposing);
    }

    /// <summary>What Dapper fills; runs as the prepared command of the same text.</summary>
    private sealed class Command(PreparedConnection owner) : DbCommand
    {
        /// <summary>Never run: only its collection of parameters is used.</summary>
        private readonly SqliteCommand _filled = new();

        [AllowNull]
        public override string CommandText { get; set; } = "";
        public override int CommandTimeout { get; set; }
        public override CommandType CommandType { get; set; } = CommandType.Text;
        public override bool DesignTimeVisible { get; set; }
        public override UpdateRowSource UpdatedRowSource { get; set; }
        protected override DbConnection? DbConnection { get => owner; set => throw new NotSupportedException(); }
        protected override DbParameterCollection DbParameterCollection => _filled.Parameters;
        protected override DbTransaction? DbTransaction { get; set; }
        public override void Cancel() { }
        public override void Prepare() { }
        protected override DbParameter CreateDbParameter() => new SqliteParameter();

        public override int ExecuteNonQuery()
        {
            var command = Take();
            try
            {
                return command.ExecuteNonQuery();
            }
            finally
            {
                Return(command);
            }
        }

        public override object? ExecuteScalar()
        {
            var command = Take();
            try
            {
                return command.ExecuteScalar();
            }
            finally
            {
                Return(command);
            }
        }

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior)
        {
            var command = Take();
            _reading = command;
            return command.ExecuteReader(behavior);
        }

        private SqliteCommand? _reading;

        protected override void Dispose(bool disposing)
        {
            // Dapper disposes its command after the reader.
            if (disposing && _reading is not null) Return(_reading);
            _reading = null;
            base.Dispose(disposing);
        }

        private SqliteCommand Take()
        {
            if (!owner._idle.Remove(CommandText, out var command))
                command = new SqliteCommand(CommandText, owner.Inner);
            command.Parameters.Clear();
            foreach (SqliteParameter parameter in _filled.Parameters) command.Parameters.Add(parameter);
            command.Transaction = (SqliteTransaction?)DbTransaction;
            return command;
        }

        private void Return(SqliteCommand command)
        {
            if (!owner._idle.TryAdd(CommandText, command)) command.Dispose();
        }
    }
}
