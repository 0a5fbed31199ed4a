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
    public async Task AskDatabaseAsync(string command)
    {
        for (var attempt = 0; ; attempt++)
        {
            var (status, said) = await TryAsync(command.Split(' '));
            if (status == 0) return;
            if (attempt == 100 || !said.Contains("connection to server", StringComparison.Ordinal))
                throw new InvalidOperationException($"cluster.sh {command} ended with {status}: {said}");
            await Task.Delay(300);
        }
    }

    /// <summary>Starts the database server again where it has given up by itself.</summary>
    public async Task ReviveDatabaseAsync()
    {
        // Its processes may be on their way out still: then the first start says that another server might be running.
        for (var attempt = 0; ; attempt++)
        {
            var (status, said) = await TryAsync("database", "start");
            if (status == 0) return;
            try
            {
                await ExecuteAsync("select 1");
                return;
            }
            catch (NpgsqlException) when (attempt < 100)
            {
                await Task.Delay(300);
            }
            catch (NpgsqlException)
            {
                throw new InvalidOperationException($"The database does not start: {said}");
            }
        }
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString(DatabasePort)};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Once the server lets somebody in, as <see cref="AskDatabaseAsync"/>.</summary>
    public async Task SetAsync(string setting, string value)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await ExecuteAsync($"alter system set {setting} = '{value}'");
                await ExecuteAsync("select pg_reload_conf()");
                return;
            }
            catch (NpgsqlException) when (attempt < 100)
            {
                await Task.Delay(300);
            }
        }
    }

    /// <summary>A connection to the first broker that lets somebody in.</summary>
    public async Task<IConnection> ConnectAsync()
    {
        for (var i = 0; ; i++)
        {
            try
            {
                return await new ConnectionFactory { Uri = BrokerAddresses[i % Brokers] }.CreateConnectionAsync();
            }
            catch (Exception) when (i < 300)
            {
                await Task.Delay(100);
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
        (Disk, NoDisk) = await SmallDisk.TryMountAsync(data, 768);
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
        // The log alone would grow to 1 GB before it is cut, and the disk would be full of it.
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
