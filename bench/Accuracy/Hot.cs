using System.Diagnostics;
using System.Globalization;
using Hotline.Data;
using Hotline.Reporting;

namespace Hotline.Accuracy;

/// <summary>The hot issues of the messages: of all, and of months as a manager would have read them. Ids and short words only.</summary>
internal static class Hot
{
    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    public static void Measure(string folder)
    {
        var messages = Message.Read(folder);
        var tickets = messages.Select(m => new HotTicket(
            m.Id, m.At, m.Title, m.Description[..Math.Min(200, m.Description.Length)], m.District, m.User, m.Support)).ToList();
        Print("all of 2019 and January 2020", tickets, DateTimeOffset.MinValue);
        Pairs(tickets);
        foreach (var (year, month) in new[] { (2019, 7), (2019, 9), (2019, 11), (2020, 1) })
        {
            var from = new DateTimeOffset(year, month, 1, 0, 0, 0, TimeSpan.FromHours(8));
            Print($"{year}-{month:00} compared with the month before", [.. tickets.Where(t => t.FiledAt >= from.AddMonths(-1) && t.FiledAt < from.AddMonths(1))], from);
        }
    }

    /// <summary>Of the labelled pairs, how many of one matter stand in one issue, and the other way round.</summary>
    private static void Pairs(List<HotTicket> tickets)
    {
        // Everybody supported by three, so that every ticket is in an issue.
        var issues = HotIssues.Find(tickets.Select(t => t with { Supporters = 3 }), DateTimeOffset.MinValue, d => d, int.MaxValue, Pace.Full(CancellationToken.None), int.MaxValue);
        var issueOf = issues.SelectMany((issue, i) => issue.Numbers.Select(n => (n, i))).ToDictionary(x => x.n, x => x.i);
        var (right, wrong, missed) = (0.0, 0.0, 0.0);
        foreach (var label in Repeats.Labels())
        {
            var together = issueOf[label.A] == issueOf[label.B];
            if (together && label.Same) right += label.Weight;
            else if (together) wrong += label.Weight;
            else if (label.Same) missed += label.Weight;
        }
        Console.WriteLine($"labelled pairs: of those in one issue {(right / (right + wrong)).ToString("0.00", Plain)} are of one matter; of those of one matter {(right / (right + missed)).ToString("0.00", Plain)} are in one issue; the largest issues have {string.Join(", ", issues.Select(i => i.Tickets).OrderDescending().Take(10))} tickets");
        Console.WriteLine();
    }

    private static void Print(string title, List<HotTicket> tickets, DateTimeOffset from)
    {
        var watch = Stopwatch.StartNew();
        var issues = HotIssues.Find(tickets, from, d => d, 10, Pace.Full(CancellationToken.None));
        Console.WriteLine($"hot issues, {title}: {tickets.Count} messages, {watch.ElapsedMilliseconds} ms");
        Console.WriteLine("  heat     people (before)  tickets (before)  supporters  district  title: tickets");
        foreach (var issue in issues)
        {
            Console.WriteLine($"  {issue.Heat.ToString("0.0", Plain),-8} {issue.People,6} ({issue.PeopleBefore})  {issue.Tickets,6} ({issue.TicketsBefore})  {issue.Supporters,6}  {issue.Street?.Name ?? "–",-4}  {issue.Title}: {string.Join(' ', issue.Numbers.Take(12))}");
        }
        Console.WriteLine();
    }
}
