using System.Globalization;
using Npgsql;
using RabbitMQ.Client;

namespace Hotline.Tests.Faults;

/// <summary>What the processes stand on: three RabbitMQ nodes and a PostgreSQL of the run's own, from <c>deploy/cluster.sh</c>.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    public const int Brokers = 3;

    private readonly string _folder;

    private Cluster(string folder) => _folder = folder;

    public Uri[] BrokerAddresses { get; private set; } = [];

    public int DatabasePort { get; private set; }

    /// <summary>Where the database's files lie, to be filled; null, for a reason, where none can be mounted.</summary>
    public SmallDisk? Disk { get; private set; }

    public string? NoDisk { get; private set; }

    /// <summary>Null with the reason where it cannot be had.</summary>
    public static async Task<(Cluster? Cluster, string? Reason)> CreateAsync(string folder)
    {
        var cluster = new Cluster(folder);
        var (status, said) = await cluster.TryAsync("up", "--no-hotline", "--nodes", Brokers.ToString(CultureInfo.InvariantCulture));
        if (status != 0) return (null, said.Trim());
        try
        {
            var settings = (await cluster.AskAsync("env")).Split('\n').Select(l => l.Split('=', 2)).Where(l => l.Length == 2).ToDictionary(l => l[0], l => l[1]);
            cluster.BrokerAddresses = [.. settings["HOTLINE__Bus__Uri"].Split(',').Select(u => new Uri(u))];
            cluster.DatabasePort = new NpgsqlConnectionStringBuilder(settings["HOTLINE_TEST_POSTGRESQL"]).Port;
            await cluster.MoveToSmallDiskAsync();
            return (cluster, null);
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>A command of the script, as <c>broker kill 2</c>.</summary>
    public Task DoAsync(string command) => AskAsync(command.Split(' '));

    /// <summary>A command that asks the database server, as <c>database cut</c>: once it lets somebody in, since the other fault of a pair may have it down just now.</summary>
    public Task AskDatabaseAsync(string command) =>
        InsistAsync(() => DoAsync(command), e => e is InvalidOperationException && e.Message.Contains("connection to server", StringComparison.Ordinal));

    /// <summary>Starts the database server again where it has given up by itself.</summary>
    public Task ReviveDatabaseAsync() => InsistAsync(async () =>
    {
        // Its processes may be on their way out still: then the first start says that another server might be running.
        var (status, said) = await TryAsync("database", "start");
        if (status == 0) return;
        try
        {
            await ExecuteAsync("select 1");
        }
        catch (NpgsqlException e)
        {
            throw new InvalidOperationException($"The database does not start: {said}", e);
        }
    }, e => e is InvalidOperationException { InnerException: NpgsqlException });

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString(DatabasePort)};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Once the server lets somebody in, as <see cref="AskDatabaseAsync"/>.</summary>
    public Task SetAsync(string setting, string value) => InsistAsync(async () =>
    {
        await ExecuteAsync($"alter system set {setting} = '{value}'");
        await ExecuteAsync("select pg_reload_conf()");
    }, e => e is NpgsqlException);

    /// <summary>A connection to the first broker that lets somebody in.</summary>
    public async Task<IConnection> ConnectAsync()
    {
        var (connection, asked) = (default(IConnection), 0);
        await InsistAsync(async () => connection = await new ConnectionFactory { Uri = BrokerAddresses[asked++ % Brokers] }.CreateConnectionAsync(), _ => true);
        return connection!;
    }

    /// <summary>Again and again for half a minute and more while the server is away; then the last failure is told.</summary>
    private static async Task InsistAsync(Func<Task> ask, Func<Exception, bool> isAway)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ask();
                return;
            }
            catch (Exception e) when (attempt < 100 && isAway(e))
            {
                await Task.Delay(300);
            }
        }
    }

    public static string ConnectionString(int port) => $"Host=127.0.0.1;Port={port};Username=hotline;Database=hotline;Maximum Pool Size=20";

    public async ValueTask DisposeAsync()
    {
        // In good order would take a while, and nobody asks these data anything any more.
        await TryAsync("broker", "kill", "all");
        await TryAsync("down");
        if (Disk is not null) await Disk.DisposeAsync();
    }

    private async Task MoveToSmallDiskAsync()
    {
        var data = Path.Combine(_folder, "postgresql", "data");
        var moved = $"{data}.moved";
        await AskAsync("database", "stop");
        Directory.Move(data, moved);
        (Disk, NoDisk) = await SmallDisk.TryMountAsync(data);
        if (Disk is null)
        {
            Directory.Delete(data);
            Directory.Move(moved, data);
        }
        else
        {
            await Shell.RunAsync("cp", "-a", $"{moved}/.", data);
        }
        await AskAsync("database", "start");
        // The log alone would grow to 1 GB before it is cut, all of it in memory.
        if (Disk is not null) await SetAsync("max_wal_size", "128MB");
    }

    private async Task<string> AskAsync(params string[] command)
    {
        var (status, said) = await TryAsync(command);
        return status == 0 ? said : throw new InvalidOperationException($"cluster.sh {string.Join(' ', command)} ended with {status}: {said}");
    }

    private Task<(int Status, string Said)> TryAsync(params string[] command) => Shell.TryAsync("bash", [Script(), _folder, .. command]);

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (Path.Combine(folder.FullName, "deploy", "cluster.sh") is var script && File.Exists(script)) return script;
        }
        throw new InvalidOperationException("There is no deploy/cluster.sh above the program: run it from the repository.");
    }
}
