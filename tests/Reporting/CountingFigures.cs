using Hotline.Contracts;
using static Hotline.Reporting.Tests.Given;

namespace Hotline.Reporting.Tests;

/// <summary>Each figure, with examples that read like its definition in docs/figures.md. "1/2" is numerator/denominator.</summary>
public sealed class CountingFigures
{
    private static readonly DateOnly Yesterday = Day.AddDays(-1);
    private static readonly DateOnly Tomorrow = Day.AddDays(1);

    [Fact]
    public void Accepted_on_time_is_accepted_at_the_limit_at_the_latest()
    {
        Assert.Equal("1/1", Figure("acceptedOnTime", Ticket(), WorkOrder(acceptBy: "02-07 12:00", accepted: "02-07 12:00")));
        Assert.Equal("0/1", Figure("acceptedOnTime", Ticket(), WorkOrder(acceptBy: "02-07 12:00", accepted: "02-07 12:01")));
        Assert.Equal("0/1", Figure("acceptedOnTime", Ticket(), WorkOrder(acceptBy: "02-07 12:00")));
    }

    [Fact]
    public void Accepted_on_time_belongs_to_the_day_on_which_the_limit_fell()
    {
        IMessage[] ticket = [Ticket(), WorkOrder(issued: "02-07 17:00", acceptBy: "02-08 09:00", accepted: "02-07 17:30")];
        Assert.Equal("0/0", Figure("acceptedOnTime", ticket));
        Assert.Equal("1/1", FigureOn(Tomorrow, "acceptedOnTime", ticket));
    }

    [Fact]
    public void Completed_on_time_is_replied_by_the_deadline()
    {
        Assert.Equal("1/1", Figure("completedOnTime", Ticket(), WorkOrder(replyBy: "02-07 18:00", accepted: "02-07 11:00", replied: "02-07 18:00")));
        Assert.Equal("0/1", Figure("completedOnTime", Ticket(), WorkOrder(replyBy: "02-07 18:00", accepted: "02-07 11:00", replied: "02-07 18:01")));
        Assert.Equal("0/1", Figure("completedOnTime", Ticket(), WorkOrder(replyBy: "02-07 18:00", accepted: "02-07 11:00")));
    }

    [Fact]
    public void A_deadline_at_midnight_belongs_to_the_day_that_it_ends() =>
        Assert.Equal("1/1", Figure("completedOnTime", Ticket(), WorkOrder(replyBy: "02-08 00:00", accepted: "02-07 11:00", replied: "02-07 23:59")));

    [Fact]
    public void What_was_taken_back_before_its_limit_was_never_due()
    {
        IMessage[] ticket = [Ticket(), WorkOrder(acceptBy: "02-07 12:00", replyBy: "02-07 18:00", cancelled: "02-07 11:00")];
        Assert.Equal("0/0", Figure("acceptedOnTime", ticket));
        Assert.Equal("0/0", Figure("completedOnTime", ticket));
    }

    [Fact]
    public void What_was_late_when_it_was_taken_back_stays_late()
    {
        IMessage[] ticket = [Ticket(), WorkOrder(acceptBy: "02-07 12:00", replyBy: "02-07 18:00", cancelled: "02-07 13:00")];
        Assert.Equal("0/1", Figure("acceptedOnTime", ticket));
        Assert.Equal("0/0", Figure("completedOnTime", ticket));
    }

    [Fact]
    public void An_upheld_return_ends_the_duty_when_the_unit_returned_and_not_when_the_review_was_done()
    {
        IMessage[] ticket =
        [
            Ticket(),
            WorkOrder(acceptBy: "02-07 12:00", returned: ["02-07 11:00"], upheld: "02-07 16:00", cancelled: "02-07 16:00"),
        ];
        Assert.Equal("0/0", Figure("acceptedOnTime", ticket));
    }

    [Fact]
    public void Same_day_completion_is_the_leads_reply_before_the_day_of_filing_ended()
    {
        Assert.Equal("1/1", SameDay(WorkOrder(replied: "02-07 23:59")));
        Assert.Equal("0/1", SameDay(WorkOrder(replied: "02-08 00:00")));
        Assert.Equal("0/1", SameDay(WorkOrder(replied: "02-07 15:00", lead: false)));
        Assert.Equal("0/0", Figure("sameDayCompletion", Ticket(), Routed(Street, deadline: DeadlineClass.Urgent), WorkOrder(replied: "02-07 15:00")));

        static string SameDay(WorkOrderChanged order) => Figure("sameDayCompletion", Ticket(), Routed(Street, deadline: DeadlineClass.SameDay), order);
    }

    [Fact]
    public void A_reissued_ticket_is_completed_by_the_reply_of_its_last_round() => Assert.Equal("0/1", Figure(
        "sameDayCompletion",
        Ticket(), Routed(Street, version: 2, round: 2, deadline: DeadlineClass.SameDay),
        WorkOrder(replied: "02-07 15:00"), WorkOrder(id: "w2", round: 2, replied: "02-08 09:00")));

    [Fact]
    public void A_same_day_ticket_that_the_citizen_took_back_in_time_leaves_the_figure()
    {
        Assert.Equal("0/0", Figure("sameDayCompletion", Ticket(closed: "02-07 12:00", how: Closing.Withdrawn), Routed(Street, deadline: DeadlineClass.SameDay)));
        Assert.Equal("0/1", Figure("sameDayCompletion", Ticket(closed: "02-08 12:00", how: Closing.Withdrawn), Routed(Street, deadline: DeadlineClass.SameDay)));
    }

    [Fact]
    public void Direct_answer_is_answered_out_of_filed()
    {
        Assert.Equal("1/1", Figure("directAnswer", Ticket(closed: "02-08 09:00", how: Closing.Answered)));
        Assert.Equal("0/1", Figure("directAnswer", Ticket(closed: "02-07 11:00", how: Closing.Withdrawn)));
    }

    [Fact]
    public void Callback_reach_is_reached_out_of_attempted() => Assert.Equal("1/3", Figure(
        "callbackReach",
        Ticket(callbacks:
        [
            Callback(outcome: CallbackOutcome.NotReached), Callback(outcome: CallbackOutcome.NotReached), Callback(outcome: CallbackOutcome.Dissatisfied),
            Callback(at: "02-08 09:00"),
        ])));

    [Fact]
    public void Satisfaction_is_satisfied_and_basically_satisfied_out_of_rated() => Assert.Equal("2/3", Figure(
        "satisfaction",
        Ticket(callbacks:
        [
            Callback(outcome: CallbackOutcome.Satisfied), Callback(outcome: CallbackOutcome.BasicallySatisfied),
            Callback(outcome: CallbackOutcome.Dissatisfied), Callback(outcome: CallbackOutcome.NotReached),
        ])));

    [Fact]
    public void Solved_is_yes_out_of_answered() => Assert.Equal("1/2", Figure(
        "solved", Ticket(callbacks: [Callback(solved: true), Callback(solved: false), Callback(solved: null)])));

    [Fact]
    public void Return_counts_work_orders_on_the_day_they_were_returned_and_issued()
    {
        IMessage[] ticket = [Ticket(), WorkOrder(issued: "02-07 10:00", returned: ["02-07 11:00", "02-07 15:00", "02-08 09:00"])];
        Assert.Equal("1/1", Figure("return", ticket));
        Assert.Equal("1/0", FigureOn(Tomorrow, "return", ticket));
    }

    [Fact]
    public void Misdispatch_counts_upheld_returns()
    {
        Assert.Equal("0/1", Figure("misdispatch", Ticket(), WorkOrder(returned: ["02-07 11:00"])));
        Assert.Equal("1/2", Figure(
            "misdispatch",
            Ticket(), WorkOrder(returned: ["02-07 11:00"], upheld: "02-07 12:00", cancelled: "02-07 12:00"), WorkOrder(Health, id: "w2", round: 2)));
    }

    [Fact]
    public void Reissue_counts_tickets_once_however_often_they_were_called() => Assert.Equal("1/1", Figure(
        "reissue",
        Ticket(callbacks:
        [
            Callback(outcome: CallbackOutcome.NotReached), Callback(outcome: CallbackOutcome.Dissatisfied, reissued: true),
            Callback(outcome: CallbackOutcome.Dissatisfied, reissued: true, round: 2),
        ])));

    [Fact]
    public void Repeat_is_linked_to_an_earlier_ticket_out_of_filed()
    {
        Assert.Equal("1/1", Figure("repeat", Ticket(repeatOf: "20200101-000009")));
        Assert.Equal("0/1", Figure("repeat", Ticket()));
    }

    [Fact]
    public void A_day_is_a_day_in_the_hotlines_zone()
    {
        Assert.Equal("0/1", FigureOn(Day, "repeat", Ticket(filed: "02-07 00:00")));
        Assert.Equal("0/1", FigureOn(Day, "repeat", Ticket(filed: "02-07 23:59")));
        Assert.Equal("0/1", FigureOn(Yesterday, "repeat", Ticket(filed: "02-06 23:59")));
    }

    [Fact]
    public void An_excluded_ticket_stays_in_the_totals_and_leaves_every_rate()
    {
        IMessage[] ticket =
        [
            Ticket(excluded: true, repeatOf: "20200101-000009", closed: "02-07 20:00", how: Closing.CalledBack, callbacks: [Callback(solved: true)]),
            Routed(Street, deadline: DeadlineClass.SameDay),
            WorkOrder(acceptBy: "02-07 12:00", accepted: "02-07 11:00", replyBy: "02-07 18:00", replied: "02-07 17:00", returned: ["02-07 10:30"]),
        ];
        var counted = Counted(FactOf(ticket), Clock);
        Assert.All(Reporting.Figure.All, f => Assert.Equal("0/0", Figure(f.Key, ticket)));
        foreach (var measure in (Measure[])[Measure.Filed, Measure.Closed, Measure.Issued, Measure.Returned, Measure.Callbacks])
            Assert.Equal(1, counted[new Line(Day, "", null, "", Excluded: true), measure]);
    }

    [Fact]
    public void A_ticket_stands_in_one_place_and_the_places_add_up_to_the_filed()
    {
        Assert.Equal(Measure.Undecided, Standing(Ticket()));
        Assert.Equal(Measure.InTriage, Standing(Ticket(), Routed(lead: null)));
        Assert.Equal(Measure.InHand, Standing(Ticket(), Routed(Street)));
        Assert.Equal(Measure.InHand, Standing(Ticket(), Routed(Street), WorkOrder(Health, id: "w2", lead: false, replied: "02-07 12:00")));
        Assert.Equal(Measure.Replied, Standing(Ticket(), Routed(Street), WorkOrder(replied: "02-07 12:00")));
        Assert.Equal(Measure.Closed, Standing(Ticket(closed: "02-07 18:00", how: Closing.CalledBack), Routed(Street), WorkOrder(replied: "02-07 12:00")));

        static Measure Standing(params IMessage[] messages)
        {
            var counted = Counted(FactOf(messages), Clock);
            return Assert.Single(
                (Measure[])[Measure.Undecided, Measure.InTriage, Measure.InHand, Measure.Replied, Measure.Closed],
                m => counted[new Line(Day, "", null, "", false), m] == 1);
        }
    }

    [Fact]
    public void A_ticket_belongs_to_its_lead_now_and_a_callback_to_the_lead_of_the_round_it_was_about()
    {
        var counted = Counted(
            FactOf(
                Ticket(callbacks: [Callback(round: 1)]), Routed(Health, version: 2, round: 2),
                WorkOrder(Street, round: 1), WorkOrder(Health, id: "w2", round: 2)),
            Clock);
        Assert.Equal(1, counted[new Line(Day, "", Breakdown.Unit, Health.Code, false), Measure.Filed]);
        Assert.Equal(0, counted[new Line(Day, "", Breakdown.Unit, Street.Code, false), Measure.Filed]);
        Assert.Equal(1, counted[new Line(Day, "", Breakdown.Unit, Street.Code, false), Measure.Callbacks]);
        Assert.Equal(1, counted[new Line(Day, "", Breakdown.Unit, Street.Code, false), Measure.Issued]);
    }

    [Fact]
    public void Every_number_is_also_given_by_category_channel_and_street_for_the_hotline_and_for_the_unit()
    {
        var counted = Counted(FactOf(Ticket(channel: Channel.WalkIn, category: "099999"), Routed(Health, category: Masks, street: Street)), Clock);
        foreach (var unit in (string[])["", Health.Code])
        {
            Assert.Equal(1, counted[new Line(Day, unit, Breakdown.Category, Masks.Code, false), Measure.Filed]);
            Assert.Equal(1, counted[new Line(Day, unit, Breakdown.Channel, "walk-in", false), Measure.Filed]);
            Assert.Equal(1, counted[new Line(Day, unit, Breakdown.Street, Street.Code, false), Measure.Filed]);
        }
    }

    [Fact]
    public void Nothing_counts_until_the_ticket_itself_is_known() =>
        Assert.Empty(Counted(FactOf(Routed(Street), WorkOrder(Street)), Clock).Lines);

    private static string Figure(string key, params IMessage[] messages) => FigureOn(Day, key, messages);

    private static string FigureOn(DateOnly day, string key, params IMessage[] messages)
    {
        var figure = Reporting.Figure.All.Single(f => f.Key == key);
        var counted = Counted(FactOf(messages), Clock);
        return $"{Of(figure.Numerator)}/{Of(figure.Denominator)}";

        long Of(Measure measure) => counted[new Line(day, "", null, "", Excluded: false), measure];
    }
}
