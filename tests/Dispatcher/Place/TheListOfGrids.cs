using Hotline.Dispatcher.Place;

namespace Hotline.Dispatcher.Tests.Place;

public sealed class TheListOfGrids
{
    private const string Header = "grid,name,community,buildings,entrances,worker,phone\n";

    private static readonly string Street = Chongchuan.Xinchengqiao.Code;
    private static readonly string First = DivisionDirectory.Instance.Communities(Street)[0].Code;
    private static readonly string Second = DivisionDirectory.Instance.Communities(Street)[1].Code;

    private static readonly GridBook Book = Read($"""
        A1,甲一网格,{First},东方公寓1-6幢;阳光花园,,张某,0513-85000000
        A2,甲二网格,{First},东方公寓7幢,1-8,,
        A3,甲三网格,{First},东方公寓7幢,9-12,,
        A3,,{First},东方公寓A-C座;东风路1-99号单,,,
        A4,甲四网格,{First},东风路2-100号双,,,
        B1,乙一网格,{Second},1-20幢;三里1-3组,,李某,
        B2,乙二网格,{Second},东方公寓（北区）1-5幢,,,
        """);

    [Theory]
    [InlineData("东方公寓7-9-1161", "A3", "东方公寓7幢9单元")]
    [InlineData("东方公寓７－９－１１６１", "A3", "东方公寓7幢9单元")]
    [InlineData("东方公寓7幢9单元1161室", "A3", "东方公寓7幢9单元")]
    [InlineData("东方公寓 七栋 三单元 402", "A2", "东方公寓7栋3单元")]
    [InlineData("东方公寓7号楼十二单元", "A3", "东方公寓7号楼12单元")]
    [InlineData("东方公寓7#2-301", "A2", "东方公寓7幢2单元")]
    [InlineData("东方公寓小区3号", "A1", null)]
    [InlineData("东方公寓三幢", "A1", null)]
    [InlineData("东方公寓3-402", "A1", null)]
    [InlineData("东方公寓Ｂ座", "A3", null)]
    [InlineData("东方公寓（北区）3幢2单元", "B2", "东方公寓(北区)3幢2单元")]
    [InlineData("阳光花园里的药房", "A1", null)]
    [InlineData("东风路33号", "A3", null)]
    [InlineData("东风路34号", "A4", null)]
    [InlineData("东风路34-2号", "A4", null)]
    [InlineData("三里第二村民小组", "B1", null)]
    public void An_address_as_people_say_it_finds_its_grid_and_entrance(string address, string grid, string? entrance)
    {
        var match = Book.Find(address, Somewhere(Street))!;
        Assert.Equal((grid, entrance), (match.Only?.Code, match.Entrance));
        Assert.Contains(grid, match.Step.Zh, StringComparison.Ordinal);
        Assert.Contains(grid, match.Step.En, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("东方公寓7幢", 2)]
    [InlineData("东方公寓的居民", 3)]
    [InlineData("东风路上", 2)]
    public void Where_several_grids_fit_none_is_named_and_the_words_say_so(string address, int possible)
    {
        var match = Book.Find(address, Somewhere(Street))!;
        Assert.Null(match.Only);
        Assert.Null(match.Entrance);
        Assert.Equal(possible, match.Possible.Count);
        Assert.Contains($"{possible}个网格", match.Step.Zh, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("东方公寓旁边的7幢")]
    [InlineData("东方公寓对面")]
    [InlineData("阳光花园那边的药房")]
    [InlineData("阳光花园路7号")]
    [InlineData("人民路7号")]
    [InlineData("")]
    public void What_is_beside_an_estate_or_called_otherwise_is_not_in_it(string address) =>
        Assert.Null(Book.Find(address, Somewhere(Street)));

    [Fact]
    public void A_building_that_no_grid_lists_is_said_to_be_missing()
    {
        var match = Book.Find("东方公寓88幢", Somewhere(Street))!;
        Assert.Empty(match.Possible);
        Assert.Contains("不在任何网格", match.Step.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Buildings_without_a_name_are_those_of_their_community_when_that_is_known()
    {
        Assert.Equal("B1", Book.Find("本社区15幢", Somewhere(Street) with { Community = Second })?.Only?.Code);
        Assert.Null(Book.Find("本社区15幢", Somewhere(Street)));
        Assert.Null(Book.Find("2020-02-15登记", Somewhere(Street) with { Community = Second }));
    }

    [Fact]
    public void A_grid_that_is_its_whole_community_needs_no_building()
    {
        var one = Read($"Z1,唯一网格,{First},,,,\n");
        Assert.Equal("Z1", one.Find("门口", Somewhere(Street) with { Community = First })?.Only?.Code);
        Assert.Null(one.Find("门口", Somewhere(Street)));
        Assert.Null(one.Find("门口", Somewhere(Street) with { Community = Second }));
        Assert.Null(Read($"Z1,唯一网格,{First},东方公寓,,,\n").Find("门口", Somewhere(Street) with { Community = First }));
    }

    [Fact]
    public void Another_street_or_another_hotline_s_area_has_no_grid_of_ours()
    {
        Assert.Null(Book.Find("东方公寓3幢", Somewhere(Chongchuan.Hepingqiao.Code)));
        Assert.Null(Book.Find("东方公寓3幢", Somewhere(Street) with { OutOfArea = true }));
    }

    [Theory]
    [InlineData("A1,甲,12345,东方公寓,,,", "row 2, community")]
    [InlineData("A1,甲,320613999999,东方公寓,,,", "row 2, community")]
    [InlineData("A1,甲,330102001001,东方公寓,,,", "row 2, community")]
    [InlineData("A 1,甲,FIRST,东方公寓,,,", "row 2, grid")]
    [InlineData("320613001,甲,FIRST,东方公寓,,,", "row 2, grid")]
    [InlineData("A1,,FIRST,东方公寓,,,", "row 2, name")]
    [InlineData("A1,甲,FIRST,东方公寓6-1幢,,,", "row 2, buildings")]
    [InlineData("A1,甲,FIRST,东方公寓1-C幢,,,", "row 2, buildings")]
    [InlineData("A1,甲,FIRST,东;西方公寓,,,", "row 2, buildings")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,一些,,", "row 2, entrances")]
    [InlineData("A1,甲,FIRST,东方公寓,1-3,,", "row 2, entrances")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,,张某,电话", "row 2, phone")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,,张某,,多余", "row 2")]
    [InlineData("A1,甲,FIRST,东方公寓1-7幢,,,\nA2,乙,FIRST,东方公寓7-9幢,,,", "row 3, buildings")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,,,\nA2,乙,FIRST,东方公寓,,,", "row 3, buildings")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,1-4,,\nA2,乙,FIRST,东方公寓7幢,4-5,,", "row 3, buildings")]
    [InlineData("A1,甲,FIRST,东风路1-9号单,,,\nA2,乙,FIRST,东风路8-9号,,,", "row 3, buildings")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,,,\nA1,乙,FIRST,东方公寓8幢,,,", "row 3, name")]
    [InlineData("A1,甲,FIRST,东方公寓7幢,,,\nA1,,SECOND,东方公寓8幢,,,", "row 3, community")]
    [InlineData("\"A1,甲,FIRST,东方公寓7幢,,,", "file")]
    public void What_is_wrong_is_refused_with_its_row_and_column(string rows, string where)
    {
        var csv = Header + rows.Replace("FIRST", First, StringComparison.Ordinal).Replace("SECOND", Second, StringComparison.Ordinal);
        Assert.Null(GridBook.Check(csv, Chongchuan.Units, DivisionDirectory.Instance, out var errors));
        Assert.Equal([where], errors.Select(e => e.Where));
    }

    [Theory]
    [InlineData("grid,name,community\nA1,甲,1", "buildings")]
    [InlineData("grid,name,community,buildings,colour\nA1,甲,1,,", "colour")]
    public void The_columns_are_named(string csv, string column)
    {
        Assert.Null(GridBook.Check(csv, Chongchuan.Units, DivisionDirectory.Instance, out var errors));
        Assert.Contains(column, Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Odd_and_even_sides_buildings_and_houses_and_divided_buildings_do_not_overlap() => Read($"""
        A1,甲,{First},东风路1-99号单,,,
        A2,乙,{First},东风路2-98号双;东方公寓7幢,1,,
        A3,丙,{First},东方公寓7幢,2-3,,
        A4,丁,{Second},东方公寓7幢,,,
        """);

    [Fact]
    public void A_building_keeps_its_grid_where_ranges_of_several_kinds_cross()
    {
        Assert.Equal(["row 4, buildings", "row 6, buildings"], Errors($"""
            A1,甲,{First},东方公寓1-99幢,1-2,,
            A1,甲,{First},东方公寓5幢,1-3,,
            A2,乙,{First},东方公寓50-60幢,2-4,,
            A2,乙,{First},东方公寓6幢,3-4,,
            A3,丙,{First},东方公寓70幢,,,
            A3,丙,{First},东方公寓100幢,,,
            """).Select(e => e.Where));
        Assert.Equal(["row 3, buildings", "row 4, buildings"], Errors($"A1,甲,{First},东方公寓,,,\nA2,乙,{First},东方公寓7幢,,,\nA3,丙,{First},东方公寓,,,\n").Select(e => e.Where));
        Read($"A1,甲,{First},东风路1-99号单;东风路1-1号双;东风路3号,,,\nA2,乙,{First},东风路2-98号双;东风路100-101号,,,\n");
    }

    /// <summary>Each pair of them, or each way to divide a text into a name and numbers, would take minutes.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_long_list_takes_no_longer_than_its_length()
    {
        var rows = string.Concat(Enumerable.Repeat($"A1,甲,{First},{string.Join('、', Enumerable.Repeat(1, 1900))}幢,,,\n", 50));
        Assert.Single((await Task.Run(() => Read(rows), TestContext.Current.CancellationToken)).Grids);
        rows = string.Concat(Enumerable.Repeat($"A1,甲,{First},{string.Join('、', Enumerable.Repeat(1, 1990))},,,\n", 500));
        Assert.NotEmpty(await Task.Run(() => Errors(rows), TestContext.Current.CancellationToken));
    }

    /// <summary>Each of the lookups through all the items of a name would take minutes.</summary>
    [Fact(Timeout = 60_000)]
    public async Task A_lookup_does_not_go_through_what_a_list_says_again_and_again()
    {
        var (named, numbered) = (string.Concat(Enumerable.Repeat($"A1,甲,{First},东方公寓{string.Join('、', Enumerable.Repeat(7, 1900))}幢,,,\n", 51)), string.Concat(Enumerable.Repeat($"A2,乙,{Second},{string.Join('、', Enumerable.Repeat(7, 1900))}幢,,,\n", 51)));
        await Task.Run(() =>
        {
            var book = Read(named + numbered);
            for (var i = 0; i < 50_000; i++)
            {
                Assert.Equal("A1", book.Find("东方公寓7幢", Somewhere(Street))?.Only?.Code);
                Assert.Equal("A2", book.Find("7幢2单元", Somewhere(Street) with { Community = Second })?.Only?.Code);
            }
        }, TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Buildings_written_one_by_one_or_twice_are_the_same_as_their_ranges()
    {
        var book = Read($"""
            A1,甲,{First},东方公寓9、7、8、7-8、1-3、2幢,,,
            A1,甲,{First},东方公寓12幢,1-2,,
            A1,甲,{First},东方公寓12幢,1-2;4,,
            A2,乙,{First},东方公寓12幢,3,,
            A2,乙,{First},东方公寓4-6幢;东风路1-4号单;东风路6-9号单,,,
            """);
        string Of(string address) => string.Concat(book.Find(address, Somewhere(Street))!.Possible.Select(g => g.Code));
        Assert.Equal("A1A1A1A2A2A2A1A1A1", string.Concat(Enumerable.Range(1, 9).Select(n => Of($"东方公寓{n}幢"))));
        Assert.Equal("A1A1A2A1", string.Concat(Enumerable.Range(1, 4).Select(n => Of($"东方公寓12幢{n}单元"))));
        Assert.Equal("A2A2", Of("东风路3号") + Of("东风路7号"));
        Assert.Equal("", Of("东风路5号") + Of("东方公寓12幢5单元"));
    }

    [Fact]
    public void Of_very_many_errors_the_first_are_told_and_how_many_there_are_besides()
    {
        var errors = Errors(string.Concat(Enumerable.Repeat($"A 1,甲,{First},东方公寓7幢,,,\n", 50_000)));
        Assert.Equal(FileErrors.MostTold + 1, errors.Count);
        Assert.Equal(("row 201, grid", "file"), (errors[^2].Where, errors[^1].Where));
        Assert.Contains("49800 more", errors[^1].Message, StringComparison.Ordinal);
        Assert.Contains("另有 49800 处", errors[^1].Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void What_has_too_many_buildings_is_refused_and_a_check_can_be_given_up()
    {
        var row = $"A1,甲,{First},{string.Join('、', Enumerable.Range(1, 800))}幢,,,\n";
        var error = Assert.Single(Errors(string.Concat(Enumerable.Repeat(row, 251))));
        Assert.Equal("row 252, buildings", error.Where);
        Assert.Contains("200000", error.Message, StringComparison.Ordinal);
        Assert.Throws<OperationCanceledException>(() => GridBook.Check(Header + row, Chongchuan.Units, DivisionDirectory.Instance, out _, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void All_the_buildings_of_an_estate_may_be_written_one_by_one()
    {
        var book = Read($"A1,甲,{First},东方公寓{string.Join('、', Enumerable.Range(1, 400))}幢,,,\n");
        Assert.Equal("A1", book.Find("东方公寓400幢", Somewhere(Street))?.Only?.Code);
        Assert.Empty(book.Find("东方公寓401幢", Somewhere(Street))!.Possible);
    }

    private static IReadOnlyList<FileError> Errors(string rows)
    {
        Assert.Null(GridBook.Check(Header + rows, Chongchuan.Units, DivisionDirectory.Instance, out var errors));
        return errors;
    }

    private static GridBook Read(string rows)
    {
        var book = GridBook.Check(Header + rows, Chongchuan.Units, DivisionDirectory.Instance, out var errors);
        Assert.Empty(errors);
        return book!;
    }

    internal static PlaceMatch Somewhere(string? street) =>
        new(street, street?[..6], street?[..4], null, street is null ? 0 : 0.9, false, null, [], []);
}
