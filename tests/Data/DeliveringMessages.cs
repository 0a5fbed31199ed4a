using Hotline.Contracts;
using Hotline.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Data.Tests;

/// <summary>The promise of the outbox, on every engine.</summary>
public abstract class DeliveringMessages(Engine engine) : IAsyncLifetime
{
    private TestDatabase _db = null!;

    public async ValueTask InitializeAsync()
    {
        TestDatabase.SkipUnlessAvailable(engine);
        _db = await TestDatabase.CreateAsync(engine);
    }

    public async ValueTask DisposeAsync()
    {
        if (_db is not null) await _db.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task A_message_stands_until_its_role_has_done_the_work()
    {
        await _db.Database.WriteAsync(work =>
        {
            work.Send(new TicketUrged("20200207-000001", "u1", "still no masks", work.Now, "operator"));
            return Task.CompletedTask;
        }, CancellationToken.None);
        Assert.Single(await _db.SentAsync<TicketUrged>());

        var counter = new CountingConsumer();
        await _db.DeliverAsync(Services(counter), [Role.Handlers], shuffle: 7);

        Assert.Equal(1, counter.Seen);
        Assert.Empty(await _db.SentAsync<TicketUrged>());
    }

    private static ServiceProvider Services(CountingConsumer counter) =>
        new ServiceCollection().AddKeyedSingleton<IConsumer<TicketUrged>>(Role.Handlers, counter).BuildServiceProvider();

    private sealed class CountingConsumer : IConsumer<TicketUrged>
    {
        public int Seen { get; private set; }

        public Task ConsumeAsync(TicketUrged message, Work work)
        {
            Seen++;
            return Task.CompletedTask;
        }
    }
}

public sealed class DeliveringMessagesOnSqlite() : DeliveringMessages(Engine.Sqlite);

public sealed class DeliveringMessagesOnPostgreSql() : DeliveringMessages(Engine.PostgreSql);

public sealed class DeliveringMessagesOnSqlServer() : DeliveringMessages(Engine.SqlServer);
