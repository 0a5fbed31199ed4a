using System.Globalization;

namespace Hotline.Tests.Faults;

/// <summary>Scenario after scenario, for as long as one likes.</summary>
internal sealed class Session(int seed, TimeSpan time, string[] names, bool each, string[] sites, Pace pace)
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
            foreach (var (site, scenario) in Draw(open, random))
            {
                if (ct.IsCancellationRequested || TimeProvider.System.GetElapsedTime(started) > time) break;
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

    /// <summary>The sites in turn: what was asked for, each fault once, or one or two by lot for ever.</summary>
    private IEnumerable<(Site Site, Scenario Scenario)> Draw(List<Site> open, Random random)
    {
        Fault[] FitFor(Site site) => [.. Fault.All.Where(f => f.Unfit(site) is null && (names.Length == 0 || names.Contains(f.Name)))];
        var rounds = open.All(site => FitFor(site).Length == 0) ? 0 : each ? Fault.All.Count : int.MaxValue;
        for (var round = 0; round < rounds; round++)
        {
            foreach (var site in open)
            {
                var fit = FitFor(site);
                var chosen = each ? fit.Skip(round).Take(1).ToArray() : names.Length > 0 ? fit : Lot(fit, random);
                if (chosen.Length > 0) yield return (site, new Scenario(chosen, unchecked(seed + (round * 1_000)) & int.MaxValue, pace));
            }
        }
    }

    private static Fault[] Lot(Fault[] fit, Random random)
    {
        var first = fit[random.Next(fit.Length)];
        Fault[] others = [.. fit.Where(f => f != first && f.Pairs)];
        var second = others[random.Next(others.Length)];
        return first.Pairs && random.Next(2) == 0 ? [first, second] : [first];
    }
}
