using Microsoft.Data.Sqlite;

namespace Hotline.Tests.Faults;

/// <summary>
/// A copy of the database file is taken while the service runs, as docs/operations.md says; some time later the service is killed and the copy put in its
/// place. Everything that was answered before the copy was begun is there; what came after it is gone, or whole.
/// </summary>
internal sealed class RestoredBackup : Fault
{
    public override string Name => "restored-backup";

    public override bool Pairs => false;

    public override string? Unfit(Site site) => site.Embedded ? null : "a server is backed up with its own means";

    public override async Task StrikeAsync(Target target)
    {
        var site = target.Site;
        var copy = Path.Combine(site.Hotline.Folder, $"backup-{target.Random.Next()}.db");
        await target.Pace.MomentAsync(target.Random);
        var begun = TimeProvider.System.GetUtcNow();
        var owedThen = site.Ledger.All.Where(e => e.At < begun).ToDictionary(e => e.Draft.Key, e => e.Owed.Count);
        await site.ExecuteAsync($"vacuum into '{copy}'");
        await target.Traffic.FlowsAsync(target.Pace.Around, Pace.Patience);
        var gate = await target.Traffic.RestAsync();

        foreach (var member in site.Members) await member.KillAsync();
        foreach (var file in new[] { site.DatabaseFile, $"{site.DatabaseFile}-wal", $"{site.DatabaseFile}-shm" }) File.Delete(file);
        File.Move(copy, site.DatabaseFile);
        foreach (var entry in site.Ledger.All)
        {
            // A life that was on its way, or went on after the copy, is back in an earlier state, if the ticket is there at all: nobody goes on with it.
            if (!owedThen.TryGetValue(entry.Draft.Key, out var owed) || entry.Owed.Count != owed || (entry.Draft.Life != Life.Left && !entry.Owed.Any(o => o.Action == "closed")))
                entry.Loose = true;
        }
        foreach (var member in site.Members) await member.StartAsync();

        using var calls = new Calls(site);
        foreach (var entry in site.Ledger.All)
        {
            var answer = await calls.SendAsync(0, HttpMethod.Get, $"/api/tickets/{entry.Number}");
            if (answer.Status == 200) continue;
            if (answer.Status != 404 || entry.At < begun) throw new BrokenPromiseException($"{entry.Number} was answered before the backup was begun, and is not in it: {answer.Status}");
            site.Ledger.Forget(entry);
        }
        target.Traffic.Resume(gate);
        SqliteConnection.ClearAllPools();
    }
}
