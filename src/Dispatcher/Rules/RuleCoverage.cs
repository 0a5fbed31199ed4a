using System.Globalization;
using Hotline.Contracts;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Rules;

/// <summary>
/// What a dispatch catalogue leaves open and what it says in vain. Both are settled exactly: class by class, street by street, kind by kind and day by day,
/// as the router asks for the first round of a ticket (to whom it goes after a return does not count).
/// </summary>
internal sealed class RuleCoverage
{
    /// <summary>Where goes what no other class names (其他). That nobody is named for it is how it comes before a person.</summary>
    private const string TheRest = "999900";

    private const int MostNamed = 4;

    private static readonly TicketKind[] Kinds = Enum.GetValues<TicketKind>();

    private readonly IReadOnlyList<DispatchRule> _rules;
    private readonly CategoryCatalogue _categories;
    private readonly IReadOnlyList<string> _streets;
    private readonly ILookup<string, DispatchRule> _byCategory;
    private readonly Dictionary<string, DispatchRule[]> _chains = new(StringComparer.Ordinal);

    /// <param name="streets">See <see cref="StreetsOf"/>.</param>
    public RuleCoverage(IReadOnlyList<DispatchRule> rules, CategoryCatalogue categories, IReadOnlyList<string> streets)
    {
        _rules = rules;
        _categories = categories;
        _streets = streets;
        _byCategory = rules.ToLookup(r => r.Category, StringComparer.Ordinal);
    }

    /// <summary>Every street that a place of this hotline may come out as: of the directory, and of the hotline's own units.</summary>
    public static IReadOnlyList<string> StreetsOf(UnitIndex units, DivisionDirectory directory)
    {
        var streets = units.All.Where(u => u.IsGrassroots && u.Division?.Length >= 9).Select(u => u.Division![..9]).ToHashSet(StringComparer.Ordinal);
        if (units.Home is { } home && directory.IndexOf(home) is >= 0 and var at)
        {
            foreach (var division in directory.InOrder[at..directory.EndOf(at)])
                if (division.Level == DivisionLevel.Street) streets.Add(division.Code);
        }
        return [.. streets.Order(StringComparer.Ordinal)];
    }

    /// <summary>Rules that can never win, because wherever and whenever they hold, stronger ones do too.</summary>
    /// <remarks>
    /// A ticket may have a class of the first or second level, where that is all the operator gave and the words say no more. So it is at a rule's own class that it wins or never
    /// does: whatever is stronger there is stronger in all classes below. A rule for all classes is asked at each class of the first level. The same goes for
    /// places: a rule for everywhere holds where the street is not known, and only others for everywhere come before it there.
    /// </remarks>
    /// <param name="since">Asked of the days from this one on, and only of rules whose own days are not over by then; left out, of all days.</param>
    public IEnumerable<RuleError> Unreachable(DateOnly since = default)
    {
        var first = _categories.All.Select(c => c.Level1.Code).Distinct().ToArray();
        foreach (var rule in _rules.Where(r => r.To is null || r.To >= since))
        {
            var before = new HashSet<DispatchRule>(ReferenceEqualityComparer.Instance);
            if ((rule.Category.Length == 0 ? first : [rule.Category]).Any(WinsAt)) continue;
            var named = before.OrderBy(s => s.Line).ToArray();
            var (more, zh) = named.Length <= MostNamed ? ("", "") : ($" and {named.Length - MostNamed} others", $"等 {named.Length} 条");
            var (never, neverZh, holds) = since == default ? ("can never win", "永远不会被采用", "holds")
                : ($"does not win from {since:yyyy-MM-dd} on", $"自 {since:yyyy-MM-dd} 起不再被采用", "still holds");
            yield return new(rule.Line, "id",
                $"'{rule.Id}' {never}: {string.Join(", ", named.Take(MostNamed).Select(s => $"'{s.Id}' (line {s.Line})"))}{more} come before it wherever it {holds}.",
                $"「{rule.Id}」{neverZh}：{string.Join("、", named.Take(MostNamed).Select(s => $"「{s.Id}」（第 {s.Line} 行）"))}{zh}处处优先于它。");

            bool WinsAt(string category)
            {
                var stronger = Chain(category).Where(s => (s.To is null || s.To >= since) && Meet(s, rule) && DispatchRule.Precedence(s, rule) < 0).ToArray();
                before.UnionWith(stronger);
                return stronger.Length == 0 || Wins(rule, stronger, since);
            }
        }
    }

    /// <summary>Classes that from a day on have no rule for somebody in the whole area of the hotline, or in some of its streets.</summary>
    public IEnumerable<RuleError> Gaps(UnitIndex units, DateOnly today)
    {
        var open = new List<(string Leaf, TicketKind Kind, DateOnly Day, string Streets)>();
        var known = new Dictionary<(string, TicketKind), (DateOnly Day, string Streets)?>();
        foreach (var leaf in Leaves("").Where(l => l != TheRest))
        {
            // Classes without rules of their own share those of the class above, and what these leave open.
            var ruled = ((int[])[6, 4, 2, 0]).Select(n => leaf[..n]).FirstOrDefault(_byCategory.Contains) ?? "";
            foreach (var kind in Kinds)
            {
                if (!known.TryGetValue((ruled, kind), out var found)) known.Add((ruled, kind), found = Open(ruled, kind, units.Home ?? "", today));
                if (found is { } gap) open.Add((leaf, kind, gap.Day, gap.Streets));
            }
        }
        var ofClass = open.GroupBy(o => (o.Leaf, o.Day, o.Streets)).Select(g => (g.Key.Leaf, g.Key.Day, g.Key.Streets, Kinds: string.Join(", ", g.Select(o => o.Kind.Word()))));
        foreach (var same in ofClass.GroupBy(o => (o.Day, o.Streets, o.Kinds)))
        {
            var streets = same.Key.Streets.Split(',', StringSplitOptions.RemoveEmptyEntries);
            var (where, whereZh) = Named(streets, units);
            foreach (var prefix in Shortest([.. same.Select(o => o.Leaf)]))
            {
                var ended = _rules.Where(r => r.To is { } to && to < DateOnly.MaxValue && to.AddDays(1) == same.Key.Day
                        && (r.Category.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(r.Category, StringComparison.Ordinal))
                        && ((units.Home ?? "").StartsWith(r.Place, StringComparison.Ordinal) || streets.Any(s => s.StartsWith(r.Place, StringComparison.Ordinal))))
                    .MaxBy(r => r.Category.Length);
                var all = same.Key.Kinds.Split(", ").Length == Kinds.Length;
                var (kinds, zh) = all ? ("", "") : ($" for {same.Key.Kinds}", $"（{same.Key.Kinds}）");
                var day = same.Key.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                yield return new(ended?.Line ?? 0, ended is null ? "" : "to", ended is null
                    ? $"No rule holds for class {prefix} {_categories.Find(prefix)?.Name}{kinds} from {day} on{where}: add a row for it, or one for '*'."
                    : $"'{ended.Id}' ends on {ended.To:yyyy-MM-dd}, and from the next day no rule holds for class {prefix} {_categories.Find(prefix)?.Name}{kinds}{where}.", ended is null
                    ? $"自 {day} 起，{whereZh}类别 {prefix} {_categories.Find(prefix)?.Name}{zh}没有规则：请为它增加一行，或增加一行「*」。"
                    : $"「{ended.Id}」到 {ended.To:yyyy-MM-dd} 为止，此后{whereZh}类别 {prefix} {_categories.Find(prefix)?.Name}{zh}没有规则。");
            }
        }
    }

    /// <summary>Whether there is a kind, a place and a day from a day on for which the rule holds and none of the stronger ones does.</summary>
    private bool Wins(DispatchRule rule, DispatchRule[] stronger, DateOnly since)
    {
        var (wide, narrow) = Split(stronger, rule.Place);
        // Of a division without streets the rule holds nowhere; it is asked as if it were a street itself.
        var streets = rule.Place.Length == 0 || narrow.Count == 0 ? [] : _streets.Where(s => s.StartsWith(rule.Place, StringComparison.Ordinal)).ToArray();
        foreach (var kind in rule.Kind is { } one ? [one] : Kinds)
        {
            var spans = OpenSpans(rule.From > since ? rule.From.Value : since, rule.To ?? DateOnly.MaxValue, Of(wide, kind));
            if (spans.Count > 0 && (streets.Length == 0 || streets.Any(s => FirstOpenDay(spans, narrow, s, kind) is not null))) return true;
        }
        return false;
    }

    /// <summary>The first day from a day on, on which no rule of the class and those above it holds, and the streets where that is so, apart by commas; empty for the whole area.</summary>
    private (DateOnly Day, string Streets)? Open(string category, TicketKind kind, string home, DateOnly from)
    {
        var (wide, narrow) = Split(Chain(category), home);
        var spans = OpenSpans(from, DateOnly.MaxValue, Of(wide, kind));
        if (spans.Count == 0) return null;
        if (narrow.Count == 0) return (spans[0].From, "");
        var days = _streets.Where(s => s.StartsWith(home, StringComparison.Ordinal)).Select(s => (Street: s, Day: FirstOpenDay(spans, narrow, s, kind))).Where(s => s.Day is not null).ToArray();
        if (days.Length == 0) return null;
        var day = days.Min(s => s.Day)!.Value;
        return (day, string.Join(',', days.Where(s => s.Day == day).Select(s => s.Street)));
    }

    /// <summary>The rules for a class and those above it, by their first day.</summary>
    private DispatchRule[] Chain(string category)
    {
        if (_chains.TryGetValue(category, out var known)) return known;
        return _chains[category] = [.. ((int[])[0, 2, 4, 6]).Where(n => n <= category.Length).SelectMany(n => _byCategory[category[..n]]).OrderBy(r => r.From ?? DateOnly.MinValue)];
    }

    /// <summary>Whether there is a place, a kind and a day for which both hold.</summary>
    private static bool Meet(DispatchRule a, DispatchRule b) =>
        (a.From ?? DateOnly.MinValue) <= (b.To ?? DateOnly.MaxValue) && (b.From ?? DateOnly.MinValue) <= (a.To ?? DateOnly.MaxValue)
        && (a.Kind is null || b.Kind is null || a.Kind == b.Kind)
        && (a.Place.StartsWith(b.Place, StringComparison.Ordinal) || b.Place.StartsWith(a.Place, StringComparison.Ordinal));

    /// <summary>Rules that hold in the whole of a place, and by their own place those that hold in a part of it.</summary>
    private static (DispatchRule[] Wide, ILookup<string, DispatchRule> Narrow) Split(DispatchRule[] rules, string place) => (
        [.. rules.Where(r => place.StartsWith(r.Place, StringComparison.Ordinal))],
        rules.Where(r => r.Place.Length > place.Length && r.Place.StartsWith(place, StringComparison.Ordinal)).ToLookup(r => r.Place, StringComparer.Ordinal));

    private static IEnumerable<DispatchRule> Of(IEnumerable<DispatchRule> rules, TicketKind kind) => rules.Where(r => r.Kind is null || r.Kind == kind);

    /// <summary>The first day of the spans on which none of the rules for the street or a division around it is in force.</summary>
    private static DateOnly? FirstOpenDay(List<(DateOnly From, DateOnly To)> spans, ILookup<string, DispatchRule> narrow, string street, TicketKind kind)
    {
        var rules = ((int[])[2, 4, 6, 9]).SelectMany(n => Of(narrow[street[..n]], kind)).OrderBy(r => r.From ?? DateOnly.MinValue).ToArray();
        foreach (var (from, to) in spans)
            if (OpenSpans(from, to, rules) is [var open, ..]) return open.From;
        return null;
    }

    /// <summary>The spans from the first to the last day in which none of the rules is in force; the rules ordered by their first day.</summary>
    private static List<(DateOnly From, DateOnly To)> OpenSpans(DateOnly first, DateOnly last, IEnumerable<DispatchRule> rules)
    {
        var open = new List<(DateOnly, DateOnly)>();
        var day = first;
        foreach (var rule in rules)
        {
            var (from, to) = (rule.From ?? DateOnly.MinValue, rule.To ?? DateOnly.MaxValue);
            if (from > last) break;
            if (from > day) open.Add((day, from.AddDays(-1)));
            if (to >= last) return open;
            if (to >= day) day = to.AddDays(1);
        }
        open.Add((day, last));
        return open;
    }

    private static (string En, string Zh) Named(string[] streets, UnitIndex units)
    {
        if (streets.Length == 0) return ("", "");
        var names = streets.Take(MostNamed).Select(s => $"{DivisionDirectory.Instance.Find(s)?.Name ?? units.Find(s)?.Name} {s}").ToArray();
        return (
            $" in {string.Join(", ", names)}{(streets.Length > MostNamed ? $" and {streets.Length - MostNamed} other streets" : "")}",
            $"{string.Join("、", names)}{(streets.Length > MostNamed ? $"等 {streets.Length} 个街道" : "")}的");
    }

    private IEnumerable<string> Leaves(string prefix) => _categories.All.Where(c => c.Code.StartsWith(prefix, StringComparison.Ordinal)).Select(c => c.Code);

    /// <summary>The same classes, named by the classes above them where all of those are meant.</summary>
    private IEnumerable<string> Shortest(string[] leaves)
    {
        var left = leaves.ToHashSet(StringComparer.Ordinal);
        foreach (var length in (int[])[2, 4, 6])
        {
            foreach (var prefix in leaves.Select(l => l[..length]).Distinct().ToArray())
            {
                var below = Leaves(prefix).Where(l => l != TheRest).ToArray();
                if (!below.All(left.Contains)) continue;
                left.ExceptWith(below);
                yield return prefix;
            }
        }
    }
}
