using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Tests.Place;

public sealed class TheUnitTree
{
    private static IReadOnlyList<UnitSeed> Tree(string division) => UnitTree.For(division, DivisionDirectory.Instance)!;

    [Fact]
    public void A_district_has_a_platform_departments_street_offices_and_communities()
    {
        var units = Tree("320613");

        Assert.Equal(new UnitSeed("320613", "崇川区12345政务服务便民热线", "platform", null, "320613", "12345 Hotline"), units[0]);
        Assert.Equal(19, units.Count(u => u is { Kind: "street", Parent: "320613" }));
        Assert.Contains(new UnitSeed("320613004", "新城桥街道办事处", "street", "320613", "320613004"), units);
        Assert.Contains(new UnitSeed("320613402", "港闸开发区管理委员会", "street", "320613", "320613402"), units);
        Assert.Contains(units, u => u is { Kind: "community", Parent: "320613006" } && u.Name.StartsWith("学田苑", StringComparison.Ordinal));
        Assert.Equal(UnitTemplate.Slugs.Order(), units.Where(u => u.Kind == "department").Select(u => u.Code["320613-".Length..]).Order());
        Assert.Contains(new UnitSeed("320613-health", "崇川区卫生健康委员会", "department", "320613", "320613", "Health Commission"), units);
        Assert.Contains(units, u => u is { Code: "320613-police", Name: "南通市公安局崇川分局" });
    }

    [Fact]
    public void A_city_has_its_districts_between()
    {
        var units = Tree("3206");

        Assert.Contains(units, u => u is { Code: "3206", Name: "南通市12345政务服务便民热线", Kind: "platform" });
        Assert.Contains(units, u => u is { Code: "320613", Kind: "district", Parent: "3206" });
        Assert.Contains(units, u => u is { Code: "320613004", Kind: "street", Parent: "320613" });
        Assert.Contains(units, u => u is { Code: "3206-police", Name: "南通市公安局", Parent: "3206" });
        Assert.Contains(units, u => u is { Code: "320685101", Name: "城东镇人民政府" });
    }

    [Fact]
    public void A_city_without_districts_has_its_streets_below_the_platform() =>
        Assert.Contains(Tree("4419"), u => u is { Code: "441900121", Name: "虎门镇人民政府", Parent: "4419" });

    [Theory]
    [InlineData("11", "北京市12345政务服务便民热线")]
    [InlineData("1101", "北京市12345政务服务便民热线")]
    public void A_municipality_is_a_city(string code, string name)
    {
        var units = Tree(code);

        Assert.Equal(name, units[0].Name);
        Assert.Contains(units, u => u is { Code: "110101", Kind: "district" } && u.Parent == code);
    }

    [Theory]
    [InlineData("3206")]
    [InlineData("320613")]
    [InlineData("50")]
    public void Parents_come_before_children_and_codes_are_unique(string division)
    {
        var seen = new HashSet<string>();
        foreach (var unit in Tree(division))
        {
            Assert.True(unit.Parent is null ? seen.Count == 0 : seen.Contains(unit.Parent), unit.Code);
            Assert.True(seen.Add(unit.Code), unit.Code);
        }
    }

    [Theory]
    [InlineData("32")]
    [InlineData("4290")]
    [InlineData("320611")]
    [InlineData("320613004")]
    [InlineData("x")]
    public void What_is_no_city_or_district_has_no_tree(string code) => Assert.Null(UnitTree.For(code, DivisionDirectory.Instance));
}
