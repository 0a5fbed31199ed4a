using System.Collections.Concurrent;
using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Dispatcher.Matters;
using Hotline.Intake;
using Hotline.Reporting;
using Dapper;

namespace Hotline.Load;

/// <summary>
/// Writes years of history straight into the tables of an initialised hotline: millions of tickets with their decisions, work orders, callbacks,
/// timelines, facts and rollups, as the service would have left them, so that lists, search, report and recount can be measured at that size.
/// The same seed gives the same history. Where the disk is too small for all of it, facts, rollups and timelines, which are half of it, are written for the last
/// days alone: the report and the recount of these days are what they would be.
/// </summary>
internal static class History
{
    /// <summary>Days that a ticket may still touch after it was filed; later a day's rollups are complete and are written.</summary>
    public const int Reach = 70;

    public static async Task<int> RunAsync(string[] args)
    {
        var options = Options(args);
        if (options is null || !options.TryGetValue("engine", out var engine) || engine is not ("sqlite" or "postgresql")
            || !options.TryGetValue("connection", out var connection) || !options.TryGetValue("data-key", out var key))
        {
            await Console.Error.WriteLineAsync("history --engine sqlite|postgresql --connection TEXT --data-key BASE64-or-FILE [--tickets 1000000] [--days 1000] [--counted DAYS] [--seed 1]");
            return 2;
        }
        var tickets = int.Parse(options.GetValueOrDefault("tickets", "1000000"), CultureInfo.InvariantCulture);
        var days = int.Parse(options.GetValueOrDefault("days", "1000"), CultureInfo.InvariantCulture);
        var counted = int.Parse(options.GetValueOrDefault("counted", $"{days}"), CultureInfo.InvariantCulture);
        var seed = int.Parse(options.GetValueOrDefault("seed", "1"), CultureInfo.InvariantCulture);
        var dataKey = new DataKey(File.Exists(key) ? await File.ReadAllBytesAsync(key) : Convert.FromBase64String(key));

        var started = System.Diagnostics.Stopwatch.StartNew();
        await using Target target = engine == "sqlite" ? new SqliteTarget(connection) : new PostgreSqlTarget(connection);
        var clock = new HotlineClock(TimeProvider.System, TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai"));
        var town = Town.Read(target.Connection);
        if (town.Units.Count == 0)
        {
            await Console.Error.WriteLineAsync("The database has no units: run 'hotline init' on it first.");
            return 2;
        }
        target.Begin();
        var lives = new Lives(town, new Contacts(dataKey), clock, seed, clock.Today.AddDays(-counted));
        Write(target, lives, clock, tickets, days, counted);
        target.Finish();
        await Console.Error.WriteLineAsync($"{tickets} tickets over {days} days in {started.Elapsed.TotalSeconds:F0} s");
        return 0;
    }

    private static void Write(Target target, Lives lives, HotlineClock clock, int tickets, int days, int counted)
    {
        var last = clock.Today.AddDays(-1);
        var rollups = new SortedDictionary<DateOnly, Tally>();
        var ready = new BlockingCollection<(DateOnly Day, Page[] Pages)>(2);
        var making = Task.Run(() =>
        {
            for (var i = 0; i < days; i++)
            {
                var day = last.AddDays(i - days + 1);
                var count = (int)((long)tickets * (i + 1) / days - (long)tickets * i / days);
                var times = lives.Times(day, count);
                var pages = new Page[(count + 499) / 500];
                Parallel.For(0, pages.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, p => pages[p] = lives.Make(day, p, times));
                ready.Add((day, pages));
            }
            ready.CompleteAdding();
        });
        var done = 0;
        foreach (var (day, pages) in ready.GetConsumingEnumerable())
        {
            foreach (var page in pages)
            {
                foreach (var (table, values) in page.Rows) target.Write(table, values);
                foreach (var ofDay in page.Tally.Lines.GroupBy(l => l.Key.Day))
                {
                    if (counted < days && ofDay.Key < lives.FirstCounted) continue;
                    if (!rollups.TryGetValue(ofDay.Key, out var tally)) rollups[ofDay.Key] = tally = new Tally();
                    foreach (var (line, numbers) in ofDay) tally.Add(line, numbers);
                }
                done += page.Tickets;
            }
            target.Write(Table.Number, [Days.Write(day), pages.Sum(p => p.Tickets)]);
            foreach (var complete in rollups.Keys.TakeWhile(d => d < day.AddDays(-1)).Where(d => d < day.AddDays(-Reach) || d < last.AddDays(1 - days)).ToArray())
            {
                Flush(complete);
            }
            target.Checkpoint();
            if (day.Day == 1) Console.Error.WriteLine($"{day:yyyy-MM-dd}: {done}");
        }
        making.GetAwaiter().GetResult();
        foreach (var rest in rollups.Keys.ToArray()) Flush(rest);
        foreach (var (dimension, named) in lives.Names) target.Write(Table.Label, [dimension, named.Code, Days.Write(last), named.Name]);

        void Flush(DateOnly complete)
        {
            // Not in the order of the key: as consumers leave them, to whom lines come as they may.
            foreach (var (line, numbers) in rollups[complete].Lines)
                target.Write(Table.Rollup, [Days.Write(complete), line.Unit, line.By?.Word() ?? "all", line.Code, line.Excluded, .. numbers.Cast<object?>()]);
            rollups.Remove(complete);
        }
    }

    internal static Dictionary<string, string>? Options(string[] args)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Length; i += 2)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal) || i + 1 == args.Length) return null;
            options[args[i][2..]] = args[i + 1];
        }
        return options;
    }
}

/// <summary>A table that history is written to.</summary>
internal sealed record Table(string Name, string[] Columns)
{
    public static readonly Table Ticket = Of("intake_ticket", """
        number, filed_at, filed_by, channel, kind, title, description, address, category, urgency, confidential, caller_name, caller_phone, phone_hash, repeat_of
        """);
    public static readonly Table Progress = Of("intake_progress", """
        number, filed_at, version, status, excluded, urged, answer, closed_at, closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name,
        routed_category, category_name, order_round, order_version, order_state, public_reply
        """);
    public static readonly Table Callback = Of("intake_callback", "id, ticket, round, at, actor, outcome, solved, note, reissued");
    public static readonly Table Number = Of("intake_number", "day, last");
    public static readonly Table Routing = Of("dispatch_ticket", """
        number, filed_at, channel, kind, title, description, address, category_hint, urgency, confidential, status, since, round, version, closed_at, closed_how
        """);
    public static readonly Table Decision = Of("dispatch_decision", """
        number, round, cause, rule_id, lead, lead_name, support, deadline_class, category, category_name, street, street_name, confidence, triage_reason, candidates,
        designated, explanation, decided_at, decided_by
        """);
    public static readonly Table Return = Of("dispatch_return", """
        work_order, returned_at, number, round, unit, unit_name, as_lead, reason, basis, suggested, returned_by, state, reviewed_at, reviewed_by, note
        """);
    public static readonly Table Round = Of("handling_round", """
        ticket, round, title, address, kind, channel, category_code, category_name, street_code, street_name, confidential, filed_at, deadline_why
        """);
    public static readonly Table WorkOrder = Of("handling_work_order", """
        id, ticket, round, unit_code, unit_name, lead, state, designated, version, deadline_class, issued_at, accept_by, accepted_at, accepted_by, reply_by, returns,
        replied_at, replied_by, result, contacted_citizen, reply_text, public_text, signed_by_name, signed_by_title, cancelled_at, cancel_reason
        """);
    public static readonly Table Handling = Of("handling_ticket", "ticket, closed_at, closed_how, closed_by");
    public static readonly Table HandledReturn = Of("handling_return", "at, ticket, work_order");
    public static readonly Table Timeline = Of("timeline", "ticket, at, actor, action, unit, reason");
    public static readonly Table Fact = Of("reporting_fact", "ticket, body");
    public static readonly Table Rollup = Of("reporting_rollup", $"day, unit, dimension, code, excluded, {string.Join(", ", Enum.GetValues<Measure>().Select(m => m.Word().Replace('-', '_')))}");
    public static readonly Table Label = Of("reporting_label", "dimension, code, day, name");

    public static readonly Table[] All = [Ticket, Progress, Callback, Number, Routing, Decision, Return, Round, WorkOrder, Handling, HandledReturn, Timeline, Fact, Rollup, Label];

    private static Table Of(string name, string columns) => new(name, columns.Split(',', StringSplitOptions.TrimEntries));
}

/// <summary>Rows of up to 500 tickets, and what they count.</summary>
internal sealed record Page(int Tickets, List<(Table Table, object?[] Values)> Rows, Tally Tally);

/// <summary>The units, categories and streets that history is spread over, the busiest first.</summary>
internal sealed record Town(IReadOnlyList<Named> Units, IReadOnlyList<Named> Streets, IReadOnlyList<Named> Categories)
{
    public static Town Read(System.Data.Common.DbConnection connection)
    {
        var units = connection.Query<(string Code, string Name, string Kind)>("select code, name, kind from dispatch_unit order by code")
            .Where(u => u.Kind is not ("community" or "platform" or "district")).ToArray();
        var streets = units.Where(u => u.Kind is "street").Select(u => new Named(u.Code, u.Name)).ToArray();
        return new Town([.. units.Select(u => new Named(u.Code, u.Name))], streets.Length > 0 ? streets : [.. units.Take(10).Select(u => new Named(u.Code, u.Name))],
            [.. CategoryCatalogue.Instance.All.Select(c => c.Named)]);
    }
}
