using Hotline.Testing;
using Microsoft.Data.Sqlite;

namespace Hotline.Data.Tests;

/// <summary><see cref="Checkpoints"/>.</summary>
public sealed class KeepingTheLogShort() : OnAnEngine(Engine.Sqlite, migrate: false)
{
    private const long Page = 4096;

    [Fact]
    public async Task What_is_written_goes_into_its_place_beside_the_writer_and_the_log_begins_anew()
    {
        await using var writer = await WriterAsync();
        await using var checkpoints = new Checkpoints((SqliteDialect)Database.Dialect, some: 50, all: 200);

        await WriteAsync(writer, checkpoints, 2000);

        // 2,000 transactions write some 6,000 pages.
        Assert.InRange(Log.Length, Page, 400 * Page);
        Assert.InRange(new FileInfo(writer.DataSource).Length, 2000 * 2000, long.MaxValue);
        Assert.Equal([2000L, "ok"], new[] { await ScalarAsync(writer, "select count(*) from written"), await ScalarAsync(writer, "pragma integrity_check") });
    }

    [Fact]
    public async Task Who_reads_something_older_goes_on_reading_it_and_the_log_begins_anew_when_he_is_done()
    {
        await using var writer = await WriterAsync();
        await using var checkpoints = new Checkpoints((SqliteDialect)Database.Dialect, some: 50, all: 200);
        await WriteAsync(writer, checkpoints, 10);
        var (before, held) = (0L, 0L);

        await Database.SnapshotAsync(async db =>
        {
            before = await db.ScalarAsync<long>("select count(*) from written");
            await WriteAsync(writer, checkpoints, 1000);
            held = Log.Length;
            Assert.Equal(before, await db.ScalarAsync<long>("select count(*) from written"));
            return true;
        }, None);
        await WriteAsync(writer, checkpoints, 2000);

        Assert.Equal(10, before);
        Assert.InRange(held, 1000 * Page, long.MaxValue);
        Assert.InRange(Log.Length, held, held + 400 * Page);
        Assert.Equal([3010L, "ok"], new[] { await ScalarAsync(writer, "select count(*) from written"), await ScalarAsync(writer, "pragma integrity_check") });
    }

    private FileInfo Log => new(new SqliteConnectionStringBuilder(Database.Dialect.Create().ConnectionString).DataSource + "-wal");

    private async Task<SqliteConnection> WriterAsync()
    {
        var connection = (SqliteConnection)await Database.OpenAsync(None);
        await SqliteDialect.PrepareWriterAsync(connection);
        await ScalarAsync(connection, "create table written (id integer primary key, what text not null)");
        return connection;
    }

    private static async Task WriteAsync(SqliteConnection writer, Checkpoints checkpoints, int times)
    {
        for (var i = 0; i < times; i++)
        {
            await ScalarAsync(writer, "insert into written (what) values (hex(zeroblob(1000)))");
            checkpoints.Look(writer);
            await checkpoints.Beside;
        }
    }

    private static async Task<object?> ScalarAsync(SqliteConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        return await command.ExecuteScalarAsync();
    }
}
