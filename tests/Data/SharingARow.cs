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

    [Fact]
    public async Task A_row_that_cannot_be_read_is_set_aside_and_holds_up_nobody()
    {
        await SendAsync(1, 2);
        await Database.WriteAsync(work => work.ExecuteAsync("update outbox set body = 'nonsense'"), None);
        await SendAsync(3, 4);

        await ProcessAsync(await RowsAsync(), _ => { });

        Assert.Equal([Ticket(3), Ticket(4)], await DoneAsync());
        Assert.Equal(Bundle.Kind, Assert.Single(await Db.FaultsAsync()).Kind);
    }

    private static string Ticket(int i) => $"20200207-{i:000000}";

    private async Task SendAsync(params int[] tickets)
    {
        await using var process = Db.Reopen(new OutboxSettings { BundleSize = 4 });
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
        public required string Body { get; init; }
        public required long Messages { get; init; }
    }
}

public sealed class SharingARowOnSqlite() : SharingARow(Engine.Sqlite);

public sealed class SharingARowOnPostgreSql() : SharingARow(Engine.PostgreSql);

public sealed class SharingARowOnSqlServer() : SharingARow(Engine.SqlServer);
