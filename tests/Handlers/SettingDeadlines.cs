using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;

namespace Hotline.Handlers.Tests;

public sealed class SettingDeadlines
{
    private static readonly HotlineClock Clock = new(new SettableTime(SettableTime.ModelDay), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    [Theory]
    // Around the clock: holidays and weekends do not matter.
    [InlineData(DeadlineClass.Emergency, "2020-01-25 03:00", "2020-01-25 03:15", "2020-01-25 05:00")]
    [InlineData(DeadlineClass.Emergency, "2020-02-07 23:50", "2020-02-08 00:05", "2020-02-08 01:50")]
    [InlineData(DeadlineClass.Urgent, "2020-02-08 10:00", "2020-02-08 12:00", "2020-02-09 10:00")]
    // The same day ends at local midnight, not at UTC's, which is 08:00 here.
    [InlineData(DeadlineClass.SameDay, "2020-02-07 10:00", "2020-02-07 10:30", "2020-02-07 24:00")]
    [InlineData(DeadlineClass.SameDay, "2020-02-07 07:59", "2020-02-07 08:29", "2020-02-07 24:00")]
    [InlineData(DeadlineClass.SameDay, "2020-02-07 00:00", "2020-02-07 00:30", "2020-02-07 24:00")]
    // Too late for the day: never less for the reply than for accepting.
    [InlineData(DeadlineClass.SameDay, "2020-02-07 23:50", "2020-02-08 00:20", "2020-02-08 00:20")]
    // A plain week: Friday's order is accepted by Monday and replied to by the next Friday.
    [InlineData(DeadlineClass.Normal, "2020-02-07 10:00", "2020-02-10 24:00", "2020-02-14 24:00")]
    [InlineData(DeadlineClass.Normal, "2020-02-07 23:59", "2020-02-10 24:00", "2020-02-14 24:00")]
    [InlineData(DeadlineClass.Normal, "2020-02-08 00:00", "2020-02-10 24:00", "2020-02-14 24:00")]
    // Spring Festival 2020, extended: 23 January, then 3, 4, 5, 6 February; Saturday 1 February is not worked.
    [InlineData(DeadlineClass.Normal, "2020-01-22 15:00", "2020-01-23 24:00", "2020-02-06 24:00")]
    [InlineData(DeadlineClass.Normal, "2020-01-23 15:00", "2020-02-03 24:00", "2020-02-07 24:00")]
    [InlineData(DeadlineClass.Normal, "2020-01-30 09:00", "2020-02-03 24:00", "2020-02-07 24:00")]
    // A make-up Sunday counts: 19, 20, 21, 22, 23 January 2020.
    [InlineData(DeadlineClass.Normal, "2020-01-17 09:00", "2020-01-19 24:00", "2020-01-23 24:00")]
    // National Day 2022: off 1 to 7 October, Saturday and Sunday 8 and 9 are worked.
    [InlineData(DeadlineClass.Normal, "2022-09-30 09:00", "2022-10-08 24:00", "2022-10-12 24:00")]
    // National Day 2025 with Mid-Autumn: off 1 to 8, Saturday 11 is worked, and so was Sunday 28 September.
    [InlineData(DeadlineClass.Normal, "2025-09-26 09:00", "2025-09-28 24:00", "2025-10-10 24:00")]
    [InlineData(DeadlineClass.Normal, "2025-09-30 09:00", "2025-10-09 24:00", "2025-10-14 24:00")]
    [InlineData(DeadlineClass.Complex, "2020-01-16 09:00", "2020-01-17 24:00", "2020-02-13 24:00")]
    // Into a year whose notice is not included: Monday to Friday.
    [InlineData(DeadlineClass.Normal, "2030-09-30 09:00", "2030-10-01 24:00", "2030-10-07 24:00")]
    public void A_class_gives_its_limits(DeadlineClass @class, string issued, string acceptBy, string replyBy)
    {
        var deadline = Of(@class, At(issued));

        Assert.Equal(At(acceptBy), deadline.AcceptBy);
        Assert.Equal(At(replyBy), deadline.ReplyBy);
    }

    [Fact]
    public void A_deadline_falls_on_the_day_that_it_closes() =>
        Assert.Equal(new DateOnly(2020, 2, 7), Clock.DayOf(Of(DeadlineClass.SameDay, SettableTime.ModelDay).ReplyBy));

    [Fact]
    public void The_explanation_names_the_days_left_out_and_the_notices()
    {
        var why = Of(DeadlineClass.Normal, At("2020-01-22 15:00")).Why;

        Assert.Equal(
        [
            "一般件：签发次日起1个工作日内（2020年1月23日24:00前）签收，签发次日起5个工作日内（2020年2月6日24:00前）办结。",
            "1月24日至2月2日春节放假，不计入（国办发明电〔2019〕16号、国办发明电〔2020〕1号）。",
        ], why.Select(s => s.Zh));
        Assert.Equal(
        [
            "Normal: accept within 1 working day after the day of issue, by 24:00 on 23 January 2020; reply within 5 working days after the day of issue, by 24:00 on 6 February 2020.",
            "24 January to 2 February: Spring Festival, not counted (国办发明电〔2019〕16号, 国办发明电〔2020〕1号).",
        ], why.Select(s => s.En));
    }

    [Fact]
    public void The_explanation_names_make_up_days_that_counted_and_weekends_that_did_not()
    {
        var why = Of(DeadlineClass.Normal, At("2020-01-16 15:00")).Why.Select(s => s.Zh).ToArray();

        Assert.Contains("1月19日（周日）春节调休上班，计入（国办发明电〔2019〕16号、国办发明电〔2020〕1号）。", why);
        Assert.Contains("周末不计入：1月18日。", why);
    }

    [Fact]
    public void The_explanation_says_when_a_year_is_not_published() =>
        Assert.Contains(
            "The holidays of 2027 are not in this calendar: that year counts Monday to Friday as working days.",
            Of(DeadlineClass.Normal, At("2026-12-30 09:00")).Why.Select(s => s.En));

    [Fact]
    public void The_explanation_says_when_the_day_was_too_short() =>
        Assert.Contains("00:20 on 8 February 2020", Of(DeadlineClass.SameDay, At("2020-02-07 23:50")).Why[1].En, StringComparison.Ordinal);

    [Theory]
    [InlineData("2020-02-07 10:00", "2020-02-07 15:00")] // 10-12, 13-15
    [InlineData("2020-02-07 16:30", "2020-02-10 11:30")] // 1.5 hours on Friday, 2.5 on Monday
    [InlineData("2020-02-07 12:30", "2020-02-07 17:00")] // begins at 13
    [InlineData("2020-01-23 19:00", "2020-02-03 14:00")] // after closing, before the holidays
    public void Working_hours_count_only_while_the_office_is_open(string issued, string acceptBy)
    {
        var settings = new DeadlineSettings { Normal = new() { Accept = "4 working hours", Reply = "5 working days" } };

        Assert.Equal(At(acceptBy), Deadline.Of(DeadlineClass.Normal, At(issued), new Limits(settings), WorkingCalendar.Official, Clock).AcceptBy);
    }

    [Fact]
    public void A_deadline_is_never_before_its_issue_and_a_reply_never_due_before_accepting()
    {
        var instants = Gen.Choose(0, 8 * 366 * 24 * 60).Select(m => new DateTimeOffset(2019, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(m));
        Prop.ForAll(instants.ToArbitrary(), Gen.Elements(Enum.GetValues<DeadlineClass>()).ToArbitrary(), (issued, @class) =>
        {
            var deadline = Of(@class, issued);
            return deadline.AcceptBy > issued && deadline.ReplyBy >= deadline.AcceptBy;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Five_working_days_hold_five_working_days()
    {
        var days = Gen.Choose(0, 8 * 365).Select(d => new DateOnly(2019, 1, 1).AddDays(d));
        Prop.ForAll(days.ToArbitrary(), issued =>
        {
            var last = Clock.DayOf(Of(DeadlineClass.Normal, Clock.At(issued, new TimeOnly(15, 0))).ReplyBy);
            var counted = WorkingCalendar.Official.After(issued).TakeWhile(d => d.Date <= last).Count(d => d.IsWorking);
            return counted == 5 && WorkingCalendar.Official.Of(last).IsWorking;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void A_later_order_is_never_due_earlier()
    {
        var minutes = Gen.Choose(0, 3 * 365 * 24 * 60);
        Prop.ForAll(minutes.ToArbitrary(), Gen.Choose(0, 20_000).ToArbitrary(), Gen.Elements(Enum.GetValues<DeadlineClass>()).ToArbitrary(), (first, gap, @class) =>
        {
            var start = new DateTimeOffset(2019, 12, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(first);
            return Of(@class, start.AddMinutes(gap)).ReplyBy >= Of(@class, start).ReplyBy;
        }).QuickCheckThrowOnFailure();
    }

    private static Deadline Of(DeadlineClass @class, DateTimeOffset issued) =>
        Deadline.Of(@class, issued, new Limits(new DeadlineSettings()), WorkingCalendar.Official, Clock);

    /// <summary>A wall-clock time in Nantong; 24:00 is the last millisecond of the day.</summary>
    private static DateTimeOffset At(string text) => text.EndsWith("24:00", StringComparison.Ordinal)
        ? Clock.EndOf(CountingWorkingDays.Day(text[..10])).AddMilliseconds(-1)
        : Clock.At(CountingWorkingDays.Day(text[..10]), TimeOnly.ParseExact(text[11..], "HH:mm", CultureInfo.InvariantCulture));
}
