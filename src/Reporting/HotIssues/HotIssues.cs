using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Likeness;

namespace Hotline.Reporting;

/// <summary>Finds the hot issues (热点) among the tickets of some days and of as many days before: a pure function, whatever the order of the tickets.</summary>
public static class HotIssues
{
    /// <summary>Fewer people are no issue.</summary>
    public const int LeastPeople = 3;

    private const int MostNamed = 20;

    /// <param name="from">When the days began; what was filed before is what they are compared with.</param>
    /// <param name="nameOfStreet">By the code.</param>
    /// <param name="most">Issues, at most; the hottest first.</param>
    /// <param name="mostNamed">Tickets of an issue that are named, at most.</param>
    public static IReadOnlyList<HotIssue> Find(IEnumerable<HotTicket> tickets, DateTimeOffset from, Func<string, string?> nameOfStreet, int most, Pace pace, int mostNamed = MostNamed)
    {
        var sorted = tickets.OrderBy(t => t.Number, StringComparer.Ordinal).ToArray();
        var rarity = new Rarity();
        foreach (var ticket in sorted)
        {
            pace.Step();
            rarity.Add(ticket.Title, ticket.Description);
        }
        return
        [
            .. Clustering.Of(sorted, rarity, pace)
                .Select(cluster => new Issue([.. cluster.Select(i => sorted[i])], from))
                .Where(i => i.People >= LeastPeople)
                .OrderByDescending(i => i.Heat).ThenByDescending(i => i.People).ThenBy(i => i.Now[0].Number, StringComparer.Ordinal)
                .Take(most)
                .Select(i => new HotIssue(
                    IssueTitle.Of(i.Now, rarity), i.Street is { } code ? new Named(code, nameOfStreet(code) ?? code) : null, i.People, i.PeopleBefore, i.Now.Length, i.Before.Length,
                    i.SupportersNow, Math.Round(i.Heat, 1), [.. i.Now.Take(mostNamed).Select(t => t.Number)])),
        ];
    }

    private sealed class Issue
    {
        public Issue(HotTicket[] tickets, DateTimeOffset from)
        {
            Now = [.. tickets.Where(t => t.FiledAt >= from)];
            Before = [.. tickets.Where(t => t.FiledAt < from)];
            (CallersNow, CallersBefore) = (Callers(Now), Callers(Before));
            (SupportersNow, SupportersBefore) = (Now.Sum(t => t.Supporters), Before.Sum(t => t.Supporters));
            Street = tickets.FirstOrDefault(t => t.Street is not null)?.Street;
        }

        public HotTicket[] Now { get; }
        public HotTicket[] Before { get; }
        public int CallersNow { get; }
        public int CallersBefore { get; }
        public int SupportersNow { get; }
        public int SupportersBefore { get; }
        public string? Street { get; }

        public int People => CallersNow + SupportersNow;
        public int PeopleBefore => CallersBefore + SupportersBefore;

        public double Heat
        {
            get
            {
                var (now, before) = (Weight(CallersNow, SupportersNow), Weight(CallersBefore, SupportersBefore));
                return now == 0 ? 0 : 2 * now * now / (now + before);
            }
        }

        /// <summary>To agree with somebody's ticket is a click: supporters count with the root of their number.</summary>
        private static double Weight(int callers, int supporters) => callers + Math.Sqrt(supporters);

        private static int Callers(HotTicket[] tickets) =>
            tickets.Select(t => t.Person).OfType<string>().Distinct(StringComparer.Ordinal).Count() + tickets.Count(t => t.Person is null);
    }
}
