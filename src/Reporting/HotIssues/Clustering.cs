using System.Runtime.InteropServices;
using Hotline.Data.Likeness;

namespace Hotline.Reporting;

/// <summary>
/// Puts tickets about the same matter at the same place together (聚类). Pairs that have rare pairs of letters in common are looked at, the likest first, and their clusters are joined where the
/// average likeness of all their pairs is high enough (average linkage: R. R. Sokal, C. D. Michener, 1958), so that no chain of small steps joins what has nothing in common, and
/// where the streets agree as far as they are known. The order of the tickets makes no difference.
/// </summary>
internal sealed class Clustering
{
    /// <summary>Pairs less alike than this are not looked at: most of them are of other matters (docs/accuracy.md).</summary>
    internal const double Least = 0.14;

    /// <summary>The average likeness between two clusters that are joined.</summary>
    internal const double Average = 0.16;

    /// <summary>Grams kept of a ticket, tickets before it that are compared with it, tickets that may have a key: bounds of memory and time.</summary>
    private const int MostGrams = 96, Neighbours = 40, MostOfKey = 500;

    private const double ShareOfKey = 0.02;

    private readonly IReadOnlyList<HotTicket> _tickets;
    private readonly Gist[] _gists;
    private readonly int[] _parents;
    private readonly Dictionary<int, Cluster> _clusters = [];

    /// <param name="tickets">In the order of their numbers.</param>
    private Clustering(IReadOnlyList<HotTicket> tickets, Rarity rarity)
    {
        _tickets = tickets;
        _gists = [.. tickets.Select(t => Gist.Of(t.Title, t.Description, rarity, MostGrams))];
        _parents = [.. Enumerable.Range(0, tickets.Count)];
    }

    /// <summary>Places in the list of those that belong together, the most central first; single ones too.</summary>
    public static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<HotTicket> tickets, Rarity rarity, CancellationToken ct)
    {
        var clustering = new Clustering(tickets, rarity);
        var pairs = clustering.Pairs(rarity, ct);
        pairs.Sort((a, b) => (b.Likeness, a.One, a.Other).CompareTo((a.Likeness, b.One, b.Other)));
        clustering.Join(pairs, ct);
        return Enumerable.Range(0, tickets.Count).GroupBy(clustering.Root).Select(g => clustering.ByCentrality([.. g]));
    }

    private List<(float Likeness, int One, int Other)> Pairs(Rarity rarity, CancellationToken ct)
    {
        var keys = new uint[_tickets.Count][];
        var byKey = new Dictionary<uint, List<int>>();
        for (var i = 0; i < keys.Length; i++)
        {
            keys[i] = [.. LookupKeys.Of(_tickets[i].Title, _tickets[i].Description)];
            foreach (var key in keys[i])
            {
                ref var having = ref CollectionsMarshal.GetValueRefOrAddDefault(byKey, key, out _);
                (having ??= []).Add(i);
            }
        }
        var mostOfKey = Math.Min(MostOfKey, Math.Max(50, (int)(_tickets.Count * ShareOfKey)));
        var pairs = new List<(float, int, int)>();
        var scores = new float[_tickets.Count];
        var touched = new List<int>();
        for (var i = 0; i < keys.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            foreach (var key in keys[i])
            {
                var having = byKey[key];
                var weight = rarity.Weight(key);
                if (having.Count > mostOfKey || weight <= 0) continue;
                foreach (var other in having)
                {
                    if (other >= i) break;
                    if (scores[other] == 0) touched.Add(other);
                    scores[other] += weight;
                }
            }
            foreach (var other in Best(touched, scores))
            {
                var likeness = (float)_gists[i].LikenessTo(_gists[other]);
                if (likeness >= Least && Agree(_tickets[i].Street, _tickets[other].Street)) pairs.Add((likeness, other, i));
            }
            foreach (var other in touched) scores[other] = 0;
            touched.Clear();
        }
        return pairs;

        static IEnumerable<int> Best(List<int> touched, float[] scores) =>
            touched.Count <= Neighbours ? touched : touched.OrderByDescending(t => scores[t]).ThenBy(t => t).Take(Neighbours);
    }

    private void Join(List<(float Likeness, int One, int Other)> pairs, CancellationToken ct)
    {
        // Clusters that are still what they were when they were not alike enough are not looked at again.
        var refused = new HashSet<(int, int, int, int)>();
        foreach (var (_, one, other) in pairs)
        {
            ct.ThrowIfCancellationRequested();
            var (a, b) = (Root(one), Root(other));
            if (a == b) continue;
            var (first, second) = (Of(a), Of(b));
            if (!Agree(first.Street, second.Street) || !refused.Add((a, first.Count, b, second.Count))) continue;
            if (Product(a, b) < Average * first.Count * second.Count) continue;
            var (large, small) = first.Count >= second.Count ? (a, b) : (b, a);
            var sum = Of(large).Sum ?? SumOf(large);
            if (Of(small).Sum is { } ofSmall) sum.Add(ofSmall);
            else sum.Add(_gists[small]);
            _parents[small] = large;
            _clusters.Remove(small);
            _clusters[large] = new Cluster(first.Count + second.Count, first.Street ?? second.Street, sum);
        }
    }

    private Gist.Sum SumOf(int ticket)
    {
        var sum = new Gist.Sum();
        sum.Add(_gists[ticket]);
        return sum;
    }

    private double Product(int a, int b) => (Of(a).Sum, Of(b).Sum) switch
    {
        ({ } one, { } other) => one.Times(other),
        ({ } one, null) => one.Times(_gists[b]),
        (null, { } other) => other.Times(_gists[a]),
        _ => _gists[a].LikenessTo(_gists[b]),
    };

    private IReadOnlyList<int> ByCentrality(int[] tickets)
    {
        if (tickets.Length == 1 || Of(Root(tickets[0])).Sum is not { } sum) return tickets;
        return [.. tickets.Select(t => (Ticket: t, Central: Math.Round(sum.Times(_gists[t]), 6))).OrderByDescending(t => t.Central).ThenBy(t => t.Ticket).Select(t => t.Ticket)];
    }

    private Cluster Of(int root) => _clusters.TryGetValue(root, out var cluster) ? cluster : new Cluster(1, _tickets[root].Street, null);

    private int Root(int ticket)
    {
        while (_parents[ticket] != ticket) ticket = _parents[ticket] = _parents[_parents[ticket]];
        return ticket;
    }

    private static bool Agree(string? one, string? other) => one is null || other is null || one == other;

    private sealed record Cluster(int Count, string? Street, Gist.Sum? Sum);
}
