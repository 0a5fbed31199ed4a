using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Hotline.Data;

/// <summary>
/// Puts the pages of SQLite's write-ahead log in their place, beside the writer: SQLite by itself does that within a commit, for which everybody waits.
/// Only what was written meanwhile is left to the writer, and that seldom: then the log begins anew. What fails is tried again later, as SQLite does; the log
/// grows until then, and nothing in it is lost.
/// </summary>
/// <param name="some">Pages written (of 4 kB) until they are put in their place: those that change again and again are then put there once.</param>
/// <param name="all">Pages written until the log begins anew, which takes the writer some 20 ms: by default 128 MB.</param>
internal sealed class Checkpoints(SqliteDialect dialect, int some = 16_000, int all = 32_000) : IAsyncDisposable
{
    private int _some, _all;
    private Task? _beside;

    /// <summary>What is under way beside the writer.</summary>
    internal Task Beside => _beside ?? Task.CompletedTask;

    /// <summary>To be called by the writer after each commit.</summary>
    public void Look(SqliteConnection writer)
    {
        raw.sqlite3_db_status(writer.Handle, raw.SQLITE_DBSTATUS_CACHE_WRITE, out var written, out _, 1);
        _some += written;
        _all += written;
        if (_beside is null && _some >= some)
        {
            _some = 0;
            using (ExecutionContext.SuppressFlow()) _beside = Task.Run(BesideAsync);
        }
        else if (_beside is { IsCompleted: true })
        {
            if (_all < all) _beside = null;
            else if (IsWhole(writer)) (_beside, _all) = (null, 0);
        }
    }

    private async Task BesideAsync()
    {
        await using var connection = (SqliteConnection)dialect.Create();
        await connection.OpenAsync();
        IsWhole(connection);
    }

    /// <summary>Puts in its place what no reader of something older needs.</summary>
    /// <returns>Whether that was the whole log: then the next transaction begins it anew.</returns>
    private static bool IsWhole(SqliteConnection connection) =>
        raw.sqlite3_wal_checkpoint_v2(connection.Handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var log, out var done) == raw.SQLITE_OK && log == done;

    public async ValueTask DisposeAsync()
    {
        if (_beside is not null) await _beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
