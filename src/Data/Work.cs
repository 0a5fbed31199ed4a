using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using Dapper;
using Hotline.Contracts;

namespace Hotline.Data;

/// <summary>A delivery that is owed: kept in the <c>outbox</c> from the commit that caused it until its role has done the work.</summary>
/// <param name="Id">32 hexadecimal digits: the millisecond, a count, and the process. Ascending within a process even while its clock
/// stands still, unlike UUID version 7, whose order within a millisecond is chance.</param>
/// <param name="Kind">Of its message; <see cref="Bundle.Kind"/> where it holds several.</param>
/// <param name="Ticket">Of its message; empty where it holds several.</param>
/// <param name="Body">The message as JSON in UTF-8, or the bundle.</param>
/// <param name="Messages">How many it holds.</param>
public sealed record Delivery(string Id, Role Role, string Kind, string Ticket, byte[] Body, int Messages)
{
    private static readonly string Process = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(6));
    private static uint _count;

    internal static string NextId(DateTimeOffset now) =>
        $"{now.ToUnixTimeMilliseconds():x12}{Interlocked.Increment(ref _count):x8}{Process}";
}

/// <summary>Reads inside one connection; one statement at a time.</summary>
public class Session(Dialect dialect, DbConnection connection, DbTransaction? transaction, CancellationToken ct)
{
    public Dialect Dialect { get; } = dialect;

    public CancellationToken Cancelled => ct;

    protected CommandDefinition Command(string sql, object? parameters) => new(sql, parameters, transaction, cancellationToken: ct);

    protected DbConnection Connection => connection;

    protected DbTransaction? Transaction => transaction;

    /// <summary>What has to be done before the next statement.</summary>
    protected virtual Task BeforeAsync() => Task.CompletedTask;

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null)
    {
        await BeforeAsync();
        return (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();
    }

    /// <summary>The only row, or null; more than one row is a bug and throws.</summary>
    public async Task<T?> FindAsync<T>(string sql, object? parameters = null)
    {
        await BeforeAsync();
        return await connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters));
    }

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null)
    {
        await BeforeAsync();
        return (await connection.ExecuteScalarAsync<T>(Command(sql, parameters)))!;
    }

    /// <summary>Rows one by one, for answers too large to hold.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null)
    {
        await BeforeAsync();
        await foreach (var row in connection.QueryUnbufferedAsync<T>(sql, parameters, transaction).WithCancellation(ct)) yield return row;
    }

    /// <summary>The same for thousands of rows of numbers: <paramref name="read"/> takes each column by its place, and nothing is boxed.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters, Func<DbDataReader, T> read)
    {
        await BeforeAsync();
        await using var reader = await connection.ExecuteReaderAsync(Command(sql, parameters));
        while (await reader.ReadAsync(ct)) yield return read(reader);
    }
}

/// <summary>
/// One transaction: changes, the messages they cause and their timeline, committed together or not at all. The function
/// that gets it may be run again after a conflict, so it must do nothing outside of it.
/// </summary>
public sealed class Work(Dialect dialect, DbConnection connection, DbTransaction transaction, HotlineClock clock, CancellationToken ct)
    : Session(dialect, connection, transaction, ct)
{
    private readonly List<Message> _messages = [];
    private readonly List<NoteRow> _notes = [];
    private List<Written> _last = [];
    private DateTimeOffset? _now;

    /// <summary>One instant for the whole transaction.</summary>
    public DateTimeOffset Now => _now ??= clock.Now;

    internal IReadOnlyList<Message> Messages => _messages;

    internal IReadOnlyList<NoteRow> Notes => _notes;

    /// <summary>What goes to the engine with the commit.</summary>
    internal IReadOnlyList<Written> Last => _last;

    /// <returns>Rows changed: 0 says that the guard in <c>where</c> held.</returns>
    public async Task<int> ExecuteAsync(string sql, object? parameters = null)
    {
        await BeforeAsync();
        return await Connection.ExecuteAsync(Command(sql, parameters));
    }

    /// <summary>Writes all rows, in one round trip where the engine can.</summary>
    /// <returns>Rows changed.</returns>
    public async Task<int> ExecuteAsync<T>(Bulk<T> statement, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return 0;
        await BeforeAsync();
        return await Dialect.ExecuteAsync(statement, rows, Connection, Transaction!, Cancelled);
    }

    /// <summary>Adds the rows whose keys are not there yet; what another transaction is adding is waited for. The rows should come in the order of their keys.</summary>
    /// <param name="statement">Made by <see cref="Bulk{T}.InsertMissing"/> for this key alone.</param>
    /// <param name="key">The column, a text.</param>
    /// <returns>The keys of the rows that were added.</returns>
    public async Task<IReadOnlyList<string>> AddMissingAsync<T>(Bulk<T> statement, string key, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return [];
        await BeforeAsync();
        return await Dialect.AddMissingAsync(statement, statement.Columns.Single(c => c.Name == key), rows, Connection, Transaction!, Cancelled);
    }

    /// <summary>
    /// Writes all rows before the next statement; where none comes, in one round trip with the timeline, the messages and the commit. For what nobody
    /// waits to hear the count of.
    /// </summary>
    public void Write<T>(Bulk<T> statement, IReadOnlyCollection<T> rows)
    {
        if (rows.Count == 0) return;
        // With what the same statement already writes: several lists of one row are as many statements.
        var same = _last.FindIndex(w => w is Written<T> written && written.Statement == statement);
        if (same < 0) _last.Add(new Written<T>(statement, rows));
        else _last[same] = new Written<T>(statement, [.. ((Written<T>)_last[same]).Rows, .. rows]);
    }

    protected override async Task BeforeAsync()
    {
        var first = _last;
        _last = [];
        foreach (var written in first) await written.ExecuteAsync(Dialect, Connection, Transaction!, Cancelled);
    }

    /// <summary>
    /// Reads the rows of the given keys, in the order of the keys, and keeps them from others until the transaction ends: two processes that want
    /// the same rows wait, and neither deadlock nor lose a race.
    /// </summary>
    /// <param name="keyed">Table and its key column; both of them, like the columns, are constants of the program.</param>
    public Task<IReadOnlyList<T>> TakeAsync<T>(string columns, (string Table, string Key) keyed, IEnumerable<string> keys) =>
        QueryAsync<T>(Dialect.Take(columns, keyed.Table, keyed.Key), new { keys = Json.Write(keys) });

    /// <summary>Keeps rows from others until the transaction ends, taken in the order of their keys; what is read next is current. One writer has nobody to keep them from.</summary>
    /// <param name="keyed">Table and its key column.</param>
    /// <param name="which">Selects the keys; like table and column a constant of the program.</param>
    public async Task HoldAsync((string Table, string Key) keyed, string which, object parameters)
    {
        if (!Dialect.SingleWriter) await QueryAsync<int>(Dialect.Hold(keyed.Table, keyed.Key, which), parameters);
    }

    /// <summary>The same for known keys.</summary>
    public Task HoldAsync((string Table, string Key) keyed, IReadOnlyCollection<string> keys) => Dialect.SingleWriter ? Task.CompletedTask : TakeAsync<int>("1", keyed, keys);

    /// <summary>Owes the message to every role that its type names with <see cref="ToAttribute"/>.</summary>
    public void Send<T>(T message) where T : IMessage => Send(Message.Of(message, Now));

    /// <summary>The same for one that was written before the transaction, for which others wait.</summary>
    public void Send(Message message) => _messages.Add(message);

    /// <summary>Appends to the ticket's timeline.</summary>
    public void Note(string ticket, string actor, string action, string? reason = null, string? unit = null) =>
        _notes.Add(new NoteRow { Ticket = ticket, At = Now, Actor = actor, Action = action, Reason = reason, Unit = unit });

    /// <summary>Called by <see cref="Database"/> when the function has returned: where units of work share a commit, each of them can fail alone until here.</summary>
    internal Task FinishAsync() => Dialect.SingleWriter ? BeforeAsync() : Task.CompletedTask;
}

/// <summary>A message as it is sent, and to whom.</summary>
/// <param name="Body">JSON in UTF-8.</param>
public sealed record Message(string Id, IReadOnlyList<Role> Roles, string Kind, string Ticket, byte[] Body)
{
    /// <param name="now">By which deliveries are told apart, and ordered.</param>
    public static Message Of<T>(T message, DateTimeOffset now) where T : IMessage =>
        new(Delivery.NextId(now), MessageTypes.To(typeof(T)), typeof(T).Name, message.Ticket, Json.Bytes(message));
}

/// <summary>The messages of Contracts by name, and who hears them.</summary>
public static class MessageTypes
{
    private static readonly Dictionary<string, Type> ByName =
        typeof(IMessage).Assembly.GetTypes()
            .Where(t => t.IsAssignableTo(typeof(IMessage)) && !t.IsAbstract)
            .ToDictionary(t => t.Name);

    private static readonly Dictionary<Type, IReadOnlyList<Role>> Recipients =
        ByName.Values.ToDictionary(
            t => t,
            t => (t.GetCustomAttribute<ToAttribute>() ?? throw new InvalidOperationException($"{t.Name} names no role with [To]")).Roles);

    public static IEnumerable<Type> All => ByName.Values;

    public static IReadOnlyList<Role> To(Type message) => Recipients[message];

    public static Type? Find(string name) => ByName.GetValueOrDefault(name);
}
