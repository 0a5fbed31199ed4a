namespace Hotline.Tests.Faults;

/// <summary>
/// The faults that find most in the least time, for seconds each; the program strikes them all, for hours. One installation lives through all scenarios of a class, as it would in
/// use: what one leaves behind, the next one finds.
/// </summary>
public abstract class InShort
{
    private const int Seed = 20200207;

    private protected static async Task HoldAsync(Site site, params string[] names)
    {
        Fault[] faults = [.. names.Select(name => Fault.All.Single(f => f.Name == name))];
        foreach (var fault in faults) Assert.SkipWhen(fault.Unfit(site) is not null, $"{fault.Name}: {fault.Unfit(site)}");
        // A seed of its own for each scenario, the same in every run.
        var seed = names.Aggregate(Seed, (sum, name) => name.Aggregate(sum, (s, letter) => unchecked((s * 31) + letter) & int.MaxValue));
        var figures = await new Scenario(faults, seed, new Pace(Short: true)).RunAsync(site, TestContext.Current.CancellationToken);
        TestContext.Current.TestOutputHelper!.WriteLine($"{Figures.Head}\n{figures}");
        Assert.True(figures.Broken.Count == 0, $"{Figures.Head}\n{figures}\n{string.Join('\n', figures.Broken.Take(30))}");
    }
}

/// <summary>SQLite, one process.</summary>
public sealed class FaultsEmbedded(FaultsEmbedded.Place place) : InShort, IClassFixture<FaultsEmbedded.Place>
{
    [Theory]
    [InlineData("kill-one", "clock-jumps")]
    [InlineData("disk-full")]
    [InlineData("poisoned-ticket")]
    [InlineData("restored-backup")]
    [InlineData("next-schema")]
    public Task Nothing_that_was_accepted_is_lost_doubled_or_counted_twice(params string[] faults) => HoldAsync(place.Site, faults);

    public sealed class Place : IAsyncLifetime
    {
        internal Site Site { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Site = await Site.EmbeddedAsync();

        public async ValueTask DisposeAsync()
        {
            if (Site is not null) await Site.DisposeAsync();
        }
    }
}

/// <summary>Three RabbitMQ nodes, PostgreSQL, two processes of every role.</summary>
public sealed class FaultsOverRabbitMqAndPostgreSql(FaultsOverRabbitMqAndPostgreSql.Place place) : InShort, IClassFixture<FaultsOverRabbitMqAndPostgreSql.Place>
{
    [Theory]
    [InlineData("database-answers-lost", "messages-twice-late-shuffled")]
    [InlineData("database-kill", "broker-partition")]
    public Task Nothing_that_was_accepted_is_lost_doubled_or_counted_twice(params string[] faults)
    {
        Assert.SkipWhen(place.Site is null, $"No cluster could be started: {place.Reason}");
        return HoldAsync(place.Site!, faults);
    }

    public sealed class Place : IAsyncLifetime
    {
        internal Site? Site { get; private set; }

        internal string? Reason { get; private set; }

        public async ValueTask InitializeAsync() => (Site, Reason) = await Site.ClusterAsync();

        public async ValueTask DisposeAsync()
        {
            if (Site is not null) await Site.DisposeAsync();
        }
    }
}
