using System.Globalization;
using Hotline.Data.Likeness;

namespace Hotline.Accuracy;

/// <summary>How often two messages that are taken for the same matter are: on pairs that a person has read and labelled, drawn by strata of their likeness (repeats-labels.csv).</summary>
internal static class Repeats
{
    /// <summary>What the filing page and POST /api/tickets/similar use.</summary>
    private const double Used = 0.20, WithCaller = 0.12;
    private const int Frequent = 10, Candidates = 40;

    private static readonly CultureInfo Plain = CultureInfo.InvariantCulture;

    /// <param name="Weight">How many pairs of its stratum it stands for.</param>
    public sealed record Labelled(string A, string B, double Weight, bool Same);

    public static List<Labelled> Labels() =>
        [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "repeats-labels.csv")).Skip(1).Select(l => l.Split(','))
            .Select(c => new Labelled(c[0], c[1], double.Parse(c[3], Plain) / double.Parse(c[4], Plain), c[5] == "1"))];

    public static bool Measure(string folder)
    {
        if (!File.Exists(Path.Combine(folder, "messages_4326.jsonl")))
        {
            Console.Error.WriteLine($"No {Path.Combine(folder, "messages_4326.jsonl")}: repeats and hot issues were not measured. Give the folder that holds complaints/messages_4326.jsonl as the first argument.");
            return false;
        }
        var messages = Message.Read(folder);
        var rarity = new Rarity();
        foreach (var message in messages) rarity.Add(message.Title, message.Description);
        var gists = messages.Select(m => Gist.Of(m.Title, m.Description, rarity)).ToArray();
        var place = messages.Select((m, i) => (m.Id, i)).ToDictionary(x => x.Id, x => x.i);
        double Likeness(string a, string b) => gists[place[a]].LikenessTo(gists[place[b]]);

        var labels = Labels();
        var scored = labels.Select(l => (Label: l, Likeness: Likeness(l.A, l.B))).ToList();
        var all = scored.Where(s => s.Label.Same).Sum(s => s.Label.Weight);
        Console.WriteLine($"repeats: {labels.Count} labelled pairs, {labels.Count(l => l.Same)} of the same matter; weighed by their strata they stand for {labels.Sum(l => l.Weight):#,0} pairs, {all:#,0} of the same matter");
        Console.WriteLine("  likeness from   precision   recall   labelled pairs");
        foreach (var from in new[] { 0.10, 0.12, 0.14, 0.16, 0.18, Used, 0.22, 0.25, 0.30, 0.35, 0.40, 0.50, 0.70 })
        {
            var taken = scored.Where(s => s.Likeness >= from).ToList();
            var right = taken.Where(s => s.Label.Same).Sum(s => s.Label.Weight);
            Console.WriteLine($"  {Figure(from)}{(from == Used ? " (used)" : "       ")}     {Figure(right / taken.Sum(s => s.Label.Weight))}        {Figure(right / all)}     {taken.Count}");
        }
        var tickets = messages.GroupBy(m => m.User).ToDictionary(g => g.Key, g => g.Count());
        var ofCaller = scored.Where(s => s.Likeness is >= WithCaller and < Used && messages[place[s.Label.A]].User == messages[place[s.Label.B]].User && tickets[messages[place[s.Label.A]].User] <= Frequent).ToList();
        Console.WriteLine($"  same caller of at most {Frequent} messages, likeness {Figure(WithCaller)} to {Figure(Used)}: {ofCaller.Count(s => s.Label.Same)} of {ofCaller.Count} labelled pairs are of the same matter");

        // What a person filing would see: every message after those before it, looked up by its keys.
        var order = Enumerable.Range(0, messages.Count).OrderBy(i => messages[i].At).ThenBy(i => i).ToArray();
        var byKey = new Dictionary<uint, List<int>>();
        var (withAny, foundAny, listed, pairs, foundPairs) = (0, 0, 0, 0, 0);
        var found = new HashSet<(int, int)>();
        for (var n = 0; n < order.Length; n++)
        {
            var i = order[n];
            var scores = new Dictionary<int, float>();
            foreach (var (key, weight) in LookupKeys.Telling(messages[i].Title, messages[i].Description, rarity))
            {
                if (byKey.TryGetValue(key, out var having) && having.Count <= messages.Count / 100)
                    foreach (var other in having) scores[other] = scores.GetValueOrDefault(other) + weight;
            }
            foreach (var key in LookupKeys.Of(messages[i].Title, messages[i].Description))
            {
                if (!byKey.TryGetValue(key, out var having)) byKey[key] = having = [];
                having.Add(i);
            }
            var looked = scores.OrderByDescending(s => s.Value).Take(Candidates).Select(s => s.Key).ToHashSet();
            var likely = order[..n].Where(o => gists[i].LikenessTo(gists[o]) >= Used).ToList();
            pairs += likely.Count;
            foundPairs += likely.Count(looked.Contains);
            foreach (var other in looked.Where(o => gists[i].LikenessTo(gists[o]) >= Used)) found.Add((Math.Min(i, other), Math.Max(i, other)));
            if (likely.Count == 0) continue;
            withAny++;
            if (likely.Any(looked.Contains)) foundAny++;
            if (looked.Contains(likely.MaxBy(o => gists[i].LikenessTo(gists[o])))) listed++;
        }
        Console.WriteLine($"  looked up by keys, {Candidates} candidates: {foundPairs} of {pairs} pairs from {Figure(Used)} on; {foundAny} of {withAny} messages that have an earlier one like them find one, {listed} the likest");

        var groups = messages.Select((m, i) => (Text: string.Concat(m.Description.Where(c => !char.IsWhiteSpace(c))), Index: i)).GroupBy(x => x.Text, x => x.Index).Where(g => g.Count() > 1).Select(g => g.ToArray()).ToList();
        var whole = groups.Count(g => g.Skip(1).All(other => found.Contains((Math.Min(g[0], other), Math.Max(g[0], other)))));
        Console.WriteLine($"  groups with the same description (blanks aside): {groups.Count}, of {groups.Sum(g => g.Length)} messages; all of the group found as alike: {whole}");
        var most = messages.Select((m, i) => (m.User, Index: i)).GroupBy(x => x.User, x => x.Index).MaxBy(g => g.Count())!.ToArray();
        var own = from a in most from b in most where a < b select gists[a].LikenessTo(gists[b]);
        Console.WriteLine($"  the caller with most messages: {most.Length}; {own.Count(l => l >= Used)} of {most.Length * (most.Length - 1) / 2} pairs of them from {Figure(Used)} on; {most.Count(a => most.Any(b => a != b && gists[a].LikenessTo(gists[b]) >= Used))} messages have another like them");
        Console.WriteLine();
        return true;
    }

    private static string Figure(double share) => share.ToString("0.00", Plain);
}
