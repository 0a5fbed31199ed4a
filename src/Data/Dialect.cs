using System.Data.Common;
using Dapper;

namespace Hotline.Data;

/// <summary>
/// What differs between the engines: whole statements with a business name, how a connection is opened, and what its errors
/// mean. Everything else is written once, in the subset of SQL that all three share.
/// </summary>
public abstract class Dialect
{
    /// <summary>Folder of the migrations, and the value of <c>Database:Engine</c>.</summary>
    public abstract string Name { get; }

    /// <summary>One writer at a time, in this process: writes are then grouped into one commit (docs/adr/0004).</summary>
    public virtual bool SingleWriter => false;

    public abstract DbConnection Create();

    /// <summary>Settings that a fresh connection needs.</summary>
    public virtual Task PrepareAsync(DbConnection connection, CancellationToken ct) => Task.CompletedTask;

    /// <summary>The transaction lost a race (deadlock, serialisation, unique key): running it again may succeed.</summary>
    public abstract bool IsConflict(Exception exception);

    /// <summary>The engine is away or overloaded; nothing is wrong with the statement.</summary>
    public abstract bool IsAway(Exception exception);

    /// <summary>It can store nothing because its disk is full, or what it may take of it; also <see cref="IsAway"/>.</summary>
    public abstract bool IsFull(Exception exception);

    /// <summary>Takes the lock that lets one process at a time migrate; released at the end of the transaction.</summary>
    public abstract string LockMigrations { get; }

    /// <summary>Creates the table of applied migrations where it is missing.</summary>
    public abstract string CreateSchemaVersion { get; }

    /// <summary>
    /// Takes up to <c>@limit</c> deliveries due at <c>@now</c>, oldest first, skipping what others are taking, and puts
    /// them off by <c>@seconds</c>, doubled with every attempt up to 32 times. Returns id, role, kind, ticket, body.
    /// </summary>
    public abstract string ClaimDueDeliveries { get; }

    /// <summary>Removes the deliveries of <c>@role</c> in the JSON array <c>@ids</c> and returns the ids that were still owed.</summary>
    public abstract string SettleDeliveries { get; }

    /// <summary>Reserves <c>@count</c> running numbers of <c>@day</c> and returns the last of them.</summary>
    public abstract string ReserveTicketNumbers { get; }

    /// <summary>
    /// Keeps the names in the JSON array <c>@labels</c> of objects {dimension, code, day, name}: the greatest (day, name) of a
    /// code wins, in any order of writing; a name that is there already takes no lock.
    /// </summary>
    public abstract string KeepLabels { get; }

    /// <summary>Closes a condition on a column of whole numbers: it is one of the JSON array <c>@among</c>.</summary>
    public abstract string AmongNumbers { get; }

    /// <summary>Closes a query whose <c>order by</c> stands just before it: the first <c>@limit</c> rows.</summary>
    public virtual string Limit => "limit @limit";

    /// <summary>The condition that a text column is one of the JSON array in a parameter.</summary>
    /// <param name="parameter">With its @.</param>
    public abstract string Among(string column, string parameter);

    /// <summary>
    /// Selects the rows whose key is in the JSON array <c>@keys</c>, in the order of the key, and keeps them from others until the transaction
    /// ends.
    /// </summary>
    internal abstract string Take(string columns, string table, string key);

    /// <summary>Keeps the rows whose keys the statement <paramref name="which"/> selects from others until the transaction ends; never run where there is one writer.</summary>
    internal abstract string Hold(string table, string key, string which);

    // The statements of Bulk: here for one row, whose properties are the parameters.

    internal virtual string Insert<T>(Bulk<T> bulk, bool one) => $"insert into {bulk.Table} ({bulk.ColumnNames}) {Rows(bulk, one)}";

    internal virtual string InsertMissing<T>(Bulk<T> bulk, IReadOnlyList<string> keys, bool one) => $"{Insert(bulk, one)} on conflict ({string.Join(", ", keys)}) do nothing";

    internal virtual string Add<T>(Bulk<T> bulk, IReadOnlyList<string> keys, IReadOnlyList<string> numbers, bool one) =>
        $"{Insert(bulk, one)} on conflict ({string.Join(", ", keys)}) do update set {string.Join(", ", numbers.Select(n => $"{n} = {bulk.Table}.{n} + excluded.{n}"))}";

    internal virtual string Update<T>(Bulk<T> bulk, string key, string? version, bool one)
    {
        var parameters = bulk.Columns.ToDictionary(c => c.Name, c => $"@{c.Property}", StringComparer.Ordinal);
        return $"update {bulk.Table} set {string.Join(", ", bulk.Columns.Where(c => c.Name != key).Select(c => $"{c.Name} = {parameters[c.Name]}"))} "
            + $"where {key} = {parameters[key]}{(version is null ? "" : $" and {version} = {parameters[version]} - 1")}";
    }

    /// <summary>The row or rows of a bulk statement, as a part of it.</summary>
    private protected virtual string Rows<T>(Bulk<T> bulk, bool one) => $"values ({string.Join(", ", bulk.Columns.Select(c => $"@{c.Property}"))})";

    internal virtual Task<int> ExecuteAsync<T>(
        Bulk<T> statement, IReadOnlyCollection<T> rows, DbConnection connection, DbTransaction transaction, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(statement.Sql(this, one: true), rows, transaction, cancellationToken: ct));

    /// <summary>Runs a statement that adds what is not there yet, and tells what it added.</summary>
    internal virtual async Task<IReadOnlyList<string>> AddMissingAsync<T>(
        Bulk<T> statement, Column<T> key, IReadOnlyCollection<T> rows, DbConnection connection, DbTransaction transaction, CancellationToken ct)
    {
        var (keyOf, added) = ((Func<T, string>)key.Get, new List<string>(rows.Count));
        foreach (var row in rows)
        {
            if (await ExecuteAsync(statement, [row], connection, transaction, ct) > 0) added.Add(keyOf(row));
        }
        return added;
    }

    /// <summary>Writes the last rows of a transaction and commits it; not cancelled half-way, where nobody could tell whether it was done.</summary>
    internal virtual async Task CommitAsync(IEnumerable<Written> last, DbConnection connection, DbTransaction transaction)
    {
        foreach (var written in last) await written.ExecuteAsync(this, connection, transaction, CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
