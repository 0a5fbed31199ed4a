using System.Text;
using Hotline.Contracts;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.Data.Tests;

/// <summary>Messages of one transaction to one role share a row of the outbox.</summary>
public abstract class SharingARow(Engine engine) : OnAnEngine(engine)
{
    [Fact]
    public async Task Messages_of_one_write_are_owed_in_one_row_for_each_role_and_done_together()
    {
        await SendAsync(1, 2, 3);

        var rows = await RowsAsync();
        Assert.Equal((Bundle.Kind, 3L), (rows.Single().Kind, rows.Single().Messages));
        Assert.Equal(3, (await new OutboxLag(Database).MeasureAsync(Role.Handlers, None)).Owed);

        var together = 0;
        await ProcessAsync(rows, messages => together = messages.Count);
        Assert.Equal(3, together);
        Assert.Equal([Ticket(1), Ticket(2), Ticket(3)], await DoneAsync());
        Assert.Empty(await RowsAsync());
    }

    [Fact]
    public async Task A_row_has_no_more_messages_than_the_limit()
    {
        await SendAsync([.. Enumerable.Range(1, 9)]);

        Assert.Equal([4L, 4L, 1L], (await RowsAsync()).Select(r => r.Messages));
    }

    [Fact]
    public async Task One_bad_message_of_a_row_is_set_aside_alone_and_put_back_alone()
    {
        await SendAsync(1, 2, 3);
        var before = await RowsAsync();

        await ProcessAsync(before, messages =>
        {
            if (messages.Any(m => m.Ticket == Ticket(2))) throw new InvalidDataException("no such unit");
        });

        Assert.Equal([Ticket(1), Ticket(3)], await DoneAsync());
        var fault = Assert.Single(await Db.FaultsAsync());
        Assert.Equal((Ticket(2), nameof(TicketUrged)), (fault.Ticket, fault.Kind));

        await ProcessAsync(before, _ => { }); // a late copy of what was split changes nothing
        Assert.Equal(2, (await DoneAsync()).Count);

        await new Faults(Database).PutBackAsync(Ticket(2), None);
        await ProcessAsync(await RowsAsync(), _ => { });
        Assert.Equal([Ticket(1), Ticket(2), Ticket(3)], (await DoneAsync()).Order(StringComparer.Ordinal));
    }

    /// <summary>No length before it; a length and no zlib; shorter than it says; nothing.</summary>
    [Theory]
    [InlineData("nonsense"), InlineData("\b\0\0\0nonsense"), InlineData("\u0001\0\0\0x\u0001\u0003\0\0\0\0\u0001"), InlineData("")]
    public async Task A_row_that_cannot_be_read_is_set_aside_and_holds_up_nobody(string bytes)
    {
        var nonsense = Encoding.Latin1.GetBytes(bytes);
        await SendAsync(1, 2);
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set body = @nonsense", new { nonsense }), None);
        await SendAsync(3, 4);

        await ProcessAsync(await RowsAsync(), _ => { });

        Assert.Equal([Ticket(3), Ticket(4)], await DoneAsync());
        Assert.Equal(Bundle.Kind, Assert.Single(await Db.FaultsAsync()).Kind);
    }

    [Fact]
    public async Task A_row_holds_its_messages_in_a_fraction_of_their_length()
    {
        await SendAsync(100, [.. Enumerable.Range(1, 100)]);

        var row = Assert.Single(await RowsAsync());
        var letter = new Letter(row.Id, row.Kind, row.Body);
        Assert.Equal(Bundle.Open(letter).Sum(m => m.Kind.Length + m.Ticket.Length + m.Body.Length + 3) - 1, Bundle.Length(letter));
        Assert.InRange(row.Body.Length, 1, Bundle.Length(letter) / 5);
    }

    [Fact]
    public async Task What_the_version_before_owed_is_done()
    {
        await SendAsync(1, 2);
        var lines = Encoding.UTF8.GetBytes(string.Join('\n', Bundle.Open(Assert.Single((await RowsAsync()).Select(r => new Letter(r.Id, r.Kind, r.Body))))
            .Select(m => $"{m.Kind}\t{m.Ticket}\t{Encoding.UTF8.GetString(m.Body.Span)}")));
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set kind = 'Bundle', body = @lines", new { lines }), None);

        await ProcessAsync(await RowsAsync(), _ => { });

        Assert.Equal([Ticket(1), Ticket(2)], await DoneAsync());
        Assert.Empty(await RowsAsync());
    }

    private static string Ticket(int i) => $"20200207-{i:000000}";

    private Task SendAsync(params int[] tickets) => SendAsync(4, tickets);

    private async Task SendAsync(int bundleSize, int[] tickets)
    {
        await using var process = Db.Reopen(new OutboxSettings { BundleSize = bundleSize });
        await process.WriteAsync(work =>
        {
            foreach (var i in tickets) work.Send(new TicketUrged(Ticket(i), "u1", "still\tno\nmasks", work.Now, "an operator"));
            return Task.CompletedTask;
        }, None);
    }

    private Task<IReadOnlyList<RowOfOutbox>> RowsAsync() => Database.ReadAsync(
        db => db.QueryAsync<RowOfOutbox>("select id, kind, body, messages from outbox where fault is null order by id"), None);

    private Task ProcessAsync(IReadOnlyList<RowOfOutbox> rows, Action<IReadOnlyList<TicketUrged>> before) =>
        new Inbox(Database, new ServiceCollection().AddKeyedSingleton<IConsumer<TicketUrged>>(Role.Handlers, new Noting(before)).BuildServiceProvider(), new OutboxSettings { NotedAfter = TimeSpan.Zero }, NullLogger<Inbox>.Instance)
            .ProcessAsync(new Parcel(Role.Handlers, [.. rows.Select(r => new Letter(r.Id, r.Kind, r.Body))]), None);

    private Task<IReadOnlyList<string>> DoneAsync() => Database.ReadAsync(db => db.QueryAsync<string>("select ticket from timeline order by id"), None);

    private sealed class Noting(Action<IReadOnlyList<TicketUrged>> before) : IConsumer<TicketUrged>
    {
        public Task ConsumeAsync(IReadOnlyList<TicketUrged> messages, Work work)
        {
            before(messages);
            foreach (var message in messages) work.Note(message.Ticket, "handlers", "urged", message.Note);
            return Task.CompletedTask;
        }
    }

    private sealed record RowOfOutbox
    {
        public required string Id { get; init; }
        public required string Kind { get; init; }
        public required byte[] Body { get; init; }
        public required long Messages { get; init; }
    }
}

public sealed class SharingARowOnSqlite() : SharingARow(Engine.Sqlite);

public sealed class SharingARowOnPostgreSql() : SharingARow(Engine.PostgreSql);

public sealed class SharingARowOnSqlServer() : SharingARow(Engine.SqlServer);
