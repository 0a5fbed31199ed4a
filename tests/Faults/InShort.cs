namespace Hotline.Tests.Faults;

/// <summary>The faults that find most, for seconds each, on one installation per class; the program does the same for hours.</summary>
public abstract class InShort
{
    private const int Seed = 20200207;

    private protected static Pace Pace { get; } = new(Short: true);

    private protected static async Task HoldAsync(Site site, params string[][] scenarios)
    {
        var output = TestContext.Current.TestOutputHelper!;
        output.WriteLine(Figures.Head);
        var broken = new List<string>();
        for (var number = 0; number < scenarios.Length; number++)
        {
            Fault[] faults = [.. scenarios[number].Select(name => Fault.All.Single(f => f.Name == name))];
            foreach (var fault in faults) Assert.SkipWhen(fault.Unfit(site) is not null, $"{fault.Name}: {fault.Unfit(site)}");
            var figures = await new Scenario(faults, Seed + (number * 1_000), Pace).RunAsync(site, TestContext.Current.CancellationToken);
            output.WriteLine(figures.ToString());
            broken.AddRange(figures.Broken.Select(b => $"{figures.Name}: {b}"));
        }
        Assert.True(broken.Count == 0, string.Join('\n', broken.Take(30)));
    }
}

/// <summary>SQLite, one process.</summary>
public sealed class FaultsEmbedded : InShort
{
    [Fact]
    public async Task Nothing_that_was_accepted_is_lost_doubled_or_counted_twice()
    {
        await using var site = await Site.EmbeddedAsync();
        await HoldAsync(site, ["kill-one"], ["disk-full"], ["poisoned-ticket"], ["restored-backup"], ["kill-one", "clock-jumps"]);
    }
}

/// <summary>RabbitMQ and PostgreSQL, three brokers, two processes of every role.</summary>
public sealed class FaultsOverRabbitMqAndPostgreSql : InShort
{
    [Fact]
    public async Task Nothing_that_was_accepted_is_lost_doubled_or_counted_twice()
    {
        var (built, reason) = await Site.ClusterAsync();
        Assert.SkipWhen(built is null, $"No cluster could be started: {reason}");
        await using var site = built!;
        await HoldAsync(site, ["kill-several", "broker-kill"], ["database-answers-lost", "messages-twice-late-shuffled"], ["database-kill"], ["disk-full"], ["poisoned-ticket"]);
    }
}
