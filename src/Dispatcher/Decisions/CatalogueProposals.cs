using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// What upheld returns teach (退单复盘): the catalogue sent matters of a class to a unit that rightly returned them, and they ended with another one, or went on without
/// its support. Shown to whoever keeps the catalogue, as the row that would do so at once; nothing changes by itself.
/// </summary>
public sealed class CatalogueProposals(Database database, RoutingBasis basis)
{
    /// <summary>How far back returns are asked, and how many of them at most.</summary>
    private const int LastDays = 90, Most = 5000;

    /// <param name="Rule">The rule of today's catalogue that still sends the class to <paramref name="From"/>.</param>
    /// <param name="From">Who returned it, the last of them where a rule by territory was returned from several streets.</param>
    /// <param name="To">Who leads it in the end, and has not returned it; null where <paramref name="From"/> was to support, and the row does without.</param>
    /// <param name="Returns">Upheld returns of the last 90 days that say so.</param>
    /// <param name="Against">Tickets of that time that stayed with whom the rule names, and that the row would take from there.</param>
    /// <param name="Row">For the catalogue, in the order of <see cref="RuleBook.Columns"/>.</param>
    public sealed record Proposal(
        Named Category, string Path, string Rule, Named From, Named? To, int Returns, long Against, DateTimeOffset LastAt, IReadOnlyList<string> Tickets, string LastReason, string Row)
    {
        /// <summary>The other street offices that returned it.</summary>
        public IReadOnlyList<Named> AlsoFrom { get; init; } = [];
    }

    public static async Task<Ok<IReadOnlyList<Proposal>>> HandleAsync(CatalogueProposals proposals, CancellationToken ct) => TypedResults.Ok(await proposals.FindAsync(ct));

    /// <summary>Most returns first; only where the catalogue of today would do the same again.</summary>
    public async Task<IReadOnlyList<Proposal>> FindAsync(CancellationToken ct)
    {
        var since = database.Clock.Now.AddDays(-LastDays);
        var today = database.Clock.Today;
        var state = await basis.ReadAsync(database, ct);
        var home = state.Units.Home;
        // Who leads the ticket in the end counts, and only where that one has not returned it as well.
        var returned = await database.ReadAsync(db => db.QueryAsync<ReturnedRow>($"""
            select r.number, r.unit, r.unit_name, r.reason, r.reviewed_at, r.as_lead, was.category, was.category_name, was.street, last.lead, t.kind
            from dispatch_return r
            join dispatch_ticket t on t.number = r.number
            join dispatch_decision was on was.number = r.number and was.round = r.round
            join dispatch_decision last on last.number = r.number and last.round = t.round
            where r.state = 'upheld' and r.returned_at >= @since and (was.lead = r.unit or r.as_lead = @no) and was.rule_id is not null and was.category is not null and last.category = was.category
                and last.lead is not null
                and not exists (select 1 from dispatch_return too where too.number = r.number and too.unit = last.lead and too.state in ('upheld', 'pending'))
            order by r.returned_at desc, r.work_order
            {db.Dialect.Limit}
            """, new { since, limit = Most, no = false }), ct);
        if (returned.Count == 0) return [];
        // Once for all classes: a look at each would read the tickets of 90 days again and again.
        var kept = (await database.ReadAsync(db => db.QueryAsync<KeptRow>($"""
            select d.category, d.lead, d.support, d.street, t.kind, count(*) as tickets
            from dispatch_ticket t join dispatch_decision d on d.number = t.number and d.round = t.round
            where t.filed_at >= @since and d.lead is not null and {db.Dialect.Among("d.category", "@categories")}
            group by d.category, d.lead, d.support, d.street, t.kind
            """, new { since, categories = Json.Write(returned.Select(r => r.Category).Distinct()) }), ct)).ToLookup(k => k.Category);

        // Whom a rule names by territory is one of many, and to go by territory is one target.
        var lessons =
            from r in returned
            let rule = RuleOf(r.Category, r.Street, r.Kind)
            where rule is not null
            let to = r.AsLead ? state.Units.Find(r.Lead) : null
            let support = r.AsLead ? null : rule.Support.FirstOrDefault(s => SupportOf(s, r.Street)?.Code == r.Unit)
            where r.AsLead ? to is not null && LeadOf(rule, r.Street)?.Code == r.Unit && Teaches(rule, to, r.Street) : support is not null
            let byTerritory = r.AsLead ? rule.Mode == DispatchMode.Territory : support == DispatchRule.Street
            group (Returned: r, To: to, Support: support, Local: byTerritory || to is { IsGrassroots: true })
                by (r.Category, Rule: rule, Unit: byTerritory ? "" : r.Unit, To: to is { IsGrassroots: true } ? "" : to?.Code);
        var found = new List<(Proposal Proposal, DispatchRule Row)>();
        foreach (var same in lessons)
        {
            var (last, to, support, local) = same.First();
            var rule = same.Key.Rule;
            // What one street says holds for that street: of the others nobody knows.
            var streets = same.Select(s => s.Returned.Street).Distinct().ToArray();
            var row = Row(rule, same.Key.Category, local && streets is [{ } street] ? street : rule.Place, to, support);
            var against = kept[same.Key.Category]
                .Where(k => row.Covers(k.Category, k.Street ?? home, Words.Parse<TicketKind>(k.Kind))
                    && RuleOf(k.Category, k.Street, k.Kind) is { } own && DispatchRule.Precedence(row, own) < 0 && LeadOf(own, k.Street)?.Code == k.Lead
                    && (LeadOf(row, k.Street)?.Code != k.Lead || (to is null && k.SupportedBy(SupportOf(support!, k.Street)))))
                .Sum(k => k.Tickets);
            // A rule of one day, today: there is no later day for the row to begin.
            if (row.From > row.To) continue;
            found.Add((new Proposal(
                new Named(same.Key.Category, last.CategoryName), CategoryCatalogue.Instance.Path(same.Key.Category), rule.Id, new Named(last.Unit, last.UnitName), to?.Named,
                same.Count(), against, database.Clock.Local(last.ReviewedAt), [.. same.Select(s => s.Returned.Number).Distinct().Take(10)], last.Reason, "")
            {
                AlsoFrom = [.. same.Select(s => new Named(s.Returned.Unit, s.Returned.UnitName)).Where(u => u.Code != last.Unit).DistinctBy(u => u.Code)],
            }, row));
        }
        var taken = state.Rules.Rules.Select(r => r.Id).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. found.OrderByDescending(f => f.Proposal.Returns).ThenBy(f => f.Proposal.Against).ThenBy(f => f.Proposal.Category.Code, StringComparer.Ordinal)
                .Select(f => f.Proposal with { Row = Csv(f.Row, Free(f.Proposal.Rule, $"-{f.Proposal.Category.Code}", taken)) }),
        ];

        DispatchRule? RuleOf(string category, string? street, string kind) => state.Rules.For(category, street ?? home, Words.Parse<TicketKind>(kind), today) is [var first, ..] ? first : null;

        // A rule that reserves a matter does so by law, not by habit; and that another street office leads is a matter of the place, or of this one ticket.
        static bool Teaches(DispatchRule rule, Unit to, string? street) =>
            rule.Mode != DispatchMode.Reserved && (!to.IsGrassroots || (rule.Mode != DispatchMode.Territory && to.Code == street));

        // As the rule is, for the one class and place, and with the other lead or without the support: narrower than the rule, or in force later, so that it wins.
        DispatchRule Row(DispatchRule rule, string category, string place, Unit? to, string? support)
        {
            var row = rule with { Category = category, Place = place, Note = "退单复盘" };
            row = to is null ? row with { Support = [.. rule.Support.Where(s => s != support)] } : row with
            {
                Mode = to.IsGrassroots ? DispatchMode.Territory : DispatchMode.Duty,
                Lead = to.IsGrassroots ? "" : home is not null && to.Code.StartsWith(home + "-", StringComparison.Ordinal) ? to.Code[(home.Length + 1)..] : to.Code,
                Support = [.. rule.Support.Where(s => state.Units.Resolve(s)?.Code != to.Code && !(to.IsGrassroots && s == DispatchRule.Street))],
            };
            var dated = state.Rules.Rules.Any(r => (r.Mode == DispatchMode.Reserved, r.Category, r.Place, r.Kind) == (row.Mode == DispatchMode.Reserved, category, place, rule.Kind));
            return dated ? row with { From = rule.From >= today ? rule.From?.AddDays(1) : today } : row;
        }

        Unit? LeadOf(DispatchRule rule, string? street) => rule.Mode == DispatchMode.Territory ? Office(street) : state.Units.Resolve(rule.Lead);

        Unit? SupportOf(string named, string? street) => named == DispatchRule.Street ? Office(street) : state.Units.Resolve(named);

        Unit? Office(string? street) => street is null ? null : state.Units.Find(street);
    }

    /// <summary>An id that no rule and no other proposal has.</summary>
    private static string Free(string rule, string category, HashSet<string> taken)
    {
        for (var i = 1; ; i++)
        {
            var end = i == 1 ? category : string.Create(CultureInfo.InvariantCulture, $"{category}-{i}");
            var id = rule[..Math.Min(rule.Length, RuleBook.LongestId - end.Length)] + end;
            if (taken.Add(id)) return id;
        }
    }

    private static string Csv(DispatchRule row, string id) => CsvText.Write([[
        id, row.Category, row.Place, row.Kind?.Word() ?? "", row.Mode.Word(), row.Lead, string.Join(';', row.Support), row.Class.Word(),
        row.From is { } first ? Days.Write(first) : "", row.To is { } last ? Days.Write(last) : "", row.Note]]).TrimEnd();

    private sealed record KeptRow
    {
        public required string Category { get; init; }
        public required string Lead { get; init; }
        public required string Support { get; init; }
        public string? Street { get; init; }
        public required string Kind { get; init; }
        public required long Tickets { get; init; }

        public bool SupportedBy(Unit? unit) => unit is not null && Json.Read<Named[]>(Support).Any(u => u.Code == unit.Code);
    }

    private sealed record ReturnedRow
    {
        public required string Number { get; init; }
        public required string Unit { get; init; }
        public required string UnitName { get; init; }
        public required string Reason { get; init; }
        public required DateTimeOffset ReviewedAt { get; init; }
        public required bool AsLead { get; init; }
        public required string Category { get; init; }
        public required string CategoryName { get; init; }
        public string? Street { get; init; }
        public required string Lead { get; init; }
        public required string Kind { get; init; }
    }
}
