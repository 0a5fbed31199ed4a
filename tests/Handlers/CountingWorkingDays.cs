using System.Globalization;

namespace Hotline.Handlers.Tests;

/// <summary>The national calendar against dates that people remember.</summary>
public sealed class CountingWorkingDays
{
    [Theory]
    // 2020: the extension of Spring Festival made an arranged working Saturday a day off.
    [InlineData("2020-01-19", DayKind.MakeUp)]
    [InlineData("2020-01-24", DayKind.Holiday)]
    [InlineData("2020-01-31", DayKind.Holiday)]
    [InlineData("2020-02-01", DayKind.Holiday)]
    [InlineData("2020-02-02", DayKind.Holiday)]
    [InlineData("2020-02-03", DayKind.Weekday)]
    [InlineData("2020-02-08", DayKind.Weekend)]
    // 2019: Labour Day was made longer in March.
    [InlineData("2018-12-29", DayKind.MakeUp)]
    [InlineData("2018-12-31", DayKind.Holiday)]
    [InlineData("2019-04-28", DayKind.MakeUp)]
    [InlineData("2019-05-02", DayKind.Holiday)]
    [InlineData("2019-05-05", DayKind.MakeUp)]
    [InlineData("2021-02-20", DayKind.MakeUp)]
    [InlineData("2022-10-08", DayKind.MakeUp)]
    [InlineData("2022-10-09", DayKind.MakeUp)]
    [InlineData("2022-12-31", DayKind.Holiday)]
    [InlineData("2023-10-06", DayKind.Holiday)]
    [InlineData("2023-10-07", DayKind.MakeUp)]
    [InlineData("2024-02-09", DayKind.Weekday)]
    [InlineData("2024-02-18", DayKind.MakeUp)]
    [InlineData("2025-10-08", DayKind.Holiday)]
    [InlineData("2025-10-11", DayKind.MakeUp)]
    [InlineData("2026-01-04", DayKind.MakeUp)]
    [InlineData("2026-02-23", DayKind.Holiday)]
    [InlineData("2026-02-28", DayKind.MakeUp)]
    [InlineData("2026-09-25", DayKind.Holiday)]
    public void A_day_is_what_the_notice_says(string day, DayKind kind) =>
        Assert.Equal(kind, WorkingCalendar.Official.Of(Day(day)).Kind);

    [Theory]
    [InlineData(2019, 250)]
    [InlineData(2020, 249)]
    [InlineData(2021, 250)]
    [InlineData(2022, 249)]
    [InlineData(2023, 249)]
    [InlineData(2024, 251)]
    [InlineData(2025, 248)]
    [InlineData(2026, 248)]
    public void A_year_has_as_many_working_days_as_two_published_collections_count(int year, int days) =>
        Assert.Equal(days, WorkingCalendar.Official.After(new DateOnly(year - 1, 12, 31)).TakeWhile(d => d.Date.Year == year).Count(d => d.IsWorking));

    [Fact]
    public void Each_arranged_day_names_its_notice()
    {
        var spring = WorkingCalendar.Official.Of(Day("2020-02-01")).Arrangement!;

        Assert.Equal("春节", spring.Name.Zh);
        Assert.Contains("国办发明电〔2020〕1号", spring.Notices.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public void Published_years_are_known_and_others_count_Monday_to_Friday()
    {
        Assert.Equal(Enumerable.Range(2019, 8), WorkingCalendar.Official.PublishedYears);
        Assert.False(WorkingCalendar.Official.IsPublished(2031));
        Assert.Equal(DayKind.Weekday, WorkingCalendar.Official.Of(new DateOnly(2031, 10, 1)).Kind);
    }

    [Fact]
    public void A_local_arrangement_comes_before_the_national_one()
    {
        var local = WorkingCalendar.Official.With(new DeadlineSettings
        {
            LocalHolidays = [new() { Name = "春节延长", From = "2020-02-03", To = "2020-02-09", Source = "本市通知" }],
            LocalWorkingDays = ["2020-02-08", "2020-01-31"],
        }.Local());

        Assert.Equal(DayKind.Holiday, local.Of(Day("2020-02-07")).Kind);
        Assert.Equal(DayKind.MakeUp, local.Of(Day("2020-02-08")).Kind);
        Assert.True(local.Of(Day("2020-01-31")).IsWorking);
        Assert.Equal(DayKind.Weekday, WorkingCalendar.Official.Of(Day("2020-02-07")).Kind);
    }

    internal static DateOnly Day(string text) => DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture);
}
