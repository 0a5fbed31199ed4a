using System.Globalization;

namespace Hotline.Tests.Faults;

/// <summary>Scenario after scenario, for as long as one likes.</summary>
internal sealed class Session(int seed, TimeSpan time, string[] names, string[] sites, Pace pace)
{
    /// <returns>0 when every promise was kept, 1 when not, 2 for a call that makes no sense.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        if (names.FirstOrDefault(n => Fault.All.All(f => f.Name != n)) is { } unknown)
        {
            await Console.Error.WriteLineAsync($"--fault: '{unknown}' is none of: {string.Join(", ", Fault.All.Select(f => f.Name))}");
            return 2;
        }
        if (sites.FirstOrDefault(s => s is not ("embedded" or "cluster")) is { } nowhere)
        {
            await Console.Error.WriteLineAsync($"--site: '{nowhere}' is none of: embedded, cluster");
            return 2;
        }
        var random = new Random(seed);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed}"));
        Console.WriteLine(Figures.Head);
        var open = new List<Site>();
        var broken = 0;
        try
        {
            foreach (var name in sites)
            {
                var (site, reason) = name == "embedded" ? (await Site.EmbeddedAsync(), null) : await Site.ClusterAsync(withClock: names.Contains("clock-jumps"));
                if (site is not null) open.Add(site);
                else await Console.Error.WriteLineAsync($"{name} is left out: {reason}");
            }
            foreach (var site in open)
            {
                foreach (var fault in Fault.All.Where(f => f.Unfit(site) is not null && (names.Length == 0 || names.Contains(f.Name))))
                    await Console.Error.WriteLineAsync($"{site.Name}: {fault.Name} is left out: {fault.Unfit(site)}");
            }
            var started = TimeProvider.System.GetTimestamp();
            for (var number = 0; open.Count > 0 && !ct.IsCancellationRequested && TimeProvider.System.GetElapsedTime(started) < time; number++)
            {
                var site = open[number % open.Count];
                var scenario = Draw(site, random, unchecked(seed + (number * 1_000)) & int.MaxValue);
                if (scenario is null) continue;
                var figures = await scenario.RunAsync(site, ct);
                Console.WriteLine(figures);
                foreach (var what in figures.Broken.Take(20)) Console.WriteLine($"    {what}");
                broken += figures.Broken.Count;
            }
            // What was accounted for long ago is still there.
            foreach (var site in open)
            {
                var account = new Account(site);
                await account.HoldAsync(site.Ledger.All);
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{site.Name}: {site.Ledger.Count} tickets promised in all, {account.Decided} decided, {account.Issued} work orders; {account.Broken.Count} do not hold"));
                foreach (var what in account.Broken.Take(20)) Console.WriteLine($"    {what}");
                broken += account.Broken.Count;
            }
        }
        finally
        {
            foreach (var site in open) await site.DisposeAsync();
        }
        return broken == 0 ? 0 : 1;
    }

    private Scenario? Draw(Site site, Random random, int scenarioSeed)
    {
        Fault[] fit = [.. Fault.All.Where(f => f.Unfit(site) is null && (names.Length == 0 || names.Contains(f.Name)))];
        if (names.Length > 0) return fit.Length == 0 ? null : new Scenario(fit, scenarioSeed, pace);
        var first = fit[random.Next(fit.Length)];
        Fault[] others = [.. fit.Where(f => f != first && f.Pairs)];
        var second = others[random.Next(others.Length)];
        return new Scenario(first.Pairs && random.Next(2) == 0 ? [first, second] : [first], scenarioSeed, pace);
    }
}
