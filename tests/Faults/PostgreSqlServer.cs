using System.Globalization;
using Npgsql;

namespace Hotline.Tests.Faults;

/// <summary>A PostgreSQL of the runner's own, to be killed, cut off, filled and slowed down.</summary>
internal sealed class PostgreSqlServer : IAsyncDisposable
{
    private readonly string _data;
    private readonly string _bin;
    private readonly int _port;

    private PostgreSqlServer(string data, string bin, int port)
    {
        _data = data;
        _bin = bin;
        _port = port;
    }

    public int Port => _port;

    public string ConnectionString => Address(_port);

    public static string Address(int port) => $"Host=127.0.0.1;Port={port};Username=hotline;Database=postgres;Maximum Pool Size=20";

    /// <summary>Null where PostgreSQL is not installed.</summary>
    public static async Task<PostgreSqlServer?> CreateAsync(string folder)
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(d => Path.Combine(d, "bin")).Where(d => File.Exists(Path.Combine(d, "initdb"))).Order(StringComparer.Ordinal).LastOrDefault()
            : null;
        if (bin is null) return null;
        var data = Path.Combine(folder, "data");
        var server = new PostgreSqlServer(data, bin, Shell.FreePort());
        Directory.CreateDirectory(data);
        // PostgreSQL refuses to run as root.
        if (Environment.IsPrivilegedProcess) await Shell.RunAsync("chown", "-R", "postgres:", folder);
        await server.AsPostgresAsync(Path.Combine(bin, "initdb"), "-D", data, "-U", "hotline", "-E", "UTF8", "--locale=C.UTF-8", "--auth=trust");
        await server.StartAsync();
        return server;
    }

    /// <summary>Nothing happens where it runs.</summary>
    public async Task StartAsync()
    {
        var limit = TimeSpan.FromMinutes(2);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var (status, said) = await TryAsPostgresAsync(
                Path.Combine(_bin, "pg_ctl"), "-D", _data, "-s", "-w", "-t", "60", "-l", Path.Combine(_data, "log"),
                "-o", $"-c listen_addresses=127.0.0.1 -c port={_port} -c unix_socket_directories='' -c max_connections=300 -c max_wal_size=64MB -c min_wal_size=32MB", "start");
            if (status == 0 || said.Contains("another server might be running", StringComparison.Ordinal) && await AnswersAsync()) return;
            if (TimeProvider.System.GetElapsedTime(started) > limit) throw new InvalidOperationException($"PostgreSQL does not start: {said}{await File.ReadAllTextAsync(Path.Combine(_data, "log"))}");
            await Task.Delay(200);
        }
    }

    /// <summary>The postmaster and every process of it, as a power cut would.</summary>
    public async Task KillAsync()
    {
        var file = Path.Combine(_data, "postmaster.pid");
        if (!File.Exists(file)) return;
        var postmaster = (await File.ReadAllLinesAsync(file))[0].Trim();
        string[] children = [.. Directory.GetDirectories("/proc").Select(d => Path.GetFileName(d)).Where(pid => char.IsAsciiDigit(pid[0]) && ParentOf(pid) == postmaster)];
        // One call for all: no process of it sees another one die and ends in good order.
        await Shell.TryAsync("kill", ["-KILL", postmaster, .. children]);
        while (Directory.Exists($"/proc/{postmaster}") || children.Any(c => ParentOf(c) is not null)) await Task.Delay(20);
    }

    /// <summary>Ends all sessions but its own.</summary>
    public Task CutAsync() => ExecuteAsync("select pg_terminate_backend(pid) from pg_stat_activity where pid <> pg_backend_pid() and backend_type = 'client backend'");

    public async Task SetAsync(string setting, string value)
    {
        await ExecuteAsync($"alter system set {setting} = '{value}'");
        await ExecuteAsync("select pg_reload_conf()");
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async ValueTask DisposeAsync() => await TryAsPostgresAsync(Path.Combine(_bin, "pg_ctl"), "-D", _data, "-s", "-w", "-m", "immediate", "stop");

    private async Task<bool> AnswersAsync()
    {
        try
        {
            await ExecuteAsync("select 1");
            return true;
        }
        catch (NpgsqlException)
        {
            return false;
        }
    }

    private static string? ParentOf(string pid)
    {
        try
        {
            // pid (name) state parent …; the name may hold blanks.
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var rest = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return rest[0] == "Z" ? null : int.Parse(rest[1], CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private async Task AsPostgresAsync(params string[] command)
    {
        var (status, said) = await TryAsPostgresAsync(command);
        if (status != 0) throw new InvalidOperationException($"{command[0]} ended with {status}: {said}");
    }

    private static Task<(int Status, string Said)> TryAsPostgresAsync(params string[] command) => Environment.IsPrivilegedProcess
        ? Shell.TryAsync("runuser", ["-u", "postgres", "--", .. command])
        : Shell.TryAsync(command[0], command[1..]);
}
