using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Dispatcher.Decisions;

/// <summary>
/// What upheld returns teach (退单复盘): the catalogue sent matters of a class to a unit that rightly returned them, and they ended with another one. Shown to
/// whoever keeps the catalogue, as the row that would send them there at once; nothing changes by itself.
/// </summary>
public sealed class CatalogueProposals(Database database, RoutingBasis basis)
{
    /// <summary>How far back returns are asked, and how many of them at most.</summary>
    private const int LastDays = 90, Most = 5000;

    /// <param name="Rule">The rule of today's catalogue that still sends the class to <paramref name="From"/>.</param>
    /// <param name="From">Who returned it.</param>
    /// <param name="To">Who leads it since.</param>
    /// <param name="Returns">Upheld returns of the last 90 days that say so.</param>
    /// <param name="Against">Tickets of the class that <paramref name="From"/> kept in that time: a row for the whole class would take them away.</param>
    /// <param name="Row">For the catalogue, in the order of <see cref="RuleBook.Columns"/>.</param>
    public sealed record Proposal(
        Named Category, string Path, string Rule, Named From, Named To, int Returns, long Against, DateTimeOffset LastAt, IReadOnlyList<string> Tickets, string LastReason, string Row);

    public static async Task<Ok<IReadOnlyList<Proposal>>> HandleAsync(CatalogueProposals proposals, CancellationToken ct) => TypedResults.Ok(await proposals.FindAsync(ct));

    /// <summary>Most returns first; only where the catalogue of today would do the same again.</summary>
    public async Task<IReadOnlyList<Proposal>> FindAsync(CancellationToken ct)
    {
        var since = database.Clock.Now.AddDays(-LastDays);
        var state = await basis.ReadAsync(database, ct);
        var returned = await database.ReadAsync(db => db.QueryAsync<ReturnedRow>($"""
            select r.number, r.unit, r.unit_name, r.reason, r.reviewed_at, was.category, was.category_name, was.street, later.lead, t.kind
            from dispatch_return r
            join dispatch_ticket t on t.number = r.number
            join dispatch_decision was on was.number = r.number and was.round = r.round
            join dispatch_decision later on later.number = r.number and later.round = r.round + 1
            where r.state = 'upheld' and r.returned_at >= @since and was.lead = r.unit and was.rule_id is not null and was.category is not null and later.category = was.category
                and later.lead is not null and later.lead <> r.unit
            order by r.returned_at desc, r.work_order
            {db.Dialect.Limit}
            """, new { since, limit = Most }), ct);
        if (returned.Count == 0) return [];
        // Once for all classes: a look at each would read the tickets of 90 days again and again.
        var kept = (await database.ReadAsync(db => db.QueryAsync<KeptRow>($"""
            select d.category, d.lead, count(*) as tickets
            from dispatch_ticket t join dispatch_decision d on d.number = t.number and d.round = t.round
            where t.filed_at >= @since and d.lead is not null and {db.Dialect.Among("d.category", "@categories")}
            group by d.category, d.lead
            """, new { since, categories = Json.Write(returned.Select(r => r.Category).Distinct()) }), ct)).ToDictionary(k => (k.Category, k.Lead), k => k.Tickets);
        var found = new List<Proposal>();
        foreach (var same in returned.GroupBy(r => (r.Category, r.Unit, r.Lead)))
        {
            var last = same.First();
            if (state.Rules.For(same.Key.Category, last.Street, Words.Parse<TicketKind>(last.Kind), database.Clock.Today) is not [var rule, ..]) continue;
            if (LeadOf(rule, last.Street, state.Units)?.Code != same.Key.Unit || state.Units.Find(same.Key.Lead) is not { } to) continue;
            // A rule that reserves a matter does so by law, not by habit; and to one street office no class can be given.
            if (rule.Mode == DispatchMode.Reserved || (to.IsGrassroots && rule.Mode == DispatchMode.Territory)) continue;
            found.Add(new Proposal(
                new Named(same.Key.Category, last.CategoryName), CategoryCatalogue.Instance.Path(same.Key.Category), rule.Id, new Named(same.Key.Unit, last.UnitName), to.Named,
                same.Count(), kept.GetValueOrDefault((same.Key.Category, same.Key.Unit)), database.Clock.Local(last.ReviewedAt), [.. same.Select(r => r.Number).Distinct().Take(10)], last.Reason, Row(rule, same.Key.Category, to, state.Units, database.Clock.Today)));
        }
        return [.. found.OrderByDescending(p => p.Returns).ThenBy(p => p.Against).ThenBy(p => p.Category.Code, StringComparer.Ordinal)];
    }

    private static Unit? LeadOf(DispatchRule rule, string? street, UnitIndex units) =>
        rule.Mode == DispatchMode.Territory ? street is null ? null : units.Find(street) : units.Resolve(rule.Lead);

    /// <summary>As the rule is, for the one class and the other lead: narrower than the rule, or of the same class and in force later, so that it wins.</summary>
    private static string Row(DispatchRule rule, string category, Unit to, UnitIndex units, DateOnly today)
    {
        var from = rule.Category.Length < category.Length ? null : rule.From >= today ? rule.From?.AddDays(1) : today;
        var lead = units.Home is { } home && to.Code.StartsWith(home + "-", StringComparison.Ordinal) ? to.Code[(home.Length + 1)..] : to.Code;
        var support = rule.Support.Where(s => units.Resolve(s)?.Code != to.Code && !(to.IsGrassroots && s == DispatchRule.Street));
        return CsvText.Write([[
            $"{rule.Id[..Math.Min(rule.Id.Length, RuleBook.LongestId - category.Length - 1)]}-{category}", category, rule.Place, rule.Kind?.Word() ?? "", (to.IsGrassroots ? DispatchMode.Territory : DispatchMode.Duty).Word(),
            to.IsGrassroots ? "" : lead, string.Join(';', support), rule.Class.Word(),
            from is { } first ? Days.Write(first) : "", from is not null && rule.To is { } last ? Days.Write(last) : "", "退单复盘"]]).TrimEnd();
    }

    private sealed record KeptRow
    {
        public required string Category { get; init; }
        public required string Lead { get; init; }
        public required long Tickets { get; init; }
    }

    private sealed record ReturnedRow
    {
        public required string Number { get; init; }
        public required string Unit { get; init; }
        public required string UnitName { get; init; }
        public required string Reason { get; init; }
        public required DateTimeOffset ReviewedAt { get; init; }
        public required string Category { get; init; }
        public required string CategoryName { get; init; }
        public string? Street { get; init; }
        public required string Lead { get; init; }
        public required string Kind { get; init; }
    }
}
