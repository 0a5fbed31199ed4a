using Hotline.Contracts;
using Hotline.Intake.Search;
using Hotline.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Intake.Tests;

/// <summary>The text index gives what a look at every ticket gives, however far it has come and whoever builds it.</summary>
public abstract class SearchingByWords(Engine engine) : OnEngine(engine)
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly SearchIndexSettings Small = new(8, 32, TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), Page: 5);

    private readonly List<(string Number, DateTimeOffset At, FileTicket Ticket)> _filed = [];

    [Fact]
    public async Task Every_text_is_found_by_every_part_of_it_whether_indexed_or_not()
    {
        var random = new Random(1);
        var indexer = Indexer();
        for (var batch = 0; batch < 4; batch++)
        {
            await FileAsync(random, 23);
            Advance(TimeSpan.FromSeconds(11));
            while (await indexer.StepAsync(None))
            {
                // until it has caught up
            }
        }
        await FileAsync(random, 5);
        Assert.Contains(await SegmentsAsync(), s => s.Tickets >= 32);

        foreach (var q in Queries(random, 60)) Assert.Equal(Expected(q), await FindAsync(new TicketFilter(Q: q)));
    }

    [Fact]
    public async Task Words_go_together_with_the_other_conditions()
    {
        var random = new Random(2);
        await FileAsync(random, 40);
        await Desk.RoutedAsync(_filed[3].Number, 1, 1);
        await Desk.RoutedAsync(_filed[30].Number, 1, 1);
        Advance(TimeSpan.FromDays(1));
        await FileAsync(random, 20);
        Advance(TimeSpan.FromSeconds(11));
        await IndexAsync(Indexer());

        var (first, second) = (Days.Write(Desk.Db.Clock.DayOf(_filed[0].At)), Days.Write(Desk.Db.Clock.DayOf(_filed[^1].At)));
        foreach (var q in Queries(random, 20))
        {
            Assert.Equal(Expected(q, f => f.At < _filed[40].At), await FindAsync(new TicketFilter(Q: q, To: first)));
            Assert.Equal(Expected(q, f => f.At >= _filed[40].At), await FindAsync(new TicketFilter(Q: q, From: second)));
            Assert.Equal(Expected(q, f => f == _filed[3] || f == _filed[30]), await FindAsync(new TicketFilter(Q: q, Unit: "320613001")));
            Assert.Equal(Expected(q, f => f == _filed[3] || f == _filed[30]), await FindAsync(new TicketFilter(Q: q, Status: "dispatched", Category: "210103")));
            Assert.Equal(Expected(q), await FindAsync(new TicketFilter(Q: q, Phone: "13800001234")));
        }
    }

    [Fact]
    public async Task A_callers_tickets_are_found_whether_indexed_or_not()
    {
        var random = new Random(7);
        await IndexCallersAsync(random);
        await FileAsync(random, 20, phones: 5);
        Assert.Contains(await SegmentsAsync(), s => s.Tickets >= 32);

        await AssertCallersAsync();
    }

    [Fact]
    public async Task A_segment_that_has_no_callers_is_looked_through_and_built_again()
    {
        await IndexCallersAsync(new Random(8));
        await Desk.Db.Database.WriteAsync(
            work => work.ExecuteAsync("update intake_search_segment set callers = @no where from_at < @half", new { no = false, half = _filed[45].At }), None);
        Assert.Equal([false, true], (await SegmentsAsync()).Select(s => s.Callers).Distinct());
        await AssertCallersAsync();

        await Desk.Db.Database.WriteAsync(async work =>
        {
            await work.ExecuteAsync("delete from intake_search where id - (id / 65536) * 65536 >= 32768 and id - (id / 65536) * 65536 < 49151");
            await work.ExecuteAsync("update intake_search_segment set callers = @no", new { no = false });
        }, None);
        await AssertCallersAsync();
        await IndexAsync(Indexer());

        Assert.All(await SegmentsAsync(), s => Assert.True(s.Callers));
        await AssertCallersAsync();
    }

    /// <summary>Tickets of five callers, indexed; one of them with a unit.</summary>
    private async Task IndexCallersAsync(Random random)
    {
        await FileAsync(random, 90, phones: 5);
        Advance(TimeSpan.FromSeconds(11));
        await IndexAsync(Indexer());
        await Desk.RoutedAsync(_filed[12].Number, 1, 1);
    }

    private async Task AssertCallersAsync()
    {
        for (var i = 0; i < 5; i++)
        {
            bool Calls((string Number, DateTimeOffset At, FileTicket Ticket) filed) => filed.Ticket.Caller!.Phone == Phone(i);
            Assert.Equal(Expected("", Calls), await FindAsync(new TicketFilter(Phone: Phone(i))));
            Assert.Equal(Expected("灯", Calls), await FindAsync(new TicketFilter(Q: "灯", Phone: Phone(i))));
            Assert.Equal(Expected("", f => Calls(f) && f == _filed[12]), await FindAsync(new TicketFilter(Phone: Phone(i), Unit: "320613001")));
            Assert.Equal(Expected("", f => Calls(f) && f != _filed[12]), await FindAsync(new TicketFilter(Phone: Phone(i), Status: "filed")));
        }
        Assert.Empty(await FindAsync(new TicketFilter(Phone: "13800009999")));
    }

    private static string Phone(int caller) => $"1380000000{caller}";

    [Fact]
    public async Task A_number_is_found_by_its_beginning()
    {
        await FileAsync(new Random(3), 12);
        await IndexAsync(Indexer());
        var (number, day) = (_filed[4].Number, _filed[4].Number[..8]);

        Assert.Equal([number], await FindAsync(new TicketFilter(Q: number)));
        Assert.Equal(_filed.Select(f => f.Number).Reverse(), await FindAsync(new TicketFilter(Q: day)));
        Assert.Empty(await FindAsync(new TicketFilter(Q: $"{day}-9")));
        Assert.Empty(await FindAsync(new TicketFilter(Q: "20190101")));
    }

    [Fact]
    public async Task Two_processes_index_every_ticket_once()
    {
        var random = new Random(4);
        await FileAsync(random, 150);
        Advance(TimeSpan.FromSeconds(11));
        await using var other = Desk.Db.Reopen();
        var (one, two) = (Indexer(), new SearchIndexer(other, Small, NullLogger<SearchIndexer>.Instance));

        for (var i = 0; i < 20; i++) await Task.WhenAll(one.StepAsync(None), two.StepAsync(None));

        await AssertWholeAsync();
        foreach (var q in Queries(random, 10)) Assert.Equal(Expected(q), await FindAsync(new TicketFilter(Q: q)));
    }

    [Fact]
    public async Task Of_two_segments_for_the_same_time_one_counts()
    {
        var from = DateTimeOffset.UnixEpoch;
        await using var other = Desk.Db.Reopen();
        var one = await SegmentTable.OpenAsync(Desk.Db.Database, from, Desk.Db.Clock.Now, 0, 16, None);
        var two = await SegmentTable.OpenAsync(other, from, Desk.Db.Clock.Now.AddSeconds(-1), 0, 16, None);

        var published = await Task.WhenAll(SegmentTable.PublishAsync(Desk.Db.Database, one, [], None), SegmentTable.PublishAsync(other, two, [], None));

        Assert.Equal(1, published.Count(p => p));
        Assert.Single(await SegmentsAsync());
    }

    [Fact]
    public async Task What_a_process_began_and_left_is_cleared_away_and_done_by_another()
    {
        await FileAsync(new Random(5), 12);
        Advance(TimeSpan.FromSeconds(11));
        var left = await SegmentTable.OpenAsync(Desk.Db.Database, DateTimeOffset.UnixEpoch, Desk.Db.Clock.Now, 12, 16, None);
        await SegmentTable.WriteAsync(Desk.Db.Database, left, [(0, [1, 1, 1])], None);

        await IndexAsync(Indexer());
        Assert.DoesNotContain(await SegmentsAsync(), s => s.Id == left.Id);
        Advance(TimeSpan.FromMinutes(11));
        await IndexAsync(Indexer());

        Assert.Equal(0, await Desk.Db.Database.ReadAsync(db => db.ScalarAsync<long>(
            "select count(*) from intake_search where id >= @from and id < @to", new { from = Segment.FirstKey(left.Id), to = Segment.FirstKey(left.Id + 1) }), None));
        await AssertWholeAsync();
    }

    [Fact]
    public async Task A_ticket_that_comes_late_is_found_in_the_end()
    {
        await FileAsync(new Random(6), 20);
        Advance(TimeSpan.FromSeconds(11));
        var indexer = Indexer();
        await IndexAsync(indexer);
        var now = Desk.Db.Clock.Now;

        Desk.Db.Time.MoveTo(_filed[5].At);
        var late = await Desk.FileAsync(IntakeDesk.NoMasks with { Title = "迟到的工单" });
        Desk.Db.Time.MoveTo(now.AddMinutes(2));
        await IndexAsync(indexer);

        Assert.Equal([late], await FindAsync(new TicketFilter(Q: "迟到的")));
    }

    private SearchIndexer Indexer() => new(Desk.Db.Database, Small, NullLogger<SearchIndexer>.Instance);

    /// <summary>Lets others that may hold the work lose it, and works until nothing is left.</summary>
    private async Task IndexAsync(SearchIndexer indexer)
    {
        Advance(TimeSpan.FromMinutes(2));
        while (await indexer.StepAsync(None))
        {
            // until it has caught up
        }
    }

    private void Advance(TimeSpan by) => Desk.Db.Time.Advance(by);

    /// <param name="phones">Different callers; 0 leaves the one there is.</param>
    private async Task FileAsync(Random random, int count, int phones = 0)
    {
        for (var i = 0; i < count; i++)
        {
            var ticket = IntakeDesk.NoMasks with { Title = Text(random, 1, 6), Description = Text(random, 1, 20), Address = Text(random, 0, 6) };
            if (phones > 0) ticket = ticket with { Caller = new FileTicket.Person(null, Phone(random.Next(phones))) };
            var at = Desk.Db.Clock.Now;
            _filed.Add((await Desk.FileAsync(ticket), at, ticket));
            if (random.Next(3) > 0) Advance(TimeSpan.FromMilliseconds(random.Next(1, 2000)));
        }
    }

    /// <summary>Few characters, so that parts of texts meet again in others.</summary>
    private static string Text(Random random, int least, int most) =>
        string.Concat(Enumerable.Range(0, random.Next(least, most + 1)).Select(_ => "路灯不亮口罩水电aB%_'1"[random.Next(14)]));

    private IEnumerable<string> Queries(Random random, int count)
    {
        yield return "灯";
        yield return "鑫";
        yield return "AB";
        for (var i = 0; i < count; i++)
        {
            var text = _filed[random.Next(_filed.Count)].Ticket.Description;
            var from = random.Next(text.Length);
            yield return text.Substring(from, random.Next(1, Math.Min(5, text.Length - from) + 1));
        }
    }

    private IEnumerable<string> Expected(string q, Func<(string Number, DateTimeOffset At, FileTicket Ticket), bool>? where = null) => _filed
        .Where(f => (where is null || where(f)) && new[] { f.Ticket.Title, f.Ticket.Description, f.Ticket.Address! }.Any(t => t.Contains(q, StringComparison.OrdinalIgnoreCase)))
        .OrderByDescending(f => f.At).ThenByDescending(f => f.Number, StringComparer.Ordinal).Select(f => f.Number);

    private async Task<IReadOnlyList<string>> FindAsync(TicketFilter filter)
    {
        var found = new List<string>();
        var cursor = default(string);
        do
        {
            var (page, errors) = await Desk.Search.FindAsync(filter, "5", cursor, None);
            Assert.Empty(errors);
            found.AddRange(page!.Items.Select(t => t.Number));
            cursor = page.NextCursor;
        }
        while (cursor is not null);
        return found;
    }

    private Task<IReadOnlyList<Segment>> SegmentsAsync() => Desk.Db.Database.ReadAsync(SegmentTable.ReadyAsync, None);

    /// <summary>The segments lie one behind the other, and what they say they hold is what there is.</summary>
    private async Task AssertWholeAsync()
    {
        var segments = await SegmentsAsync();
        Assert.NotEmpty(segments);
        Assert.All(segments.Zip(segments.Skip(1)), pair => Assert.Equal(pair.First.ToAt, pair.Second.FromAt));
        Assert.Equal(_filed.Count(f => f.At < segments[^1].ToAt), segments.Sum(s => s.Tickets));
    }
}

public sealed class SearchingByWordsOnSqlite() : SearchingByWords(Engine.Sqlite);

public sealed class SearchingByWordsOnPostgreSql() : SearchingByWords(Engine.PostgreSql);

public sealed class SearchingByWordsOnSqlServer() : SearchingByWords(Engine.SqlServer);
