using Hotline.Data;
using MassTransit;

namespace Hotline.App.Bus;

/// <summary>Sends parcels to the endpoint of their role.</summary>
internal sealed class MassTransitRoad(IBusControl bus, HostSettings settings) : IRoad
{
    /// <summary>MassTransit waits for a lost connection to come back; the relay would rather go on with others.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile bool _open;
    private long _checkedAt = long.MinValue / 2;

    public bool Open
    {
        get
        {
            var now = Environment.TickCount64;
            if (now - Interlocked.Read(ref _checkedAt) < 500) return _open;
            Interlocked.Exchange(ref _checkedAt, now);
            return _open = bus.CheckHealth().Status == BusHealthStatus.Healthy;
        }
    }

    public async Task SendAsync(Parcel parcel, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        var endpoint = await bus.GetSendEndpoint(new Uri($"exchange:{BusSetup.Endpoint(settings, parcel.Role)}"));
        await endpoint.Send(parcel, context =>
        {
            context.Durable = true;
            // A role that has never run has no queue: the broker then sends the parcel back, and it stays owed.
            if (context is RabbitMqSendContext rabbit) rabbit.Mandatory = true;
        }, patience.Token);
    }
}
