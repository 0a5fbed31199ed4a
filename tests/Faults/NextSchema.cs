using System.Globalization;

namespace Hotline.Tests.Faults;

/// <summary>
/// The schema of a next version arrives while this one runs: new columns, a table and an index, as a forward migration adds them. The processes that run go
/// on; one that is started refuses, in a line that names the version; once its own version knows the schema, they are replaced one by one.
/// </summary>
internal sealed class NextSchema : Fault
{
    private const int Version = 9999;

    public override string Name => "next-schema";

    /// <summary>Another fault's restarts would be refused too.</summary>
    public override bool Pairs => false;

    public override async Task StrikeAsync(Target target)
    {
        var site = target.Site;
        await target.Pace.MomentAsync(target.Random);
        var name = string.Create(CultureInfo.InvariantCulture, $"next_{target.Random.Next()}");
        foreach (var table in new[] { "intake_ticket", "dispatch_ticket", "dispatch_decision", "handling_work_order" })
            await site.ExecuteAsync($"alter table {table} add column {name} text");
        await site.ExecuteAsync($"create table {name} (id integer primary key)");
        await site.ExecuteAsync($"create index {name}_ticket on intake_ticket ({name})");
        await site.ExecuteAsync($"insert into schema_version (version, name, applied_at) values ({Version}, '{Version}_{name}', '2026-01-01T00:00:00.000Z')");
        await target.Traffic.FlowsAsync(20, Pace.Patience);

        // The last of a role: where there are two of each, the work goes on with the other one.
        var old = site.Members[^1];
        await old.KillAsync();
        if (await old.RefusalAsync() is not { } refusal) throw new BrokenPromiseException("a process of the version before started on a newer schema");
        if (!refusal.Contains($"schema version {Version}", StringComparison.Ordinal)) throw new BrokenPromiseException($"it does not say that the schema is newer: {refusal}");
        if (site.Members.Count > 1) await target.Traffic.FlowsAsync(20, Pace.Patience);

        await site.ExecuteAsync($"delete from schema_version where version = {Version}");
        await old.StartAsync();
        foreach (var member in site.Members.Where(m => m != old))
        {
            await member.KillAsync();
            await member.StartAsync();
        }
    }
}
