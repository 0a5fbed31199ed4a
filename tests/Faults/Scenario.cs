using System.Globalization;

namespace Hotline.Tests.Faults;

/// <summary>What a scenario came to.</summary>
/// <param name="Resent">Deliveries that a relay sent again.</param>
/// <param name="SetAside">In the error list at its end.</param>
internal sealed record Figures(
    string Name, int Filed, int Retried, int Refused, int Decided, int Issued, int Lived, int Resent, long SetAside, double SettledSeconds, double Seconds, IReadOnlyList<string> Broken)
{
    public static string Head => string.Create(CultureInfo.InvariantCulture,
        $"{"scenario",-58} {"filed",6} {"retried",7} {"503s",5} {"decided",7} {"issued",6} {"lives",5} {"resent",6} {"aside",5} {"settled",8} {"seconds",7}");

    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"{Name,-58} {Filed,6} {Retried,7} {Refused,5} {Decided,7} {Issued,6} {Lived,5} {Resent,6} {SetAside,5} {SettledSeconds,6:0.0} s {Seconds,5:0} s{(Broken.Count == 0 ? "" : $"  {Broken.Count} PROMISES BROKEN")}");
}

/// <summary>Faults struck together under load; then the system settles, and everything is accounted for.</summary>
/// <param name="Seed">The same seed plans the same files, lives and moments.</param>
internal sealed record Scenario(IReadOnlyList<Fault> Faults, int Seed, Pace Pace)
{
    /// <summary>From the end of the last fault until nothing is owed and every life is lived; generous, since what is late is not lost.</summary>
    private static readonly TimeSpan SettlesWithin = TimeSpan.FromMinutes(6);

    private string Name => string.Join(" + ", Faults.Select(f => f.Name));

    public async Task<Figures> RunAsync(Site site, CancellationToken ct)
    {
        var started = TimeProvider.System.GetTimestamp();
        var broken = new List<string>();
        var resent = site.Resent;
        var before = site.Ledger.All.Select(e => e.Draft.Key).ToHashSet(StringComparer.Ordinal);
        await using var traffic = new Traffic(site, Seed);
        try
        {
            await traffic.FlowsAsync(Pace.Around, Pace.Patience);
            await Task.WhenAll(Faults.Select((fault, i) => fault.StrikeAsync(new Target(site, traffic, new Random(Seed + i), Pace)))).WaitAsync(ct);
            // It works again, by itself.
            await traffic.FlowsAsync(Pace.Around, Pace.Patience);
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            // Whatever it is: what was filed is accounted for all the same, or the next scenario would be blamed for it.
            broken.Add(e is BrokenPromiseException ? e.Message : $"a fault could not be struck or healed: {e}");
            // What it left undone must not be blamed on the service.
            await site.HealAsync();
        }
        var healed = TimeProvider.System.GetTimestamp();
        // Lives go on only with what is put back.
        using var puttingBack = new CancellationTokenSource();
        var putBack = Faults.Any(f => f.PutsBack) ? PutBackAsync(site, puttingBack.Token) : Task.CompletedTask;
        await traffic.FinishAsync(SettlesWithin);
        await puttingBack.CancelAsync();
        await putBack;
        var setAside = await SettleAsync(site, broken);
        var settled = TimeProvider.System.GetElapsedTime(healed);

        var account = new Account(site);
        await account.HoldAsync(site.Ledger.All.Where(e => !before.Contains(e.Draft.Key)));
        foreach (var fallen in site.Members.Where(m => m.Fell)) broken.Add($"the process of {fallen.Roles} ended by itself: {fallen.Notes}");
        broken.AddRange(traffic.Broken.Select(what => Explain(site, what)));
        broken.AddRange(account.Broken);
        return new Figures($"{site.Name}: {Name}", traffic.Filed, traffic.Retried, traffic.Refused, account.Decided, account.Issued, traffic.Lived,
            site.Resent - resent, setAside, settled.TotalSeconds, TimeProvider.System.GetElapsedTime(started).TotalSeconds, broken);
    }

    /// <summary>With the line of the log that a 500 names, where its process still lives.</summary>
    private static string Explain(Site site, string what)
    {
        const string under = "log of the service under ";
        if (what.IndexOf(under, StringComparison.Ordinal) is not (>= 0 and var at)) return what;
        var trace = new string([.. what[(at + under.Length)..].TakeWhile(c => char.IsAsciiLetterOrDigit(c) || c == ':')]);
        return $"{what} {string.Join(' ', site.Members.SelectMany(m => m.Notes.Split('\n')).Where(l => l.Contains(trace, StringComparison.Ordinal)))}";
    }

    private static async Task PutBackAsync(Site site, CancellationToken ct)
    {
        using var calls = new Calls(site);
        while (!ct.IsCancellationRequested)
        {
            await calls.SendAsync(0, HttpMethod.Post, "/api/errors/put-back");
            await Task.Delay(1000, CancellationToken.None);
        }
        await calls.SendAsync(0, HttpMethod.Post, "/api/errors/put-back");
    }

    /// <returns>How many deliveries are set aside.</returns>
    private static async Task<long> SettleAsync(Site site, List<string> broken)
    {
        using var calls = new Calls(site);
        var started = TimeProvider.System.GetTimestamp();
        while (true)
        {
            var ready = await calls.GetAsync("/health/ready", CancellationToken.None);
            if (ready["outbox"]?["owed"]?.GetValue<long>() == 0)
            {
                if (ready["outbox"]!["setAside"]!.GetValue<long>() is var aside and > 0)
                {
                    var errors = (await calls.GetAsync("/api/errors", CancellationToken.None))["items"]!.AsArray();
                    broken.Add($"{aside} set aside: {string.Join("; ", errors.Take(5).Select(e => $"{e!["ticket"]} {e["role"]} {e["kind"]} {e["reason"]}"))}");
                }
                return ready["outbox"]!["setAside"]!.GetValue<long>();
            }
            if (TimeProvider.System.GetElapsedTime(started) > SettlesWithin)
            {
                broken.Add($"it did not settle: {ready.ToJsonString()}");
                return 0;
            }
            await Task.Delay(50);
        }
    }
}
