using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;

namespace Hotline.Tests.Faults;

/// <summary>A place where the service's process runs, dies and is started again, as under systemd.</summary>
internal sealed class Member(Site site, string? roles)
{
    /// <summary>A database server that recovers takes its time.</summary>
    private static readonly TimeSpan PutsUpWithRefusals = TimeSpan.FromMinutes(5);

    private readonly SemaphoreSlim _one = new(1);
    private HotlineProcess? _process;
    private int _resentBefore;

    public string Roles => roles ?? "all";

    /// <summary>Null while it does not run.</summary>
    public Uri? Url => _process?.Url;

    public long Memory => _process?.Memory ?? 0;

    /// <summary>Deliveries that its relay sent again, over all its lives.</summary>
    public int Resent => _resentBefore + (_process is { } process ? Site.CountResent(process.Notes) : 0);

    /// <summary>It ended by itself, which no fault makes right.</summary>
    public bool Fell => _process is { HasEnded: true };

    public string Notes => _process?.Notes ?? "";

    /// <summary>Until it listens, however often it has to be started: without its database it refuses. Nothing happens where it runs.</summary>
    public async Task StartAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_process is not null) return;
            var started = TimeProvider.System.GetTimestamp();
            while (true)
            {
                try
                {
                    _process = await site.Hotline.ServeAsync(roles, site.Clock?.Variables);
                    return;
                }
                catch (InvalidOperationException) when (TimeProvider.System.GetElapsedTime(started) < PutsUpWithRefusals)
                {
                    await Task.Delay(300);
                }
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Tries to start it once: what it says where it refuses, null where it starts.</summary>
    public async Task<string?> RefusalAsync()
    {
        try
        {
            await using var started = await site.Hotline.ServeAsync(roles, site.Clock?.Variables);
            return null;
        }
        catch (InvalidOperationException refused)
        {
            return refused.Message;
        }
    }

    public async Task KillAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_process is not { } process) return;
            _process = null;
            process.Kill();
            _resentBefore += Site.CountResent(process.Notes);
            await process.DisposeAsync();
        }
        finally
        {
            _one.Release();
        }
    }
}

/// <summary>One installation under faults: its processes, what they stand on, and the wires between.</summary>
internal sealed partial class Site : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _parts = new();

    private Site(string name) => Name = name;

    public string Name { get; }

    public Installation Hotline { get; private set; } = null!;

    public IReadOnlyList<Member> Members { get; private set; } = [];

    public Clockwork? Clock { get; private init; }

    /// <summary>Null for the embedded site, which stands on nothing.</summary>
    public Cluster? Cluster { get; private init; }

    public Wire? ToDatabase { get; private init; }

    /// <summary>One to each broker.</summary>
    public IReadOnlyList<Wire> ToBrokers { get; private init; } = [];

    /// <summary>Where the database lies; null, for a reason, where none can be mounted.</summary>
    public SmallDisk? Disk { get; private init; }

    public string? NoDisk { get; private init; }

    /// <summary>What the names of the queues begin with.</summary>
    public string Prefix => "hotline";

    public bool Embedded => Cluster is null;

    /// <summary>The embedded database.</summary>
    public string DatabaseFile => Path.Combine(Hotline.Folder, "data", "hotline.db");

    public Ledger Ledger { get; } = new();

    public int Resent => Members.Sum(m => m.Resent);

    /// <summary>SQLite, the in-memory bus, one process with all roles.</summary>
    public static async Task<Site> EmbeddedAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hotline-faults-").FullName;
        var (disk, reason) = await SmallDisk.TryMountAsync(Path.Combine(folder, "data"));
        var site = new Site("embedded") { Disk = disk, NoDisk = reason, Clock = Clockwork.TryCreate(folder) };
        if (disk is not null) site._parts.Push(disk);
        site.Hotline = await Installation.SetUpAsync(folder, ["--Outbox:RetryAfterSeconds=3", $"--Overload:Requests={Overload.Requests}"], site.DropAsync);
        return await site.StartAsync([null]);
    }

    /// <summary>A RabbitMQ of three nodes, PostgreSQL, two processes of every role; null with the reason where it cannot be had.</summary>
    /// <param name="withClock">Clocks that can be moved cost every process a third of a core, which eight of them have not got.</param>
    public static async Task<(Site? Site, string? Reason)> ClusterAsync(bool withClock = false)
    {
        var folder = Directory.CreateTempSubdirectory("hotline-faults-").FullName;
        Shell.LetIn(folder);
        var (cluster, reason) = await Cluster.CreateAsync(Path.Combine(folder, "cluster"));
        if (cluster is null)
        {
            Directory.Delete(folder, recursive: true);
            return (null, reason);
        }
        var toDatabase = new Wire(cluster.DatabasePort);
        var site = new Site("cluster")
        {
            Cluster = cluster,
            ToDatabase = toDatabase,
            ToBrokers = [.. cluster.BrokerAddresses.Select(b => new Wire(b.Port))],
            Disk = cluster.Disk,
            NoDisk = cluster.NoDisk,
            Clock = withClock ? Clockwork.TryCreate(folder) : null,
        };
        foreach (var part in new IAsyncDisposable[] { cluster, toDatabase }.Concat(site.ToBrokers)) site._parts.Push(part);
        try
        {
            site.Hotline = await Installation.SetUpAsync(folder,
            [
                "--Database:Engine=postgresql",
                $"--Database:ConnectionString={Cluster.ConnectionString(toDatabase.Port)}",
                "--Bus:Transport=rabbitmq",
                $"--Bus:Uri={string.Join(',', cluster.BrokerAddresses.Zip(site.ToBrokers, (address, wire) => new UriBuilder(address) { Port = wire.Port }.Uri))}",
                $"--Bus:Prefix={site.Prefix}",
                "--Outbox:RetryAfterSeconds=3", $"--Overload:Requests={Overload.Requests}",
                $"--Hotline:DataKey={Convert.ToBase64String(new byte[32])}",
            ], site.DropAsync);
        }
        catch
        {
            await site.DropAsync();
            throw;
        }
        string[] roles = ["intake", "dispatcher", "handlers", "reporting"];
        return (await site.StartAsync([.. roles, .. roles]), null);
    }

    /// <summary>Runs a statement on the database, past the service.</summary>
    public async Task ExecuteAsync(string sql)
    {
        if (Cluster is not null)
        {
            await Cluster.ExecuteAsync(sql);
            return;
        }
        await using var connection = new SqliteConnection($"Data Source={DatabaseFile};Pooling=false;Default Timeout=60");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Frees the disk, sets the clock, and starts everything that does not run.</summary>
    public async Task HealAsync()
    {
        if (Disk is not null) await Disk.FreeAsync();
        if (Clock is { } clock) clock.MoveBy(-clock.Ahead);
        if (Cluster is not null)
        {
            await Cluster.ReviveDatabaseAsync();
            await Cluster.DoAsync("broker start all");
        }
        await Task.WhenAll(Members.Select(m => m.StartAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var member in Members) await member.KillAsync();
        if (Hotline is not null) await Hotline.DisposeAsync();
    }

    internal static int CountResent(string notes) =>
        Resends().Matches(notes).Sum(m => int.Parse(m.Groups[1].ValueSpan, CultureInfo.InvariantCulture));

    private async Task<Site> StartAsync(IReadOnlyList<string?> members)
    {
        Members = [.. members.Select(roles => new Member(this, roles))];
        try
        {
            await Task.WhenAll(Members.Select(m => m.StartAsync()));
            return this;
        }
        catch
        {
            await DisposeAsync();
            throw;
        }
    }

    private async Task DropAsync()
    {
        while (_parts.TryPop(out var part)) await part.DisposeAsync();
    }

    [GeneratedRegex(@"(\d+) deliveries were not settled in time and are sent again")]
    private static partial Regex Resends();
}
