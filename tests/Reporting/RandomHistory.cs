using Hotline.Contracts;

namespace Hotline.Reporting.Tests;

/// <summary>
/// Every snapshot that the roles would send over the life of some tickets, drawn from a seed: each later version of a part changes something.
/// </summary>
internal static class RandomHistory
{
    private static readonly Named[] Units = [.. Enumerable.Range(1, 5).Select(i => new Named($"unit-{i}", $"Unit {i}"))];
    private static readonly Named[] Categories = [.. Enumerable.Range(1, 4).Select(i => new Named($"0{i}0101", $"Category {i}"))];
    private static readonly Named[] Streets = [.. Enumerable.Range(1, 3).Select(i => new Named($"32061300{i}", $"Street {i}"))];

    public static List<IMessage> Of(int seed, int tickets)
    {
        var random = new Random(seed);
        var messages = new List<IMessage>();
        for (var i = 1; i <= tickets; i++) messages.AddRange(OfTicket(random, $"20200207-{i:000000}"));
        return messages;
    }

    private static IEnumerable<IMessage> OfTicket(Random random, string number)
    {
        var filed = Given.At("02-05 00:00").AddMinutes(random.Next(3 * 24 * 60));
        var ticket = new TicketChanged(number, 1, filed, Pick(random, Enum.GetValues<Channel>()), TicketKind.Request, null, null, false, null, null, []);
        yield return ticket;
        foreach (var version in Enumerable.Range(2, random.Next(4)))
        {
            ticket = ticket with
            {
                Version = version,
                RepeatOf = random.Next(4) == 0 ? "20200101-000001" : null,
                Excluded = random.Next(4) == 0,
                ClosedAt = random.Next(2) == 0 ? Later(random, filed) : null,
                How = Pick(random, Enum.GetValues<Closing>()),
                Callbacks = [.. ticket.Callbacks, new Callback(
                    $"c{version}", random.Next(1, 4), Later(random, filed), Pick(random, Enum.GetValues<CallbackOutcome>()), Maybe(random, random.Next(2) == 0), random.Next(3) == 0)],
            };
            yield return ticket;
        }
        foreach (var version in Enumerable.Range(1, random.Next(4)))
        {
            yield return new TicketRouted(
                number, version, version, Later(random, filed), "dispatcher", random.Next(4) == 0 ? null : Pick(random, Units), [],
                Pick(random, Enum.GetValues<DeadlineClass>()), Pick(random, Categories), random.Next(3) == 0 ? null : Pick(random, Streets), null);
        }
        foreach (var order in Enumerable.Range(1, random.Next(4)))
        {
            var unit = Pick(random, Units);
            foreach (var version in Enumerable.Range(1, 1 + random.Next(4)))
            {
                yield return new WorkOrderChanged(
                    number, $"{number}-{order}", version, order, unit, random.Next(3) > 0, WorkOrderState.Issued, DeadlineClass.Normal,
                    filed, Later(random, filed), Sometimes(random, filed), Later(random, filed), Sometimes(random, filed),
                    [.. Enumerable.Range(0, random.Next(3)).Select(_ => Later(random, filed)).Order()],
                    Sometimes(random, filed), Sometimes(random, filed), "a text that is not counted");
            }
        }
    }

    private static DateTimeOffset Later(Random random, DateTimeOffset than) => than.AddMinutes(random.Next(3 * 24 * 60));

    private static DateTimeOffset? Sometimes(Random random, DateTimeOffset than) => random.Next(2) == 0 ? Later(random, than) : null;

    private static bool? Maybe(Random random, bool value) => random.Next(3) == 0 ? null : value;

    private static T Pick<T>(Random random, T[] values) => values[random.Next(values.Length)];
}
