using System.Threading.Channels;
using Hotline.Contracts;
using Channel = System.Threading.Channels.Channel;

namespace Hotline.Data;

/// <summary>How deliveries travel. <see cref="RetryAfter"/> is <c>Outbox:RetryAfterSeconds</c>.</summary>
public sealed record OutboxSettings
{
    /// <summary>A delivery that its role has not settled after this long is sent again; the wait doubles with each attempt.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often the reconciler looks for such deliveries.</summary>
    public TimeSpan Look { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// What is only noted (on a ticket, in the figures) waits for company: this long where it is sent, figures three times as long, and at least twice that
    /// where it is received. Several things told of one ticket, and numbers that many tickets change, are then written once. Nobody's work waits for it.
    /// </summary>
    public TimeSpan NotedAfter { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the first message to the role waits for others before it is sent.</summary>
    public TimeSpan Waits(Role role) => role switch
    {
        Role.Intake => NotedAfter,
        Role.Reporting => NotedAfter * 3,
        _ => TimeSpan.Zero,
    };

    /// <summary>How long the first parcel to the role waits for others before its work is done, at least (<see cref="Together{TCall, TResult}.Waits"/>).</summary>
    public TimeSpan Gathers(Role role) => Waits(role) * 2;

    /// <summary>
    /// Transactions of the role that a process has under way at once. Figures are the same few rows for everybody, who would only wait for one another;
    /// what waits meanwhile is done together.
    /// </summary>
    public static int Lanes(Role role) => role == Role.Reporting ? 1 : 2;

    /// <summary>
    /// Messages owed to one role above which new tickets may be refused (<see cref="Congestion"/>); ten times that for what is only noted.
    /// <c>Overload:Backlog</c>.
    /// </summary>
    public int Backlog { get; init; } = 2000;

    /// <summary>The most messages in one row of the outbox.</summary>
    public int BundleSize { get; init; } = 200;

    /// <summary>The most messages in one parcel; one bundle may be more.</summary>
    public int ParcelSize { get; init; } = 400;
}

/// <summary>
/// Hands just-committed deliveries to the relay of this process without a look into the database. It is only the short
/// way: what does not fit is left to the reconciler, and what is lost with the process too.
/// </summary>
public sealed class Outbox
{
    /// <summary>Deliveries waiting in memory for one role, at most.</summary>
    private const int Capacity = 20_000;

    private readonly Dictionary<Role, Channel<Delivery>> _waiting = Enum.GetValues<Role>().ToDictionary(
        role => role,
        _ => Channel.CreateBounded<Delivery>(new BoundedChannelOptions(Capacity) { SingleReader = true }));

    internal ChannelReader<Delivery> Waiting(Role role) => _waiting[role].Reader;

    internal void Offer(IReadOnlyList<Delivery> committed)
    {
        foreach (var delivery in committed)
            _waiting[delivery.Role].Writer.TryWrite(delivery);
    }
}

/// <summary>A delivery as it is stored.</summary>
internal sealed record DeliveryRow
{
    public static readonly Bulk<DeliveryRow> Insert = Bulk<DeliveryRow>.Insert("outbox");

    public required string Id { get; init; }
    public required string Role { get; init; }
    public required string Kind { get; init; }
    public required string Ticket { get; init; }
    public required byte[] Body { get; init; }
    public required int Messages { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset DueAt { get; init; }
    public int Attempts { get; init; }

    public static DeliveryRow Of(Delivery delivery, DateTimeOffset now, DateTimeOffset due) => new()
    {
        Id = delivery.Id,
        Role = delivery.Role.Word(),
        Kind = delivery.Kind,
        Ticket = delivery.Ticket,
        Body = delivery.Body,
        Messages = delivery.Messages,
        CreatedAt = now,
        DueAt = due,
    };
}
