using System.Globalization;
using Hotline.Contracts;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Rules;

/// <summary>
/// What a dispatch catalogue leaves open and what it says in vain. Both are settled exactly, class by class, kind by kind and day by day, with one
/// allowance: that several rules for single streets together cover a whole division is not noticed.
/// </summary>
internal static class RuleCoverage
{
    /// <summary>Where goes what no other class names (其他). That nobody is named for it is how it comes before a person.</summary>
    private const string TheRest = "999900";

    private static readonly TicketKind[] Kinds = Enum.GetValues<TicketKind>();

    /// <summary>Rules that can never win, because wherever and whenever they hold, stronger ones do too.</summary>
    public static IEnumerable<RuleError> Unreachable(RuleBook book, CategoryCatalogue categories)
    {
        var within = book.Rules.SelectMany(r => Enumerable.Range(0, r.Category.Length / 2 + 1).Select(n => (Prefix: r.Category[..(2 * n)], Rule: r)))
            .ToLookup(r => r.Prefix, r => r.Rule, StringComparer.Ordinal);
        var reserved = book.Rules.Where(r => r.Mode == DispatchMode.Reserved).ToArray();
        foreach (var rule in book.Rules)
        {
            // Those that hold everywhere where this one does, for some of its classes and kinds.
            var stronger = within[rule.Category].Concat(reserved.Where(r => r.Category.Length < rule.Category.Length && rule.Category.StartsWith(r.Category, StringComparison.Ordinal))).Where(s => s != rule && DispatchRule.Precedence(s, rule) < 0
                && rule.Place.StartsWith(s.Place, StringComparison.Ordinal)
                && (s.Kind is null || rule.Kind is null || s.Kind == rule.Kind)).ToArray();
            if (stronger.Length == 0) continue;
            var everywhere = Leaves(rule.Category, categories).All(leaf => (rule.Kind is { } one ? [one] : Kinds).All(kind =>
                FirstOpenDay(rule.From ?? DateOnly.MinValue, rule.To ?? DateOnly.MaxValue, stronger.Where(s => s.Covers(leaf, rule.Place, kind))) is null));
            if (everywhere)
                yield return new(rule.Line, "id", $"'{rule.Id}' can never win: {string.Join(", ", stronger.Take(4).Select(s => $"'{s.Id}' (line {s.Line})"))}{(stronger.Length > 4 ? " and others" : "")} come before it wherever it holds.",
                    $"「{rule.Id}」永远不会被采用：{string.Join("、", stronger.Take(4).Select(s => $"「{s.Id}」（第 {s.Line} 行）"))}{(stronger.Length > 4 ? "等" : "")}处处优先于它。");
        }
    }

    /// <summary>Classes that from a day on have no rule for somebody in the whole area of the hotline.</summary>
    public static IEnumerable<RuleError> Gaps(RuleBook book, CategoryCatalogue categories, UnitIndex units, DateOnly today)
    {
        var everywhere = book.Rules.Where(r => (units.Home ?? "").StartsWith(r.Place, StringComparison.Ordinal)).ToArray();
        var open = new List<(string Leaf, TicketKind Kind, DateOnly Day)>();
        foreach (var leaf in Leaves("", categories).Where(l => l != TheRest))
        {
            var ofLeaf = everywhere.Where(r => leaf.StartsWith(r.Category, StringComparison.Ordinal)).ToArray();
            foreach (var kind in Kinds)
            {
                if (FirstOpenDay(today, DateOnly.MaxValue, ofLeaf.Where(r => r.Kind is null || r.Kind == kind)) is { } day) open.Add((leaf, kind, day));
            }
        }
        var ofClass = open.GroupBy(o => (o.Leaf, o.Day)).Select(g => (g.Key.Leaf, g.Key.Day, Kinds: string.Join(", ", g.Select(o => o.Kind.Word()))));
        foreach (var same in ofClass.GroupBy(o => (o.Day, o.Kinds)))
        {
            foreach (var prefix in Shortest([.. same.Select(o => o.Leaf)], categories))
            {
                var ended = everywhere.Where(r => r.To is { } to && to < DateOnly.MaxValue && to.AddDays(1) == same.Key.Day && (r.Category.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(r.Category, StringComparison.Ordinal)))
                    .MaxBy(r => r.Category.Length);
                var all = same.Key.Kinds.Split(", ").Length == Kinds.Length;
                var (kinds, zh) = all ? ("", "") : ($" for {same.Key.Kinds}", $"（{same.Key.Kinds}）");
                var day = same.Key.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                yield return new(ended?.Line ?? 0, ended is null ? "" : "to", ended is null
                    ? $"No rule holds for class {prefix} {categories.Find(prefix)?.Name}{kinds} from {day} on: add a row for it, or one for '*'."
                    : $"'{ended.Id}' ends on {ended.To:yyyy-MM-dd}, and from the next day no rule holds for class {prefix} {categories.Find(prefix)?.Name}{kinds}.", ended is null
                    ? $"自 {day} 起，类别 {prefix} {categories.Find(prefix)?.Name}{zh}没有规则：请为它增加一行，或增加一行「*」。"
                    : $"「{ended.Id}」到 {ended.To:yyyy-MM-dd} 为止，此后类别 {prefix} {categories.Find(prefix)?.Name}{zh}没有规则。");
            }
        }
    }

    /// <summary>The first day from the first to the last on which none of the rules is in force; null where there is none.</summary>
    private static DateOnly? FirstOpenDay(DateOnly first, DateOnly last, IEnumerable<DispatchRule> rules)
    {
        var day = first;
        foreach (var rule in rules.OrderBy(r => r.From ?? DateOnly.MinValue))
        {
            if ((rule.From ?? DateOnly.MinValue) > day) return day;
            var to = rule.To ?? DateOnly.MaxValue;
            if (to >= last || to == DateOnly.MaxValue) return null;
            if (to >= day) day = to.AddDays(1);
        }
        return day <= last ? day : null;
    }

    private static IEnumerable<string> Leaves(string prefix, CategoryCatalogue categories) =>
        categories.All.Where(c => c.Code.StartsWith(prefix, StringComparison.Ordinal)).Select(c => c.Code);

    /// <summary>The same classes, named by the classes above them where all of those are meant.</summary>
    private static IEnumerable<string> Shortest(string[] leaves, CategoryCatalogue categories)
    {
        var left = leaves.ToHashSet(StringComparer.Ordinal);
        foreach (var length in (int[])[2, 4, 6])
        {
            foreach (var prefix in leaves.Select(l => l[..length]).Distinct().ToArray())
            {
                var below = Leaves(prefix, categories).Where(l => l != TheRest).ToArray();
                if (!below.All(left.Contains)) continue;
                left.ExceptWith(below);
                yield return prefix;
            }
        }
    }
}
