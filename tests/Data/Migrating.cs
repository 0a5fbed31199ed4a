using System.Globalization;
using System.Text;
using Hotline.Testing;

namespace Hotline.Data.Tests;

public abstract class Migrating(Engine engine) : OnAnEngine(engine, migrate: false)
{
    [Fact]
    public async Task Every_script_is_applied_once_and_remembered()
    {
        var scripts = Migrations.For(Database.Dialect);

        Assert.Equal(scripts, await Migrations.ApplyAsync(Database, None));
        Assert.Empty(await Migrations.ApplyAsync(Database, None));

        Assert.Equal(scripts.Select(s => s.Name), await Database.ReadAsync(
            db => db.QueryAsync<string>("select name from schema_version order by version"), None));
    }

    [Fact]
    public async Task Many_processes_that_start_at_once_apply_each_script_once_between_them()
    {
        var processes = Enumerable.Range(0, 6).Select(_ => Db.Reopen()).ToArray();
        try
        {
            var applied = await Task.WhenAll(processes.Select(p => Task.Run(() => Migrations.ApplyAsync(p, None))));

            Assert.Equal(Migrations.For(Database.Dialect), applied.SelectMany(a => a).OrderBy(s => s.Version));
        }
        finally
        {
            foreach (var process in processes) await process.DisposeAsync();
        }
    }

    [Fact]
    public async Task Numbers_counted_before_measures_had_columns_are_kept()
    {
        await ApplyUntilAsync(14, async work =>
        {
            foreach (var (code, measure, value) in new[] { ("", "filed", 7), ("", "accepted-in-time", 5), ("", "excluded-filed", 2), ("u1", "filed", 3) })
            {
                await work.ExecuteAsync(
                    "insert into reporting_rollup (day, unit, dimension, code, measure, value) values ('2020-02-07', '', @dimension, @code, @measure, @value)",
                    new { dimension = code == "" ? "all" : "unit", code, measure, value });
            }
        });

        await Migrations.ApplyAsync(Database, None);

        Assert.Equal(
            [" False: 7 5 0", " True: 2 0 0", "u1 False: 3 0 0"],
            (await Database.ReadAsync(db => db.QueryAsync<(string Code, bool Excluded, int Filed, int InTime, int Reissued)>(
                "select code, excluded, filed, accepted_in_time, reissued from reporting_rollup where day = '2020-02-07' order by code, excluded"), None))
                .Select(r => $"{r.Code} {r.Excluded}: {r.Filed} {r.InTime} {r.Reissued}"));
    }

    [Fact]
    public async Task The_matter_of_a_round_is_kept_once_for_the_work_orders_that_each_had_it()
    {
        await ApplyUntilAsync(15, async work =>
        {
            foreach (var (ticket, round, unit) in new[] { ("t1", 1, "u1"), ("t1", 1, "u2"), ("t1", 2, "u3"), ("t2", 1, "u1") })
            {
                await work.ExecuteAsync("""
                    insert into handling_work_order (
                        id, ticket, round, unit_code, unit_name, lead, state, designated, version, title, description, address, lat, kind, channel, category_code, confidential, why,
                        deadline_class, filed_at, issued_at, accept_by, reply_by, deadline_why, returns, reply_text)
                    values (@id, @ticket, @round, @unit, @unit, @yes, 'issued', @no, 1, @matter, 'd', 'a', 30.5, 'complaint', 'phone', 'c', @no, 'why', 'normal', @Now, @Now, @Now, @Now, 'dw', '[]', @unit)
                    """, new { id = $"{ticket}-{round}-{unit}", ticket, round, unit, matter = $"{ticket}, {round}", yes = true, no = false, work.Now });
            }
        });

        await Migrations.ApplyAsync(Database, None);

        Assert.Equal(
            ["t1, 1 30.5 c dw", "t1, 2 30.5 c dw", "t2, 1 30.5 c dw"],
            (await Database.ReadAsync(db => db.QueryAsync<(string Title, double Lat, string Category, string DeadlineWhy)>(
                "select title, lat, category_code, deadline_why from handling_round order by ticket, round"), None))
                .Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Title} {r.Lat} {r.Category} {r.DeadlineWhy}")));
        Assert.Equal(
            ["t1-1-u1 u1", "t1-1-u2 u2", "t1-2-u3 u3", "t2-1-u1 u1"],
            (await Database.ReadAsync(db => db.QueryAsync<(string Id, string Reply)>("select id, reply_text from handling_work_order order by id"), None)).Select(o => $"{o.Id} {o.Reply}"));
    }

    [Fact]
    public async Task What_was_owed_or_set_aside_as_text_is_owed_as_the_same_bytes()
    {
        const string body = """{"note":"崇川区𠮷祥街道 “口罩”\\n😷","at":"2020-02-07T02:00:00Z"}""";
        await ApplyUntilAsync(18, async work =>
        {
            foreach (var (id, kind, fault) in new[] { ("1", "TicketUrged", null), ("2", "TicketUrged", "no such unit"), ("3", "Bundle", null) })
            {
                await work.ExecuteAsync("""
                    insert into outbox (id, role, kind, ticket, body, messages, created_at, due_at, attempts, fault, faulted_at)
                    values (@id, 'handlers', @kind, 't', @body, 3, @Now, @Now, 2, @fault, @faultedAt)
                    """, new { id, kind, body, fault, faultedAt = fault is null ? (DateTimeOffset?)null : work.Now, work.Now });
            }
        });

        await Migrations.ApplyAsync(Database, None);

        var rows = await Database.ReadAsync(db => db.QueryAsync<(string Id, string Kind, byte[] Body, long Messages, long Attempts, string? Fault)>(
            "select id, kind, body, messages, attempts, fault from outbox order by id"), None);
        Assert.Equal(
            [("1", "TicketUrged", 3L, 2L, null), ("2", "TicketUrged", 3L, 2L, "no such unit"), ("3", "Bundle", 3L, 2L, null)],
            rows.Select(r => (r.Id.Trim(), r.Kind, r.Messages, r.Attempts, r.Fault)));
        Assert.All(rows, row => Assert.Equal(body, Encoding.UTF8.GetString(row.Body)));
    }

    [Fact]
    public async Task What_was_said_and_what_has_become_of_it_are_kept_of_every_ticket()
    {
        await ApplyUntilAsync(22, async work =>
        {
            foreach (var (number, phone, lead, closed) in new[] { ("20200207-000001", "h1", "u1", (DateTimeOffset?)work.Now), ("20200207-000002", null, null, null) })
            {
                await work.ExecuteAsync("""
                    insert into intake_ticket (
                        number, version, status, filed_at, filed_by, channel, kind, title, description, address, lat, confidential, caller_phone, phone_hash, excluded, urged, answer, closed_at,
                        closed_how, round, routing_version, in_triage, reissued_after, lead_code, lead_name, routed_category, category_name, order_round, order_version, order_state, public_reply)
                    values (
                        @number, 4, @status, @Now, 'op', 'phone', 'complaint', @number, '路灯坏了', 'a', 30.5, @no, @phone, @phone, @yes, 3, @lead, @closed,
                        @lead, 2, 5, @yes, 1, @lead, @lead, @lead, @lead, 2, 6, @lead, @lead)
                    """, new { number, status = closed is null ? "filed" : "closed", phone, lead, closed, yes = true, no = false, work.Now });
            }
        });

        await Migrations.ApplyAsync(Database, None);

        var rows = await Database.ReadAsync(db => db.QueryAsync<(string Title, string Description, double Lat, string? Phone, long Version, string Status, bool Excluded, string More)>("""
            select title, description, lat, phone_hash, version, status, excluded,
                concat_ws(' ', urged, round, routing_version, reissued_after, lead_code, lead_name, routed_category, category_name, order_round, order_version, order_state, public_reply, answer, closed_how)
            from intake_ticket t join intake_progress p on p.number = t.number and p.filed_at = t.filed_at order by t.number
            """), None);
        Assert.Equal(
            [
                ("20200207-000001", "路灯坏了", 30.5, "h1", 4L, "closed", true, "3 2 5 1 u1 u1 u1 u1 2 6 u1 u1 u1 u1"),
                ("20200207-000002", "路灯坏了", 30.5, null, 4L, "filed", true, "3 2 5 1 2 6"),
            ], rows);
    }

    /// <summary>The database as it was at that version, with what is then written to it.</summary>
    private Task ApplyUntilAsync(int version, Func<Work, Task> write) => Database.WriteAsync(async work =>
    {
        await work.ExecuteAsync(Database.Dialect.CreateSchemaVersion);
        foreach (var script in Migrations.For(Database.Dialect).Where(s => s.Version <= version))
        {
            await work.ExecuteAsync(script.Sql);
            await work.ExecuteAsync("insert into schema_version (version, name, applied_at) values (@Version, @Name, @Now)", new { script.Version, script.Name, work.Now });
        }
        await write(work);
    }, None);

    [Fact]
    public async Task A_database_of_a_later_version_is_refused_and_left_alone()
    {
        await Migrations.ApplyAsync(Database, None);
        var known = Migrations.For(Database.Dialect).Max(s => s.Version);
        await Database.WriteAsync(work => work.ExecuteAsync(
            "insert into schema_version (version, name, applied_at) values (@later, 'later', @Now)", new { later = known + 1, work.Now }), None);

        var refused = await Assert.ThrowsAsync<NewerSchemaException>(() => Migrations.ApplyAsync(Database, None));

        Assert.Contains($"version {known + 1}", refused.Message, StringComparison.Ordinal);
        Assert.Contains($"up to {known}", refused.Message, StringComparison.Ordinal);
    }
}

public sealed class MigratingSqlite() : Migrating(Engine.Sqlite);

public sealed class MigratingPostgreSql() : Migrating(Engine.PostgreSql);

public sealed class MigratingSqlServer() : Migrating(Engine.SqlServer);

public sealed class MigrationScripts
{
    private static readonly Dialect[] Dialects = [new SqliteDialect(""), new PostgreSqlDialect("Host=localhost"), new SqlServerDialect("")];

    [Fact]
    public void Every_engine_has_the_same_scripts()
    {
        var names = Dialects.Select(d => Migrations.For(d).Select(s => s.Name).ToArray()).ToArray();

        Assert.NotEmpty(names[0]);
        Assert.Equal(names[0], names[1]);
        Assert.Equal(names[0], names[2]);
    }

    [Fact]
    public void No_number_is_given_twice()
    {
        foreach (var dialect in Dialects)
            Assert.Distinct(Migrations.For(dialect).Select(s => s.Version));
    }

    /// <summary>A parameter is nvarchar: compared with a varchar column it converts the column and passes the index by. On the way to bytes a text may be one.</summary>
    [Fact]
    public void Text_on_sql_server_is_unicode() => Assert.All(
        Migrations.For(Dialects[2]),
        script => Assert.DoesNotMatch(@"(?i)(?<!\bas )\b(var)?char\s*\(|\btext\b", script.Sql));
}
