using System.Data;
using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace Hotline.Data;

/// <summary>A guarded change found its row changed by another: the whole write is run again on what stands now.</summary>
public sealed class ConflictException(string what) : Exception($"{what} was changed by another process at the same moment, again and again.");

/// <summary>
/// Reads and writes. A write is one transaction; on an engine with a single writer, writes that arrive while a commit is
/// under way share the next one, each under its own savepoint (group commit).
/// </summary>
public sealed class Database : IAsyncDisposable
{
    /// <summary>Writes that share one commit, at most.</summary>
    private const int GroupSize = 256;

    /// <summary>Times that a write which lost a race is run.</summary>
    private const int Tries = 5;

    /// <summary>A failed write is remembered for so long; the service itself writes more often than that.</summary>
    private static readonly TimeSpan Lately = TimeSpan.FromSeconds(30);

    private static readonly AsyncLocal<bool> Writing = new();

    private sealed record Failure(Exception Why, long At);

    static Database() => Rows.Register();

    private readonly HotlineClock _clock;
    private readonly Outbox _outbox;
    private readonly OutboxSettings _settings;
    private readonly Channel<Unit> _queue = Channel.CreateBounded<Unit>(4096);
    private readonly Lazy<Task> _writer;

    /// <summary>The last write that failed because the engine was away. One that inserts messages or a line of a timeline ends it; what changes a row may be stored on a full disk.</summary>
    private volatile Failure? _failed;

    public Database(Dialect dialect, HotlineClock clock, Outbox outbox, OutboxSettings settings)
    {
        Dialect = dialect;
        _clock = clock;
        _outbox = outbox;
        _settings = settings;
        _writer = new Lazy<Task>(() =>
        {
            // The writer outlives the request that happens to start it, and must not carry its trace or user along.
            using (ExecutionContext.SuppressFlow()) return Task.Run(WriteGroupsAsync);
        });
    }

    public Dialect Dialect { get; }

    public HotlineClock Clock => _clock;

    public async Task<T> ReadAsync<T>(Func<Session, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        return await read(new Session(Dialect, connection, null, ct));
    }

    /// <summary>All statements see the same state of the database.</summary>
    public async Task<T> SnapshotAsync<T>(Func<Session, Task<T>> read, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await using var transaction = Dialect.SingleWriter
            ? ((SqliteConnection)connection).BeginTransaction(deferred: true)
            : await connection.BeginTransactionAsync(
                Dialect is SqlServerDialect ? IsolationLevel.Snapshot : IsolationLevel.RepeatableRead, ct);
        return await read(new Session(Dialect, connection, transaction, ct));
    }

    public Task WriteAsync(Func<Work, Task> write, CancellationToken ct) => WriteAsync(async work =>
    {
        await write(work);
        return true;
    }, ct);

    /// <summary>
    /// Runs the function in one transaction, with its messages and timeline. It may run again after a conflict, so it must
    /// keep to what <see cref="Work"/> offers; and it must not wait for another write, which would never end.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<Work, Task<T>> write, CancellationToken ct)
    {
        if (Writing.Value) throw new InvalidOperationException("A write inside a write would wait for itself: pass the Work on instead.");

        try
        {
            return Dialect.SingleWriter ? await WriteGroupedAsync(write, ct) : await WriteAloneAsync(write, ct);
        }
        catch (Exception e) when (Dialect.IsAway(e))
        {
            _failed = new Failure(e, _clock.Time.GetTimestamp());
            throw;
        }
    }

    /// <summary>Why what was to be stored lately failed, where nothing has been stored since: a full disk, a standby. It may be read all the same.</summary>
    public Exception? WhyNothingIsStored => _failed is { } failed && _clock.Time.GetElapsedTime(failed.At) < Lately ? failed.Why : null;

    public async Task<DbConnection> OpenAsync(CancellationToken ct)
    {
        var connection = Dialect.Create();
        try
        {
            await connection.OpenAsync(ct);
            await Dialect.PrepareAsync(connection, ct);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        if (_writer.IsValueCreated) await _writer.Value;
        if (Dialect is IAsyncDisposable disposable) await disposable.DisposeAsync();
    }

    private async Task<T> WriteAloneAsync<T>(Func<Work, Task<T>> write, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await OpenAsync(ct);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, ct);
                var work = new Work(Dialect, connection, transaction, _clock, ct);
                var result = await RunAsync(work, write);
                await CommitAsync([work], connection, transaction);
                return result;
            }
            catch (Exception e) when ((e is ConflictException || Dialect.IsConflict(e)) && attempt < Tries)
            {
                // Run again from the start: the guards in the statements decide afresh.
            }
        }
    }

    private static async Task<T> RunAsync<T>(Work work, Func<Work, Task<T>> write)
    {
        Writing.Value = true;
        try
        {
            var result = await write(work);
            await work.FinishAsync();
            return result;
        }
        finally
        {
            Writing.Value = false;
        }
    }

    /// <summary>Writes the timeline and the messages of everything that shares the transaction, commits it, and hands the messages to the relay.</summary>
    private async Task CommitAsync(IReadOnlyCollection<Work> done, DbConnection connection, DbTransaction transaction)
    {
        var now = _clock.Now;
        var deliveries = Bundle.Pack(done.SelectMany(w => w.Messages), _settings.BundleSize);
        List<Written> last = [.. done.SelectMany(w => w.Last)];
        if (done.SelectMany(w => w.Notes).ToArray() is { Length: > 0 } notes) last.Add(new Written<NoteRow>(NoteRow.Insert, notes));
        if (deliveries.Count > 0) last.Add(new Written<DeliveryRow>(DeliveryRow.Insert, [.. deliveries.Select(d => DeliveryRow.Of(d, now, now + _settings.RetryAfter))]));
        await Dialect.CommitAsync(last, connection, transaction);
        if (last.Count > 0) _failed = null;
        _outbox.Offer(deliveries);
    }

    private async Task<T> WriteGroupedAsync<T>(Func<Work, Task<T>> write, CancellationToken ct)
    {
        _ = _writer.Value;
        var unit = new Unit<T>(this, write, ct);
        await _queue.Writer.WriteAsync(unit, ct);
        return await unit.Committed.Task;
    }

    private async Task WriteGroupsAsync()
    {
        var group = new List<Unit>(GroupSize);
        while (await _queue.Reader.WaitToReadAsync())
        {
            try
            {
                await WriteGroupsAsync(group);
            }
            catch (Exception e)
            {
                // Nothing of this group is stored, and every caller hears why. Where no connection could be opened or locked,
                // those who wait for it hear it now instead of one after another.
                if (group.Count == 0)
                    while (group.Count < GroupSize && _queue.Reader.TryRead(out var waiting)) group.Add(waiting);
                foreach (var unit in group) unit.Fail(e);
                group.Clear();
            }
        }
    }

    /// <summary>Writes group after group on one connection, until there are no more or one fails.</summary>
    private async Task WriteGroupsAsync(List<Unit> group)
    {
        await using var connection = new PreparedConnection((SqliteConnection)await OpenAsync(CancellationToken.None));
        await SqliteDialect.PrepareWriterAsync(connection);
        await using var checkpoints = new Checkpoints((SqliteDialect)Dialect);
        try
        {
            while (await _queue.Reader.WaitToReadAsync())
            {
                await WriteGroupAsync(connection, group);
                checkpoints.Look(connection.Inner);
            }
        }
        catch
        {
            // Not back into the pool: the next group must not begin inside whatever this one left behind.
            SqliteConnection.ClearPool(connection.Inner);
            throw;
        }
    }

    private async Task WriteGroupAsync(PreparedConnection connection, List<Unit> group)
    {
        // Immediate: the write lock is taken here, not at the first change, where waiting for it could fail half-way.
        await using var transaction = connection.Inner.BeginTransaction(deferred: false);
        while (group.Count < GroupSize && _queue.Reader.TryRead(out var unit))
        {
            // In the group before it runs: should the transaction break under it, its caller hears that too.
            group.Add(unit);
            if (!await unit.RunAsync(connection, transaction)) group.RemoveAt(group.Count - 1);
        }
        await CommitAsync([.. group.Select(u => u.Work)], connection, transaction);
        foreach (var unit in group) unit.Complete();
        group.Clear();
    }

    private abstract class Unit
    {
        /// <summary>What it did; only once it has run.</summary>
        public Work Work { get; protected set; } = null!;

        /// <returns>False when it has already failed by itself and left no trace in the transaction.</returns>
        public abstract Task<bool> RunAsync(PreparedConnection connection, DbTransaction transaction);
        public abstract void Complete();
        public abstract void Fail(Exception exception);
    }

    private sealed class Unit<T>(Database database, Func<Work, Task<T>> write, CancellationToken ct) : Unit
    {
        private T _result = default!;

        public TaskCompletionSource<T> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override async Task<bool> RunAsync(PreparedConnection connection, DbTransaction transaction)
        {
            if (ct.IsCancellationRequested)
            {
                Committed.TrySetCanceled(ct);
                return false;
            }
            connection.Run("savepoint unit");
            try
            {
                Work = new Work(database.Dialect, connection, transaction, database._clock, ct);
                _result = await Database.RunAsync(Work, write);
                connection.Run("release unit");
                return true;
            }
            catch (Exception e)
            {
                // Only this unit is undone; the others of its group go on. Its caller hears the cause first: after a full disk
                // the engine has already undone the whole transaction, and the next line throws for the group.
                Committed.TrySetException(e);
                connection.Run("rollback to unit");
                connection.Run("release unit");
                return false;
            }
        }

        public override void Complete() => Committed.TrySetResult(_result);

        public override void Fail(Exception exception) => Committed.TrySetException(exception);
    }
}
