using System.Globalization;
using System.Text;
using Hotline.Contracts;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// Decides where a ticket goes: what it is about, where it is, which rule of the dispatch catalogue holds. Nothing is read and nothing is stored
/// here, so the same question and the same <see cref="RoutingBasis.State"/> give the same answer.
/// </summary>
public sealed class Router(Lexicon lexicon, CategoryCatalogue categories, AddressResolver addresses, DispatchSettings settings)
{
    /// <summary>Rules named with one reason why they lost; of more their number is said.</summary>
    private const int MostNamed = 6;

    public Decision Decide(RoutingQuestion question, RoutingBasis.State basis) =>
        Decide(question, WhatIsIt(question, basis.Learned), WhereIsIt(question.Matter, basis), basis, settings);

    /// <summary>The operator's category, or what the words suggest; of an operator's first or second level the readings below it.</summary>
    public CategoryFinding WhatIsIt(RoutingQuestion question, Learned? learned)
    {
        var (title, description) = (question.Matter.Title, question.Matter.Description);
        var suggestion = lexicon.Suggest(title, description);
        // The lexicon is quick; the model is asked only where its answer counts.
        var asked = question.Category?.Length == 6 ? null : learned;
        if (asked is not null) suggestion = suggestion with { Guesses = asked.Suggest(title, description, suggestion.Guesses, categories) };
        if (question.Category is { Length: > 0 } given && categories.Find(given) is { } named)
        {
            var below = given.Length == 6 ? [] : suggestion.Guesses.Where(g => g.Category.Code.StartsWith(given, StringComparison.Ordinal)).ToArray();
            var sum = below.Sum(g => g.Confidence);
            return new CategoryFinding(
                sum == 0
                    ? [new CategoryReading(named.Code, categories.Path(named.Code), 1, [])]
                    : [.. below.Select(g => new CategoryReading(g.Category.Code, categories.Path(g.Category.Code), g.Confidence / sum, g.Words))],
                Given: true, suggestion.Danger, suggestion.Pressing, asked?.Version);
        }
        return new CategoryFinding(
            [.. suggestion.Guesses.Select(g => new CategoryReading(g.Category.Code, categories.Path(g.Category.Code), g.Confidence, g.Words))],
            Given: false, suggestion.Danger, suggestion.Pressing, asked?.Version,
            // Once a unit has had it, a person has seen it.
            question.Refused.Count > 0 || suggestion.Danger.Count > 0 ? null : OutOfScope.Find(title, description, question.Kind));
    }

    /// <summary>The place by its words, the list of grids and its coordinates.</summary>
    public PlaceMatch WhereIsIt(Matter matter, RoutingBasis.State basis) =>
        new PlaceFinder(addresses, basis.Units, settings.Division ?? basis.Units.Home, basis.Grids, basis.Boundaries, settings.PlaceConfidence).Find(matter);

    /// <summary>From what and where to the unit: the order of DESIGN — category, place, rule, else triage with its reason.</summary>
    public static Decision Decide(RoutingQuestion question, CategoryFinding what, PlaceMatch where, RoutingBasis.State basis, DispatchSettings settings)
    {
        var why = new List<Sentence>();
        var street = where is { OutOfArea: false, Street: { } code } ? Place(code, basis.Units) : null;
        var known = where.Confidence >= settings.PlaceConfidence ? street : null;
        var community = known is not null && where.Community is { } inner ? Place(inner, basis.Units) : null;
        var grid = known is not null && where.Grid is { } smallest ? new Named(smallest.Code, smallest.Name) : null;
        var entrance = grid is null ? null : where.Entrance;
        ExplainCategory(what, why);
        foreach (var step in where.Explanation) why.Add(new Sentence(step.Zh, step.En));
        var best = what.Readings.Count == 0 ? null : what.Readings[0];
        var named = best is null ? null : new Named(best.Code, LastName(best));

        if (where is { OutOfArea: true, Disagrees: false })
        {
            var other = where.Responsible;
            return Triage(TriageReason.OutOfArea, null, named,
                $"地点不在本热线辖区，应由{other?.Name ?? "当地"}12345热线受理，需人工研判。",
                $"The place is outside this hotline's area: it is for the 12345 hotline of {other?.Name ?? "its own city"}; a person decides.");
        }
        if (what.Elsewhere is { } elsewhere)
        {
            return Triage(TriageReason.OutOfScope, null, named,
                $"文中的「{elsewhere.Words}」表明这是{elsewhere.Name.Zh}事项，不属于热线受理范围，需人工研判。可答复：{elsewhere.Answer.Zh}",
                $"The words {elsewhere.Words} speak of {elsewhere.Name.En}, which is outside the hotline's scope; a person decides. To be told: {elsewhere.Answer.En}",
                ruleId: elsewhere.Rule);
        }
        if (best is null)
        {
            return Triage(TriageReason.CategoryUnclear, null, null,
                "文本中没有能说明事项类别的词语，需人工研判。", "No word of the text says what the matter is about: a person decides.");
        }

        // Readings that lead to the same unit, or to triage for the same reason, count together.
        var groups = new List<(Outcome Outcome, double Sum)>(what.Readings.Count);
        foreach (var reading in what.Readings)
        {
            var outcome = Choose(reading, question, where, street, basis, settings);
            var same = groups.FindIndex(g => g.Outcome.Lead?.Code == outcome.Lead?.Code && g.Outcome.Reason == outcome.Reason);
            if (same < 0) groups.Add((outcome, reading.Confidence));
            else groups[same] = (groups[same].Outcome, groups[same].Sum + reading.Confidence);
        }
        var first = groups[0].Outcome;
        if (groups.Count > 1) groups = [.. groups.OrderByDescending(g => g.Sum)];
        var (won, sum) = groups[0];
        if (where.Disagrees)
        {
            return Triage(TriageReason.PlaceDisagrees, won.Rule?.Class, new Named(won.Reading.Code, LastName(won.Reading)),
                $"文字与坐标指向不同的地点{Streets(where, null)}，需人工研判。", $"Words and coordinates name different places{Streets(where, null)}: a person decides.", ruleId: won.Rule?.Id);
        }
        if (!what.Given && sum < settings.CategoryConfidence)
        {
            var list = string.Join("、", groups.Take(3).Select(g => $"{LastName(g.Outcome.Reading)}（{Percent(g.Sum)}）"));
            return Triage(TriageReason.CategoryUnclear, first.Rule?.Class, named,
                $"类别把握不足：{list}，均低于{Percent(settings.CategoryConfidence)}，需人工研判。",
                $"The category is not sure enough: {list}, all below {Percent(settings.CategoryConfidence)}; a person decides.");
        }

        named = new Named(won.Reading.Code, LastName(won.Reading));
        if (!what.Given && won.Reading.Confidence < settings.CategoryConfidence)
            why.Add(new Sentence(
                $"单一类别把握不足，但可能的各类别合计{Percent(sum)}都指向同一去向，按「{LastName(won.Reading)}」处理。",
                $"No single category is sure, but readings that together make {Percent(sum)} lead to the same place; taken as {LastName(won.Reading)}."));
        why.AddRange(won.Why);
        if (won.Lead is null)
        {
            var candidates = won.Reason is not TriageReason.AmbiguousPlace ? []
                : street is null || where.Candidates.Count > 1 ? where.Candidates : [new PlaceCandidate(street.Code, DivisionDirectory.Instance.FullName(street.Code), where.Confidence)];
            return Triage(won.Reason!.Value, won.Rule?.Class, named, won.Text!.Zh, won.Text.En, candidates, won.Rule?.Id);
        }

        var rule = won.Rule!;
        var support = Supporting(rule, won.Lead, question, won.Choice.Street, basis.Units);
        won.Choice.Explain(rule, won.Lead, support, why);
        var deadline = Deadline(rule.Class, question.Urgency, what, why);
        return new Decision(
            won.Lead, support, deadline, named, known, community,
            Math.Round(Math.Min(1, rule.Mode == DispatchMode.Territory ? Math.Min(sum, where.Confidence) : sum), 3),
            rule.Id, null, [], why) { Grid = grid, Entrance = entrance };

        Decision Triage(TriageReason reason, DeadlineClass? suggested, Named? category, string zh, string en, IReadOnlyList<PlaceCandidate>? candidates = null, string? ruleId = null)
        {
            // Danger, what cannot wait and the operator's urgency hold whatever else is open.
            if (what.Danger.Count > 0 || what.Pressing.Count > 0 || question.Urgency is Urgency.Urgent or Urgency.Emergency) suggested ??= DeadlineClass.Normal;
            DeadlineClass? raised = suggested is { } s ? Deadline(s, question.Urgency, what, why) : null;
            why.Add(new Sentence(zh, en));
            return new Decision(null, [], raised, category, known, community, 0, ruleId, reason, candidates ?? (where.Disagrees ? where.Candidates : []), why) { Grid = grid, Entrance = entrance };
        }
    }

    /// <summary>What one reading of the category leads to.</summary>
    /// <param name="Choice">Put into words only for the reading that wins.</param>
    /// <param name="Why">Whose returns were upheld.</param>
    private sealed record Outcome(Choice Choice, Named? Lead, DispatchRule? Rule, TriageReason? Reason, Sentence? Text, IReadOnlyList<Sentence> Why)
    {
        public CategoryReading Reading => Choice.Reading;
    }

    private static Outcome Choose(
        CategoryReading reading, RoutingQuestion question, PlaceMatch where, Named? street, RoutingBasis.State basis, DispatchSettings settings)
    {
        var sure = street is not null && where.Confidence >= settings.PlaceConfidence;
        var rules = basis.Rules.For(reading.Code, sure ? street!.Code : AtHome(where, basis, settings), question.Kind, question.Day);
        var choice = new Choice(reading, question, sure ? street : null, rules, basis.Rules);
        List<Sentence> why = [];
        if (!sure && Local(reading, question, where, rules, basis) is { } local)
            return Stop(TriageReason.AmbiguousPlace, local,
                $"规则「{local.Id}」只适用于{local.Place}，而地点把握不足{Streets(where, street)}，需人工研判。", $"The rule {local.Id} is for {local.Place} alone, and the place is not sure enough{Streets(where, street)}: a person decides.");
        if (rules.Count == 0)
            return Stop(TriageReason.NoRule, null, $"派单目录中没有适用于「{LastName(reading)}」的规则，需人工研判。", $"The dispatch catalogue has no rule for {LastName(reading)}: a person decides.");
        if (rules.Count > 1 && DispatchRule.Precedence(rules[0], rules[1]) == 0 && (rules[0].Mode, rules[0].Lead) != (rules[1].Mode, rules[1].Lead))
            return Stop(TriageReason.RuleConflict, rules[0],
                $"规则「{rules[0].Id}」与「{rules[1].Id}」同级而主办单位不同，需人工研判。", $"The rules {rules[0].Id} and {rules[1].Id} rank equal and name different leads: a person decides.");

        var refused = default(DispatchRule);
        foreach (var rule in rules)
        {
            // After a refusal the catch-all says nothing, and what a department refused does not go down to the street office for that.
            if (refused is not null && (rule.Category.Length == 0 || (refused.Mode != DispatchMode.Territory && rule.Mode == DispatchMode.Territory)))
            {
                choice.Pass(rule, rule.Category.Length == 0 ? CatchAll : NotDown);
                continue;
            }
            Named? lead;
            if (rule.Mode == DispatchMode.Territory)
            {
                if (street is null && where.Candidates.Count == 0)
                    return Stop(TriageReason.NoPlace, rule, $"规则「{rule.Id}」按属地派单，但地址未能对应到街道，需人工研判。", $"The rule {rule.Id} goes by territory and the address gives no street: a person decides.");
                if (!sure)
                    return Stop(TriageReason.AmbiguousPlace, rule,
                        $"规则「{rule.Id}」按属地派单，但地点把握不足{Streets(where, street)}，需人工研判。", $"The rule {rule.Id} goes by territory and the place is not sure enough{Streets(where, street)}: a person decides.");
                if (basis.Units.Find(street!.Code) is not { } office)
                    return Stop(TriageReason.LeadUnknown, rule, $"{street.Name}不在本热线的承办单位中，需人工研判。", $"{street.Name} is no unit of this hotline: a person decides.");
                lead = office.Named;
            }
            else
            {
                if (basis.Units.Resolve(rule.Lead) is not { } department)
                    return Stop(TriageReason.LeadUnknown, rule, $"规则「{rule.Id}」的主办单位「{rule.Lead}」不在本热线的承办单位中，需人工研判。", $"The lead '{rule.Lead}' of rule {rule.Id} is no unit of this hotline: a person decides.");
                if (refused is { Mode: not DispatchMode.Territory } && department.IsGrassroots)
                {
                    choice.Pass(rule, NotDown);
                    continue;
                }
                lead = department.Named;
            }
            if (question.Refused.Contains(lead.Code))
            {
                why.Add(new Sentence($"规则「{rule.Id}」的主办单位{lead.Name}退单已获准，不再派给。", $"Rule {rule.Id} names {lead.Name}, whose return was upheld: not asked again."));
                refused ??= rule;
                choice.Pass(rule, Returned);
                continue;
            }
            return new Outcome(choice, lead, rule, null, null, why);
        }
        return Stop(TriageReason.RefusedByAll, rules[0], "适用规则的单位都已退单并获准，需人工研判。", "Every unit that the rules name has returned it: a person decides.");

        Outcome Stop(TriageReason reason, DispatchRule? rule, string zh, string en) => new(choice, null, rule, reason, new Sentence(zh, en), why);
    }

    /// <summary>The units that support the lead: those that the rule names and that have not returned it.</summary>
    private static Named[] Supporting(DispatchRule rule, Named lead, RoutingQuestion question, Named? street, UnitIndex units) => rule.Support.Count == 0 ? [] :
    [
        .. rule.Support.Select(s => s == DispatchRule.Street ? street is null ? null : units.Find(street.Code) : units.Resolve(s))
            .OfType<Unit>().Where(u => u.Code != lead.Code && !question.Refused.Contains(u.Code)).Select(u => u.Named).DistinctBy(u => u.Code),
    ];

    /// <summary>The smallest division that is known where no street is: the county that the words are sure of, else the hotline's own.</summary>
    private static string? AtHome(PlaceMatch where, RoutingBasis.State basis, DispatchSettings settings) =>
        where is { Street: null, District: { } county } && where.Confidence >= settings.PlaceConfidence && basis.Units.Home is { } home && county.StartsWith(home, StringComparison.Ordinal)
            ? county : basis.Units.Home;

    /// <summary>A rule for a place that may be the one, where it would come before all others and lead elsewhere: then the place matters though the street is not known.</summary>
    private static DispatchRule? Local(CategoryReading reading, RoutingQuestion question, PlaceMatch where, IReadOnlyList<DispatchRule> rules, RoutingBasis.State basis)
    {
        string[] possible = [.. where.Candidates.Select(c => c.Code), .. where.Street is { } unsure ? [unsure] : (string[])[]];
        if (possible.Length == 0 || where.Disagrees) return null;
        return basis.Rules.Of(reading.Code).FirstOrDefault(r => r.Place.Length > 0 && !rules.Contains(r) && r.InForce(question.Day) && r.Covers(reading.Code, r.Place, question.Kind)
            && possible.Any(p => p.StartsWith(r.Place, StringComparison.Ordinal) || r.Place.StartsWith(p, StringComparison.Ordinal))
            && (rules.Count == 0 || (DispatchRule.Precedence(r, rules[0]) < 0 && (r.Mode, r.Lead) != (rules[0].Mode, rules[0].Lead))));
    }

    /// <summary>The class that the rules give a category that a person names, raised by the words and the urgency.</summary>
    /// <param name="category">Null where nobody has named one.</param>
    public DeadlineClass ClassOf(RoutingQuestion question, string? category, string? street, RoutingBasis.State basis) => Deadline(
        category is not null && basis.Rules.For(category, street ?? basis.Units.Home, question.Kind, question.Day) is [var first, ..] ? first.Class : DeadlineClass.Normal,
        question.Urgency, WhatIsIt(question with { Category = category ?? "" }, null), []);

    private static void ExplainCategory(CategoryFinding what, List<Sentence> why)
    {
        if (what.Readings.Count == 0) return;
        var best = what.Readings[0];
        var words = string.Join("、", best.Words);
        var (zh, en) = what.Model is { } version ? ($"，分类模型第{version}版", $", category model {version}") : ("", "");
        why.Add(what.Given && best.Words.Count == 0
            ? new Sentence($"类别由人工选定：{best.Name}（{best.Code}）。", $"Category chosen by a person: {best.Name} ({best.Code}).")
            : what.Given
                ? new Sentence($"类别由人工选定大类，按词语「{words}」细分为{best.Name}（{best.Code}）。", $"Category chosen by a person, narrowed to {best.Name} ({best.Code}) by the words {words}.")
                : new Sentence($"按词语「{words}」判断类别为{best.Name}（{best.Code}），把握{Percent(best.Confidence)}{zh}。", $"The words {words} suggest the category {best.Name} ({best.Code}), confidence {Percent(best.Confidence)}{en}."));
    }

    /// <summary>The choice of a rule for one reading of a ticket.</summary>
    /// <param name="Street">Null where it is not known surely enough.</param>
    /// <param name="Holding">The rules that hold, strongest first.</param>
    private sealed record Choice(CategoryReading Reading, RoutingQuestion Question, Named? Street, IReadOnlyList<DispatchRule> Holding, RuleBook Book)
    {
        private Dictionary<DispatchRule, Sentence>? _passed;

        /// <summary>Notes a rule that holds and is passed over, with why.</summary>
        public void Pass(DispatchRule rule, Sentence why) => (_passed ??= [])[rule] = why;

        /// <summary>Which rule won, of which version of the catalogue, why every other one for the class did not, and who supports.</summary>
        public void Explain(DispatchRule rule, Named lead, IReadOnlyList<Named> support, List<Sentence> why)
        {
            var category = rule.Category.Length == 0 ? "*" : rule.Category;
            var (version, versionEn) = Book.Version == 0 ? ("", "") : ($"，派单目录第{Book.Version}版", $", catalogue version {Book.Version}");
            why.Add(rule.Mode == DispatchMode.Territory
                ? new Sentence($"适用派单规则「{rule.Id}」（类别{category}{version}）：按属地，由{lead.Name}主办。", $"Rule {rule.Id} (category {category}{versionEn}) holds: by territory, {lead.Name} leads.")
                : rule.Mode == DispatchMode.Duty
                    ? new Sentence($"适用派单规则「{rule.Id}」（类别{category}{version}）：按职责，由{lead.Name}主办。", $"Rule {rule.Id} (category {category}{versionEn}) holds: by duty, {lead.Name} leads.")
                    : new Sentence(
                        $"适用派单规则「{rule.Id}」（类别{category}{version}）：职能部门专属事项，由{lead.Name}主办，不下派街道、社区。",
                        $"Rule {rule.Id} (category {category}{versionEn}) holds: reserved to {lead.Name}, and not pushed down to a street office or community."));
            ExplainOthers(rule, why);
            if (support.Count > 0) why.Add(new Sentence($"协办单位：{string.Join("、", support.Select(s => s.Name))}。", $"Supporting: {string.Join(", ", support.Select(s => s.Name))}."));
        }

        private void ExplainOthers(DispatchRule rule, List<Sentence> why)
        {
            List<(Sentence Why, List<string> Ids)> others = [];
            foreach (var other in Book.Of(Reading.Code))
            {
                if (other == rule) continue;
                var lost = _passed?.GetValueOrDefault(other) ?? (Holding.Contains(other) ? Loses(other, rule) : Fails(other, Question, Street));
                if (others.Find(o => o.Why == lost).Ids is { } same) same.Add(other.Id);
                else others.Add((lost, [other.Id]));
            }
            if (others.Count == 0) return;
            StringBuilder zh = new("未采用的规则：", 128), en = new("Rules that lost: ", 256);
            foreach (var (lost, ids) in others)
            {
                if (ids != others[0].Ids)
                {
                    zh.Append('；');
                    en.Append("; ");
                }
                var named = ids.Count <= MostNamed ? ids : ids[..MostNamed];
                foreach (var id in named) zh.Append('「').Append(id).Append('」');
                en.AppendJoin(", ", named);
                if (named != ids)
                {
                    zh.Append(CultureInfo.InvariantCulture, $"等{ids.Count}条");
                    en.Append(CultureInfo.InvariantCulture, $" and others, {ids.Count} in all");
                }
                zh.Append(lost.Zh);
                en.Append(": ").Append(lost.En);
            }
            why.Add(new Sentence(zh.Append('。').ToString(), en.Append('.').ToString()));
        }
    }

    private static readonly Sentence
        Returned = new("主办单位已退单", "its lead has returned the ticket"),
        NotDown = new("部门退回的事项不转街道、社区", "what a department returned does not go down to a street office or community"),
        CatchAll = new("退单后不再适用通用规则", "the rule for all says nothing after a return");

    /// <summary>Why a rule that holds comes after the one that won.</summary>
    private static Sentence Loses(DispatchRule other, DispatchRule rule) =>
        rule.Mode == DispatchMode.Reserved && other.Mode != DispatchMode.Reserved ? new("事项为职能部门专属", "the matter is reserved to a department")
        : other.Category.Length < rule.Category.Length ? new("类别较宽", "its category is wider")
        : other.Place.Length < rule.Place.Length ? new("地点较宽", "its place is wider")
        : other.Kind is null && rule.Kind is not null ? new("不限诉求类型", "it names no kind of ticket")
        : new("生效较早", "it came into force earlier");

    /// <summary>Why a rule for the class does not hold.</summary>
    private static Sentence Fails(DispatchRule rule, RoutingQuestion question, Named? street) =>
        rule.From > question.Day ? new("尚未生效", "not in force yet")
        : rule.To < question.Day ? new("已失效", "no longer in force")
        : rule.Kind is { } kind && kind != question.Kind ? new("限其他诉求类型", "it is for another kind of ticket")
        : street is null ? new("限定地点而地点未定", "it is for a place, and the place is not known")
        : new("限其他地点", "it is for another place");

    /// <summary>The rule's class, raised by words of danger or of what cannot wait or by the operator's urgency, never lowered.</summary>
    private static DeadlineClass Deadline(DeadlineClass byRule, Urgency? urgency, CategoryFinding what, List<Sentence> why)
    {
        var asked = Raise(byRule, urgency);
        var raised = what.Danger.Count > 0 ? DeadlineClass.Emergency : what.Pressing.Count > 0 ? Raise(asked, Contracts.Urgency.Urgent) : asked;
        var (zh, en) = raised == byRule ? ("按规则", "by the rule")
            : what.Danger.Count > 0 ? ($"因出现危及生命的词语「{string.Join("、", what.Danger)}」由{Zh(byRule)}提高", $"raised from {byRule.Word()} for words of danger to life: {string.Join(", ", what.Danger)}")
            : raised != asked ? ($"因出现停供或疫情的词语「{string.Join("、", what.Pressing)}」由{Zh(byRule)}提高", $"raised from {byRule.Word()} for words of lost supply or epidemic: {string.Join(", ", what.Pressing)}")
            : ($"因受理人员标为紧急由{Zh(byRule)}提高", $"raised from {byRule.Word()} by the operator's urgency");
        why.Add(new Sentence($"时限等级：{Zh(raised)}（{zh}）。", $"Deadline class: {raised.Word()} ({en})."));
        return raised;
    }

    /// <summary>The stricter of a class and of what an urgency asks for.</summary>
    internal static DeadlineClass Raise(DeadlineClass deadline, Urgency? urgency) => urgency switch
    {
        Urgency.Emergency => DeadlineClass.Emergency,
        Urgency.Urgent when deadline > DeadlineClass.Urgent => DeadlineClass.Urgent,
        _ => deadline,
    };

    internal static string Zh(DeadlineClass deadline) => deadline switch
    {
        DeadlineClass.Emergency => "特急",
        DeadlineClass.SameDay => "当日办结",
        DeadlineClass.Urgent => "紧急",
        DeadlineClass.Normal => "一般",
        _ => "复杂",
    };

    private static string Streets(PlaceMatch where, Named? street) => street is not null ? $"（{street.Name}，{Percent(where.Confidence)}）"
        : where.Candidates.Count == 0 ? "" : $"（{string.Join("、", where.Candidates.Take(4).Select(c => c.FullName))}）";

    private static Named Place(string code, UnitIndex units) =>
        units.Find(code)?.Named ?? new Named(code, DivisionDirectory.Instance.Find(code)?.Name ?? code);

    private static string LastName(CategoryReading reading) => reading.Name[(reading.Name.LastIndexOf(" / ", StringComparison.Ordinal) is >= 0 and var i ? i + 3 : 0)..];

    private static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + "%";
}
