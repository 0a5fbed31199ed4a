using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Tests.Place;

public sealed class TheDirectory
{
    private static readonly DivisionDirectory Directory = DivisionDirectory.Instance;

    [Theory]
    [InlineData(DivisionLevel.Province, 31)]
    [InlineData(DivisionLevel.City, 342)]
    [InlineData(DivisionLevel.County, 2_978)]
    [InlineData(DivisionLevel.Street, 41_352)]
    [InlineData(DivisionLevel.Community, 620_573)]
    public void It_holds_the_whole_country(DivisionLevel level, int count) => Assert.Equal(count, Directory.Count(level));

    [Fact]
    public void A_division_knows_its_parent_and_its_children()
    {
        Assert.Equal(new Division("320613004", "新城桥街道", DivisionLevel.Street, "320613"), Directory.Find("320613004"));
        Assert.Equal(31, Directory.Children(null).Count);
        Assert.Equal("320602 320612 320613 320614 320623 320681 320682 320685 320671".Split(' ').Order().Where(c => Directory.Find(c) is not null), Directory.Children("3206").Select(c => c.Code));
        Assert.Equal(19, Directory.Children("320613").Count);
        Assert.Empty(Directory.Children("999999"));
        Assert.Null(Directory.Find("320611"));
    }

    [Fact]
    public void Communities_are_found_by_street_and_by_code()
    {
        var communities = Directory.Communities("110101001");

        Assert.Equal(new Division("110101001001", "多福巷社区居委会", DivisionLevel.Community, "110101001"), communities[0]);
        Assert.Equal(communities[^1], Directory.Find(communities[^1].Code));
        Assert.Empty(Directory.Communities("320613"));
        Assert.Null(Directory.Find("110101001999"));
    }

    [Theory]
    [InlineData("320613004", "江苏省南通市崇川区新城桥街道")]
    [InlineData("110101001001", "北京市东城区东华门街道多福巷社区居委会")]
    [InlineData("441900121", "广东省东莞市虎门镇")]
    [InlineData("429004", "湖北省仙桃市")]
    public void The_full_name_leaves_out_what_nobody_says(string code, string name) => Assert.Equal(name, Directory.FullName(code));

    [Fact]
    public void An_abolished_district_has_successors_by_code_and_by_name()
    {
        var merged = Assert.Single(Directory.Successors("320611"));
        Assert.Equal(("港闸区", 2020, "320613"), (merged.Name, merged.Year, merged.To));
        Assert.Equal(["330102", "330114"], Directory.Successors("江干区").Where(s => !s.Partial).Select(s => s.To).Order());
    }

    [Fact]
    public void A_chain_of_successions_ends_in_the_district_of_today() =>
        Assert.Equal("330110", Assert.Single(Directory.Successors("330125"), s => !s.Partial).To);

    [Fact]
    public void Every_succession_ends_in_a_division_of_the_directory()
    {
        Assert.All(Directory.Successions, s => Assert.NotNull(Directory.Find(s.To)));
        Assert.All(Directory.FormerTowns, f => Assert.NotNull(Directory.Find(f.To)));
    }
}
