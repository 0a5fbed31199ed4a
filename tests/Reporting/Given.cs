using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;

namespace Hotline.Reporting.Tests;

/// <summary>Messages as short as their point; times are wall-clock times in Nantong.</summary>
internal static class Given
{
    public static readonly DateOnly Day = new(2020, 2, 7);
    public static readonly Named Street = new("320613001", "Street office A");
    public static readonly Named Health = new("320613-health", "Health commission");
    public static readonly Named Masks = new("010203", "Protective goods");

    public static HotlineClock Clock { get; } =
        new(new SettableTime(SettableTime.ModelDay), TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));

    /// <param name="text">"02-07 10:30", of the year 2020.</param>
    public static DateTimeOffset At(string text) =>
        new(DateTime.ParseExact("2020-" + text, "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture), TimeSpan.FromHours(8));

    public static TicketChanged Ticket(
        string filed = "02-07 10:00", string number = "20200207-000001", int version = 1, Channel channel = Channel.Phone, string? category = null,
        string? repeatOf = null, bool excluded = false, string? closed = null, Closing? how = null, params Callback[] callbacks) =>
        new(number, version, At(filed), channel, TicketKind.Complaint, category, repeatOf, excluded,
            closed is null ? null : At(closed), how, callbacks);

    public static Callback Callback(
        string at = "02-07 18:00", CallbackOutcome outcome = CallbackOutcome.Satisfied, bool? solved = null, bool reissued = false, int round = 1) =>
        new(Guid.NewGuid().ToString("N"), round, At(at), outcome, solved, reissued);

    public static TicketRouted Routed(
        Named? lead = null, string number = "20200207-000001", int version = 1, int round = 1, DeadlineClass? deadline = DeadlineClass.Normal,
        Named? category = null, Named? street = null) =>
        new(number, version, round, At("02-07 10:01"), "dispatcher", lead, [], deadline, category, street, lead is null ? "two streets of that name" : null);

    public static WorkOrderChanged WorkOrder(
        Named? unit = null, string number = "20200207-000001", string id = "w1", int version = 1, int round = 1, bool lead = true, string issued = "02-07 10:01",
        string acceptBy = "02-07 12:00", string? accepted = null, string replyBy = "02-14 18:00", string? replied = null,
        string[]? returned = null, string? upheld = null, string? cancelled = null) =>
        new(number, id, version, round, unit ?? Street, lead,
            cancelled is not null ? WorkOrderState.Cancelled : replied is not null ? WorkOrderState.Replied : WorkOrderState.Issued, DeadlineClass.Normal,
            At(issued), At(acceptBy), Maybe(accepted), At(replyBy), Maybe(replied), [.. (returned ?? []).Select(At)], Maybe(upheld), Maybe(cancelled), null);

    /// <summary>What one ticket counts.</summary>
    public static Tally Counted(Fact fact, HotlineClock clock)
    {
        var tally = new Tally();
        Count.Add(tally, fact, clock);
        return tally;
    }

    public static Fact FactOf(params IMessage[] messages) =>
        messages.Aggregate(Fact.Empty, (fact, message) => fact.Merge(FactOf(message)));

    public static Fact FactOf(IMessage message) => message switch
    {
        TicketChanged m => Fact.Of(m),
        TicketRouted m => Fact.Of(m),
        WorkOrderChanged m => Fact.Of(m),
        _ => throw new ArgumentException($"{message.GetType().Name} is not counted"),
    };

    private static DateTimeOffset? Maybe(string? text) => text is null ? null : At(text);
}
