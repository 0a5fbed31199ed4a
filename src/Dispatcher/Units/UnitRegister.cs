using Hotline.Data;
using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Units;

/// <summary>The units of the hotline: found, listed, and installed by <c>hotline init</c>.</summary>
public sealed class UnitRegister(Database database, RoutingBasis basis)
{
    /// <param name="Known">Units that were there before.</param>
    public sealed record Installed(int Added, int Known);

    public async Task<UnitIndex> AllAsync(CancellationToken ct) => (await basis.ReadAsync(database, ct)).Units;

    public async Task<Unit?> FindAsync(string code, CancellationToken ct) => (await AllAsync(ct)).Find(code);

    /// <summary>Adds the units that are not there yet; those that are keep their names, which somebody may have corrected.</summary>
    public async Task<Installed> InstallAsync(IReadOnlyCollection<UnitSeed> seeds, CancellationToken ct)
    {
        var added = await database.WriteAsync(async work =>
        {
            var known = (await work.QueryAsync<string>("select code from dispatch_unit")).ToHashSet(StringComparer.Ordinal);
            var missing = seeds.Where(s => known.Add(s.Code)).ToArray();
            if (missing.Length == 0) return 0;
            await work.ExecuteAsync("""
                insert into dispatch_unit (code, name, kind, parent, division, name_en) values (@Code, @Name, @Kind, @Parent, @Division, @NameEn)
                """, missing);
            await RoutingBasis.TouchAsync(work, RoutingBasis.UnitsPart);
            return missing.Length;
        }, ct);
        basis.Forget();
        return new Installed(added, seeds.Count - added);
    }
}
