using Hotline.Contracts;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Rules;

/// <summary>What is wrong with a row of a dispatch catalogue.</summary>
/// <param name="Line">As an editor counts; 0 for the file as a whole.</param>
/// <param name="Message">In English, for machines and the command line.</param>
public sealed record RuleError(int Line, string Column, string Message, string Zh)
{
    public Sentence Said => new(Zh, Message);
}

/// <summary>
/// A dispatch catalogue, read and checked. Columns: id, category, place, kind, mode, lead, support, class, from, to, note; see
/// <see cref="DispatchRule"/>. Rules of equal rank (same category, place, kind and first day) are refused when it is saved, so the order of
/// <see cref="DispatchRule.Precedence"/> always finds one winner.
/// </summary>
public sealed class RuleBook
{
    public static readonly IReadOnlyList<string> Columns = ["id", "category", "place", "kind", "mode", "lead", "support", "class", "from", "to", "note"];

    public static RuleBook Empty { get; } = new([]);

    internal const int LongestId = 64;

    private const int MostRows = 10_000;

    private readonly Dictionary<string, DispatchRule[]> _byCategory;

    private RuleBook(IReadOnlyList<DispatchRule> rules)
    {
        Rules = rules;
        _byCategory = rules.GroupBy(r => r.Category, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.ToArray(), StringComparer.Ordinal);
    }

    public IReadOnlyList<DispatchRule> Rules { get; }

    /// <summary>As it was saved; 0 for one that was not.</summary>
    public long Version { get; private init; }

    /// <summary>The catalogue that comes with the program: every second level of the standard, by the departments of the template.</summary>
    public static string DefaultCsv => Resource.Text("Rules.catalogue.csv");

    /// <summary>The rules for a matter on a day, strongest first.</summary>
    public IReadOnlyList<DispatchRule> For(string category, string? place, TicketKind kind, DateOnly day)
    {
        var found = new List<DispatchRule>();
        foreach (var length in Lengths)
        {
            foreach (var rule in With(category, length))
                if (rule.Covers(category, place, kind) && rule.InForce(day)) found.Add(rule);
        }
        if (found.Count > 1) found.Sort(static (a, b) => DispatchRule.Precedence(a, b) is not 0 and var order ? order : a.Line.CompareTo(b.Line));
        return found;
    }

    /// <summary>Every rule for the class or one above it, whether it holds or not.</summary>
    public IEnumerable<DispatchRule> Of(string category)
    {
        foreach (var length in Lengths)
            foreach (var rule in With(category, length)) yield return rule;
    }

    private static readonly int[] Lengths = [6, 4, 2, 0];

    private DispatchRule[] With(string category, int length) =>
        length <= category.Length && _byCategory.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(category.AsSpan(0, length), out var rules) ? rules : [];

    /// <summary>The rule that reserves a matter to a department; null where none does.</summary>
    public DispatchRule? Reserving(string category, string? place, TicketKind kind, DateOnly day) =>
        For(category, place, kind, day) is [{ Mode: DispatchMode.Reserved } rule, ..] ? rule : null;

    /// <summary>Reads a catalogue that was checked when it was saved.</summary>
    internal static RuleBook Stored(string csv, long version)
    {
        var errors = new List<RuleError>();
        var rules = Parse(csv, errors);
        return errors.Count == 0 ? new RuleBook(rules) { Version = version }
            : throw new InvalidDataException($"The stored dispatch catalogue cannot be read: line {errors[0].Line}, {errors[0].Column}: {errors[0].Message}");
    }

    /// <summary>Reads and checks a catalogue against the units and the classes; null and every error where it may not be used.</summary>
    public static RuleBook? Check(string csv, UnitIndex units, CategoryCatalogue categories, out IReadOnlyList<RuleError> errors)
    {
        var found = new List<RuleError>();
        var rules = Parse(csv, found);
        foreach (var rule in rules)
        {
            if (rule.Category.Length > 0 && categories.Find(rule.Category) is null)
                found.Add(new(rule.Line, "category", $"There is no class '{rule.Category}' in the catalogue of matters.", $"事项分类中没有「{rule.Category}」。"));
            if (rule.Place.Length > 0 && !units.All.Any(u => u.Division?.StartsWith(rule.Place, StringComparison.Ordinal) == true))
                found.Add(new(rule.Line, "place", $"No unit of this hotline lies in '{rule.Place}'.", $"「{rule.Place}」范围内没有本热线的单位。"));
            var lead = rule.Lead.Length == 0 ? null : units.Resolve(rule.Lead);
            if (rule.Mode != DispatchMode.Territory && lead is null) found.Add(new(rule.Line, "lead", $"There is no unit '{rule.Lead}'.", $"没有单位「{rule.Lead}」。"));
            if (rule.Mode == DispatchMode.Reserved && lead?.IsGrassroots == true)
                found.Add(new(rule.Line, "lead", $"A matter is reserved to a department; '{rule.Lead}' is the {lead.Kind} unit {lead.Name}.", $"专属事项只能由部门主办，{lead.Name}是街道或社区。"));
            foreach (var support in rule.Support.Where(s => s != DispatchRule.Street && units.Resolve(s) is null))
                found.Add(new(rule.Line, "support", $"There is no unit '{support}'.", $"没有单位「{support}」。"));
            if (lead is not null && rule.Support.FirstOrDefault(s => units.Resolve(s) == lead) is { } again)
                found.Add(new(rule.Line, "support", $"'{again}' leads already.", $"「{again}」已是主办单位。"));
            if (rule.Mode == DispatchMode.Territory && rule.Support.Contains(DispatchRule.Street, StringComparer.Ordinal))
                found.Add(new(rule.Line, "support", "The street office of the place leads already: the rule goes by territory.", "按属地派单，所在地街道已是主办单位。"));
            foreach (var same in rule.Support.GroupBy(s => units.Resolve(s)?.Code).Where(g => g.Key is not null && g.Count() > 1))
                found.Add(new(rule.Line, "support", $"{string.Join(" and ", same.Select(s => $"'{s}'"))} are the same unit.", $"{string.Join("、", same.Select(s => $"「{s}」"))}是同一单位。"));
        }
        foreach (var same in rules.GroupBy(r => r.Id, StringComparer.Ordinal).Where(g => g.Count() > 1))
            foreach (var rule in same.Skip(1))
                found.Add(new(rule.Line, "id", $"'{rule.Id}' stands in line {same.First().Line} already.", $"「{rule.Id}」在第 {same.First().Line} 行已有。"));
        foreach (var equal in rules.GroupBy(r => (r.Mode == DispatchMode.Reserved, r.Category, r.Place, r.Kind, r.From ?? DateOnly.MinValue)).Where(g => g.Count() > 1))
            foreach (var rule in equal.Skip(1))
                found.Add(new(rule.Line, "category", $"It has the same category, place, kind and first day as line {equal.First().Line} ('{equal.First().Id}'): neither comes before the other.", $"与第 {equal.First().Line} 行（「{equal.First().Id}」）的类别、地点、诉求类型和生效日都相同，分不出先后。"));
        found.AddRange(Crossing(rules));

        var book = new RuleBook(rules);
        if (found.Count == 0) found.AddRange(new RuleCoverage(rules, categories, RuleCoverage.StreetsOf(units, DivisionDirectory.Instance)).Unreachable());
        errors = [.. found.OrderBy(e => e.Line)];
        return found.Count == 0 ? book : null;
    }

    /// <summary>
    /// Rows of the same category, place and kind of which the later one begins before the earlier one's last day and ends after it: of the days they share, both say that they are
    /// theirs. Inside the other's days a row is an episode, and after one without an end its successor: there the later first day wins, as is meant.
    /// </summary>
    private static IEnumerable<RuleError> Crossing(IReadOnlyList<DispatchRule> rules)
    {
        foreach (var same in rules.GroupBy(r => (r.Mode == DispatchMode.Reserved, r.Category, r.Place, r.Kind)))
        {
            var ending = same.Where(r => r.To is not null).ToArray();
            foreach (var rule in same)
            {
                if (ending.FirstOrDefault(e => (e.From ?? DateOnly.MinValue) < rule.From && rule.From <= e.To && e.To < (rule.To ?? DateOnly.MaxValue)) is not { } other) continue;
                var (day, zh) = rule.To is { } to ? ($"to {to:yyyy-MM-dd}", $"到 {to:yyyy-MM-dd} 为止") : ("on", "起不失效");
                yield return new(rule.Line, "from",
                    $"From {rule.From:yyyy-MM-dd} to {other.To:yyyy-MM-dd} line {other.Line} ('{other.Id}') holds for the same category, place and kind, and this row from {rule.From:yyyy-MM-dd} {day}: end the one before the other begins, or let the one lie within the other.",
                    $"{rule.From:yyyy-MM-dd} 至 {other.To:yyyy-MM-dd} 与第 {other.Line} 行（「{other.Id}」）重叠：类别、地点、诉求类型相同，而本行自 {rule.From:yyyy-MM-dd} {zh}。请让前一行先失效，或使一行的期间完全在另一行之内。");
            }
        }
    }

    private static List<DispatchRule> Parse(string csv, List<RuleError> errors)
    {
        var rules = new List<DispatchRule>();
        IReadOnlyList<string> columns;
        IReadOnlyList<CsvRow> rows;
        try
        {
            (columns, rows) = CsvText.Read(csv);
        }
        catch (FormatException e)
        {
            errors.Add(new(0, "", e.Message, $"不是可读的 CSV：{e.Message}"));
            return rules;
        }
        foreach (var missing in Columns.Where(c => c is not ("place" or "kind" or "support" or "from" or "to" or "note") && !columns.Contains(c)))
            errors.Add(new(1, missing, $"The column '{missing}' is missing.", $"缺少列「{missing}」。"));
        foreach (var unknown in columns.Where(c => !Columns.Contains(c))) errors.Add(new(1, unknown, $"There is no column '{unknown}'. The columns are: {string.Join(", ", Columns)}.", $"没有列「{unknown}」，应为：{string.Join("、", Columns)}。"));
        foreach (var twice in columns.GroupBy(c => c).Where(g => g.Count() > 1)) errors.Add(new(1, twice.Key, $"The column '{twice.Key}' stands twice.", $"列「{twice.Key}」出现了两次。"));
        if (rows.Count == 0) errors.Add(new(1, "", "The catalogue has no rule.", "目录中没有规则。"));
        if (rows.Count > MostRows) errors.Add(new(1, "", $"The catalogue has more than {MostRows} rules.", $"目录超过 {MostRows} 条规则。"));
        if (errors.Count > 0) return rules;
        foreach (var row in rows)
        {
            if (ParseRow(row, columns.Count, errors) is { } rule) rules.Add(rule);
        }
        return rules;
    }

    private static DispatchRule? ParseRow(CsvRow row, int columns, List<RuleError> errors)
    {
        var before = errors.Count;
        if (row.Count > columns) Bad("", $"The row has {row.Count} fields, the header {columns}.", $"本行有 {row.Count} 列，表头有 {columns} 列。");
        var id = row["id"];
        if (id.Length is 0 or > LongestId) Bad("id", $"'id' must have 1 to {LongestId} characters.", $"规则名须为 1 至 {LongestId} 个字符。");
        var category = row["category"] is "*" ? "" : row["category"];
        if (row["category"].Length == 0) Bad("category", "'category' must be 2, 4 or 6 digits, or * for all.", "类别须为 2、4 或 6 位编码，* 表示全部。");
        else if (category.Length is not (0 or 2 or 4 or 6) || !category.All(char.IsAsciiDigit)) Bad("category", $"'{category}' must be 2, 4 or 6 digits, or * for all.", $"「{category}」须为 2、4 或 6 位编码，* 表示全部。");
        var place = row["place"] is "*" ? "" : row["place"];
        if (place.Length is not (0 or 2 or 4 or 6 or 9) || !place.All(char.IsAsciiDigit)) Bad("place", $"'{place}' must be the 2, 4, 6 or 9 digits of a division or street.", $"「{place}」须为 2、4、6 或 9 位区划或街道编码。");
        TicketKind? kind = null;
        if (row["kind"] is { Length: > 0 } and not "*")
        {
            if (Words.TryParse<TicketKind>(row["kind"], out var known)) kind = known;
            else Bad("kind", $"'{row["kind"]}' is none of: {Words.List<TicketKind>()}.", $"「{row["kind"]}」不是诉求类型：{Words.List<TicketKind>()}。");
        }
        if (!Words.TryParse<DispatchMode>(row["mode"], out var mode)) Bad("mode", $"'{row["mode"]}' is none of: {Words.List<DispatchMode>()}.", $"「{row["mode"]}」不是派单方式：{Words.List<DispatchMode>()}。");
        else if (mode != DispatchMode.Territory && row["lead"].Length == 0) Bad("lead", $"A rule of mode '{mode.Word()}' must name its lead.", $"派单方式为「{mode.Word()}」时须写明主办单位。");
        else if (mode == DispatchMode.Territory && row["lead"].Length > 0) Bad("lead", "A rule by territory names no lead: the street office of the place leads.", "属地派单由所在地街道主办，不写主办单位。");
        if (!Words.TryParse<DeadlineClass>(row["class"], out var deadline)) Bad("class", $"'{row["class"]}' is none of: {Words.List<DeadlineClass>()}.", $"「{row["class"]}」不是时限等级：{Words.List<DeadlineClass>()}。");
        var from = Day("from");
        var to = Day("to");
        if (from > to) Bad("to", "The last day comes before the first.", "失效日早于生效日。");
        var support = row["support"].Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal).ToArray();
        return errors.Count > before ? null
            : new DispatchRule(row.Line, id, category, place, kind, mode, row["lead"], support, deadline, from, to, row["note"]);

        void Bad(string column, string message, string zh) => errors.Add(new(row.Line, column, message, zh));

        DateOnly? Day(string column)
        {
            if (row[column].Length == 0) return null;
            if (Days.Parse(row[column]) is { } day) return day;
            Bad(column, $"'{row[column]}' is no day written as 2020-02-07.", $"「{row[column]}」不是日期，应写作 2020-02-07。");
            return null;
        }
    }
}
