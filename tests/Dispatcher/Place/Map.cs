using System.Globalization;
using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Tests.Place;

/// <summary>
/// An invented map: the streets of Chongchuan as squares of about a kilometre in a row, from west to east. The first is divided into communities
/// north and south, the southern one into two grids west and east.
/// </summary>
internal static class Map
{
    public const double West = 120.80, South = 32.00, Side = 0.01;

    public static IReadOnlyList<string> Streets { get; } = [.. Chongchuan.Seeds.Where(s => s.Kind == "street").Select(s => s.Code)];

    public static string SouthCommunity { get; } = DivisionDirectory.Instance.Communities(Streets[0])[0].Code;

    public static string NorthCommunity { get; } = DivisionDirectory.Instance.Communities(Streets[0])[1].Code;

    public static string GridCsv { get; } = $"grid,name,community,buildings\nG-W,西网格,{SouthCommunity},东方公寓1-5幢\nG-E,东网格,{SouthCommunity},东方公寓6-9幢\n";

    public static GridBook Grids { get; } = GridBook.Check(GridCsv, Chongchuan.Units, DivisionDirectory.Instance, out _)!;

    public static string Inner { get; } = string.Join(',',
        Square(SouthCommunity, 0, 0, 1, 0.5), Square(NorthCommunity, 0, 0.5, 1, 1), Square("G-W", 0, 0, 0.5, 0.5), Square("G-E", 0.5, 0, 1, 0.5));

    public static string All { get; } = Collection(string.Join(',', Streets.Select((s, i) => Square(s, i, 0, i + 1, 1))) + "," + Inner);

    public static Boundaries Boundaries { get; } = Read(All);

    public static Boundaries Read(string geoJson)
    {
        var boundaries = BoundaryFile.Check(geoJson, Chongchuan.Units, Grids, DivisionDirectory.Instance, out var errors);
        Assert.Empty(errors);
        return boundaries!;
    }

    /// <summary>A point by the number of squares to the east and to the north.</summary>
    public static Contracts.Location At(double east, double north) => new(South + north * Side, West + east * Side);

    public static string Collection(string features) => $$"""{"type":"FeatureCollection","features":[{{features}}]}""";

    public static string Square(string code, double west, double south, double east, double north) => Feature(code, "Polygon", $"[{Ring(west, south, east, north)}]");

    public static string Feature(string code, string type, string coordinates) =>
        $$$"""{"type":"Feature","properties":{"code":"{{{code}}}"},"geometry":{"type":"{{{type}}}","coordinates":{{{coordinates}}}}}""";

    public static string Ring(double west, double south, double east, double north) =>
        $"[{Position(west, south)},{Position(east, south)},{Position(east, north)},{Position(west, north)},{Position(west, south)}]";

    private static string Position(double east, double north) =>
        string.Create(CultureInfo.InvariantCulture, $"[{West + east * Side:0.######},{South + north * Side:0.######}]");
}
