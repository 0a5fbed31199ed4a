using System.Diagnostics;
using System.Globalization;
using System.Text;
using Hotline.Contracts;
using Hotline.Dispatcher.Place;

namespace Hotline.Accuracy;

/// <summary>
/// How long boundaries and grids take to check and to ask, and what they weigh, on an invented map of a city: its real communities as squares with jagged borders.
/// </summary>
internal static class MapSpeed
{
    private const int VerticesPerSide = 30, Wide = 80, PerStreet = 16;
    private const double Side = 0.004;

    public static int Measure()
    {
        var directory = DivisionDirectory.Instance;
        var communities = directory.Children("3301").SelectMany(c => directory.Children(c.Code)).SelectMany(s => directory.Communities(s.Code).Take(PerStreet)).Select(c => c.Code).ToArray();
        var text = GeoJson(communities);
        Console.WriteLine($"{communities.Length} communities, {communities.Length * 4 * VerticesPerSide:#,0} vertices, {text.Length / 1_000_000.0:0.0} MB of GeoJSON");

        var started = Stopwatch.StartNew();
        var boundaries = BoundaryFile.Check(text, null, GridBook.Empty, directory, out var errors);
        foreach (var error in errors.Take(5)) Console.WriteLine($"{error.Where}: {error.Message}");
        if (boundaries is null) return 1;
        Console.WriteLine($"read and checked in {started.Elapsed.TotalSeconds:0.0} s");

        started.Restart();
        boundaries = BoundaryFile.Stored(text);
        Console.WriteLine($"read again as stored in {started.Elapsed.TotalSeconds:0.0} s");

        var random = new Random(1);
        var points = Enumerable.Range(0, 100_000).Select(_ => new Location(30 + random.NextDouble() * Side * communities.Length / Wide, 120 + random.NextDouble() * Side * Wide)).ToArray();
        foreach (var point in points) boundaries.Find(point, GridBook.Empty);
        GC.Collect();
        var before = GC.GetTotalMemory(true);
        var cpu = Environment.CpuUsage.TotalTime;
        var inside = points.Count(p => boundaries.Find(p, GridBook.Empty).Street is not null);
        Console.WriteLine($"{points.Length / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds:#,0} points a second of processor time, {inside} of {points.Length} inside");
        MeasureGrids(communities, directory);
        GC.KeepAlive(boundaries);
        boundaries = null;
        Console.WriteLine($"in memory, every area asked at least once: {(before - GC.GetTotalMemory(true)) / 1_000_000.0:0} MB");
        return 0;
    }

    /// <summary>Four grids in each community, each with an estate of its own and a piece of a road that its community shares.</summary>
    private static void MeasureGrids(string[] communities, DivisionDirectory directory)
    {
        var csv = new StringBuilder(string.Join(',', GridBook.Columns) + "\n");
        for (var i = 0; i < communities.Length * 4; i++)
            csv.Append(CultureInfo.InvariantCulture, $"G{i},第{i}网格,{communities[i / 4]},锦绣{i}家园1-20幢;和平路{i % 4 * 100 + 1}-{i % 4 * 100 + 99}号,,,\n");
        var started = Stopwatch.StartNew();
        var grids = GridBook.Check(csv.ToString(), null, directory, out _)!;
        Console.WriteLine($"{grids.Grids.Count} grids, {csv.Length / 1_000_000.0:0.0} MB of CSV read and checked in {started.Elapsed.TotalSeconds:0.0} s");
        var alone = new PlaceFinder(AddressResolver.Instance, null, "3301", GridBook.Empty, Boundaries.Empty, 0.6);
        var listed = new PlaceFinder(AddressResolver.Instance, null, "3301", grids, Boundaries.Empty, 0.6);
        var matters = Enumerable.Range(0, communities.Length * 4).Select(i => new Matter("楼道堆物", "请处理", $"{directory.FullName(communities[i / 4][..9])}锦绣{i}家园7-2-301", null)).ToArray();
        var found = matters.Count(m => listed.Find(m).Grid is not null);
        foreach (var m in matters) alone.Find(m);
        Console.WriteLine($"address to street {Rate(alone, matters):#,0}, to grid and entrance {Rate(listed, matters):#,0} a second of processor time; grid found for {found} of {matters.Length}");

        static double Rate(PlaceFinder finder, Matter[] matters)
        {
            var cpu = Environment.CpuUsage.TotalTime;
            for (var round = 0; round < 5; round++)
                foreach (var m in matters) finder.Find(m);
            return 5 * matters.Length / (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        }
    }

    private static string GeoJson(string[] codes)
    {
        var text = new StringBuilder("""{"type":"FeatureCollection","features":[""");
        for (var i = 0; i < codes.Length; i++)
        {
            var (west, south) = (120 + i % Wide * Side, 30 + i / Wide * Side);
            if (i > 0) text.Append(',');
            text.Append(CultureInfo.InvariantCulture, $$$"""{"type":"Feature","properties":{"code":"{{{codes[i]}}}"},"geometry":{"type":"Polygon","coordinates":[[""");
            for (var side = 0; side < 4; side++)
            {
                for (var v = 0; v < VerticesPerSide; v++)
                {
                    // Out and back along a side, so that neighbours share their border.
                    var along = side < 2 ? (double)v / VerticesPerSide : 1 - (double)v / VerticesPerSide;
                    var off = v % 2 * 0.02;
                    var (x, y) = side switch { 0 => (along, off), 1 => (1 + off, along), 2 => (along, 1 + off), _ => (off, along) };
                    text.Append(CultureInfo.InvariantCulture, $"[{west + x * Side:0.000000},{south + y * Side:0.000000}],");
                }
            }
            text.Append(CultureInfo.InvariantCulture, $"[{west:0.000000},{south:0.000000}]]]}}}}");
        }
        return text.Append("]}").ToString();
    }
}
