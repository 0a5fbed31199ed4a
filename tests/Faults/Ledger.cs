using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Faults;

/// <summary>What becomes of a ticket after it is filed.</summary>
internal enum Life
{
    /// <summary>It is left to the machine.</summary>
    Left,
    /// <summary>Accepted, replied with a sign-off, called back.</summary>
    Whole,
    /// <summary>The supporting units accept and reply too.</summary>
    WithSupport,
    /// <summary>The lead returns it, the desk upholds, the next round is handled.</summary>
    Returned,
    /// <summary>The citizen is justly dissatisfied; the next round is handled.</summary>
    Reissued,
    /// <summary>Answered by the operator while the machine is deciding.</summary>
    Answered,
}

/// <summary>A filing as it was planned: the same seed plans the same.</summary>
internal sealed record Draft(string Key, string Channel, string Title, string Address, Life Life)
{
    private static readonly string[] Channels = ["phone", "web", "wechat", "app", "email", "walk-in"];
    private static readonly (string Title, string Address)[] Matters =
    [
        ("药房买不到口罩", "崇川区学田街道学田苑"),
        ("居家隔离需要送菜", "港闸区陈桥街道陈桥小区3幢"),
        ("路灯不亮", "崇川区秦灶街道"),
        ("邻居从湖北返回", "崇川区新城桥街道易家桥新村"),
        ("要求处理", ""),
    ];

    public static Draft Next(Random random, string key)
    {
        var (title, address) = Matters[random.Next(Matters.Length)];
        // Every other one is lived, all kinds of lives alike.
        var life = random.Next(2) == 0 ? Life.Left : (Life)random.Next(1, 6);
        return new Draft(key, Channels[random.Next(Channels.Length)], title, address, life);
    }

    public object Body => new { channel = Channel, kind = "request", title = Title, description = "请尽快处理。", address = Address };
}

/// <summary>A ticket that the service has taken on: from its 201 on it owes exactly one ticket.</summary>
internal sealed class Entry(Draft draft, string number, DateTimeOffset at)
{
    private readonly List<(string Action, string? Unit)> _owed = [];

    public Draft Draft => draft;

    public string Number => number;

    /// <summary>When the answer came.</summary>
    public DateTimeOffset At => at;

    /// <summary>Steps that were answered with 200, or seen done after an answer was lost: each is owed exactly once, in this order.</summary>
    public IReadOnlyList<(string Action, string? Unit)> Owed
    {
        get
        {
            lock (_owed) return [.. _owed];
        }
    }

    public void Owe(string action, string? unit = null)
    {
        lock (_owed) _owed.Add((action, unit));
    }

    /// <summary>Its life was cut short on purpose, as by a restored backup: what it has must agree with itself, and is owed no more.</summary>
    public bool Loose { get; set; }
}

/// <summary>Everything that was promised to the citizens of one site, over all its scenarios.</summary>
internal sealed class Ledger
{
    private readonly ConcurrentDictionary<string, Entry> _byKey = new();

    public IReadOnlyCollection<Entry> All => [.. _byKey.Values];

    public int Count => _byKey.Count;

    /// <summary>What earlier scenarios accounted for, by key.</summary>
    public ConcurrentDictionary<string, Tally> Accounted { get; } = new();

    public void Add(Entry entry) => _byKey[entry.Draft.Key] = entry;

    public void Forget(Entry entry)
    {
        _byKey.TryRemove(entry.Draft.Key, out _);
        Accounted.TryRemove(entry.Draft.Key, out _);
    }
}

/// <summary>What one ticket adds to the report.</summary>
/// <param name="First">The first day on which anything happened to it.</param>
/// <param name="Last">The last day: beyond <paramref name="Filed"/>, and beyond today, where the clock was ahead for a while.</param>
internal sealed record Tally(DateOnly Filed, DateOnly First, DateOnly Last, int Orders, int Callbacks)
{
    public static Tally Of(JsonNode ticket)
    {
        var days = ticket["timeline"]!.AsArray().Select(line => Day(line!["at"]!)).ToArray();
        return new Tally(Day(ticket["filedAt"]!), days.Min(), days.Max(), ticket["workOrders"]!.AsArray().Count, ticket["callbacks"]!.AsArray().Count);
    }

    private static DateOnly Day(JsonNode at) => DateOnly.FromDateTime(DateTimeOffset.Parse(at.GetValue<string>(), CultureInfo.InvariantCulture).DateTime);
}
