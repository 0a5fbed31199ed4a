namespace Hotline.Tests.Faults;

/// <summary>How long faults last.</summary>
/// <param name="Short">Seconds instead of minutes.</param>
internal sealed record Pace(bool Short)
{
    /// <summary>For what must come about: far more than it takes, so that a slow machine is no broken promise.</summary>
    public static TimeSpan Patience { get; } = TimeSpan.FromMinutes(4);

    /// <summary>What is filed before the first fault and after the last one.</summary>
    public int Around => Short ? 20 : 200;

    public TimeSpan Hold(double inShort, double otherwise) => TimeSpan.FromSeconds(Short ? inShort : otherwise);

    /// <summary>A moment, drawn.</summary>
    public Task MomentAsync(Random random, double within = 1.5) => Task.Delay(TimeSpan.FromSeconds(random.NextDouble() * within * (Short ? 1 : 4)));
}

/// <summary>What a fault strikes.</summary>
internal sealed record Target(Site Site, Traffic Traffic, Random Random, Pace Pace);

/// <summary>Something that goes wrong while tickets are filed, and is right again when <see cref="StrikeAsync"/> ends.</summary>
internal abstract class Fault
{
    public abstract string Name { get; }

    /// <summary>Why it cannot be had on this site; null where it can.</summary>
    public virtual string? Unfit(Site site) => null;

    /// <summary>Whether it may be struck together with another one.</summary>
    public virtual bool Pairs => true;

    /// <summary>Whether messages are set aside on purpose, and have to be put back afterwards.</summary>
    public virtual bool PutsBack => false;

    /// <exception cref="BrokenPromiseException">What must go on meanwhile does not.</exception>
    public abstract Task StrikeAsync(Target target);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new KillProcesses("kill-one", 1), new KillProcesses("kill-several", 3), new KillProcesses("kill-all", int.MaxValue),
        new BrokerAway("broker-stop", "broker stop all"), new BrokerAway("broker-kill", "broker kill all"),
        new OneBroker("broker-node-kill", n => $"broker kill {n}", n => $"broker start {n}"),
        new OneBroker("broker-node-hangs", n => $"broker pause {n}", n => $"broker resume {n}"),
        new OneBroker("broker-partition", n => $"partition {n}", n => $"heal {n}"),
        new OnTheCluster("broker-cut", async t => { for (var i = 0; i < 3; i++) { await t.Pace.MomentAsync(t.Random); foreach (var wire in t.Site.ToBrokers) wire.Cut(); } }),
        new OnTheCluster("broker-answers-lost", t => Task.WhenAll(t.Site.ToBrokers.Select(w => w.LoseAnswersAsync(t.Pace.Hold(2, 15))))),
        new OnTheCluster("broker-acks-lost", t => Task.WhenAll(t.Site.ToBrokers.Select(w => w.LoseCallsAsync(t.Pace.Hold(2, 15))))),
        new OnTheCluster("database-kill", async t =>
        {
            await t.Pace.MomentAsync(t.Random);
            await t.Site.Cluster!.DoAsync("database kill");
            await Task.Delay(t.Pace.Hold(1, 30));
            await t.Site.Cluster.ReviveDatabaseAsync();
        }),
        new OnTheCluster("database-hangs", async t =>
        {
            await t.Pace.MomentAsync(t.Random);
            await t.Site.Cluster!.DoAsync("database pause");
            await Task.Delay(t.Pace.Hold(3, 45));
            await t.Site.Cluster.DoAsync("database resume");
        }),
        new OnTheCluster("database-cut", async t =>
        {
            for (var i = 0; i < 3; i++)
            {
                await t.Pace.MomentAsync(t.Random);
                if (i % 2 == 0) t.Site.ToDatabase!.Cut();
                else await t.Site.Cluster!.AskDatabaseAsync("database cut");
            }
        }),
        new OnTheCluster("database-answers-lost", async t =>
        {
            for (var i = 0; i < 3; i++)
            {
                await t.Pace.MomentAsync(t.Random);
                await t.Site.ToDatabase!.LoseAnswersAsync(t.Pace.Hold(0.5, 3));
            }
        }),
        new OnTheCluster("database-slow-commits", async t =>
        {
            await t.Site.Cluster!.AskDatabaseAsync("database slow 100");
            await Task.Delay(t.Pace.Hold(4, 60));
            await t.Site.Cluster.AskDatabaseAsync("database slow off");
        }),
        new OnTheCluster("database-stalled-commits", async t =>
        {
            await t.Pace.MomentAsync(t.Random);
            // A standby that does not exist never confirms: every commit is written, and waits, as behind a replica that is lost.
            await t.Site.Cluster!.SetAsync("synchronous_standby_names", "nowhere");
            await Task.Delay(t.Pace.Hold(3, 20));
            await t.Site.Cluster.SetAsync("synchronous_standby_names", "");
        }),
        new DiskFull(),
        new MessagesTwiceLateAndShuffled(),
        new Garbage(),
        new PoisonedTicket(),
        new ClockJumps(),
        new RestoredBackup(),
        new NextSchema(),
        new Overload(),
    ];
}

/// <summary><c>kill -9</c> of some processes at once, again and again, and their restarts.</summary>
internal sealed class KillProcesses(string name, int atOnce) : Fault
{
    public override string Name => name;

    public override string? Unfit(Site site) => atOnce > 1 && site.Members.Count == 1 ? "there is one process" : null;

    public override async Task StrikeAsync(Target target)
    {
        for (var strike = 0; strike < (atOnce == 1 ? 3 : 1); strike++)
        {
            await target.Pace.MomentAsync(target.Random);
            var members = target.Site.Members.ToArray();
            target.Random.Shuffle(members);
            var struck = members.Take(atOnce).ToArray();
            await Task.WhenAll(struck.Select(m => m.KillAsync()));
            await target.Pace.MomentAsync(target.Random, 0.5);
            await Task.WhenAll(struck.Select(m => m.StartAsync()));
        }
    }
}

/// <summary>A fault of the servers, or of the network to them.</summary>
internal class OnTheCluster(string name, Func<Target, Task> strike) : Fault
{
    public override string Name => name;

    public override string? Unfit(Site site) => site.Embedded ? "the embedded site has neither broker nor database server" : null;

    public override Task StrikeAsync(Target target) => strike(target);
}

/// <summary>All brokers are away, and come back with their data. Filing goes on meanwhile.</summary>
internal sealed class BrokerAway(string name, string command) : OnTheCluster(name, async t =>
{
    await t.Pace.MomentAsync(t.Random);
    var away = TimeProvider.System.GetTimestamp();
    try
    {
        await t.Site.Cluster!.DoAsync(command);
        await t.Traffic.FlowsAsync(20, Pace.Patience);
        var rest = t.Pace.Hold(4, 120) - TimeProvider.System.GetElapsedTime(away);
        if (rest > TimeSpan.Zero) await Task.Delay(rest);
    }
    finally
    {
        await t.Site.Cluster!.DoAsync("broker start all");
    }
});

/// <summary>One of the three brokers is lost to the others and to the processes.</summary>
internal sealed class OneBroker(string name, Func<int, string> strike, Func<int, string> heal) : OnTheCluster(name, async t =>
{
    await t.Pace.MomentAsync(t.Random);
    var node = t.Random.Next(1, Cluster.Brokers + 1);
    await t.Site.Cluster!.DoAsync(strike(node));
    try
    {
        await Task.Delay(t.Pace.Hold(5, 60));
    }
    finally
    {
        await t.Site.Cluster.DoAsync(heal(node));
    }
});

/// <summary>Not one byte more can be written where the database lies.</summary>
internal sealed class DiskFull : Fault
{
    public override string Name => "disk-full";

    public override bool Pairs => false;

    public override string? Unfit(Site site) => site.NoDisk;

    public override async Task StrikeAsync(Target target)
    {
        await target.Pace.MomentAsync(target.Random);
        await target.Site.Disk!.FillAsync();
        if (target.Site.Embedded) await SaysAsync(target, "read-only");
        await Task.Delay(target.Pace.Hold(3, 30));
        await target.Site.Disk.FreeAsync();
        // PostgreSQL gives up where its log cannot grow, and does not come back by itself.
        if (target.Site.Cluster is { } cluster) await cluster.ReviveDatabaseAsync();
        else await SaysAsync(target, "ok");
    }

    /// <summary>Whoever looks after it hears of it.</summary>
    private static async Task SaysAsync(Target target, string status)
    {
        using var calls = new Calls(target.Site);
        using var patience = new CancellationTokenSource(Pace.Patience);
        while ((await calls.GetAsync("/health/ready", patience.Token))["database"]!["status"]!.GetValue<string>() != status)
            await Task.Delay(100, patience.Token);
    }
}

/// <summary>The wall clock jumps across midnight, an hour ahead, and back to the day before.</summary>
internal sealed class ClockJumps : Fault
{
    public override string Name => "clock-jumps";

    public override string? Unfit(Site site) => site.Clock is null ? "libfaketime is not installed, or (on the cluster) it was not asked for by name" : null;

    public override async Task StrikeAsync(Target target)
    {
        var clock = target.Site.Clock!;
        await target.Pace.MomentAsync(target.Random);
        clock.MoveToBeforeMidnight(TimeSpan.FromSeconds(3));
        await Task.Delay(TimeSpan.FromSeconds(5));
        clock.MoveBy(TimeSpan.FromHours(1));
        await Task.Delay(target.Pace.Hold(2, 30));
        clock.MoveBy(TimeSpan.FromHours(-1) - TimeSpan.FromSeconds(10));
        await Task.Delay(target.Pace.Hold(2, 30));
        clock.MoveBy(-clock.Ahead);
    }
}
