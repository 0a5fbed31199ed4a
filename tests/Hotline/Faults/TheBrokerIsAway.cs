using System.Text;
using RabbitMQ.Client;

namespace Hotline.Tests.Faults;

[Collection(OnTheBroker.Name)]
public sealed class TheRabbitMqBrokerIsAway : IAsyncLifetime
{
    private Installation _hotline = null!;

    public async ValueTask InitializeAsync()
    {
        _hotline = await Installation.ServersAsync();
        await OnTheBroker.AskAsync("start");
    }

    public async ValueTask DisposeAsync()
    {
        if (_hotline is null) return;
        await OnTheBroker.AskAsync("start");
        await _hotline.DisposeAsync();
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("kill")]
    public async Task Filing_goes_on_readiness_says_so_and_work_resumes_by_itself(string how)
    {
        await using var service = await _hotline.ServeAsync();
        using var api = new Api(service.Url, _hotline.Key);
        var before = await FileAsync(api);
        await api.TicketAsync(before, "dispatched");

        await OnTheBroker.AskAsync(how);
        var during = await FileAsync(api);
        var ready = await api.UntilAsync("/health/ready", r => r["bus"]!["status"]!.GetValue<string>() == "away");
        Assert.Equal("degraded", ready["status"]!.GetValue<string>());
        Assert.Equal("filed", (await api.GetAsync($"/api/tickets/{during}"))["status"]!.GetValue<string>());

        await OnTheBroker.AskAsync("start");
        await api.TicketAsync(during, "dispatched");
        await api.SettledAsync();
        Assert.Equal("ok", (await api.GetAsync("/health/ready"))["status"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_service_that_starts_without_its_broker_files_and_dispatches_when_it_comes()
    {
        await OnTheBroker.AskAsync("stop");
        await using var service = await _hotline.ServeAsync();
        using var api = new Api(service.Url, _hotline.Key);
        var number = await FileAsync(api);
        await OnTheBroker.AskAsync("start");
        await api.TicketAsync(number, "dispatched");
    }

    [Fact(Timeout = 120_000)]
    public async Task What_is_no_message_of_ours_goes_to_the_error_queue_and_holds_up_nobody()
    {
        await using var service = await _hotline.ServeAsync();
        using var api = new Api(service.Url, _hotline.Key);
        await api.TicketAsync(await FileAsync(api), "dispatched");

        var factory = new ConnectionFactory { Uri = new Uri(Environment.GetEnvironmentVariable("HOTLINE_TEST_RABBITMQ")!) };
        await using var connection = await factory.CreateConnectionAsync();
        await using var channel = await connection.CreateChannelAsync();
        var queue = $"{_hotline.BusPrefix}-dispatcher";
        foreach (var body in new[] { "not json", "{}", """{"messageType":["urn:message:Nobody:Knows"],"message":{}}""" })
            await channel.BasicPublishAsync(queue, "", Encoding.UTF8.GetBytes(body));

        await api.TicketAsync(await FileAsync(api), "dispatched");
        var kept = 0u;
        while (kept < 3) kept = await CountAsync(connection, $"{queue}_error") + await CountAsync(connection, $"{queue}_skipped");
    }

    /// <summary>Messages in a queue; 0 where there is none yet.</summary>
    private static async Task<uint> CountAsync(IConnection connection, string queue)
    {
        // Asking for a queue that is not there closes the channel: each question has its own.
        await using var channel = await connection.CreateChannelAsync();
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue)).MessageCount;
        }
        catch (RabbitMQ.Client.Exceptions.OperationInterruptedException)
        {
            return 0;
        }
    }

    private static async Task<string> FileAsync(Api api) => (await api.DoAsync("/api/tickets", new
    {
        channel = "phone",
        kind = "request",
        title = "药房买不到口罩",
        description = "附近药房都没有口罩。",
        address = "崇川区学田街道学田苑",
    }))["number"]!.GetValue<string>();
}
