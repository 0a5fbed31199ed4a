using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary>A contract that holds on every engine: one suite, one derived class per engine, a fresh database per test.</summary>
public abstract class OnAnEngine(Engine engine, bool migrate = true) : IAsyncLifetime
{
    private TestDatabase? _db;

    protected TestDatabase Db => _db!;

    protected Database Database => Db.Database;

    protected static CancellationToken None => CancellationToken.None;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _db = await TestDatabase.CreateAsync(engine, migrate);
    }

    public async ValueTask DisposeAsync()
    {
        if (_db is not null) await _db.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected Task<long> CountAsync(string table) => CountAsync(Database, table);

    protected static Task<long> CountAsync(Database database, string table) =>
        database.ReadAsync(db => db.ScalarAsync<long>($"select count(*) from {table}"), None);

    /// <summary>Fails a test that would otherwise hang.</summary>
    protected static CancellationToken Soon() => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;
}
