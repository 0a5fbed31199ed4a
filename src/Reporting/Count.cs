using System.Runtime.InteropServices;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Reporting;

/// <summary>What is counted; docs/figures.md has the sentence for each. The words are stored.</summary>
public enum Measure
{
    /// <summary>Tickets filed on the day.</summary>
    Filed,
    /// <summary>… of these, answered directly.</summary>
    Answered,
    /// <summary>… of these, linked to an earlier ticket.</summary>
    Repeated,
    /// <summary>… of these, not routed yet.</summary>
    Undecided,
    /// <summary>… of these, waiting in triage now.</summary>
    InTriage,
    /// <summary>… of these, with a unit now that has not replied.</summary>
    InHand,
    /// <summary>… of these, replied by the lead and not closed.</summary>
    Replied,
    /// <summary>… of these, closed by now. The five from <see cref="Undecided"/> to here add up to <see cref="Filed"/>.</summary>
    Closed,
    /// <summary>… of these, of the same-day class.</summary>
    SameDay,
    /// <summary>… of these of the same-day class, completed before the day ended.</summary>
    SameDayDone,
    /// <summary>Work orders whose accept limit fell on the day.</summary>
    AcceptDue,
    AcceptedInTime,
    /// <summary>Work orders whose deadline fell on the day.</summary>
    ReplyDue,
    RepliedInTime,
    /// <summary>Work orders issued on the day.</summary>
    Issued,
    /// <summary>Work orders returned on the day.</summary>
    Returned,
    /// <summary>Work orders whose return was upheld on the day (错派).</summary>
    Upheld,
    /// <summary>Callbacks attempted on the day.</summary>
    Callbacks,
    /// <summary>… of these, that reached the citizen; whoever is reached gives a rating.</summary>
    Reached,
    Satisfied,
    AskedSolved,
    Solved,
    /// <summary>Tickets with a callback on the day.</summary>
    CalledBack,
    /// <summary>Tickets reissued on the day.</summary>
    Reissued,
}

/// <summary>How a report is broken down.</summary>
public enum Breakdown { Unit, Category, Channel, Street }

/// <summary>A row of the rollups: whose numbers, on which day.</summary>
/// <param name="Unit">Whose breakdown this is; empty for the whole hotline.</param>
/// <param name="By">Null for the one row of the whole hotline.</param>
/// <param name="Code">Unit, category, channel or street; empty where the ticket has none.</param>
/// <param name="Excluded">Of tickets taken out of assessment, which enter totals and no rate.</param>
public readonly record struct Line(DateOnly Day, string Unit, Breakdown? By, string Code, bool Excluded)
{
    // What the compiler would write boxes the enum for every comparison.
    public bool Equals(Line other) => By == other.By && Day == other.Day && Excluded == other.Excluded && Unit == other.Unit && Code == other.Code;

    public override int GetHashCode() => HashCode.Combine(Day.DayNumber, Unit, Code, ((By is { } by ? (int)by + 1 : 0) << 1) | (Excluded ? 1 : 0));
}

/// <summary>Numbers by line and measure; adding and taking away tickets.</summary>
public sealed class Tally
{
    /// <summary>How many there are.</summary>
    public static readonly int Measures = Enum.GetValues<Measure>().Length;

    private readonly Dictionary<Line, int[]> _lines = [];

    /// <summary>The lines that are not all zero; their numbers in the order of <see cref="Measure"/>.</summary>
    public IEnumerable<KeyValuePair<Line, int[]>> Lines => _lines.Where(l => l.Value.AsSpan().ContainsAnyExcept(0));

    public int this[Line line, Measure measure] => _lines.TryGetValue(line, out var numbers) ? numbers[(int)measure] : 0;

    /// <summary>The line's own numbers, to be added to.</summary>
    internal int[] Of(Line line) => CollectionsMarshal.GetValueRefOrAddDefault(_lines, line, out _) ??= new int[Measures];

    /// <param name="numbers">In the order of <see cref="Measure"/>.</param>
    public void Add(Line line, IReadOnlyList<int> numbers, int times = 1)
    {
        var own = Of(line);
        for (var i = 0; i < own.Length; i++) own[i] += times * numbers[i];
    }

    public void Add(Tally other, int times = 1)
    {
        foreach (var (line, numbers) in other._lines) Add(line, numbers, times);
    }
}

/// <summary>
/// The one place where a ticket turns into numbers: a pure function of its <see cref="Fact"/> and the time zone. Consumers add the
/// difference that a message makes; a recount adds up all tickets; both call this (docs/figures.md).
/// </summary>
public static class Count
{
    /// <summary>Adds everything that one ticket counts; nothing until the ticket itself is known.</summary>
    /// <param name="only">The day that matters: the lines of others are not made.</param>
    /// <param name="times">-1 takes away.</param>
    public static void Add(Tally tally, Fact fact, HotlineClock clock, DateOnly? only = null, int times = 1)
    {
        if (fact.Ticket is not { } ticket) return;
        var counter = new Counter(
            tally, only, times, ticket.Excluded, fact.Routing?.Category ?? ticket.Category ?? "", ticket.Channel.Word(), fact.Routing?.Street ?? "");
        CountTicket(fact, ticket, clock, counter);
        foreach (var workOrder in fact.WorkOrders.Values) CountWorkOrder(workOrder, clock, counter);
        CountCallbacks(fact, ticket, clock, counter);
    }

    private static void CountTicket(Fact fact, TicketPart ticket, HotlineClock clock, Counter counter)
    {
        var day = clock.DayOf(ticket.FiledAt);
        var unit = fact.Routing?.Lead ?? "";
        counter.Add(day, unit, Measure.Filed);
        counter.Add(day, unit, Standing(fact, ticket));
        if (ticket.How == Closing.Answered) counter.Add(day, unit, Measure.Answered);
        if (ticket.Repeat) counter.Add(day, unit, Measure.Repeated);

        if (fact.Routing?.DeadlineClass != DeadlineClass.SameDay) return;
        var ends = clock.EndOf(day);
        var closedInTime = ticket.ClosedAt < ends;
        var done = LeadReply(fact) < ends || (closedInTime && ticket.How == Closing.Answered);
        // Taken back in time by the citizen: nothing was left to do.
        if (!done && closedInTime && ticket.How == Closing.Withdrawn) return;
        counter.Add(day, unit, Measure.SameDay);
        if (done) counter.Add(day, unit, Measure.SameDayDone);
    }

    private static Measure Standing(Fact fact, TicketPart ticket)
    {
        if (ticket.ClosedAt is not null) return Measure.Closed;
        if (fact.Routing is not { } routing) return Measure.Undecided;
        if (routing.Lead is null) return Measure.InTriage;
        return LeadReply(fact) is null ? Measure.InHand : Measure.Replied;
    }

    /// <summary>When the lead of the current round replied.</summary>
    private static DateTimeOffset? LeadReply(Fact fact) =>
        fact.Routing is { } routing ? LeadOrder(fact, routing.Round)?.RepliedAt : null;

    private static WorkOrderPart? LeadOrder(Fact fact, int round) => fact.WorkOrders.Values.FirstOrDefault(w => w.Lead && w.Round == round);

    private static void CountWorkOrder(WorkOrderPart order, HotlineClock clock, Counter counter)
    {
        counter.Add(clock.DayOf(order.IssuedAt), order.Unit, Measure.Issued);
        foreach (var day in order.ReturnedAt.Select(clock.DayOf).Distinct()) counter.Add(day, order.Unit, Measure.Returned);
        if (order.UpheldAt is { } upheld) counter.Add(clock.DayOf(upheld), order.Unit, Measure.Upheld);

        // A rightly returned order was no longer the unit's from the moment it was returned; the review's own time is not held against the unit.
        var ended = order.UpheldAt is not null && !order.ReturnedAt.IsEmpty ? order.ReturnedAt[^1] : order.CancelledAt;
        if (WasDue(order.AcceptBy, order.AcceptedAt))
        {
            counter.Add(DayOfDeadline(order.AcceptBy), order.Unit, Measure.AcceptDue);
            if (order.AcceptedAt <= order.AcceptBy) counter.Add(DayOfDeadline(order.AcceptBy), order.Unit, Measure.AcceptedInTime);
        }
        if (WasDue(order.ReplyBy, order.RepliedAt))
        {
            counter.Add(DayOfDeadline(order.ReplyBy), order.Unit, Measure.ReplyDue);
            if (order.RepliedAt <= order.ReplyBy) counter.Add(DayOfDeadline(order.ReplyBy), order.Unit, Measure.RepliedInTime);
        }

        // What ended before its limit with nothing done was never due; what was done, or was late when it ended, stays.
        bool WasDue(DateTimeOffset limit, DateTimeOffset? done) => done is not null || ended is null || ended > limit;

        // A deadline at midnight is the end of the day before it.
        DateOnly DayOfDeadline(DateTimeOffset limit) => clock.DayOf(limit.AddMilliseconds(-1));
    }

    private static void CountCallbacks(Fact fact, TicketPart ticket, HotlineClock clock, Counter counter)
    {
        var callbacks = ticket.Callbacks.Select(c => (Callback: c, Day: clock.DayOf(c.At), Unit: UnitOf(c.Round))).ToArray();
        foreach (var (callback, day, unit) in callbacks)
        {
            counter.Add(day, unit, Measure.Callbacks);
            if (callback.Outcome != CallbackOutcome.NotReached) counter.Add(day, unit, Measure.Reached);
            if (callback.Outcome is CallbackOutcome.Satisfied or CallbackOutcome.BasicallySatisfied) counter.Add(day, unit, Measure.Satisfied);
            if (callback.Solved is not { } solved) continue;
            counter.Add(day, unit, Measure.AskedSolved);
            if (solved) counter.Add(day, unit, Measure.Solved);
        }

        // These count tickets, so each counts once a day, and once for each unit that was spoken about.
        Distinct(callbacks.Select(c => (c.Day, c.Unit)), Measure.CalledBack);
        Distinct(callbacks.Where(c => c.Callback.Reissued).Select(c => (c.Day, c.Unit)), Measure.Reissued);

        void Distinct(IEnumerable<(DateOnly Day, string Unit)> calls, Measure measure)
        {
            var once = calls.Distinct().ToArray();
            foreach (var day in once.Select(c => c.Day).Distinct()) counter.AddWhole(day, measure);
            foreach (var (day, unit) in once) counter.AddUnit(day, unit, measure);
        }

        string UnitOf(int round) =>
            LeadOrder(fact, round)?.Unit ?? (fact.Routing is { } routing && routing.Round == round ? routing.Lead : null) ?? "";
    }

    private sealed class Counter(Tally tally, DateOnly? only, int times, bool excluded, string category, string channel, string street)
    {
        /// <summary>Where the last numbers were added: nearly always the next ones belong there too.</summary>
        private (DateOnly Day, int[][] Lines)? _whole;

        private (DateOnly Day, string Unit, int[][] Lines)? _unit;

        public void Add(DateOnly day, string unit, Measure measure)
        {
            AddWhole(day, measure);
            AddUnit(day, unit, measure);
        }

        public void AddWhole(DateOnly day, Measure measure)
        {
            if (only is { } one && day != one) return;
            if (_whole?.Day != day) _whole = (day, [tally.Of(new Line(day, "", null, "", excluded)), .. Breakdowns(day, "")]);
            Add(_whole.Value.Lines, measure);
        }

        public void AddUnit(DateOnly day, string unit, Measure measure)
        {
            if (only is { } one && day != one) return;
            if (_unit?.Day != day || _unit?.Unit != unit)
                _unit = (day, unit, [tally.Of(new Line(day, "", Breakdown.Unit, unit, excluded)), .. unit == "" ? [] : Breakdowns(day, unit)]);
            Add(_unit.Value.Lines, measure);
        }

        private int[][] Breakdowns(DateOnly day, string unit) =>
        [
            tally.Of(new Line(day, unit, Breakdown.Category, category, excluded)),
            tally.Of(new Line(day, unit, Breakdown.Channel, channel, excluded)),
            tally.Of(new Line(day, unit, Breakdown.Street, street, excluded)),
        ];

        private void Add(int[][] lines, Measure measure)
        {
            foreach (var numbers in lines) numbers[(int)measure] += times;
        }
    }
}
