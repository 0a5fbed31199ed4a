using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Handlers;

/// <summary>Until when a work order must be accepted (签收时限) and replied to (办理期限), and why.</summary>
/// <param name="AcceptBy">The last instant at which accepting is on time.</param>
/// <param name="ReplyBy">The last instant at which the reply is on time, never before <paramref name="AcceptBy"/>.</param>
public sealed record Deadline(DateTimeOffset AcceptBy, DateTimeOffset ReplyBy, IReadOnlyList<Sentence> Why)
{
    /// <summary>
    /// The deadlines of a class for a work order issued at an instant; a pure function of its arguments.
    /// <para>
    /// "Within N working days" ends with the N-th working day after the local day of issue; the day of issue itself never counts, whatever
    /// the hour. A day ends with its last millisecond (23:59:59.999), so that a deadline falls on the day that it closes and is counted there.
    /// </para>
    /// <para>
    /// A unit always has at least as long for its reply as for accepting: a same-day order issued at 23:50 may be replied to until 00:20,
    /// when its 30 minutes for accepting end. That ticket still misses the same-day figure of its day, which the day's end decides.
    /// </para>
    /// </summary>
    public static Deadline Of(DeadlineClass @class, DateTimeOffset issuedAt, Limits limits, WorkingCalendar calendar, HotlineClock clock)
    {
        var (accept, reply) = limits.Of(@class);
        var acceptBy = End(accept, issuedAt, limits.Hours, calendar, clock);
        var replyBy = End(reply, issuedAt, limits.Hours, calendar, clock);
        var (name, accepting, replying) = (Name(@class), Phrase(accept, acceptBy, clock), Phrase(reply, replyBy, clock));

        var why = new List<Sentence> { new($"{name.Zh}件：{accepting.Zh}签收，{replying.Zh}办结。", $"{name.En}: accept {accepting.En}; reply {replying.En}.") };
        if (replyBy < acceptBy)
        {
            replyBy = acceptBy;
            why.Add(new Sentence(
                $"签发时距当日结束不足签收时限，办理时限顺延至签收时限届满（{At(acceptBy, clock).Zh}）。",
                $"It was issued so late that the accept limit ends first: the reply may come until then, {At(acceptBy, clock).En}."));
        }
        DateOnly? last = (accept, reply) switch
        {
            (_, Limit.WorkingDays or Limit.WorkingHours) => clock.DayOf(replyBy),
            (Limit.WorkingDays or Limit.WorkingHours, _) => clock.DayOf(acceptBy),
            _ => null,
        };
        if (last is { } lastDay) why.AddRange(Days(clock.DayOf(issuedAt), lastDay, calendar));
        return new Deadline(acceptBy, replyBy, why);
    }

    /// <summary>The last instant within a limit that begins at <paramref name="from"/>.</summary>
    public static DateTimeOffset End(Limit limit, DateTimeOffset from, OfficeHours hours, WorkingCalendar calendar, HotlineClock clock) => limit switch
    {
        Limit.Span span => from + span.Length,
        Limit.EndOfDay => LastOf(clock.DayOf(from), clock),
        Limit.WorkingDays days => LastOf(calendar.After(clock.DayOf(from)).Where(d => d.IsWorking).ElementAt(days.Days - 1).Date, clock),
        Limit.WorkingHours working => EndOfHours(TimeSpan.FromHours(working.Hours), from, hours, calendar, clock),
        _ => throw new ArgumentOutOfRangeException(nameof(limit)),
    };

    /// <summary>Instants are kept to the millisecond, so this is the last one that belongs to the day.</summary>
    private static DateTimeOffset LastOf(DateOnly day, HotlineClock clock) => clock.EndOf(day).AddMilliseconds(-1);

    /// <summary>Spends the open intervals of working days, from the day of issue on, until the span is used up.</summary>
    private static DateTimeOffset EndOfHours(TimeSpan left, DateTimeOffset from, OfficeHours hours, WorkingCalendar calendar, HotlineClock clock)
    {
        foreach (var day in calendar.After(clock.DayOf(from).AddDays(-1)).Where(d => d.IsWorking))
        {
            foreach (var (opens, closes) in hours.Open)
            {
                var start = clock.At(day.Date, opens) is var opening && opening > from ? opening : from;
                var open = clock.At(day.Date, closes) - start;
                if (open <= TimeSpan.Zero) continue;
                if (open >= left) return start + left;
                left -= open;
            }
        }
        throw new InvalidOperationException("The calendar has no end.");
    }

    /// <summary>What the days after the day of issue were counted as: holidays and weekends left out, make-up days counted, years not yet published.</summary>
    private static IEnumerable<Sentence> Days(DateOnly issued, DateOnly last, WorkingCalendar calendar)
    {
        var days = calendar.After(issued).TakeWhile(d => d.Date <= last).ToArray();
        foreach (var holiday in days.Where(d => d.Kind == DayKind.Holiday).GroupBy(d => d.Arrangement!))
        {
            var (from, to) = (holiday.First().Date, holiday.Last().Date);
            yield return new Sentence(
                $"{Range(from, to).Zh}{holiday.Key.Name.Zh}放假，不计入（{holiday.Key.Notices.Zh}）。",
                $"{Range(from, to).En}: {holiday.Key.Name.En}, not counted ({holiday.Key.Notices.En}).");
        }
        foreach (var day in days.Where(d => d is { IsWorking: true, Arrangement: not null }))
        {
            var @for = day.Arrangement!.Name.En.Length > 0 ? $" for {day.Arrangement.Name.En}" : "";
            yield return new Sentence(
                $"{Day(day.Date).Zh}（{Weekday(day.Date).Zh}）{day.Arrangement.Name.Zh}调休上班，计入（{day.Arrangement.Notices.Zh}）。",
                $"{Weekday(day.Date).En} {Day(day.Date).En} is worked{@for} and counts ({day.Arrangement.Notices.En}).");
        }
        var weekend = days.Where(d => d.Kind == DayKind.Weekend).Select(d => Day(d.Date)).ToArray();
        if (weekend.Length > 0)
        {
            yield return new Sentence(
                $"周末不计入：{string.Join('、', weekend.Select(d => d.Zh))}。",
                $"Weekend days, not counted: {string.Join(", ", weekend.Select(d => d.En))}.");
        }
        foreach (var year in days.Select(d => d.Date.Year).Distinct().Where(y => !calendar.IsPublished(y)))
        {
            yield return new Sentence(
                $"系统未收录{year}年节假日安排，该年按周一至周五为工作日计算。",
                $"The holidays of {year} are not in this calendar: that year counts Monday to Friday as working days.");
        }
    }

    private static Sentence Phrase(Limit limit, DateTimeOffset end, HotlineClock clock)
    {
        var at = At(end, clock);
        return limit switch
        {
            Limit.Span span when Length(span.Length) is var length => new Sentence($"{length.Zh}内（{at.Zh}前）", $"within {length.En}, by {at.En}"),
            Limit.EndOfDay => new Sentence($"当日（{at.Zh}前）", $"before the day ends, by {at.En}"),
            Limit.WorkingHours h => new Sentence($"{h.Hours}个工作小时内（{at.Zh}前）", $"within {Count(h.Hours, "working hour")}, by {at.En}"),
            Limit.WorkingDays d => new Sentence($"签发次日起{d.Days}个工作日内（{at.Zh}前）", $"within {Count(d.Days, "working day")} after the day of issue, by {at.En}"),
            _ => throw new ArgumentOutOfRangeException(nameof(limit)),
        };
    }

    private static Sentence Length(TimeSpan span) => span switch
    {
        { TotalMinutes: < 60 } or { Minutes: > 0 } => new Sentence($"{span.TotalMinutes:0}分钟", Count((int)span.TotalMinutes, "minute")),
        _ => new Sentence($"{span.TotalHours:0}小时", Count((int)span.TotalHours, "hour")),
    };

    private static string Count(int count, string unit) => count == 1 ? $"1 {unit}" : $"{count} {unit}s";

    /// <summary>The end of a day reads as 24:00 of it, as people say it.</summary>
    private static Sentence At(DateTimeOffset instant, HotlineClock clock)
    {
        var local = clock.Local(instant);
        var day = clock.DayOf(instant);
        var time = instant == LastOf(day, clock) ? "24:00" : local.ToString("HH:mm", CultureInfo.InvariantCulture);
        var date = Day(day);
        return new Sentence($"{day.Year}年{date.Zh}{time}", $"{time} on {date.En} {day.Year}");
    }

    private static Sentence Day(DateOnly day) => new($"{day.Month}月{day.Day}日", day.ToString("d MMMM", CultureInfo.InvariantCulture));

    private static Sentence Range(DateOnly from, DateOnly to) =>
        from == to ? Day(from) : new Sentence($"{Day(from).Zh}至{Day(to).Zh}", $"{Day(from).En} to {Day(to).En}");

    private static Sentence Weekday(DateOnly day) => new($"周{"日一二三四五六"[(int)day.DayOfWeek]}", day.DayOfWeek.ToString());

    internal static Sentence Name(DeadlineClass @class) => @class switch
    {
        DeadlineClass.Emergency => new Sentence("特急", "Emergency"),
        DeadlineClass.SameDay => new Sentence("当日办结", "Same day"),
        DeadlineClass.Urgent => new Sentence("紧急", "Urgent"),
        DeadlineClass.Normal => new Sentence("一般", "Normal"),
        DeadlineClass.Complex => new Sentence("复杂", "Complex"),
        _ => throw new ArgumentOutOfRangeException(nameof(@class)),
    };
}
