using System.Net;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using static Hotline.Reporting.Tests.Given;

namespace Hotline.Reporting.Tests;

/// <summary>What counts as one issue, how hot it is and what it is called: pure rules.</summary>
public sealed class FindingHotIssues
{
    private static readonly DateTimeOffset From = new(2020, 2, 1, 0, 0, 0, TimeSpan.FromHours(8));

    [Fact]
    public void Different_words_for_the_same_matter_at_one_place_are_one_issue_named_by_them()
    {
        var issue = Assert.Single(Find([.. Water(5), .. Others(40)]));

        Assert.Equal((5, 5, 0), (issue.People, issue.Tickets, issue.PeopleBefore));
        Assert.Contains("濠河雅苑", issue.Title, StringComparison.Ordinal);
        Assert.Contains("停水", issue.Title, StringComparison.Ordinal);
        Assert.Equal(10, issue.Heat);
        Assert.All(issue.Numbers, n => Assert.StartsWith("w", n, StringComparison.Ordinal));
    }

    [Fact]
    public void The_same_person_counts_once_and_whom_nobody_knows_as_one_more()
    {
        var tickets = Water(6).Select((t, i) => t with { Person = i < 4 ? "one" : null });

        Assert.Equal((3, 6), Assert.Single(Find([.. tickets, .. Others(40)])) is var issue ? (issue.People, issue.Tickets) : default);
    }

    [Fact]
    public void Two_people_are_no_issue_and_supporters_are_people()
    {
        Assert.Empty(Find([.. Water(2), .. Others(40)]));

        var supported = Assert.Single(Find([.. Water(2).Select(t => t with { Supporters = 8 }), .. Others(40)]));
        Assert.Equal((18, 16, 12.0), (supported.People, supported.Supporters, supported.Heat));
    }

    [Fact]
    public void The_same_words_in_two_streets_are_two_issues()
    {
        var tickets = Water(8).Select((t, i) => t with { Street = i % 2 == 0 ? "320613001" : "320613002" });

        Assert.Equal([4, 4], Find([.. tickets, .. Others(40)]).Select(i => i.Tickets));
    }

    [Fact]
    public void What_grows_is_hotter_than_what_was_there_before()
    {
        var growing = Water(4).Select(t => t with { FiledAt = From.AddHours(1) });
        var staying = Enumerable.Range(0, 8).Select(i => new HotTicket(
            $"s{i}", i < 4 ? From.AddDays(-1) : From.AddDays(1), "通宁大道渣土车夜间轰鸣", $"通宁大道渣土车夜间轰鸣，第{i}次反映。", null, $"s{i}", 0));

        var issues = Find([.. growing, .. staying, .. Others(40)]);

        Assert.Equal([(4, 0, 8.0), (4, 4, 4.0)], issues.Select(i => (i.People, i.PeopleBefore, i.Heat)));
    }

    [Fact]
    public void The_order_of_the_tickets_makes_no_difference()
    {
        var random = new Random(7);
        string[] places = ["濠河雅苑", "城南菜场", "东门车站", "滨江公园", "永兴新村"];
        string[] matters = ["停水两天没有通知", "油烟直排熏人", "路灯不亮", "渣土车噪音扰民", "电梯反复故障"];
        for (var round = 0; round < 20; round++)
        {
            var tickets = Enumerable.Range(0, 80).Select(i =>
            {
                var (place, matter) = (places[random.Next(places.Length)], matters[random.Next(matters.Length)]);
                return new HotTicket(
                    $"{i:D6}", From.AddHours(random.Next(-48, 48)), place + matter, $"{(random.Next(2) == 0 ? "我是" : "反映")}{place}{matter}，{matters[random.Next(matters.Length)]}。",
                    random.Next(3) == 0 ? $"{random.Next(3)}" : null, random.Next(4) == 0 ? null : $"p{random.Next(40)}", random.Next(5) == 0 ? random.Next(9) : 0);
            }).ToArray();

            var expected = JsonSerializer.Serialize(Find(tickets));
            random.Shuffle(tickets);
            Assert.Equal(expected, JsonSerializer.Serialize(Find(tickets)));
        }
    }

    private static IReadOnlyList<HotIssue> Find(IEnumerable<HotTicket> tickets) => HotIssues.Find(tickets, From, _ => null, 50, Pace.Full(CancellationToken.None));

    private static IEnumerable<HotTicket> Water(int count)
    {
        string[] titles = ["濠河雅苑停水", "濠河雅苑小区停水没人管", "濠河雅苑又停水了", "濠河雅苑3栋停水", "关于濠河雅苑停水的问题"];
        return Enumerable.Range(0, count).Select(i => new HotTicket($"w{i:D3}", From.AddHours(i), titles[i % titles.Length], "濠河雅苑从昨天开始停水，物业没有通知，老人没水做饭。", null, $"w{i}", 0));
    }

    /// <summary>Other matters, none like another.</summary>
    private static IEnumerable<HotTicket> Others(int count)
    {
        var random = new Random(3);
        for (var i = 0; i < count; i++)
        {
            var text = string.Concat(Enumerable.Range(0, 24).Select(_ => (char)random.Next(0x4E00, 0x9000)));
            yield return new HotTicket($"x{i:D3}", From.AddMinutes(i), text[..8], text, null, $"x{i}", 0);
        }
    }
}

/// <summary>How hot issues are computed, kept and read, on every engine.</summary>
public abstract class KeepingHotIssues(Engine engine) : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;

    private ReportDesk _desk = null!;
    private int _asked;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _desk = await ReportDesk.OpenAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_desk is not null) await _desk.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task They_stand_in_the_report_and_under_their_own_call_with_the_name_of_the_street()
    {
        await _desk.HearAsync([.. Enumerable.Range(1, 4).SelectMany(i => new IMessage[] { Ticket(number: $"20200207-{i:D6}"), Routed(Street, $"20200207-{i:D6}", street: Street) })]);
        await AllAsync(Finder(4));

        var report = await _desk.ReadAsync();
        Assert.Equal((7, 4), (report.Hot!.Days, Assert.Single(report.Hot.Issues).People));
        Assert.Equal(Street.Code, report.Hot.Issues[0].Street!.Code);

        using var answer = await JsonDocument.ParseAsync(await (await _desk.GetAsync("/api/reports/hot?date=2020-02-07&days=1&limit=5")).Content.ReadAsStreamAsync());
        Assert.Equal(1, answer.RootElement.GetProperty("days").GetInt32());
        Assert.Equal(4, answer.RootElement.GetProperty("issues")[0].GetProperty("tickets").GetInt32());

        var page = await (await _desk.GetAsync("/reports/daily/2020-02-07")).Content.ReadAsStringAsync();
        Assert.Contains("濠河雅苑停水", WebUtility.HtmlDecode(page), StringComparison.Ordinal);
        Assert.Contains("濠河雅苑停水", WebUtility.HtmlDecode(await ReportHtml.RenderAsync(report, _desk.Database.Clock)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_unit_reads_none_and_what_was_not_computed_says_so()
    {
        await _desk.HearAsync(Ticket(), Routed(Street));

        Assert.Null((await _desk.ReadAsync(unit: Street.Code)).Hot);
        Assert.Equal(HttpStatusCode.Forbidden, (await _desk.GetAsync("/api/reports/hot", $"handler of {Street.Code}")).StatusCode);
        using var answer = await JsonDocument.ParseAsync(await (await _desk.GetAsync("/api/reports/hot?date=2020-02-01")).Content.ReadAsStreamAsync());
        Assert.Equal(0, answer.RootElement.GetProperty("issues").GetArrayLength());
        Assert.False(answer.RootElement.TryGetProperty("computedAt", out var at) && at.ValueKind != JsonValueKind.Null);
    }

    [Theory]
    [InlineData("date=yesterday", "date")]
    [InlineData("date=2999-01-01", "date")]
    [InlineData("days=8", "days")]
    [InlineData("days=x", "days")]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=51", "limit")]
    public async Task A_wrong_question_is_told_which_part_is_wrong(string query, string field)
    {
        var response = await _desk.GetAsync($"/api/reports/hot?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        using var problem = await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync());
        Assert.True(problem.RootElement.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Fact]
    public async Task Today_is_computed_again_and_a_day_that_ended_once_more()
    {
        var finder = Finder(3);
        await AllAsync(finder);
        var first = _asked;
        Assert.False(await finder.StepAsync(None));

        _desk.Time.Advance(TimeSpan.FromMinutes(11));
        await AllAsync(finder);
        Assert.Equal(first + (2 * HotIssueFinder.Days.Count), _asked);

        // The new day, and the old one that has ended; those before had ended already.
        _desk.Time.Advance(TimeSpan.FromDays(1));
        await AllAsync(finder);
        Assert.Equal(first + (6 * HotIssueFinder.Days.Count), _asked);
    }

    [Fact]
    public async Task Of_two_processes_one_computes()
    {
        var (one, two) = (Finder(3), Finder(3));

        Assert.True(await one.StepAsync(None));
        Assert.False(await two.StepAsync(None));
        _desk.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.True(await two.StepAsync(None));
        Assert.False(await one.StepAsync(None));
    }

    [Fact(Timeout = 60_000)]
    public async Task Who_computes_for_longer_than_others_would_wait_keeps_the_work()
    {
        await using var others = _desk.Reopen(new HastyTime(_desk.Time));
        TaskCompletionSource asked = new(TaskCreationOptions.RunContinuationsAsynchronously), goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var slow = new HotIssueFinder(others, new HotTicketSource(async (_, _, _, _) =>
        {
            asked.TrySetResult();
            await goOn.Task;
            return ([], true);
        }), NullLogger<HotIssueFinder>.Instance);
        var computing = slow.StepAsync(None);
        await asked.Task;

        _desk.Time.Advance(TimeSpan.FromMinutes(11));
        while (await _desk.Database.ReadAsync(db => db.ScalarAsync<int>("select count(*) from reporting_hot_finder where until > @now", new { now = _desk.Database.Clock.Now }), TestContext.Current.CancellationToken) == 0)
        {
            // until it has said so
        }

        Assert.False(await Finder(3).StepAsync(None));
        goOn.SetResult();
        Assert.True(await computing);
    }

    /// <summary>Ends every wait at once.</summary>
    private sealed class HastyTime(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow();
        public override long TimestampFrequency => time.TimestampFrequency;
        public override long GetTimestamp() => time.GetTimestamp();
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : dueTime, period);
    }

    private static async Task AllAsync(HotIssueFinder finder)
    {
        while (await finder.StepAsync(None))
        {
            // until nothing is due
        }
    }

    /// <summary>With a source of so many tickets of one matter, filed on the report's day.</summary>
    private HotIssueFinder Finder(int tickets) => new(
        _desk.Database,
        new HotTicketSource((from, to, most, _) =>
        {
            _asked++;
            return Task.FromResult<(IReadOnlyList<HotTicket>, bool)>((
                [.. Enumerable.Range(1, tickets).Select(i => new HotTicket($"20200207-{i:D6}", At("02-07 09:00"), "濠河雅苑停水", "濠河雅苑从昨天开始停水", null, $"p{i}", 0)).Where(t => t.FiledAt >= from && t.FiledAt < to)], true));
        }),
        NullLogger<HotIssueFinder>.Instance);
}

public sealed class KeepingHotIssuesOnSqlite() : KeepingHotIssues(Engine.Sqlite);

public sealed class KeepingHotIssuesOnPostgreSql() : KeepingHotIssues(Engine.PostgreSql);

public sealed class KeepingHotIssuesOnSqlServer() : KeepingHotIssues(Engine.SqlServer);
