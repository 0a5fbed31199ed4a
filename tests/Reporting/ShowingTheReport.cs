using System.Globalization;
using System.Net;
using Hotline.Contracts;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using static Hotline.Reporting.Tests.Given;

namespace Hotline.Reporting.Tests;

/// <summary>One report as CSV, as a terminal table and as an HTML file.</summary>
public sealed class ShowingTheReport : IAsyncLifetime
{
    private static readonly Named Sly = new("=cmd", "=1+1, \"and\" more");

    private readonly IStringLocalizer<Texts> _texts =
        new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider().GetRequiredService<IStringLocalizer<Texts>>();

    private ReportDesk _desk = null!;
    private DailyReport _report = null!;

    public async ValueTask InitializeAsync()
    {
        _desk = await ReportDesk.OpenAsync(
            Engine.Sqlite,
            Ticket(closed: "02-07 09:00", how: Closing.Answered), Ticket(number: "20200207-000002"), Ticket(number: "20200207-000003"),
            Routed(Sly, "20200207-000002"), Routed(Sly, "20200207-000003"));
        _report = await _desk.ReadAsync(by: Breakdown.Unit);
    }

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public void Csv_has_a_line_for_every_number()
    {
        var lines = ReportCsv.Render(_report).Split("\r\n");

        Assert.StartsWith("date,by,code,name,figure,count,of,rate,dayBeforeCount", lines[0], StringComparison.Ordinal);
        Assert.Contains("2020-02-07,all,,,filed,3,,,0,,,0,,", lines);
        Assert.Contains("2020-02-07,all,,,directAnswer,1,3,0.3333,0,0,,0,0,", lines);
        Assert.Equal(1 + ((1 + _report.Rows.Count) * (Figure.All.Count + Total.All.Count)) + 1, lines.Length);
        Assert.Equal("", lines[^1]);
    }

    [Fact]
    public void A_name_that_looks_like_a_formula_is_text_in_csv() =>
        Assert.Contains("2020-02-07,unit,'=cmd,\"'=1+1, \"\"and\"\" more\",filed,2,,,0,,,0,,\r\n", ReportCsv.Render(_report), StringComparison.Ordinal);

    [Fact]
    public void A_terminal_gets_a_table_of_the_whole_and_narrow_ones_of_the_rows()
    {
        var tables = In("zh-CN", () => ReportTable.Of(_report, _texts));

        Assert.Equal("市民热线日报 2020-02-07", tables[0].Title);
        Assert.Contains(tables[0].Rows, r => r.SequenceEqual(["直接答复率", "33.3%", "1/3", "–", "–"]));
        Assert.Contains(tables[0].Rows, r => r.SequenceEqual(["满意率", "–", "", "–", "–"]));
        Assert.All(tables.Skip(1), t => Assert.Equal([Sly.Name, "未派到单位"], t.Rows.Select(r => r[0])));
        Assert.Equal(2 + Figure.All.Count, tables.Skip(1).Sum(t => t.Columns.Count - 1));
        Assert.All(tables, t => Assert.InRange(t.Columns.Count, 2, 5));
        Assert.All(tables, t => Assert.All(t.Rows, r => Assert.Equal(t.Columns.Count, r.Count)));
    }

    [Fact]
    public void English_is_there_for_those_who_ask() =>
        Assert.Equal("Daily report 2020-02-07", In("en", () => ReportTable.Of(_report, _texts))[0].Title);

    [Fact]
    public void Every_text_exists_in_both_languages()
    {
        foreach (var culture in (string[])["zh-CN", "en"])
        {
            var (tables, title) = In(culture, () => (ReportTable.Of(_report, _texts), _texts["Title"].Value));
            Assert.DoesNotContain(tables.SelectMany(t => t.Columns.Concat(t.Rows.Select(r => r[0]))), t => t.Contains('.', StringComparison.Ordinal));
            Assert.NotEqual("Title", title);
        }
        string[] Keys(string culture) => In(culture, () => _texts.GetAllStrings(includeParentCultures: culture != "en").Select(t => t.Name).Order(StringComparer.Ordinal).ToArray());
        Assert.Equal(Keys("zh-CN"), Keys("en"));
    }

    [Fact]
    public async Task An_html_file_stands_by_itself_and_names_are_text_in_it()
    {
        var sly = _report with { Rows = [_report.Rows[0] with { Name = "<script>alert(1)</script>" }] };

        var html = await ReportHtml.RenderAsync(sly, _desk.Database.Clock);

        Assert.StartsWith("<!DOCTYPE html>", html, StringComparison.Ordinal);
        Assert.Contains("@media print", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("href", html, StringComparison.Ordinal);
        Assert.Contains("33.3%", WebUtility.HtmlDecode(html), StringComparison.Ordinal);
    }

    private static T In<T>(string culture, Func<T> read)
    {
        var before = CultureInfo.CurrentUICulture;
        CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(culture);
        try
        {
            return read();
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
    }
}
