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
    [InlineData("a,03,,,duty,urban,320613-urban,normal,,,", 2, "support")]
    [InlineData("a,03,,,duty,320613-urban,health;urban,normal,,,", 2, "support")]
    [InlineData("a,03,,,duty,urban,health;320613-health,normal,,,", 2, "support")]
    [InlineData("a,03,,,territory,,street,normal,,,", 2, "support")]
    [InlineData("a,03,,,duty,urban,,normal,,,\nb,03,,,duty,police,,normal,0001-01-01,,", 3, "category")]
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
    [InlineData("a,990100,,,duty,urban,,normal,,,\nb,9901,,,duty,housing,,normal,,,", null)] // whom the operator gives 9901 and the words say no more
    [InlineData("a,9901,,,reserved,urban,,normal,2020-01-01,,\nb,9901,320613001,,duty,housing,,normal,2020-02-01,2020-02-29,", "b")]
    [InlineData("a,99,,,reserved,urban,,normal,,2020-02-15,\nd,99,,,reserved,police,,normal,2020-02-16,,\nb,9901,,complaint,duty,housing,,normal,2020-02-01,,", "b")]
    [InlineData("a,99,,,reserved,urban,,normal,,2020-02-14,\nd,99,,,reserved,police,,normal,2020-02-16,,\nb,9901,,complaint,duty,housing,,normal,2020-02-01,,", null)]
    // A wider place that is the same here, and one that reaches beyond the area.
    [InlineData("a,0306,320613,,duty,urban,,normal,,,\nb,0306,3206,,duty,housing,,normal,,,", "b")]
    [InlineData("a,0306,320613,,duty,urban,,normal,,,\nb,0306,,,duty,housing,,normal,,,", null)] // where no street is known
    // A reserved row that ends leaves the row of the same first day the days after.
    [InlineData("a,0306,,,reserved,urban,,normal,2020-01-01,2020-06-30,\nb,0306,,,duty,housing,,normal,2020-01-01,,", null)]
    [InlineData("a,0306,,,reserved,urban,,normal,2020-01-01,,\nb,0306,,,duty,housing,,normal,2020-01-01,,", "b")]
    // All kinds one by one are all kinds.
    [InlineData("a,0306,,inquiry,duty,urban,,normal,,,\nb,0306,,request,duty,urban,,normal,,,\nc,0306,,complaint,duty,urban,,normal,,,\nd,0306,,tip,duty,urban,,normal,,,\ne,0306,,suggestion,duty,urban,,normal,,,\nf,0306,,praise,duty,urban,,normal,,,\nz,0306,,,duty,housing,,normal,,,", "z")]
    [InlineData("a,0306,,inquiry,duty,urban,,normal,,,\nb,0306,,request,duty,urban,,normal,,,\nc,0306,,complaint,duty,urban,,normal,,,\nd,0306,,tip,duty,urban,,normal,,,\ne,0306,,suggestion,duty,urban,,normal,,,\nz,0306,,,duty,housing,,normal,,,", null)]
    [InlineData("a,030602,,,duty,urban,,normal,2020-01-01,,\nb,030602,,complaint,duty,housing,,normal,,,", null)]
    [InlineData("a,030602,,complaint,duty,urban,,normal,2020-01-01,,\nb,030602,,complaint,duty,housing,,normal,2020-01-02,,", null)]
    public void A_rule_that_can_never_win_is_refused(string rows, string? unreachable)
    {
        RuleBook.Check(Header + rows, Chongchuan.Units, CategoryCatalogue.Instance, out var errors);
        Assert.Equal(unreachable is null ? [] : [$"'{unreachable}' can never win"], errors.Where(e => e.Message.Contains("never win", StringComparison.Ordinal)).Select(e => e.Message[..e.Message.IndexOf(':', StringComparison.Ordinal)]));
    }

    [Theory]
    [InlineData("x1,0101,,inquiry,duty,health,,normal,2026-01-01,2026-12-31,\nx2,0101,,inquiry,duty,industry,,normal,2026-06-01,2027-06-30,", 3, "line 2 ('x1')")]
    [InlineData("x2,0101,,inquiry,duty,industry,,normal,2026-06-01,2027-06-30,\nx1,0101,,inquiry,duty,health,,normal,2026-01-01,2026-12-31,", 2, "line 3 ('x1')")]
    [InlineData("x1,0101,,,duty,health,,normal,,2026-12-31,\nx2,0101,,,duty,industry,,normal,2026-12-31,,", 3, "line 2 ('x1')")] // one day
    [InlineData("x1,0101,,,reserved,health,,normal,,2026-12-31,\nx2,0101,,,reserved,industry,,normal,2026-06-01,,", 3, "line 2 ('x1')")]
    [InlineData("x1,0101,,,duty,health,,normal,,2026-12-31,\nx2,0101,,,duty,industry,,normal,2027-01-01,,", 0, "")] // one after the other
    [InlineData("x1,0101,,,duty,health,,normal,2026-01-01,,\nx2,0101,,,duty,industry,,normal,2026-06-01,2027-06-30,", 0, "")] // an episode of a standing rule
    [InlineData("x1,0101,,,duty,health,,normal,2026-01-01,2026-12-31,\nx2,0101,,,duty,industry,,normal,2026-06-01,2026-12-31,", 0, "")] // and of one that ends with it
    [InlineData("x1,0101,,,duty,health,,normal,2026-01-01,,\nx2,0101,,,duty,industry,,normal,2026-06-01,,", 0, "")] // its successor
    [InlineData("x1,0101,,,duty,health,,normal,,2026-12-31,\nx2,0101,,inquiry,duty,industry,,normal,2026-06-01,,", 0, "")] // another kind
    [InlineData("x1,0101,,,reserved,health,,normal,,2026-12-31,\nx2,0101,,,duty,industry,,normal,2026-06-01,,", 0, "")] // reserved comes first
    public void Rows_whose_days_cross_are_refused_with_both_lines(string rows, int line, string other)
    {
        RuleBook.Check(Header + rows, Chongchuan.Units, CategoryCatalogue.Instance, out var errors);
        if (line == 0)
        {
            Assert.Empty(errors);
            return;
        }
        var error = Assert.Single(errors);
        Assert.Equal((line, "from"), (error.Line, error.Column));
        Assert.Contains(other, error.Message, StringComparison.Ordinal);
        Assert.Contains($"第 {other.Split(' ')[1]} 行", error.Zh, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a,0101,,,duty,health,,normal,,,\nb,0101,,,duty,industry,,normal,2020-02-07,,", "a")] // succeeded today
    [InlineData("a,0101,,,duty,health,,normal,,,\nb,0101,,,duty,industry,,normal,2020-02-08,,", null)] // tomorrow
    [InlineData("a,0101,,,duty,health,,normal,,,\nb,0101,,,duty,industry,,normal,2020-01-01,2020-03-01,", null)] // comes back
    [InlineData("a,0101,,,duty,health,,normal,,2020-02-06,\nb,0101,,,duty,industry,,normal,2020-02-07,,", null)] // over, and says so
    [InlineData("a,0101,,,duty,health,,normal,,2020-02-29,\nb,0101,,,duty,industry,,normal,2020-02-01,2020-02-29,", "a")]
    [InlineData("a,0101,,,duty,health,,normal,,,\nb,0101,,complaint,duty,industry,,normal,2020-01-01,,", null)]
    public void A_row_in_force_that_wins_no_more_is_named(string rows, string? superseded)
    {
        var said = new RuleCoverage(Book(Header + rows).Rules, CategoryCatalogue.Instance, RuleCoverage.StreetsOf(Chongchuan.Units, DivisionDirectory.Instance)).Unreachable(Day).ToArray();
        Assert.Equal(superseded is null ? [] : [$"'{superseded}' does not win from 2020-02-07 on: 'b' (line 3) come before it wherever it still holds."], said.Select(e => e.Message));
    }

    [Theory]
    [InlineData("every street", "", "", true)]
    [InlineData("every street but the last", "", "", false)]
    [InlineData("every street, from later on", "2020-03-01", "", false)]
    [InlineData("every street, from later on, and before that reserved", "2020-03-01", "r,0306,,,reserved,police,,normal,,2020-02-29,\n", true)]
    [InlineData("every street, from later on, and before that reserved with a day between", "2020-03-02", "r,0306,,,reserved,police,,normal,,2020-02-29,\n", false)]
    public void Rows_for_all_streets_leave_nothing_to_the_row_of_the_whole_district(string which, string from, string more, bool never)
    {
        var streets = RuleCoverage.StreetsOf(Chongchuan.Units, DivisionDirectory.Instance);
        Assert.Equal(Chongchuan.Units.All.Where(u => u.Kind == "street").Select(u => u.Code), streets);
        if (which.EndsWith("last", StringComparison.Ordinal)) streets = [.. streets.SkipLast(1)];
        var rows = string.Concat(streets.Select((s, i) => $"s{i},0306,{s},,duty,urban,,normal,{from},,\n"));

        RuleBook.Check($"{Header}{more}{rows}d,0306,320613,,duty,housing,,normal,,,\nw,0306,,,duty,services,,normal,,,", Chongchuan.Units, CategoryCatalogue.Instance, out var errors);

        if (!never)
        {
            Assert.Empty(errors);
            return;
        }
        // The row for everywhere holds where the street is not known.
        var error = Assert.Single(errors);
        var count = streets.Count + (more.Length > 0 ? 1 : 0);
        Assert.Equal((2 + count, "id"), (error.Line, error.Column));
        Assert.StartsWith("'d' can never win: '", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($" and {count - 4} others come before it wherever it holds.", error.Message, StringComparison.Ordinal);
        Assert.EndsWith($"等 {count} 条处处优先于它。", error.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Exactly_those_rows_are_refused_that_are_never_the_first()
    {
        string[] streets = ["320613001", "320613002", "320614001"];
        string[] places = ["", "", "32", "320613", "320614", .. streets];
        string[] categories = ["", "99", "9901", "990100", "9999"];
        DateOnly?[] days = [null, new(2020, 1, 1), new(2020, 2, 1), new(2020, 3, 1)];
        TicketKind?[] kinds = [null, null, TicketKind.Complaint, TicketKind.Inquiry, TicketKind.Request, TicketKind.Tip, TicketKind.Suggestion, TicketKind.Praise];
        string?[] spots = [null, .. streets];
        var classes = CategoryCatalogue.Instance.All.SelectMany(c => (string[])[c.Code, c.Level1.Code, c.Level2.Code]).Distinct().Where(c => c is "01" or "99" || c[..2] is "99" && (categories.Contains(c) || c.EndsWith("00", StringComparison.Ordinal))).ToArray();
        var moments = days.OfType<DateOnly>().SelectMany(d => (DateOnly[])[d.AddDays(-1), d, d.AddDays(1)]).ToArray();
        var random = new Random(12345);
        T Any<T>(T[] of) => of[random.Next(of.Length)];
        int refused = 0, kept = 0;
        for (var round = 0; round < 250; round++)
        {
            var few = random.Next(2) == 0 ? categories[1..3] : categories;
            var rules = Enumerable.Range(2, random.Next(2, 14)).Select(line => (Line: line, From: Any(days), To: Any(days)))
                .Where(r => r.From is null || r.To is null || r.From <= r.To)
                .Select(r => new DispatchRule(r.Line, $"r{r.Line}", Any(few), Any(places), Any(kinds), random.Next(4) == 0 ? DispatchMode.Reserved : DispatchMode.Duty, "urban", [], DeadlineClass.Normal, r.From, r.To?.AddDays(-random.Next(2)), ""))
                .Where(r => r.From is null || r.To is null || r.From <= r.To)
                .DistinctBy(r => (r.Mode, r.Category, r.Place, r.Kind, r.From)).ToArray();
            // The rule for all classes is asked at each class of the first level, of which the rules name one: give the others to somebody now and then.
            if (few.Length > 2 && random.Next(3) == 0)
                rules = [.. rules, .. CategoryCatalogue.Instance.All.Select(c => c.Level1.Code).Distinct().Where(c => c != "99").Select((c, i) => new DispatchRule(100 + i, $"l{c}", c, "", null, DispatchMode.Duty, "urban", [], DeadlineClass.Normal, null, null, ""))];

            var winners = (from c in classes from p in spots from k in Enum.GetValues<TicketKind>() from d in moments
                           select rules.Where(r => r.Covers(c, p, k) && r.InForce(d)).Order(Comparer<DispatchRule>.Create(DispatchRule.Precedence)).FirstOrDefault()).OfType<DispatchRule>().ToHashSet();
            var said = new RuleCoverage(rules, CategoryCatalogue.Instance, streets).Unreachable().Select(e => e.Line).Where(l => l < 100).ToArray();

            Assert.Equal(rules.Where(r => r.Line < 100 && !winners.Contains(r)).Select(r => r.Line), said);
            refused += said.Length;
            kept += rules.Length - said.Length;
        }
        Assert.True(refused > 30 && kept > 300, $"{refused} refused, {kept} kept");
    }

    /// <summary>Each of the rows with each of the others in each street would take minutes.</summary>
    [Fact(Timeout = 120_000)]
    public async Task Thousands_of_rows_are_checked_in_seconds()
    {
        var streets = RuleCoverage.StreetsOf(Chongchuan.Units, DivisionDirectory.Instance);
        var day = new DateOnly(2000, 1, 1);
        var rows = Enumerable.Range(0, 3_000).Select(i => $"r{i},{(i % 2 == 0 ? "*" : "0306")},{(i % 3 == 0 ? "320613" : streets[i % streets.Count])},,duty,urban,,normal,{day.AddDays(i):yyyy-MM-dd},{day.AddDays(i + 2):yyyy-MM-dd},");
        await Task.Run(() => Assert.Empty(Gaps(Book($"{Header}{string.Join('\n', rows)}\nall,*,,,duty,services,,normal,,,"))), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void Rows_for_all_streets_leave_no_gap_and_rows_for_some_one_in_the_others()
    {
        var streets = RuleCoverage.StreetsOf(Chongchuan.Units, DivisionDirectory.Instance);
        var rows = streets.Select((s, i) => $"s{i},*,{s},,duty,urban,,normal,,,").ToArray();
        Assert.Empty(Gaps(Book(Header + string.Join('\n', rows))));

        var gaps = Gaps(Book(Header + string.Join('\n', rows[1..])));
        Assert.Equal(14, gaps.Length);
        Assert.All(gaps, g => Assert.Contains($" from 2020-02-07 on in {DivisionDirectory.Instance.Find(streets[0])!.Name} {streets[0]}: add a row", g.Message, StringComparison.Ordinal));
        Assert.All(gaps, g => Assert.Contains($"{streets[0]}的类别", g.Zh, StringComparison.Ordinal));

        rows[0] = $"s0,*,{streets[0]},,duty,urban,,normal,,2020-04-30,";
        gaps = Gaps(Book(Header + string.Join('\n', rows)));
        Assert.All(gaps, g => Assert.Equal((2, "to"), (g.Line, g.Column)));
        Assert.All(gaps, g => Assert.Contains("'s0' ends on 2020-04-30", g.Message, StringComparison.Ordinal));
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
        var gaps = Gaps(Book(Header + rows));
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
        Assert.Empty(Gaps(book));

        var without = string.Join('\n', RuleBook.DefaultCsv.Split('\n').Where(l => !l.StartsWith("science,", StringComparison.Ordinal)));
        var gap = Assert.Single(Gaps(Book(without)));
        Assert.Contains("class 0101 科技事务 from 2020-02-07", gap.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("id,category\na,03")]
    [InlineData(Header)]
    [InlineData(Header + "a,\"03,,,duty,urban,,normal,,,")]
    [InlineData("id,category,mode,lead,class,colour\na,03,duty,urban,normal,red")]
    [InlineData("id,category,mode,lead,class,lead\na,03,duty,urban,normal,police")]
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

    private static RuleError[] Gaps(RuleBook book) =>
        [.. new RuleCoverage(book.Rules, CategoryCatalogue.Instance, RuleCoverage.StreetsOf(Chongchuan.Units, DivisionDirectory.Instance)).Gaps(Chongchuan.Units, Day)];

    private static RuleBook Book(string csv)
    {
        var book = RuleBook.Check(csv, Chongchuan.Units, CategoryCatalogue.Instance, out var errors);
        Assert.True(book is not null, string.Join("\n", errors));
        return book;
    }
}
