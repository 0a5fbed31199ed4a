using System.Data.Common;
using System.Reflection;
using System.Security.Cryptography;
using Dapper;
using Hotline.Contracts;

namespace Hotline.Data;

/// <summary>A delivery that is owed: kept in the <c>outbox</c> from the commit that caused it until its role has done the work.</summary>
/// <param name="Id">32 hexadecimal digits: the millisecond, a count, and the process. Ascending within a process even while its clock
/// stands still, unlike UUID version 7, whose order within a millisecond is chance.</param>
public sealed record Delivery(string Id, Role Role, string Kind, string Ticket, string Body)
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

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, object? parameters = null) =>
        (await connection.QueryAsync<T>(Command(sql, parameters))).AsList();

    /// <summary>The only row, or null; more than one row is a bug and throws.</summary>
    public Task<T?> FindAsync<T>(string sql, object? parameters = null) =>
        connection.QuerySingleOrDefaultAsync<T>(Command(sql, parameters));

    public async Task<T> ScalarAsync<T>(string sql, object? parameters = null) =>
        (await connection.ExecuteScalarAsync<T>(Command(sql, parameters)))!;

    /// <summary>Rows one by one, for answers too large to hold.</summary>
    public IAsyncEnumerable<T> StreamAsync<T>(string sql, object? parameters = null) =>
        connection.QueryUnbufferedAsync<T>(sql, parameters, transaction);
}

/// <summary>
/// One transaction: changes, the messages they cause and their timeline, committed together or not at all. The function
/// that gets it may be run again after a conflict, so it must do nothing outside of it.
/// </summary>
public sealed class Work(Dialect dialect, DbConnection connection, DbTransaction transaction, HotlineClock clock, CancellationToken ct)
    : Session(dialect, connection, transaction, ct)
{
    private readonly List<Delivery> _deliveries = [];
    private readonly List<TimelineEntry> _notes = [];
    private readonly Dictionary<Type, (object Gathered, Func<Task> Finish)> _gathered = [];
    private DateTimeOffset? _now;

    /// <summary>One instant for the whole transaction.</summary>
    public DateTimeOffset Now => _now ??= clock.Now;

    public IReadOnlyList<Delivery> Deliveries => _deliveries;

    /// <returns>Rows changed: 0 says that the guard in <c>where</c> held.</returns>
    public Task<int> ExecuteAsync(string sql, object? parameters = null) => Connection.ExecuteAsync(Command(sql, parameters));

    /// <summary>Owes the message to every role that its type names with <see cref="ToAttribute"/>.</summary>
    public void Send<T>(T message) where T : IMessage
    {
        var id = Delivery.NextId(Now);
        var body = Json.Write(message);
        foreach (var role in MessageTypes.To(typeof(T)))
            _deliveries.Add(new Delivery(id, role, typeof(T).Name, message.Ticket, body));
    }

    /// <summary>Appends to the ticket's timeline.</summary>
    public void Note(string ticket, string actor, string action, string? reason = null, string? unit = null) =>
        _notes.Add(new TimelineEntry { Ticket = ticket, At = Now, Actor = actor, Action = action, Reason = reason, Unit = unit });

    /// <summary>
    /// One <typeparamref name="T"/> for the whole transaction, finished just before the commit: for what the messages of a parcel do
    /// better together than one by one, such as taking rows in one order, without which two processes deadlock.
    /// </summary>
    public T Gather<T>(Func<T> start, Func<T, Task> finish) where T : class
    {
        if (_gathered.TryGetValue(typeof(T), out var found)) return (T)found.Gathered;
        var gathered = start();
        _gathered.Add(typeof(T), (gathered, () => finish(gathered)));
        return gathered;
    }

    /// <summary>Finishes what was gathered, then writes what was sent and noted. Called by <see cref="Database"/> just before the commit.</summary>
    internal async Task FlushAsync(TimeSpan firstRetry)
    {
        foreach (var (_, finish) in _gathered.Values) await finish();
        if (_notes.Count > 0)
            await ExecuteAsync("""
                insert into timeline (ticket, at, actor, action, unit, reason) values (@Ticket, @At, @Actor, @Action, @Unit, @Reason)
                """, _notes);
        if (_deliveries.Count > 0)
            await ExecuteAsync("""
                insert into outbox (id, role, kind, ticket, body, created_at, due_at, attempts)
                values (@Id, @Role, @Kind, @Ticket, @Body, @CreatedAt, @DueAt, 0)
                """, _deliveries.Select(d => new
            {
                d.Id,
                Role = d.Role.Word(),
                d.Kind,
                d.Ticket,
                d.Body,
                CreatedAt = Now,
                DueAt = Now + firstRetry,
            }));
    }
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
