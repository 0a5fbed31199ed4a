using Hotline.Contracts;
using Hotline.Testing;
using static Hotline.Reporting.Tests.Given;

namespace Hotline.Reporting.Tests;

/// <summary>The daily report as it is read from the rollups, on every engine.</summary>
public abstract class ReadingTheReport(Engine engine) : IAsyncLifetime
{
    private ReportDesk _desk = null!;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _desk = await ReportDesk.OpenAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_desk is not null) await _desk.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task The_day_before_and_the_week_before_stand_beside_the_day()
    {
        await _desk.HearAsync(
            Ticket("02-07 00:00", "20200207-000001", closed: "02-07 09:00", how: Closing.Answered), Ticket("02-07 23:59", "20200207-000002"),
            Ticket("02-06 23:59", "20200206-000001"),
            Ticket("01-31 10:00", "20200131-000001", closed: "01-31 11:00", how: Closing.Answered),
            Ticket("02-08 00:00", "20200208-000001"));

        var report = await _desk.ReadAsync();

        Assert.Equal(new TotalValue(2, 1, 1), report.Whole.Totals["filed"]);
        Assert.Equal(new FigureValue(1, 2, new Ratio(0, 1), new Ratio(1, 1)), report.Whole.Figures["directAnswer"]);
        Assert.Equal(0.5, report.Whole.Figures["directAnswer"].Rate);
    }

    [Fact]
    public async Task A_day_without_anything_has_every_figure_and_no_rate()
    {
        var report = await _desk.ReadAsync();

        Assert.Equal(11, report.Whole.Figures.Count);
        Assert.All(report.Whole.Figures.Values, f => Assert.Equal((0, 0, null), (f.Numerator, f.Denominator, f.Rate)));
        Assert.All(report.Whole.Totals.Values, t => Assert.Equal(new TotalValue(0, 0, 0), t));
        Assert.Empty(report.Rows);
    }

    [Fact]
    public async Task It_is_broken_down_by_unit_with_names_and_by_what_no_unit_has()
    {
        await _desk.HearAsync(
            Ticket(number: "20200207-000001"), Routed(Street, "20200207-000001"),
            Ticket(number: "20200207-000002"), Routed(Street, "20200207-000002"),
            Ticket(number: "20200207-000003"), Routed(Health, "20200207-000003"), WorkOrder(Health, "20200207-000003", accepted: "02-07 11:00"),
            Ticket(number: "20200207-000004"));

        var report = await _desk.ReadAsync(by: Breakdown.Unit);

        Assert.Equal(
            [(Street.Code, Street.Name, 2L), (Health.Code, Health.Name, 1L), ("", null, 1L)],
            report.Rows.Select(r => (r.Code, r.Name, r.Totals["filed"].Value)));
        Assert.Equal(new FigureValue(1, 1, new Ratio(0, 0), new Ratio(0, 0)), report.Rows[1].Figures["acceptedOnTime"]);
        Assert.Equal(4, report.Whole.Totals["filed"].Value);
    }

    [Fact]
    public async Task It_is_broken_down_by_category_channel_and_street()
    {
        await _desk.HearAsync(
            Ticket(number: "20200207-000001", channel: Channel.Web), Routed(Health, "20200207-000001", category: Masks, street: Street),
            Ticket(number: "20200207-000002", channel: Channel.WalkIn));

        Assert.Equal([("", null), (Masks.Code, Masks.Name)], await RowsAsync(Breakdown.Category));
        Assert.Equal([("walk-in", "walk-in"), ("web", "web")], await RowsAsync(Breakdown.Channel));
        Assert.Equal([("", null), (Street.Code, Street.Name)], await RowsAsync(Breakdown.Street));

        async Task<IEnumerable<(string, string?)>> RowsAsync(Breakdown by) => (await _desk.ReadAsync(by: by)).Rows.Select(r => (r.Code, r.Name));
    }

    [Fact]
    public async Task One_units_report_has_its_own_numbers_and_breakdowns()
    {
        await _desk.HearAsync(
            Ticket(number: "20200207-000001", channel: Channel.Web), Routed(Health, "20200207-000001"),
            Ticket(number: "20200207-000002"), Routed(Street, "20200207-000002"));

        var report = await _desk.ReadAsync(unit: Health.Code, by: Breakdown.Channel);

        Assert.Equal(Health, report.Unit);
        Assert.Equal(1, report.Whole.Totals["filed"].Value);
        Assert.Equal("web", Assert.Single(report.Rows).Code);
        Assert.Equal(Health.Code, Assert.Single((await _desk.ReadAsync(unit: Health.Code, by: Breakdown.Unit)).Rows).Code);
    }

    [Fact]
    public async Task An_excluded_ticket_is_in_the_totals_only()
    {
        await _desk.HearAsync(Ticket(number: "20200207-000001"), Ticket(number: "20200207-000002", version: 1));
        await _desk.HearAsync(Ticket(number: "20200207-000002", version: 2, excluded: true));

        var report = await _desk.ReadAsync();

        Assert.Equal((2, 1), (report.Whole.Totals["filed"].Value, report.Whole.Totals["excluded"].Value));
        Assert.Equal(1, report.Whole.Figures["repeat"].Denominator);
    }

    [Fact]
    public async Task The_name_heard_last_is_shown_whatever_comes_late()
    {
        var renamed = Street with { Name = "Street office A (new)" };
        await _desk.HearAsync(Ticket(), Routed(Street), WorkOrder(renamed, issued: "02-09 10:00"));
        await _desk.HearAsync(Routed(Street with { Name = "Street office A (old)" }, number: "20200207-000009"));

        Assert.Equal(renamed.Name, (await _desk.ReadAsync(by: Breakdown.Unit)).Rows[0].Name);
    }

    [Fact]
    public async Task A_report_is_provisional_until_its_day_has_ended()
    {
        Assert.True((await _desk.ReadAsync(Day)).Provisional);
        Assert.False((await _desk.ReadAsync(Day.AddDays(-1))).Provisional);
    }
}

public sealed class ReadingTheReportOnSqlite() : ReadingTheReport(Engine.Sqlite);

public sealed class ReadingTheReportOnPostgreSql() : ReadingTheReport(Engine.PostgreSql);

public sealed class ReadingTheReportOnSqlServer() : ReadingTheReport(Engine.SqlServer);
