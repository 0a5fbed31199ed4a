using Hotline.Data;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

/// <summary>A wrong setting is one line that names it and what it may be.</summary>
public sealed class ConfiguringDeadlines
{
    [Fact]
    public void The_defaults_are_right()
    {
        Assert.Empty(new DeadlineSettings().Errors());
        Assert.Empty(new ReturnSettings().Errors());
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("0 hours")]
    [InlineData("-1 hours")]
    [InlineData("1.5 hours")]
    [InlineData("5 workdays")]
    [InlineData("99999999999 minutes")]
    [InlineData("400 working days")]
    public void A_limit_that_is_none_is_refused(string text)
    {
        var error = Assert.Single(new DeadlineSettings { Urgent = new() { Accept = "2 hours", Reply = text } }.Errors());

        Assert.Equal($"Deadlines:Urgent:Reply: '{text}' must be {Limit.Forms}", error);
        Assert.Equal($"Returns:Within: '{text}' must be {Limit.Forms}", Assert.Single(new ReturnSettings { Within = text }.Errors()));
    }

    [Fact]
    public void A_reply_due_before_accepting_is_refused() =>
        Assert.Equal(
            "Deadlines:Emergency:Reply: '10 minutes' is shorter than Deadlines:Emergency:Accept, '15 minutes'",
            Assert.Single(new DeadlineSettings { Emergency = new() { Accept = "15 minutes", Reply = "10 minutes" } }.Errors()));

    [Theory]
    [InlineData("9-17")]
    [InlineData("09:00-12:00, 11:00-18:00")]
    [InlineData("18:00-09:00")]
    [InlineData("")]
    public void Office_hours_must_ascend(string hours) =>
        Assert.StartsWith($"Deadlines:WorkingHours: '{hours}' must be ", Assert.Single(new DeadlineSettings { WorkingHours = hours }.Errors()), StringComparison.Ordinal);

    [Fact]
    public void Local_days_must_be_days()
    {
        var settings = new DeadlineSettings
        {
            LocalHolidays = [new() { Name = "春节延长", From = "2020-02-03", To = "2020-02-01" }, new() { Name = "春节延长", From = "soon", To = "later" }],
            LocalWorkingDays = ["2020-02-30"],
        };

        Assert.Equal(
        [
            "Deadlines:LocalHolidays:0:To: '2020-02-01' must be a day such as 2020-02-09, at most 100 days after From",
            "Deadlines:LocalHolidays:1:From: 'soon' must be a day such as 2020-02-03",
            "Deadlines:LocalWorkingDays:0: '2020-02-30' must be a day such as 2020-02-08",
        ], settings.Errors());
    }

    [Fact]
    public void The_role_does_not_start_with_a_wrong_setting()
    {
        var clock = new HotlineClock(new SettableTime(SettableTime.ModelDay), TimeZoneInfo.Utc);

        var e = Assert.Throws<ArgumentException>(() => new Deadlines(new DeadlineSettings(), new ReturnSettings { Within = "never" }, clock));
        Assert.StartsWith("Returns:Within: 'never' must be ", e.Message, StringComparison.Ordinal);
    }
}
