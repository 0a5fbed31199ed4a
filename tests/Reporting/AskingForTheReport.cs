using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Testing;
using static Hotline.Reporting.Tests.Given;

namespace Hotline.Reporting.Tests;

/// <summary>The call and the page.</summary>
public sealed class AskingForTheReport : IAsyncLifetime
{
    private ReportDesk _desk = null!;

    public async ValueTask InitializeAsync() => _desk = await ReportDesk.OpenAsync(
        Engine.Sqlite,
        Ticket(closed: "02-07 09:00", how: Closing.Answered), Ticket(number: "20200207-000002"), Routed(Street, "20200207-000002"));

    public ValueTask DisposeAsync() => _desk.DisposeAsync();

    [Fact]
    public async Task It_answers_json_with_a_null_where_there_is_nothing_to_divide_by()
    {
        var answer = await _desk.GetAsync("/api/reports/daily?date=2020-02-07&by=unit");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var report = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("2020-02-07", report.GetProperty("date").GetString());
        Assert.Equal("2020-01-31", report.GetProperty("weekBefore").GetString());
        Assert.Equal("unit", report.GetProperty("by").GetString());
        var figures = report.GetProperty("whole").GetProperty("figures");
        Assert.Equal(0.5, figures.GetProperty("directAnswer").GetProperty("rate").GetDouble());
        Assert.Equal(JsonValueKind.Null, figures.GetProperty("satisfaction").GetProperty("rate").ValueKind);
        Assert.Equal(JsonValueKind.Null, figures.GetProperty("directAnswer").GetProperty("dayBefore").GetProperty("rate").ValueKind);
        Assert.Equal(2, report.GetProperty("rows").GetArrayLength());
    }

    [Theory]
    [InlineData(null)]
    [InlineData(Breakdown.Unit)]
    [InlineData(Breakdown.Channel)]
    [InlineData(Breakdown.Street)]
    public async Task Its_json_is_what_the_serialiser_would_write(Breakdown? by)
    {
        await _desk.HearAsync(Ticket(number: "20200207-000003"), Routed(new Named("u\"<9>", "街道 \"甲\" & ‘乙’\n𠮷😀"), "20200207-000003"));
        var report = await _desk.ReadAsync(by: by);
        if (by is not null) Assert.Contains(report.Rows, r => r.Figures["directAnswer"].Rate is not null);

        Assert.Equal(Json.Write(report), await WrittenAsync(report));
    }

    [Fact]
    public async Task Every_rate_is_written_as_the_serialiser_would()
    {
        var report = await _desk.ReadAsync();
        var thirds = Enumerable.Range(0, 400).Select(n => new Ratio(n, 300)).ToArray();
        var rows = thirds.Select(r => report.Whole with { Figures = report.Whole.Figures.ToDictionary(f => f.Key, _ => new FigureValue(r.Numerator, r.Denominator, r, new Ratio(r.Numerator, 7919))) });
        var whole = report with { Rows = [.. rows] };

        Assert.Equal(Json.Write(whole), await WrittenAsync(whole));
    }

    private static async Task<string> WrittenAsync(DailyReport report)
    {
        using var bytes = new MemoryStream();
        await ReportJson.WriteAsync(report, PipeWriter.Create(bytes), CancellationToken.None);
        return Encoding.UTF8.GetString(bytes.ToArray());
    }

    [Theory]
    [InlineData("text/csv", "text/csv")]
    [InlineData("text/csv, application/json;q=0.5", "text/csv")]
    [InlineData("application/json, text/csv;q=0.5", "application/json")]
    [InlineData("*/*", "application/json")]
    [InlineData("text/html", "application/json")]
    public async Task It_answers_csv_where_that_is_preferred(string accept, string type)
    {
        var answer = await _desk.GetAsync("/api/reports/daily?date=2020-02-07", accept: accept);
        Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("", "date")]
    [InlineData("?date=", "date")]
    [InlineData("?date=7.2.2020", "date")]
    [InlineData("?date=2020-02-30", "date")]
    [InlineData("?date=2020-02-08", "date")]
    [InlineData("?date=0001-01-01", "date")]
    [InlineData("?date=2020-02-07&by=colour", "by")]
    [InlineData("?date=2020-02-07&by=Unit", "by")]
    [InlineData("?date=2020-02-07&unit=nobody", "unit")]
    [InlineData("?date=2020-02-07&unit=%00", "unit")]
    public async Task Bad_input_gets_400_with_the_field_named(string query, string field)
    {
        var answer = await _desk.GetAsync("/api/reports/daily" + query);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var problem = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal("invalid", problem.GetProperty("code").GetString());
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData(null, "", HttpStatusCode.Unauthorized)]
    [InlineData("operator", "", HttpStatusCode.OK)]
    [InlineData("dispatcher", "", HttpStatusCode.OK)]
    [InlineData("administrator", "", HttpStatusCode.OK)]
    [InlineData("citizen", "", HttpStatusCode.Forbidden)]
    [InlineData("handler of 320613001", "", HttpStatusCode.Forbidden)]
    [InlineData("handler of 320613001", "&unit=320613001", HttpStatusCode.OK)]
    [InlineData("handler of 320613002", "&unit=320613001", HttpStatusCode.Forbidden)]
    [InlineData("handler of never-heard-of", "&unit=never-heard-of", HttpStatusCode.OK)]
    public async Task A_unit_reads_its_own_report_alone(string? who, string query, HttpStatusCode expected) =>
        Assert.Equal(expected, (await _desk.GetAsync("/api/reports/daily?date=2020-02-07" + query, who)).StatusCode);

    [Fact]
    public async Task The_page_shows_the_figures_and_leads_to_other_days_and_to_the_file()
    {
        var answer = await _desk.GetAsync("/reports/daily/2020-02-06?by=channel");
        var html = WebUtility.HtmlDecode(await answer.Content.ReadAsStringAsync());

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("直接答复率", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/reports/daily/2020-02-05?by=channel\">", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/reports/daily/2020-02-07?by=channel\">", html, StringComparison.Ordinal);
        Assert.Contains("<a href=\"/reports/daily/2020-02-06/csv?by=channel\">", html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_page_of_today_leads_to_no_day_after()
    {
        var html = await (await _desk.GetAsync("/reports/daily/2020-02-07")).Content.ReadAsStringAsync();
        Assert.DoesNotContain("/reports/daily/2020-02-08", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/reports/daily/2020-02-08", HttpStatusCode.BadRequest)]
    [InlineData("/reports/daily/tomorrow", HttpStatusCode.BadRequest)]
    [InlineData("/reports/daily/2020-02-07?by=colour", HttpStatusCode.BadRequest)]
    [InlineData("/reports/daily/2020-02-07?unit=nobody", HttpStatusCode.BadRequest)]
    public async Task A_page_that_cannot_be_says_so(string path, HttpStatusCode expected)
    {
        var answer = await _desk.GetAsync(path);
        Assert.Equal(expected, answer.StatusCode);
        Assert.Contains("role=\"alert\"", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_units_own_people_get_their_own_page_without_naming_the_unit()
    {
        var own = await _desk.GetAsync("/reports/daily/2020-02-07", "handler of 320613001");
        Assert.Contains(Street.Name, await own.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await _desk.GetAsync("/reports/daily/2020-02-07?unit=other", "handler of 320613001")).StatusCode);
    }

    [Fact]
    public async Task Without_a_day_it_is_today()
    {
        Assert.Equal("/reports/daily/2020-02-07", (await _desk.GetAsync("/reports/daily")).Headers.Location?.ToString());
        Assert.Equal(
            "/reports/daily/2020-02-01?by=unit", (await _desk.GetAsync("/reports/daily?date=2020-02-01&by=unit")).Headers.Location?.ToString());
    }

    [Fact]
    public async Task The_file_for_a_spreadsheet_begins_with_a_byte_order_mark()
    {
        var answer = await _desk.GetAsync("/reports/daily/2020-02-07/csv");
        Assert.Equal("hotline-2020-02-07.csv", answer.Content.Headers.ContentDisposition?.FileName);
        Assert.Equal([0xEF, 0xBB, 0xBF], (await answer.Content.ReadAsByteArrayAsync())[..3]);
    }
}
