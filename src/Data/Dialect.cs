using System.Data.Common;

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

    /// <summary>Takes the lock that lets one process at a time migrate; released at the end of the transaction.</summary>
    public abstract string LockMigrations { get; }

    /// <summary>Creates the table of applied migrations where it is missing.</summary>
    public abstract string CreateSchemaVersion { get; }

    /// <summary>
    /// Takes up to <c>@limit</c> deliveries due at <c>@now</c>, oldest first, skipping what others are taking, and puts
    /// them off by <c>@seconds</c>, doubled with every attempt up to 32 times. Returns id, role, kind, ticket, body.
    /// </summary>
    public abstract string ClaimDueDeliveries { get; }

    /// <summary>Removes the deliveries <c>@ids</c> of <c>@role</c> and returns the ids that were still owed.</summary>
    public abstract string SettleDeliveries { get; }

    /// <summary>Reserves <c>@count</c> running numbers of <c>@day</c> and returns the last of them.</summary>
    public abstract string ReserveTicketNumbers { get; }

    /// <summary>Makes sure that every ticket of the JSON array <c>@tickets</c> has a row of facts, empty where it is new.</summary>
    public abstract string OpenFacts { get; }

    /// <summary>
    /// Reads ticket and body of the facts of the tickets in the JSON array <c>@tickets</c> and keeps them from others until the
    /// transaction ends; taken in the order of the tickets, so that two processes wait and do not deadlock.
    /// </summary>
    public abstract string TakeFacts { get; }

    /// <summary>Writes the bodies in the JSON array <c>@facts</c> of objects {ticket, body}.</summary>
    public abstract string WriteFacts { get; }

    /// <summary>
    /// Adds the JSON array <c>@changes</c> of objects {day, unit, dimension, code, measure, value} to the rollup, in the order of their keys.
    /// </summary>
    public abstract string AddToRollup { get; }

    /// <summary>
    /// Keeps the names in the JSON array <c>@labels</c> of objects {dimension, code, day, name}: the greatest (day, name) of a
    /// code wins, in any order of writing; a name that is there already takes no lock.
    /// </summary>
    public abstract string KeepLabels { get; }

    /// <summary>Closes a condition on a text column: it is one of the JSON array <c>@among</c>.</summary>
    public abstract string Among { get; }

    /// <summary>Closes a condition on a column of whole numbers: it is one of the JSON array <c>@among</c>.</summary>
    public abstract string AmongNumbers { get; }

    /// <summary>Closes a query whose <c>order by</c> stands just before it: the first <c>@limit</c> rows.</summary>
    public virtual string Limit => "limit @limit";
}
