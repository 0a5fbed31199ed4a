using System.Runtime.InteropServices;
using Hotline.Data;
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

    /// <summary>Clusters of so many are compared ticket by ticket; larger ones keep the sum of their gists, which is quicker and takes more memory than the gists.</summary>
    private const int MostWithoutSum = 8;

    private const int RefusedRemembered = 1 << 18;

    private readonly IReadOnlyList<HotTicket> _tickets;
    private readonly Gist[] _gists;
    private readonly int[] _parents;

    /// <summary>From each ticket to the next of its cluster, in a ring.</summary>
    private readonly int[] _next;

    private readonly Dictionary<int, Cluster> _clusters = [];

    /// <param name="tickets">In the order of their numbers.</param>
    private Clustering(IReadOnlyList<HotTicket> tickets, Rarity rarity, Pace pace)
    {
        _tickets = tickets;
        _gists = new Gist[tickets.Count];
        for (var i = 0; i < _gists.Length; i++)
        {
            pace.Step();
            _gists[i] = Gist.Of(tickets[i].Title, tickets[i].Description, rarity, MostGrams);
        }
        _parents = [.. Enumerable.Range(0, tickets.Count)];
        _next = [.. _parents];
    }

    /// <summary>Places in the list of those that belong together, the most central first; single ones too.</summary>
    public static IEnumerable<IReadOnlyList<int>> Of(IReadOnlyList<HotTicket> tickets, Rarity rarity, Pace pace)
    {
        var clustering = new Clustering(tickets, rarity, pace);
        var pairs = clustering.Pairs(rarity, pace);
        pairs.Sort((a, b) => (b.Likeness, a.One, a.Other).CompareTo((a.Likeness, b.One, b.Other)));
        clustering.Join(pairs, pace);
        return Enumerable.Range(0, tickets.Count).GroupBy(clustering.Root).Select(g => clustering.ByCentrality([.. g]));
    }

    private List<(float Likeness, int One, int Other)> Pairs(Rarity rarity, Pace pace)
    {
        var having = Having(rarity, pace);
        var pairs = new List<(float, int, int)>();
        var scores = new float[_tickets.Count];
        var touched = new List<int>();
        for (var i = 0; i < _tickets.Count; i++)
        {
            pace.Step();
            foreach (var key in LookupKeys.Of(_tickets[i].Title, _tickets[i].Description))
            {
                var weight = rarity.Weight(key);
                foreach (var other in having.Of(key))
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

    /// <summary>Which tickets have a key, one after another in one array; only of keys that two tickets have, and not too many.</summary>
    private sealed class Postings(Dictionary<uint, (int From, int Count)> spans, int[] tickets)
    {
        public ReadOnlySpan<int> Of(uint key) => spans.TryGetValue(key, out var span) ? tickets.AsSpan(span.From, span.Count) : default;
    }

    /// <summary>Counted first and filled then: a list for each of half a million keys would take several times the memory.</summary>
    private Postings Having(Rarity rarity, Pace pace)
    {
        var spans = new Dictionary<uint, (int From, int Count)>();
        foreach (var ticket in _tickets)
        {
            pace.Step();
            foreach (var key in LookupKeys.Of(ticket.Title, ticket.Description)) CollectionsMarshal.GetValueRefOrAddDefault(spans, key, out _).Count++;
        }
        var mostOfKey = Math.Min(MostOfKey, Math.Max(50, (int)(_tickets.Count * ShareOfKey)));
        var total = 0;
        foreach (var key in spans.Keys.ToArray())
        {
            ref var span = ref CollectionsMarshal.GetValueRefOrNullRef(spans, key);
            if (span.Count < 2 || span.Count > mostOfKey || rarity.Weight(key) <= 0) spans.Remove(key);
            else (span.From, span.Count, total) = (total, 0, total + span.Count);
        }
        spans.TrimExcess();
        var tickets = new int[total];
        for (var i = 0; i < _tickets.Count; i++)
        {
            pace.Step();
            foreach (var key in LookupKeys.Of(_tickets[i].Title, _tickets[i].Description))
            {
                ref var span = ref CollectionsMarshal.GetValueRefOrNullRef(spans, key);
                if (!System.Runtime.CompilerServices.Unsafe.IsNullRef(ref span)) tickets[span.From + span.Count++] = i;
            }
        }
        return new Postings(spans, tickets);
    }

    private void Join(List<(float Likeness, int One, int Other)> pairs, Pace pace)
    {
        // Clusters that are still what they were when they were not alike enough are not looked at again, as far as they are remembered.
        var refused = new (int A, int OfA, int B, int OfB)[RefusedRemembered];
        foreach (var (_, one, other) in pairs)
        {
            pace.Step();
            var (a, b) = (Root(one), Root(other));
            if (a == b) continue;
            var (first, second) = (Of(a), Of(b));
            if (!Agree(first.Street, second.Street)) continue;
            var asked = (a, first.Count, b, second.Count);
            ref var known = ref refused[(uint)HashCode.Combine(a, b) % RefusedRemembered];
            if (known == asked) continue;
            if (Product(a, b) < Average * first.Count * second.Count)
            {
                known = asked;
                continue;
            }
            var (large, small) = first.Count >= second.Count ? (a, b) : (b, a);
            var count = first.Count + second.Count;
            var sum = Of(large).Sum ?? (count > MostWithoutSum ? SumOf(large) : null);
            if (sum is not null) AddTo(sum, small);
            _parents[small] = large;
            (_next[large], _next[small]) = (_next[small], _next[large]);
            _clusters.Remove(small);
            _clusters[large] = new Cluster(count, first.Street ?? second.Street, sum);
        }
    }

    /// <summary>The tickets of a cluster.</summary>
    private IEnumerable<int> Members(int root)
    {
        var ticket = root;
        do
        {
            yield return ticket;
            ticket = _next[ticket];
        }
        while (ticket != root);
    }

    private Gist.Sum SumOf(int root)
    {
        var sum = new Gist.Sum();
        AddTo(sum, root);
        return sum;
    }

    private void AddTo(Gist.Sum sum, int root)
    {
        if (Of(root).Sum is { } whole) sum.Add(whole);
        else foreach (var ticket in Members(root)) sum.Add(_gists[ticket]);
    }

    private double Product(int a, int b) => (Of(a).Sum, Of(b).Sum) switch
    {
        ({ } one, { } other) => one.Times(other),
        ({ } one, null) => Members(b).Sum(t => one.Times(_gists[t])),
        (null, { } other) => Members(a).Sum(t => other.Times(_gists[t])),
        _ => Members(a).Sum(s => Members(b).Sum(t => _gists[s].LikenessTo(_gists[t]))),
    };

    private IReadOnlyList<int> ByCentrality(int[] tickets)
    {
        if (tickets.Length == 1) return tickets;
        var root = Root(tickets[0]);
        var sum = Of(root).Sum ?? SumOf(root);
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
