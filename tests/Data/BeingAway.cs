using System.Net;
using System.Net.Sockets;
using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary>A server that is not there is told apart from a message that cannot be processed. No server is needed for this.</summary>
public sealed class BeingAway
{
    [Theory, InlineData(Engine.PostgreSql), InlineData(Engine.SqlServer)]
    public async Task A_closed_port_is_away(Engine engine)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        await AwayAsync(engine, port);
    }

    [Theory, InlineData(Engine.PostgreSql), InlineData(Engine.SqlServer)]
    public async Task A_server_that_hangs_up_is_away(Engine engine)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var hangingUp = Task.Run(async () =>
        {
            while (true) (await listener.AcceptTcpClientAsync(stop.Token)).Close();
        }, CancellationToken.None);

        await AwayAsync(engine, ((IPEndPoint)listener.LocalEndpoint).Port);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => hangingUp);
    }

    [Theory, InlineData(Engine.PostgreSql), InlineData(Engine.SqlServer)]
    public async Task A_server_that_does_not_answer_is_away(Engine engine)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();

        await AwayAsync(engine, ((IPEndPoint)listener.LocalEndpoint).Port);
    }

    [Fact]
    public async Task A_server_that_only_lets_read_says_why_nothing_is_stored()
    {
        TestDatabase.SkipUnlessAvailable(Engine.PostgreSql);
        await using var db = await TestDatabase.CreateAsync(Engine.PostgreSql);
        await using var database = new Database(
            new PostgreSqlDialect($"{db.ConnectionString};Options=-c default_transaction_read_only=on"), db.Clock, new Outbox(), new OutboxSettings());
        Assert.Null(database.WhyNothingIsStored);

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => database.WriteAsync(work => work.ExecuteAsync("delete from outbox"), CancellationToken.None));

        Assert.True(database.Dialect.IsAway(thrown), thrown.Message);
        Assert.Same(thrown, database.WhyNothingIsStored);
        Assert.False(database.Dialect.IsFull(thrown));
        Assert.Equal(0, await database.ReadAsync(read => read.ScalarAsync<long>("select count(*) from outbox"), CancellationToken.None));
        db.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(database.WhyNothingIsStored);
    }

    private static async Task AwayAsync(Engine engine, int port)
    {
        Dialect dialect = engine == Engine.PostgreSql
            ? new PostgreSqlDialect($"Host=127.0.0.1;Port={port};Username=nobody;Database=none;Timeout=2")
            : new SqlServerDialect($"Server=127.0.0.1,{port};User Id=nobody;Password=none;Encrypt=False;Connect Timeout=2;ConnectRetryCount=0");
        await using var database = new Database(
            dialect, new HotlineClock(TimeProvider.System, TimeZoneInfo.Utc), new Outbox(), new OutboxSettings());

        var thrown = await Assert.ThrowsAnyAsync<Exception>(() => database.WriteAsync(_ => Task.CompletedTask, CancellationToken.None));

        Assert.True(dialect.IsAway(thrown), $"{(thrown as Microsoft.Data.SqlClient.SqlException)?.Number} {(thrown as Microsoft.Data.SqlClient.SqlException)?.Class} {thrown}");
        Assert.False(dialect.IsConflict(thrown));
    }
}
