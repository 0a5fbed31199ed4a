using Hotline.Contracts;
using Hotline.Data;
using MassTransit;

namespace Hotline.App.Bus;

/// <summary>
/// Where MassTransit is met, and the only place: one endpoint per role, in memory or as a durable quorum queue on RabbitMQ. What it
/// cannot read goes to the endpoint's error queue; what a role cannot do is set aside in the database.
/// </summary>
internal static class BusSetup
{
    /// <summary>Parcels that a role has in hand at once: those of one transaction, and those that wait meanwhile.</summary>
    private static int AtOnce(Role role) => role is Role.Intake or Role.Reporting ? 64 : 16;

    public static string Endpoint(HostSettings settings, Role role) => $"{settings.BusPrefix}-{role.Word()}";

    public static IServiceCollection AddBus(this IServiceCollection services, HostSettings settings, IReadOnlyList<Role> roles)
    {
        services.AddMassTransit(bus =>
        {
            bus.DisableUsageTelemetry(); // it would tell its makers what runs here
            if (settings.RabbitMq is { } nodes) bus.UsingRabbitMq((context, rabbit) =>
            {
                // Each process begins at another node, so that not all of them are on the first.
                var brokers = nodes.ToArray();
                Random.Shared.Shuffle(brokers);
                rabbit.Host(brokers[0], host =>
                {
                    if (brokers.Length > 1) host.UseCluster(cluster =>
                    {
                        foreach (var broker in brokers) cluster.Node($"{broker.Host}:{(broker.Port > 0 ? broker.Port : broker.Scheme == "amqps" ? 5671 : 5672)}");
                    });
                    host.Heartbeat(TimeSpan.FromSeconds(10)); // a node that hangs is left after twice that
                    host.PublisherConfirmation = true;
                });
                foreach (var role in roles) rabbit.ReceiveEndpoint(Endpoint(settings, role), endpoint =>
                {
                    endpoint.SetQuorumQueue();
                    endpoint.PrefetchCount = AtOnce(role);
                    Receive(endpoint, role, context);
                });
            });
            else bus.UsingInMemory((context, memory) =>
            {
                foreach (var role in roles) memory.ReceiveEndpoint(Endpoint(settings, role), endpoint => Receive(endpoint, role, context));
            });
        });
        return services.AddSingleton<IRoad, MassTransitRoad>();
    }

    private static void Receive(IReceiveEndpointConfigurator endpoint, Role role, IServiceProvider services)
    {
        endpoint.ConcurrentMessageLimit = AtOnce(role);
        endpoint.ConfigureConsumeTopology = false; // parcels are sent to one role, never published
        endpoint.Consumer(() => new ParcelConsumer(services.GetRequiredService<Inbox>()));
    }

    private sealed class ParcelConsumer(Inbox inbox) : MassTransit.IConsumer<Parcel>
    {
        public Task Consume(ConsumeContext<Parcel> context) => inbox.ProcessAsync(context.Message, context.CancellationToken);
    }
}
