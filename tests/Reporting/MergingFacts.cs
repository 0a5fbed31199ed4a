using FsCheck;
using FsCheck.Fluent;
using Hotline.Contracts;

namespace Hotline.Reporting.Tests;

/// <summary>Why the order of messages cannot matter.</summary>
public sealed class MergingFacts
{
    [Fact]
    public void Any_order_with_any_repetition_adds_up_to_a_fresh_count() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).Two().ToArbitrary(),
        seeds =>
        {
            var history = RandomHistory.Of(seeds.Item1, tickets: 3);
            var random = new Random(seeds.Item2);
            var delivered = history.Concat(history.Where(_ => random.Next(2) == 0)).ToArray();
            random.Shuffle(delivered);

            // As the consumers do: message by message, adding the difference that each one makes.
            var rollup = new Tally();
            var facts = new Dictionary<string, Fact>();
            foreach (var message in delivered)
            {
                var before = facts.GetValueOrDefault(message.Ticket, Fact.Empty);
                var after = Fact.Read(before.Merge(Given.FactOf(message)).Write());
                Count.Add(rollup, after, Given.Clock);
                Count.Add(rollup, before, Given.Clock, times: -1);
                facts[message.Ticket] = after;
            }

            return Same(rollup, FreshCount(history));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Merging_is_commutative_associative_and_idempotent() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue).ToArbitrary(),
        seed =>
        {
            var messages = RandomHistory.Of(seed, tickets: 1).ToArray();
            new Random(seed).Shuffle(messages);
            var thirds = messages.Select((m, i) => (m, i)).GroupBy(x => x.i % 3).Select(g => g.Select(x => x.m).ToArray()).ToList();
            var (a, b, c) = (Given.FactOf(thirds[0]), thirds.Count > 1 ? Given.FactOf(thirds[1]) : Fact.Empty, thirds.Count > 2 ? Given.FactOf(thirds[2]) : Fact.Empty);
            return a.Merge(b).Write() == b.Merge(a).Write()
                && a.Merge(b).Merge(c).Write() == a.Merge(b.Merge(c)).Write()
                && a.Merge(a).Write() == a.Write();
        }).QuickCheckThrowOnFailure();

    /// <summary>From the latest version of every part alone.</summary>
    internal static Tally FreshCount(IEnumerable<IMessage> history)
    {
        var tally = new Tally();
        foreach (var ticket in history.GroupBy(m => m.Ticket))
        {
            var latest = ticket.OfType<TicketChanged>().MaxBy(m => m.Version);
            var routed = ticket.OfType<TicketRouted>().MaxBy(m => m.Version);
            var orders = ticket.OfType<WorkOrderChanged>().GroupBy(m => m.WorkOrder).Select(g => g.MaxBy(m => m.Version)!);
            Count.Add(tally, Given.FactOf([.. new IMessage?[] { latest, routed }.OfType<IMessage>(), .. orders]), Given.Clock);
        }
        return tally;
    }

    internal static bool Same(Tally a, Tally b) =>
        Written(a).SequenceEqual(Written(b));

    private static IEnumerable<string> Written(Tally tally) =>
        tally.Lines.Select(l => $"{l.Key}: {string.Join(' ', l.Value)}").Order(StringComparer.Ordinal);
}
