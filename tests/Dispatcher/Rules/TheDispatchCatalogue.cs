using Hotline.Contracts;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Tests.Rules;

public sealed class TheDispatchCatalogue
{
    private const string Header = "id,category,place,kind,mode,lead,support,class,from,to,note\n";

    private static readonly DateOnly Day = new(2020, 2, 7);

    [Fact]
    public void The_default_catalogue_fits_the_template_of_units()
    {
        Assert.NotNull(RuleBook.Check(RuleBook.DefaultCsv, Chongchuan.Units, CategoryCatalogue.Instance, out var errors));
        Assert.Empty(errors);
    }

    [Theory]
    [InlineData("3301")]
    [InlineData("31")]
    [InlineData("4419")]
    [InlineData("320623")]
    public void It_fits_a_city_a_municipality_a_city_without_districts_and_a_county(string division)
    {
        var units = new UnitIndex(UnitTree.For(division, DivisionDirectory.Instance)!.Select(s => new Unit(s.Code, s.Name, s.Kind, s.Parent, s.Division, s.NameEn)));
        Assert.NotNull(RuleBook.Check(RuleBook.DefaultCsv, units, CategoryCatalogue.Instance, out _));
    }

    [Fact]
    public void The_default_catalogue_has_a_rule_for_every_class_but_the_rest_of_the_rest()
    {
        var book = Book(RuleBook.DefaultCsv);
        Assert.Equal(["999900"], CategoryCatalogue.Instance.All.Where(c => book.For(c.Code, null, TicketKind.Complaint, Day).Count == 0).Select(c => c.Code));
    }

    [Theory]
    [InlineData("030602", "320613001", "complaint", "c6-place")]
    [InlineData("030602", "320613002", "complaint", "c6")]
    [InlineData("030601", "320613001", "complaint", "c4-kind")]
    [InlineData("030601", "320613001", "request", "c4-late")]
    [InlineData("030101", "320613001", "request", "c2-place")]
    [InlineData("030101", null, "request", "c2")]
    [InlineData("999900", "320613001", "request", "all")]
    public void The_more_specific_rule_wins_category_before_place_before_kind_before_date(string category, string? place, string kind, string winner)
    {
        var book = Book(Header + """
            all,*,,,duty,services,,normal,,,
            c2,03,,,duty,urban,,normal,,,
            c2-place,03,320613001,,duty,urban,,normal,,,
            c4-early,0306,,,territory,,,normal,2019-01-01,,
            c4-late,0306,,,territory,,,normal,2020-01-01,,
            c4-kind,0306,,complaint,territory,,,normal,2018-01-01,,
            c6,030602,,,duty,urban,,normal,,,
            c6-place,030602,320613001,,duty,urban,,normal,,,
            """);
        Assert.Equal(winner, book.For(category, place, Words.Parse<TicketKind>(kind), Day)[0].Id);
    }

    [Theory]
    [InlineData("030602", "2020-02-07", "reserved")]
    [InlineData("030601", "2020-02-07", "reserved-inner")]
    [InlineData("030602", "2019-12-31", "street")]
    public void What_is_reserved_comes_before_all_else(string category, string day, string winner)
    {
        var book = Book(Header + """
            reserved,03,,,reserved,urban,,normal,2020-01-01,,
            reserved-inner,030601,,,reserved,housing,,normal,2020-01-01,,
            street,030602,320613001,,territory,,,normal,,,
            """);
        Assert.Equal(winner, book.For(category, "320613001", TicketKind.Request, DateOnly.Parse(day))[0].Id);
        Assert.Equal(winner == "street" ? null : winner, book.Reserving(category, "320613001", TicketKind.Request, DateOnly.Parse(day))?.Id);
    }

    [Theory]
    [InlineData("2020-01-24", "standing")]
    [InlineData("2020-01-25", "episode")]
    [InlineData("2020-03-26", "episode")]
    [InlineData("2020-03-27", "standing")]
    public void A_rule_holds_from_its_first_to_its_last_day(string day, string winner)
    {
        var book = Book(Header + """
            standing,0901,,,duty,civil,,normal,,,
            episode,0901,,,territory,,,same-day,2020-01-25,2020-03-26,
            """);
        Assert.Equal(winner, book.For("090101", null, TicketKind.Request, DateOnly.Parse(day))[0].Id);
    }

    [Theory]
    [InlineData("a,03,,,duty,nobody,,normal,,,", 2, "lead")]
    [InlineData("a,039,,,duty,urban,,normal,,,", 2, "category")]
    [InlineData("a,88,,,duty,urban,,normal,,,", 2, "category")]
    [InlineData("a,03,990101,,duty,urban,,normal,,,", 2, "place")]
    [InlineData("a,03,,grumble,duty,urban,,normal,,,", 2, "kind")]
    [InlineData("a,03,,,elsewhere,urban,,normal,,,", 2, "mode")]
    [InlineData("a,03,,,duty,,,normal,,,", 2, "lead")]
    [InlineData("a,03,,,territory,urban,,normal,,,", 2, "lead")]
    [InlineData("a,03,,,reserved,,,normal,,,", 2, "lead")]
    [InlineData("a,03,,,reserved,nobody,,normal,,,", 2, "lead")]
    [InlineData("a,03,,,reserved,320613001,,normal,,,", 2, "lead")]
    [InlineData("a,03,,,reserved,urban,,normal,,,\nb,0306,,,territory,,,normal,,,", 3, "id")]
    [InlineData("a,*,,,reserved,urban,,normal,,,\nb,030602,320613001,inquiry,territory,,,normal,,,", 3, "id")]
    [InlineData("a,03,,,duty,urban,nobody,normal,,,", 2, "support")]
    [InlineData("a,03,,,duty,urban,urban,normal,,,", 2, "support")]
    [InlineData("a,03,,,duty,urban,,soon,,,", 2, "class")]
    [InlineData("a,03,,,duty,urban,,normal,2020-02-30,,", 2, "from")]
    [InlineData("a,03,,,duty,urban,,normal,2020-02-02,2020-02-01,", 2, "to")]
    [InlineData(",03,,,duty,urban,,normal,,,", 2, "id")]
    [InlineData("a,03,,,duty,urban,,normal,,,\na,04,,,duty,urban,,normal,,,", 3, "id")]
    [InlineData("a,03,,,duty,urban,,normal,,,\nb,03,,,duty,police,,normal,,,", 3, "category")]
    [InlineData("a,03,,,duty,urban,,normal,,,,,,", 2, "")]
    public void What_is_wrong_is_refused_with_its_line(string rows, int line, string column)
    {
        Assert.Null(RuleBook.Check(Header + rows, Chongchuan.Units, CategoryCatalogue.Instance, out var errors));
        Assert.Contains(errors, e => e.Line == line && e.Column == column);
    }

    [Theory]
    // Another of the same class, without end, from the first day on; of longer classes that together are the whole; with a wider place but a longer class.
    [InlineData("a,03,,,duty,urban,,normal,2020-03-01,2020-03-31,\nb,03,,,duty,urban,,normal,2020-03-01,2020-03-31,", null)] // of equal rank: refused for that
    [InlineData("a,0301,,,duty,urban,,normal,2020-01-01,,\nb,0301,,,duty,housing,,normal,2019-01-01,,", null)]
    [InlineData("a,0301,,,duty,urban,,normal,2020-01-01,,\nb,0301,,,duty,housing,,normal,2019-01-01,2019-12-31,", null)]
    [InlineData("a,0301,,complaint,duty,urban,,normal,,,\nb,0301,,,duty,housing,,normal,,,", null)]
    [InlineData("a,030602,,,duty,urban,,normal,,,\nb,030602,320613001,,duty,housing,,normal,,,", null)]
    [InlineData("a,030602,320613,,duty,urban,,normal,,,\nb,0306,320613001,,duty,housing,,normal,,,", null)]
    [InlineData("a,030602,320613,,duty,urban,,normal,2020-01-01,2020-06-30,\nb,030602,,,duty,housing,,normal,2020-02-01,2020-03-31,", null)]
    [InlineData("a,030602,320613001,,duty,urban,,normal,2020-01-01,2020-02-29,\nb,030602,320613001,,duty,police,,normal,2020-03-01,,\nc,030602,320613001,,duty,housing,,normal,2019-06-01,,", null)]
    [InlineData("a,030602,,inquiry,duty,urban,,normal,2020-03-01,,\nb,030602,,inquiry,duty,housing,,normal,2020-01-01,,", null)]
    [InlineData("a,030602,,,duty,urban,,normal,2020-01-01,,\nb,0306,,,duty,housing,,normal,,,", null)]
    [InlineData("a,990100,,,duty,urban,,normal,,,\nb,9901,,,duty,housing,,normal,,,", "b")]
    [InlineData("a,990100,,,duty,urban,,normal,2020-01-01,,\nb,9901,320613001,,duty,housing,,normal,2020-02-01,2020-02-29,", "b")]
    [InlineData("a,990100,,,duty,urban,,normal,,2020-02-15,\nd,990100,,,duty,police,,normal,2020-02-16,,\nb,9901,,complaint,duty,housing,,normal,2020-02-01,,", "b")]
    [InlineData("a,990100,,,duty,urban,,normal,,2020-02-14,\nd,990100,,,duty,police,,normal,2020-02-16,,\nb,9901,,complaint,duty,housing,,normal,2020-02-01,,", null)]
    [InlineData("a,030602,,,duty,urban,,normal,2020-01-01,,\nb,030602,,complaint,duty,housing,,normal,,,", null)]
    [InlineData("a,030602,,complaint,duty,urban,,normal,2020-01-01,,\nb,030602,,complaint,duty,housing,,normal,2020-01-02,,", null)]
    public void A_rule_that_can_never_win_is_refused(string rows, string? unreachable)
    {
        RuleBook.Check(Header + rows, Chongchuan.Units, CategoryCatalogue.Instance, out var errors);
        Assert.Equal(unreachable is null ? [] : [$"'{unreachable}' can never win"], errors.Where(e => e.Message.Contains("never win", StringComparison.Ordinal)).Select(e => e.Message[..e.Message.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("all,*,,,duty,services,,normal,,,")]
    [InlineData("all,*,320613,,duty,services,,normal,,,")]
    [InlineData("a,*,,,duty,services,,normal,,2020-06-30,\nb,*,,,duty,urban,,normal,2020-07-01,,")]
    [InlineData("old,*,,,duty,services,,normal,2019-01-01,2019-12-31,\nall,*,,,duty,services,,normal,2020-01-01,,")]
    [InlineData("all,*,320613001,,duty,services,,normal,,,", "0| from 2020-02-07 on", "01", "02", "99")]
    [InlineData("all,*,,complaint,duty,services,,normal,,,", "0|for inquiry, request, tip, suggestion, praise from 2020-02-07", "01")]
    [InlineData("a,*,,,duty,services,,normal,,2020-06-30,\nb,*,,,duty,urban,,normal,2020-07-02,,", "2|'a' ends on 2020-06-30", "03")]
    public void A_class_that_nobody_is_named_for_is_a_gap(string rows, string? says = null, params string[] classes)
    {
        var gaps = RuleCoverage.Gaps(Book(Header + rows), CategoryCatalogue.Instance, Chongchuan.Units, Day).ToArray();
        if (says is null)
        {
            Assert.Empty(gaps);
            return;
        }
        Assert.All(gaps, g => Assert.Equal(says.Split('|')[0], $"{g.Line}"));
        Assert.All(gaps, g => Assert.Contains(says.Split('|')[1], g.Message, StringComparison.Ordinal));
        foreach (var code in classes) Assert.Contains(gaps, g => g.Message.Contains($" class {code} ", StringComparison.Ordinal));
    }

    [Fact]
    public void A_gap_names_the_widest_class_that_is_open()
    {
        var book = Book(RuleBook.DefaultCsv);
        Assert.Empty(RuleCoverage.Gaps(book, CategoryCatalogue.Instance, Chongchuan.Units, Day));

        var without = string.Join('\n', RuleBook.DefaultCsv.Split('\n').Where(l => !l.StartsWith("science,", StringComparison.Ordinal)));
        var gap = Assert.Single(RuleCoverage.Gaps(Book(without), CategoryCatalogue.Instance, Chongchuan.Units, Day));
        Assert.Contains("class 0101 科技事务 from 2020-02-07", gap.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("id,category\na,03")]
    [InlineData(Header)]
    [InlineData(Header + "a,\"03,,,duty,urban,,normal,,,")]
    [InlineData("id,category,mode,lead,class,colour\na,03,duty,urban,normal,red")]
    public void A_file_that_is_no_catalogue_is_refused(string csv)
    {
        Assert.Null(RuleBook.Check(csv, Chongchuan.Units, CategoryCatalogue.Instance, out var errors));
        Assert.NotEmpty(errors);
    }

    [Fact]
    public void Fields_in_quotes_may_hold_commas_quotes_and_line_breaks()
    {
        var book = Book(Header + "a,03,,,duty,urban,,normal,,,\"one, \"\"two\"\"\nthree\"\nb,04,,,duty,ecology,,normal,,,");
        Assert.Equal("one, \"two\"\nthree", book.Rules[0].Note);
        Assert.Equal(4, book.Rules[1].Line);
    }

    private static RuleBook Book(string csv)
    {
        var book = RuleBook.Check(csv, Chongchuan.Units, CategoryCatalogue.Instance, out var errors);
        Assert.True(book is not null, string.Join("\n", errors));
        return book;
    }
}
