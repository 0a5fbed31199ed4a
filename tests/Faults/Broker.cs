using RabbitMQ.Client;

namespace Hotline.Tests.Faults;

/// <summary>The RabbitMQ of the run: a command that starts, stops and kills it.</summary>
internal sealed class Broker(string command, Uri address)
{
    public Uri Address => address;

    /// <summary>Null where the environment names none.</summary>
    public static Broker? OfEnvironment() =>
        Environment.GetEnvironmentVariable("HOTLINE_TEST_BROKER") is { Length: > 0 } command && Environment.GetEnvironmentVariable("HOTLINE_TEST_RABBITMQ") is { Length: > 0 } address
            ? new Broker(command, new Uri(address))
            : null;

    public Task StartAsync() => Shell.RunAsync(command, "start");

    public Task StopAsync() => Shell.RunAsync(command, "stop");

    public Task KillAsync() => Shell.RunAsync(command, "kill");

    public Task<IConnection> ConnectAsync() => new ConnectionFactory { Uri = address }.CreateConnectionAsync();
}
