namespace Hotline.Tests.Faults;

/// <summary>How long faults last.</summary>
/// <param name="Short">Seconds instead of minutes.</param>
internal sealed record Pace(bool Short)
{
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

    /// <exception cref="BrokenPromiseException">What must go on meanwhile does not.</exception>
    public abstract Task StrikeAsync(Target target);

    public static IReadOnlyList<Fault> All { get; } =
    [
        new KillProcesses("kill-one", 1), new KillProcesses("kill-several", 3), new KillProcesses("kill-all", int.MaxValue),
        new BrokerAway("broker-stop", b => b.StopAsync()), new BrokerAway("broker-kill", b => b.KillAsync()),
        new BrokerWire("broker-cut", async (w, t) => { for (var i = 0; i < 3; i++) { await t.Pace.MomentAsync(t.Random); w.Cut(); } }),
        new BrokerWire("broker-answers-lost", (w, t) => w.LoseAnswersAsync(t.Pace.Hold(2, 15))),
        new BrokerWire("broker-acks-lost", (w, t) => w.LoseCallsAsync(t.Pace.Hold(2, 15))),
        new DatabaseKill(),
        new DatabaseFault("database-cut", async t =>
        {
            for (var i = 0; i < 3; i++)
            {
                await t.Pace.MomentAsync(t.Random);
                if (i % 2 == 0) t.Site.ToDatabase!.Cut();
                else await t.Site.Server!.CutAsync();
            }
        }),
        new DatabaseFault("database-answers-lost", async t =>
        {
            for (var i = 0; i < 3; i++)
            {
                await t.Pace.MomentAsync(t.Random);
                await t.Site.ToDatabase!.LoseAnswersAsync(t.Pace.Hold(0.5, 3));
            }
        }),
        new DatabaseFault("database-slow", t => t.Site.ToDatabase!.DelayAsync(TimeSpan.FromMilliseconds(40), t.Pace.Hold(4, 60))),
        new DatabaseStall(),
        new DiskFull(),
        new MessagesTwiceLateAndShuffled(),
        new Garbage(),
        new PoisonedTicket(),
        new ClockJumps(),
        new RestoredBackup(),
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

/// <summary>The broker is away, with its data. Filing goes on, and readiness says so.</summary>
internal sealed class BrokerAway(string name, Func<Broker, Task> end) : Fault
{
    public override string Name => name;

    public override string? Unfit(Site site) => site.Broker is null ? "the in-memory bus has no broker" : null;

    public override async Task StrikeAsync(Target target)
    {
        await target.Pace.MomentAsync(target.Random);
        var broker = target.Site.Broker!;
        var held = TimeProvider.System.GetTimestamp();
        try
        {
            await end(broker);
            await target.Traffic.FlowsAsync(20, TimeSpan.FromMinutes(1));
            var rest = target.Pace.Hold(4, 120) - TimeProvider.System.GetElapsedTime(held);
            if (rest > TimeSpan.Zero) await Task.Delay(rest);
        }
        finally
        {
            await broker.StartAsync();
        }
    }
}

/// <summary>The network to the broker fails.</summary>
internal sealed class BrokerWire(string name, Func<Wire, Target, Task> strike) : Fault
{
    public override string Name => name;

    public override string? Unfit(Site site) => site.ToBroker is null ? "the in-memory bus has no broker" : null;

    public override Task StrikeAsync(Target target) => strike(target.Site.ToBroker!, target);
}

/// <summary>The network to the database server fails.</summary>
internal sealed class DatabaseFault(string name, Func<Target, Task> strike) : Fault
{
    public override string Name => name;

    public override string? Unfit(Site site) => site.Server is null ? "the embedded database is no server" : null;

    public override Task StrikeAsync(Target target) => strike(target);
}

/// <summary><c>kill -9</c> of the database server with all its processes, and its recovery.</summary>
internal sealed class DatabaseKill : Fault
{
    public override string Name => "database-kill";

    public override string? Unfit(Site site) => site.Server is null ? "the embedded database dies with its process" : null;

    public override async Task StrikeAsync(Target target)
    {
        await target.Pace.MomentAsync(target.Random);
        await target.Site.Server!.KillAsync();
        await Task.Delay(target.Pace.Hold(1, 30));
        await target.Site.Server.StartAsync();
    }
}

/// <summary>Commits take long and then hang altogether, as behind a stalled disk or replica.</summary>
internal sealed class DatabaseStall : Fault
{
    public override string Name => "database-stall";

    public override string? Unfit(Site site) => site.Server is null ? "the embedded database has no commits to hold up" : null;

    public override async Task StrikeAsync(Target target)
    {
        var server = target.Site.Server!;
        await target.Pace.MomentAsync(target.Random);
        await server.SetAsync("commit_siblings", "0");
        await server.SetAsync("commit_delay", "100000");
        await Task.Delay(target.Pace.Hold(2, 30));
        // A standby that does not exist never confirms: every commit is written, and waits.
        await server.SetAsync("synchronous_standby_names", "nowhere");
        await Task.Delay(target.Pace.Hold(3, 20));
        await server.SetAsync("synchronous_standby_names", "");
        await server.SetAsync("commit_delay", "0");
    }
}

/// <summary>Not one byte more can be written where the database lies.</summary>
internal sealed class DiskFull : Fault
{
    public override string Name => "disk-full";

    public override bool Pairs => false;

    public override string? Unfit(Site site) => site.NoDisk;

    public override async Task StrikeAsync(Target target)
    {
        await target.Pace.MomentAsync(target.Random);
        target.Site.Disk!.Fill();
        await Task.Delay(target.Pace.Hold(3, 30));
        target.Site.Disk.Free();
        // PostgreSQL gives up where its log cannot grow, and does not come back by itself.
        if (target.Site.Server is { } server) await server.StartAsync();
    }
}

/// <summary>The wall clock jumps across midnight, an hour ahead, and back to the day before.</summary>
internal sealed class ClockJumps : Fault
{
    public override string Name => "clock-jumps";

    public override string? Unfit(Site site) => site.Clock is null ? "libfaketime is not installed" : null;

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
