using Hotline.Testing;

namespace Hotline.Data.Tests;

public sealed class TellingTheDay
{
    [Theory]
    [InlineData("2020-02-06T15:59:59.999Z", "2020-02-06")]
    [InlineData("2020-02-06T16:00:00.000Z", "2020-02-07")]
    [InlineData("2020-02-07T15:59:59.999Z", "2020-02-07")]
    [InlineData("2020-02-07T16:00:00.000Z", "2020-02-08")]
    public void An_instant_belongs_to_the_day_of_the_hotlines_own_zone(string instant, string day) => Assert.Equal(
        DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture),
        Clock("Asia/Shanghai").DayOf(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)));

    [Theory, InlineData("Asia/Shanghai"), InlineData("UTC"), InlineData("America/New_York"), InlineData("Asia/Kathmandu")]
    public void Days_follow_each_other_without_gap_or_overlap(string zone)
    {
        var clock = Clock(zone);
        for (var day = new DateOnly(2020, 1, 1); day.Year == 2020; day = day.AddDays(1))
        {
            Assert.Equal(clock.EndOf(day), clock.StartOf(day.AddDays(1)));
            Assert.Equal(day, clock.DayOf(clock.StartOf(day)));
            Assert.Equal(day, clock.DayOf(clock.EndOf(day).AddMilliseconds(-1)));
        }
    }

    [Fact]
    public void A_time_that_summer_time_skips_moves_forward() => Assert.Equal(
        new DateTimeOffset(2020, 3, 8, 7, 0, 0, TimeSpan.Zero), // 03:00 in New York
        Clock("America/New_York").At(new DateOnly(2020, 3, 8), new TimeOnly(2, 30)));

    [Fact]
    public void A_day_that_begins_after_a_skipped_midnight_begins_when_it_begins()
    {
        var clock = Clock("America/Sao_Paulo");
        var day = new DateOnly(2018, 11, 4);

        Assert.Equal(new DateTimeOffset(2018, 11, 4, 3, 0, 0, TimeSpan.Zero), clock.StartOf(day));
        Assert.Equal(day, clock.DayOf(clock.StartOf(day)));
    }

    [Fact]
    public void Now_is_cut_to_milliseconds()
    {
        var midnight = new DateTimeOffset(2020, 2, 7, 0, 0, 0, TimeSpan.Zero);

        Assert.Equal(midnight, new HotlineClock(new SettableTime(midnight.AddTicks(9_999)), TimeZoneInfo.Utc).Now);
    }

    private static HotlineClock Clock(string zone) => new(new SettableTime(SettableTime.ModelDay), TimeZoneInfo.FindSystemTimeZoneById(zone));
}
