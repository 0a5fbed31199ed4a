using Hotline.Contracts;
using Hotline.Data;
using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Hotline.Testing;

public enum Engine
{
    Sqlite,
    PostgreSql,
    SqlServer,
}

/// <summary>
/// A fresh, migrated database on a real engine, dropped when disposed, with a clock that the test sets. PostgreSQL and SQL Server
/// are given by <c>HOTLINE_TEST_POSTGRESQL</c> and <c>HOTLINE_TEST_SQLSERVER</c> (connection strings of a user who may
/// create databases); without them the test is skipped with that reason.
/// </summary>
public sealed class TestDatabase : IAsyncDisposable
{
    private readonly Func<Task> _drop;
    private readonly Func<bool, Task> _reachable;

    private TestDatabase(Dialect dialect, string connectionString, Func<Task> drop, Func<bool, Task> reachable)
    {
        ConnectionString = connectionString;
        _drop = drop;
        _reachable = reachable;
        Time = new SettableTime(SettableTime.ModelDay);
        Clock = new HotlineClock(Time, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        Outbox = new Outbox();
        Database = new Database(dialect, Clock, Outbox, Settings);
    }

    /// <summary>One message in a row, so that each can be shuffled, held up and counted by itself.</summary>
    private static OutboxSettings Settings { get; } = new() { BundleSize = 1, NotedAfter = TimeSpan.Zero };

    public string ConnectionString { get; }
    public SettableTime Time { get; }
    public HotlineClock Clock { get; }
    public Outbox Outbox { get; }
    public Database Database { get; }

    /// <summary>Skips the running test when the engine is not there. Call it from the test class's constructor or the test.</summary>
    public static void SkipUnlessAvailable(Engine engine)
    {
        if (engine == Engine.Sqlite) return;
        Assert.SkipWhen(Server(engine) is null, $"{Variable(engine)} holds no connection string, so {engine} was not run.");
    }

    public static async Task<TestDatabase> CreateAsync(Engine engine, bool migrate = true)
    {
        var database = await CreateEmptyAsync(engine);
        if (migrate) await Migrations.ApplyAsync(database.Database, CancellationToken.None);
        return database;
    }

    /// <summary>A second Database on the same data, as another process would have it.</summary>
    public Database Reopen(OutboxSettings? settings = null, HotlineClock? clock = null) =>
        new(DialectOf(Database.Dialect.Name, ConnectionString), clock ?? Clock, new Outbox(), settings ?? Settings);

    /// <summary>Cuts the connections of a server's database and lets nobody in, or moves the file away; an open SQLite connection stays.</summary>
    public Task TakeAwayAsync() => _reachable(false);

    public Task BringBackAsync() => _reachable(true);

    /// <summary>The messages of a kind that are owed now, oldest first, whoever hears them (each once).</summary>
    public async Task<IReadOnlyList<T>> SentAsync<T>() where T : IMessage
    {
        var owed = await Database.ReadAsync(db => db.QueryAsync<OwedRow>(
            "select id, role, kind, body from outbox where kind = @kind order by id", new { kind = typeof(T).Name }), CancellationToken.None);
        return [.. owed.DistinctBy(o => o.Id).Select(o => Json.Read<T>(o.Body))];
    }

    /// <summary>
    /// Delivers what is owed to the given roles, and what that causes, until nothing is owed to them; through the real
    /// inbox and the consumers registered in <paramref name="services"/>. Deliveries to other roles stay.
    /// </summary>
    /// <param name="shuffle">Delivers everything twice, in an order drawn from this seed.</param>
    public async Task DeliverAsync(IServiceProvider services, IReadOnlyCollection<Role> roles, int? shuffle = null)
    {
        var inbox = new Inbox(Database, services, Settings, NullLogger<Inbox>.Instance);
        var random = shuffle is { } seed ? new Random(seed) : null;
        while (true)
        {
            var owed = (await Database.ReadAsync(db => db.QueryAsync<OwedRow>(
                    "select id, role, kind, body from outbox where fault is null order by id"), CancellationToken.None))
                .Where(o => roles.Contains(Words.Parse<Role>(o.Role))).ToArray();
            if (owed.Length == 0) return;
            if (random is not null)
            {
                owed = [.. owed, .. owed];
                random.Shuffle(owed);
            }
            foreach (var o in owed)
                await inbox.ProcessAsync(new Parcel(Words.Parse<Role>(o.Role), [new Letter(o.Id, o.Kind, o.Body)]), CancellationToken.None);
        }
    }

    /// <summary>What was set aside, with reasons; empty when all went well.</summary>
    public Task<IReadOnlyList<Fault>> FaultsAsync() => new Faults(Database).ListAsync(100, CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        await _drop();
    }

    private static string Variable(Engine engine) => engine == Engine.PostgreSql ? "HOTLINE_TEST_POSTGRESQL" : "HOTLINE_TEST_SQLSERVER";

    private static string? Server(Engine engine) =>
        Environment.GetEnvironmentVariable(Variable(engine)) is { Length: > 0 } value ? value : null;

    private static async Task<TestDatabase> CreateEmptyAsync(Engine engine)
    {
        var name = $"hotline_test_{Guid.NewGuid():N}";
        switch (engine)
        {
            case Engine.Sqlite:
                var folder = Directory.CreateTempSubdirectory("hotline-test-").FullName;
                var file = $"Data Source={Path.Combine(folder, "hotline.db")}";
                return new TestDatabase(DialectOf("sqlite", file), file, () =>
                {
                    ClearPool(file);
                    Directory.Delete(folder, recursive: true);
                    return Task.CompletedTask;
                }, reachable =>
                {
                    ClearPool(file);
                    Directory.Move(reachable ? $"{folder}-away" : folder, reachable ? folder : $"{folder}-away");
                    return Task.CompletedTask;
                });
            case Engine.PostgreSql:
                var server = Server(engine)!;
                await ExecutePostgreSqlAsync(server, $"create database {name}");
                var own = new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
                return new TestDatabase(DialectOf("postgresql", own), own,
                    () => ExecutePostgreSqlAsync(server, $"drop database {name} with (force)"),
                    reachable => ExecutePostgreSqlAsync(server, $"""
                        alter database {name} allow_connections {reachable};
                        select pg_terminate_backend(pid) from pg_stat_activity where datname = '{name}'
                        """));
            default:
                var sqlServer = Server(engine)!;
                await ExecuteSqlServerAsync(sqlServer, $"create database {name}; alter database {name} set read_committed_snapshot on; alter database {name} set allow_snapshot_isolation on");
                var ownSqlServer = new SqlConnectionStringBuilder(sqlServer) { InitialCatalog = name }.ConnectionString;
                return new TestDatabase(DialectOf("sqlserver", ownSqlServer), ownSqlServer,
                    () => ExecuteSqlServerAsync(sqlServer, $"alter database {name} set single_user with rollback immediate; drop database {name}"),
                    reachable => ExecuteSqlServerAsync(sqlServer, $"alter database {name} set {(reachable ? "online" : "offline")} with rollback immediate"));
        }
    }

    private static Dialect DialectOf(string name, string connectionString) => name switch
    {
        "sqlite" => new SqliteDialect(connectionString),
        "postgresql" => new PostgreSqlDialect(connectionString),
        _ => new SqlServerDialect(connectionString),
    };

    private static void ClearPool(string sqlite)
    {
        using var pooled = new SqliteConnection(sqlite);
        SqliteConnection.ClearPool(pooled);
    }

    private static async Task ExecutePostgreSqlAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task ExecuteSqlServerAsync(string server, string sql)
    {
        await using var connection = new SqlConnection(server);
        await connection.OpenAsync();
        await using var command = new SqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed record OwedRow
    {
        public required string Id { get; init; }
        public required string Role { get; init; }
        public required string Kind { get; init; }
        public required byte[] Body { get; init; }
    }
}
