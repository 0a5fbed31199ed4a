using Hotline.Contracts;
using Hotline.Intake.Repeats;
using Hotline.Intake.Search;
using Hotline.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Intake.Tests;

/// <summary>What a new ticket may repeat, wherever the earlier one is kept: among the newest, in the text index, under its caller's phone.</summary>
public abstract class FindingRepeats(Engine engine) : OnEngine(engine)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SearchIndexSettings Small = new(8, 32, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), Page: 5);

    private const string Smoke = "濠河雅苑一楼烧烤店油烟扰民";
    private const string SmokeText = "濠河雅苑3栋一楼的烧烤店每天晚上油烟直排，楼上住户不敢开窗，多次找物业没有人管。";

    private static readonly FindSimilar SmokeAgain = new("濠河雅苑楼下烧烤店油烟大", "我住在濠河雅苑3栋，楼下烧烤店油烟直排到家里，物业不管，请处理。");

    [Fact]
    public async Task The_same_matter_in_other_words_is_found_and_what_is_alike_is_said()
    {
        await FillAsync(20);
        var number = await FileAsync(Smoke, SmokeText);
        await FillAsync(20);

        var found = Assert.Single(await Desk.Similar.FindAsync(SmokeAgain, None));

        Assert.Equal((number, Smoke, TicketStatus.Filed), (found.Number, found.Title, found.Status));
        Assert.InRange(found.Likeness, Alike.Likely, 0.95);
        Assert.Contains("“濠河雅苑", found.Why.Zh, StringComparison.Ordinal);
        Assert.EndsWith("今天登记", found.Why.Zh, StringComparison.Ordinal);
        Assert.StartsWith("both say “", found.Why.En, StringComparison.Ordinal);
        Assert.EndsWith("filed today", found.Why.En, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_found_in_the_index_as_among_the_newest()
    {
        var number = await FileAsync(Smoke, SmokeText);
        await FillAsync(50);
        var fresh = await Desk.Similar.FindAsync(SmokeAgain, None);
        await IndexAsync();
        Desk.Db.Time.Advance(TimeSpan.FromDays(2));

        var indexed = await FromIndexAsync();

        Assert.Equal(number, Assert.Single(fresh).Number);
        Assert.Equal(number, Assert.Single(indexed).Number);
        Assert.EndsWith("2 天前登记", indexed[0].Why.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_segment_built_before_likeness_was_known_is_built_again()
    {
        var number = await FileAsync(Smoke, SmokeText);
        await FillAsync(50);
        await IndexAsync();
        await Desk.Db.Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("delete from intake_search where id - (id / 65536) * 65536 >= 16384 and id - (id / 65536) * 65536 < 49151");
            await work.ExecuteAsync("update intake_search_segment set likeness = @no, callers = @no", new { no = false });
        }, None);

        Assert.Empty(await FromIndexAsync());
        await IndexAsync();

        Assert.All(await Desk.Db.Database.ReadAsync(SegmentTable.ReadyAsync, None), s => Assert.True(s.Likeness));
        Assert.Equal(number, Assert.Single(await FromIndexAsync()).Number);
    }

    [Fact]
    public async Task What_is_older_than_the_days_that_count_is_left_out_and_what_is_closed_is_not()
    {
        await FileAsync(Smoke, SmokeText);
        Desk.Db.Time.Advance(TimeSpan.FromDays(60));
        var closed = await FileAsync(Smoke, SmokeText, answer: "已转城管处理");
        Desk.Db.Time.Advance(TimeSpan.FromDays(40));
        await FillAsync(5);

        var found = Assert.Single(await Desk.Similar.FindAsync(SmokeAgain, None));

        Assert.Equal((closed, TicketStatus.Closed), (found.Number, found.Status));
    }

    [Fact]
    public async Task The_same_caller_and_the_same_place_come_first_and_another_place_last()
    {
        const string Lamp = "路灯不亮", LampText = "路灯坏了好几天，晚上出行不便，请派人维修。";
        await FillAsync(30);
        var elsewhere = await FileAsync(Lamp, LampText, "港闸区幸福街道通宁大道88号");
        var plain = await FileAsync(Lamp, LampText);
        var here = await FileAsync(Lamp, LampText, "崇川区和平桥街道桃坞路12号");
        var caller = await FileAsync(Lamp, LampText, "崇川区和平桥街道桃坞路12号", "138 0000 9999");

        var found = await Desk.Similar.FindAsync(new FindSimilar(Lamp, LampText, "崇川区和平桥街道桃坞路12号", Caller: new FileTicket.Person(null, "13800009999")), None);

        Assert.Equal([caller, here, plain, elsewhere], found.Select(f => f.Number));
        Assert.Equal([true, false, false, false], found.Select(f => f.SameCaller));
        Assert.Equal([true, true, false, false], found.Select(f => f.SamePlace));
        Assert.Contains("但地点不同", found[3].Why.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task How_often_a_frequent_caller_calls_is_counted_and_not_what_was_looked_at()
    {
        for (var i = 0; i < 25; i++) await FileAsync($"第{i}件别的事", "与路灯无关。", "", "138 0000 9999");
        await FileAsync(Smoke, SmokeText, phone: "138 0000 9999");
        var found = await Desk.Similar.FindAsync(SmokeAgain with { Caller = new FileTicket.Person(null, "13800009999") }, None);
        Assert.Contains("同一来电人（近期共 26 件）", found[0].Why.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_callers_tickets_are_known_from_the_index_and_only_those_that_count_as_recent()
    {
        var caller = new FileTicket.Person(null, "13800009999");
        for (var i = 0; i < 15; i++) await FileAsync($"很久以前第{i}件事", "与路灯无关。", "", "138 0000 9999");
        Desk.Db.Time.Advance(TimeSpan.FromDays(50));
        for (var i = 0; i < 25; i++) await FileAsync($"第{i}件别的事", "与路灯无关。", "", "138 0000 9999");
        var number = await FileAsync(Smoke, SmokeText, phone: "138 0000 9999");
        await FillAsync(50);
        await IndexAsync();
        Desk.Db.Time.Advance(TimeSpan.FromDays(60));

        var found = await FromIndexAsync(SmokeAgain with { Caller = caller });

        Assert.Equal(number, found[0].Number);
        Assert.Contains("同一来电人（近期共 26 件）", found[0].Why.Zh, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Coordinates_say_how_far_apart()
    {
        await FillAsync(10);
        await FileAsync(Smoke, SmokeText, location: new Location(32.0100, 120.8600));

        var near = Assert.Single(await Desk.Similar.FindAsync(SmokeAgain with { Location = new Location(32.0105, 120.8600) }, None));

        Assert.True(near.SamePlace);
        Assert.Contains("相距约 56 米", near.Why.Zh, StringComparison.Ordinal);
        Assert.DoesNotContain((await Desk.Similar.FindAsync(new FindSimilar("烧烤店", "油烟", Location: new Location(33, 121)), None)), s => s.SamePlace);
    }

    [Fact]
    public async Task Neither_citizen_is_quoted()
    {
        await FillAsync(10);
        await Desk.FileAsync(new FileTicket(Channel.Phone, "赵铁柱反映濠河雅苑烧烤店", "赵铁柱反映濠河雅苑烧烤店油烟，电话13911112222。", Caller: new FileTicket.Person("赵铁柱", "13911112222")));

        var found = Assert.Single(await Desk.Similar.FindAsync(
            new FindSimilar("赵铁柱反映濠河雅苑烧烤店", "赵铁柱又来电，电话13911112222。", Caller: new FileTicket.Person("赵铁柱", "13911112222")), None));

        Assert.True(found.SameCaller);
        Assert.DoesNotContain("赵铁柱", found.Why.Zh + found.Why.En, StringComparison.Ordinal);
        Assert.DoesNotContain("139", found.Why.Zh + found.Why.En, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_is_listed_where_nothing_is_alike()
    {
        Assert.Empty(await Desk.Similar.FindAsync(SmokeAgain, None));
        await FillAsync(60);
        await IndexAsync();

        Assert.Empty(await Desk.Similar.FindAsync(SmokeAgain, None));
        Assert.Empty(await Desk.Similar.FindAsync(new FindSimilar("。", ""), None));
    }

    /// <summary>As a process finds it that has read the newest few tickets and no more.</summary>
    private async Task<IReadOnlyList<SimilarTicket>> FromIndexAsync(FindSimilar? request = null)
    {
        using var recent = new RecentTexts(Desk.Db.Database, most: 3);
        return await new SimilarTickets(Desk.Db.Database, Desk.Contacts, recent, new RepeatSettings()).FindAsync(request ?? SmokeAgain, None);
    }

    private Task<string> FileAsync(string title, string text, string? address = null, string? phone = null, Location? location = null, string? answer = null) => Desk.FileAsync(new FileTicket(
        Channel.Phone, title, text, address, location, phone is null ? null : new FileTicket.Person(null, phone), Answer: answer));

    /// <summary>Other matters, none like another.</summary>
    private async Task FillAsync(int count)
    {
        string[] where = ["城南菜场", "五一小学", "东门车站", "滨江公园", "人民医院", "钟楼广场", "永兴新村"];
        string[] what = ["窨井盖松动有异响", "公交车晚点严重", "自来水发黄有沉淀", "共享单车堆放占道", "树枝遮挡红绿灯", "快递丢失无人赔偿", "退休手续怎么办理", "宽带断网无法上课"];
        for (var i = 0; i < count; i++)
        {
            var (place, matter) = (where[i % where.Length], what[i % what.Length]);
            await FileAsync($"{place}{matter}", $"市民来电：{place}一带{matter}，已经第{i}次，希望尽快处理。");
        }
    }

    private async Task IndexAsync()
    {
        Desk.Db.Time.Advance(TimeSpan.FromSeconds(70));
        var indexer = new SearchIndexer(Desk.Db.Database, Small, NullLogger<SearchIndexer>.Instance);
        while (await indexer.StepAsync(None))
        {
            // until it has caught up
        }
    }
}

public sealed class FindingRepeatsOnSqlite() : FindingRepeats(Engine.Sqlite);

public sealed class FindingRepeatsOnPostgreSql() : FindingRepeats(Engine.PostgreSql);

public sealed class FindingRepeatsOnSqlServer() : FindingRepeats(Engine.SqlServer);
