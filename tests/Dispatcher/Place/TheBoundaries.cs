using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Tests.Place;

public sealed class TheBoundaries
{
    private static readonly string First = Map.Streets[0];
    private static readonly string Second = Map.Streets[1];

    [Fact]
    public void A_point_lies_in_the_smallest_area_that_holds_it()
    {
        var grid = Find(0.25, 0.25);
        Assert.Equal((First, Map.SouthCommunity, "G-W"), (grid.Street, grid.Community, grid.Grid?.Code));
        var community = Find(0.25, 0.75);
        Assert.Equal((First, Map.NorthCommunity, null), (community.Street, community.Community, community.Grid?.Code));
        var street = Find(1.5, 0.5);
        Assert.Equal((Second, null, null), (street.Street, street.Community, street.Grid?.Code));
        Assert.All([grid, community, street], l => Assert.Equal((Boundaries.Certain, 0), (l.Confidence, l.Metres)));
    }

    [Fact]
    public void A_grid_or_a_community_tells_the_street_where_that_is_not_drawn()
    {
        var inner = Map.Read(Map.Collection(Map.Inner));
        var found = inner.Find(Map.At(0.75, 0.25), Map.Grids);
        Assert.Equal((First, "G-E"), (found.Street, found.Grid?.Code));
        Assert.False(inner.HasStreet(First));
    }

    [Fact]
    public void A_grid_that_was_taken_off_the_list_is_passed_over()
    {
        var found = Map.Boundaries.Find(Map.At(0.25, 0.25), GridBook.Empty);
        Assert.Equal((First, Map.SouthCommunity, null), (found.Street, found.Community, found.Grid));
    }

    /// <summary>A square is 0.01 degrees, 944 metres from west to east: 20 metres are 0.0212 of it.</summary>
    [Theory]
    [InlineData(1.0, 0.485)]
    [InlineData(1.0212, 0.82)]
    [InlineData(1.0424, 0.94)]
    [InlineData(1.10, 0.97)]
    public void The_nearer_to_a_border_the_less_sure(double east, double confidence)
    {
        var found = Find(east, 0.75);
        if (east > 1) Assert.Equal(Second, found.Street);
        Assert.InRange(found.Confidence, confidence - 0.01, confidence + 0.01);
        Assert.Equal(east < 1.064 ? 2 : 1, found.Near.Count);
    }

    [Fact]
    public void Near_a_border_inside_a_street_the_street_is_sure_and_the_community_open()
    {
        var found = Find(0.25, 0.5001);
        Assert.Equal((First, null, null, Boundaries.Certain), (found.Street, found.Community, found.Grid?.Code, found.Confidence));
    }

    [Fact]
    public void A_little_outside_it_is_unsure_and_far_outside_it_is_nowhere()
    {
        var near = Find(0.25, -0.01);
        Assert.Equal(First, near.Street);
        Assert.InRange(near.Metres, 10, 12);
        Assert.InRange(near.Confidence, 0.2, 0.4);
        var far = Find(0.25, -1);
        Assert.Null(far.Street);
        Assert.InRange(far.Metres, 1100, 1120);
    }

    [Fact]
    public void Many_threads_ask_at_once()
    {
        var fresh = Map.Read(Map.All);
        Parallel.For(0, 10_000, i => Assert.Equal(Map.Streets[i % Map.Streets.Count], fresh.Find(Map.At(i % Map.Streets.Count + 0.5, 0.9), Map.Grids).Street));
    }

    [Fact]
    public void A_street_may_have_several_parts_and_holes()
    {
        var parts = Map.Read(Map.Collection(Map.Feature(First, "MultiPolygon", $"[[{Map.Ring(0, 0, 1, 1)},{Map.Ring(0.4, 0.4, 0.6, 0.6)}],[{Map.Ring(3, 0, 4, 1)}]]")));
        Assert.Equal(First, parts.Find(Map.At(3.5, 0.5), GridBook.Empty).Street);
        Assert.Null(parts.Find(Map.At(0.5, 0.5), GridBook.Empty).Street);
    }

    public static TheoryData<string, string, string> Wrong => new()
    {
        { "{", "file", "no JSON" },
        { "[]", "file", "FeatureCollection" },
        { """{"type":"Feature"}""", "file", "FeatureCollection" },
        { """{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:3857"}},"features":[]}""", "crs", "WGS 84" },
        { """{"type":"\ud800"}""", "file", "half a character" },
        { """{"\ud800":1,"features":[],"type":"FeatureCollection"}""", "file", "half a character" },
        { """{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"\ud800"}},"features":[]}""", "file", "half a character" },
        { Map.Collection("""{"type":"\udc00"}"""), "feature 1", "half a character" },
        { Map.Collection("""{"type":"Feature","properties":{"code":"\ud800"},"geometry":null}"""), "feature 1", "half a character" },
        { Map.Collection("""{"type":"Feature","properties":{"\ud800":"320613001"},"geometry":null}"""), "feature 1", "half a character" },
        { Map.Collection(Map.Feature(First, "\\ud800", "[]")), "feature 1", "half a character" },
        { Map.Collection("7"), "feature 1", "type Feature" },
        { Map.Collection("""{"type":"Feature","properties":{},"geometry":null}"""), "feature 1", "'code'" },
        { Map.Collection("""{"type":"Feature","properties":{"code":"320613001"},"geometry":null}"""), "feature 1", "no geometry" },
        { Map.Collection(Map.Feature(First, "Point", "[120,32]")), "feature 1", "Polygon or a MultiPolygon" },
        { Map.Collection(Map.Feature(First, "Polygon", "[]")), "feature 1", "without a ring" },
        { Map.Collection(Map.Feature(First, "Polygon", "7")), "feature 1", "nested" },
        { Map.Collection(Map.Feature(First, "MultiPolygon", "[]")), "feature 1", "empty" },
        { Map.Collection(Map.Feature(First, "Polygon", "[[[120,32],[121,32],[120,32]]]")), "feature 1", "4 are the least" },
        { Map.Collection(Map.Feature(First, "Polygon", "[[[120,32],[121,32],[121,33],[120,33]]]")), "feature 1", "not closed" },
        { Map.Collection(Map.Feature(First, "Polygon", "[[[120,32],[121,33],[121,32],[120,33],[120,32]]]")), "feature 1", "not valid" },
        { Map.Collection(Map.Feature(First, "Polygon", "[[[32,120],[33,120],[33,121],[32,120]]]")), "feature 1", "longitude comes first" },
        { Map.Collection(Map.Feature(First, "Polygon", "[[[\"a\",32],[121,32],[121,33],[120,32]]]")), "feature 1", "longitude, latitude" },
        { Map.Collection(Map.Square(First, 0, 0, 1, 1) + "," + Map.Square("320613999", 1, 0, 2, 1)), "feature 2", "no street" },
        { Map.Collection(Map.Square("330102001", 0, 0, 1, 1)), "feature 1", "outside this hotline" },
        { Map.Collection(Map.Square("G-X", 0, 0, 1, 1)), "feature 1", "no grid" },
        { Map.Collection(Map.Square(First, 0, 0, 1, 1) + "," + Map.Square(First, 1, 0, 2, 1)), "feature 2", "one MultiPolygon" },
        { Map.Collection(Map.Square(First, 0, 0, 1, 1) + "," + Map.Square(Second, 0.9, 0, 2, 1)), "feature 2", "overlaps" },
        { Map.Collection(Map.Square(First, 0, 0, 1, 1) + "," + Map.Square(Map.SouthCommunity, 0.8, 0, 2, 1)), "feature 2", "belongs to" },
        { Map.Collection(Map.Square(Map.SouthCommunity, 0, 0, 1, 1) + "," + Map.Square("G-W", 2, 0, 3, 1)), "feature 2", "belongs to" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_wrong_is_refused_with_its_feature(string geoJson, string where, string message)
    {
        Assert.Null(BoundaryFile.Check(geoJson, Chongchuan.Units, Map.Grids, DivisionDirectory.Instance, out var errors));
        Assert.Equal(where, Assert.Single(errors).Where);
        Assert.Contains(message, errors[0].Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Borders_that_are_drawn_a_little_over_each_other_are_fine()
    {
        var two = Map.Read(Map.Collection(Map.Square(First, 0, 0, 1.005, 1) + "," + Map.Square(Second, 1, 0, 2, 1)));
        Assert.InRange(two.Find(Map.At(1.0025, 0.5), GridBook.Empty).Confidence, 0.4, 0.5);
    }

    private static LocatedPlace Find(double east, double north) => Map.Boundaries.Find(Map.At(east, north), Map.Grids);
}
