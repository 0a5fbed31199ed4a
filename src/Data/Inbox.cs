using System.Collections.Concurrent;
using Hotline.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hotline.Data;

/// <summary>
/// Does a role's work for one kind of message: load, decide, guarded change, new messages, all through the given
/// <see cref="Work"/>. It gets all messages of its kind that came in one parcel, so that it can load and write them together. It may see a message
/// twice, late and out of order, and must then change nothing or the same.
/// </summary>
/// <typeparam name="T"><see cref="IMessage"/> for a role that takes all its kinds at once: what several of them say of one ticket is then written once.</typeparam>
public interface IConsumer<in T> where T : IMessage
{
    Task ConsumeAsync(IReadOnlyList<T> messages, Work work);

    /// <summary>What can be worked out before the transaction, for which others wait.</summary>
    /// <returns>What <see cref="ConsumeAsync"/> would do with the same messages.</returns>
    Task<Func<Work, Task>> PrepareAsync(IReadOnlyList<T> messages, CancellationToken ct) =>
        Task.FromResult<Func<Work, Task>>(work => ConsumeAsync(messages, work));
}

/// <summary>For work that is seldom enough to be done message by message.</summary>
public abstract class SingleConsumer<T> : IConsumer<T> where T : IMessage
{
    public async Task ConsumeAsync(IReadOnlyList<T> messages, Work work)
    {
        foreach (var message in messages) await ConsumeAsync(message, work);
    }

    protected abstract Task ConsumeAsync(T message, Work work);
}

/// <summary>A message of a later version.</summary>
public sealed class UnknownMessageException(string kind) : Exception($"'{kind}' is no message that this version knows.");

/// <summary>
/// Settles deliveries: in one transaction the delivery is removed from the outbox and its work is done. A delivery that is no longer
/// there has been done, and is skipped: that, and not hope, is what makes a second copy harmless.
/// </summary>
public sealed partial class Inbox(Database database, IServiceProvider services, OutboxSettings settings, ILogger<Inbox> log)
{
    /// <summary>
    /// Bytes of the messages that share a transaction, at most: a few hundred tickets. What is only noted may share more.
    /// </summary>
    private int Share(Role role) => settings.Gathers(role) == TimeSpan.Zero ? 1024 * 1024 : 2 * 1024 * 1024;

    /// <summary>Tries of one message by itself before it is set aside.</summary>
    private const int Tries = 3;

    /// <summary>
    /// A message that nobody knows may be for a newer version that is just being installed: it comes again this often before it is set aside,
    /// over a quarter of an hour with the usual waits.
    /// </summary>
    private const int UnknownTries = 5;

    private readonly ConcurrentDictionary<Role, Together<Parcel, bool>> _together = new();

    /// <summary>
    /// Processes a parcel whole, with others that wait for the same role; when that fails, by itself; and when that fails, its messages one by one, so that
    /// one bad message holds up nobody. A message that keeps failing is set aside with its reason (<see cref="Faults"/>). While the database is away, or
    /// when this process ends, nothing is settled: the deliveries stay owed and come again.
    /// </summary>
    public async Task ProcessAsync(Parcel parcel, CancellationToken ct)
    {
        try
        {
            await Together(parcel.Role).DoAsync(parcel, ct);
            return;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogParcelFailed(parcel.Letters.Count, parcel.Role, e.Message);
        }
        try
        {
            foreach (var letter in parcel.Letters)
            {
                if (!Bundle.Is(letter)) await ProcessOneAsync(parcel.Role, letter, ct);
                else await ProcessBundleAsync(parcel.Role, letter, ct);
            }
        }
        catch (Exception e) when (!ct.IsCancellationRequested && IsPutOff(e))
        {
            // No fault of the parcel, so nothing for the broker's error queue: what it carries is still owed and comes again.
            LogPutOff(parcel.Letters.Count, parcel.Role, e.Message);
        }
    }

    /// <summary>Nothing is wrong with the message: the database is away, or this process ends and its services are gone already.</summary>
    private bool IsPutOff(Exception e) => database.Dialect.IsAway(e) || e is ObjectDisposedException { ObjectName: nameof(IServiceProvider) };

    private Together<Parcel, bool> Together(Role role) => _together.GetOrAdd(role, _ => new Together<Parcel, bool>(Share(role), OutboxSettings.Lanes(role), async parcels =>
    {
        await SettleAsync(role, [.. parcels.SelectMany(p => p.Letters)], CancellationToken.None);
        return new bool[parcels.Count];
    }, IsPutOff) { Weight = parcel => parcel.Letters.Sum(Bundle.Length), Waits = settings.Gathers(role), Time = database.Clock.Time });

    private async Task ProcessBundleAsync(Role role, Letter bundle, CancellationToken ct)
    {
        IReadOnlyList<Letter> singles;
        try
        {
            singles = await SplitAsync(role, bundle, ct);
        }
        catch (InvalidDataException e)
        {
            LogSetAside(e, bundle.Kind, bundle.Id, role);
            await Faults.SetAsideAsync(database, role, bundle.Id, e, 0, ct);
            return;
        }
        foreach (var single in singles) await ProcessOneAsync(role, single, ct);
    }

    private async Task ProcessOneAsync(Role role, Letter letter, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await SettleAsync(role, [letter], ct);
                return;
            }
            catch (Exception e) when (!ct.IsCancellationRequested && !IsPutOff(e))
            {
                if (e is UnknownMessageException)
                {
                    if (await Faults.SetAsideAsync(database, role, letter.Id, e, UnknownTries, ct)) LogSetAside(e, letter.Kind, letter.Id, role);
                    else LogUnknown(letter.Kind, letter.Id, role);
                    return;
                }
                if (attempt < Tries) continue;
                LogSetAside(e, letter.Kind, letter.Id, role);
                await Faults.SetAsideAsync(database, role, letter.Id, e, 0, ct);
                return;
            }
        }
    }

    private async Task SettleAsync(Role role, IReadOnlyList<Letter> letters, CancellationToken ct)
    {
        var opened = letters.DistinctBy(l => l.Id).Select(l => (l.Id, Messages: Bundle.Open(l).Select(m => Kind.Of(m.Kind).Read(m.Body.Span)).ToArray())).ToArray();
        var ids = Json.Write(opened.Select(l => l.Id));
        var all = await PrepareAsync(opened.SelectMany(l => l.Messages));
        await database.WriteAsync(async work =>
        {
            var owed = (await work.QueryAsync<string>(database.Dialect.SettleDeliveries, new { role = role.Word(), ids })).ToHashSet(StringComparer.Ordinal);
            if (owed.Count == 0) return;
            // Some came twice, or were done by another: seldom, so then it is worked out anew for the others.
            var steps = owed.Count == opened.Length ? all : await PrepareAsync(opened.Where(l => owed.Contains(l.Id)).SelectMany(l => l.Messages));
            foreach (var step in steps) await step(work);
        }, ct);

        async Task<IReadOnlyList<Func<Work, Task>>> PrepareAsync(IEnumerable<IMessage> messages)
        {
            if (services.GetKeyedService<IConsumer<IMessage>>(role) is { } ofAll) return [await ofAll.PrepareAsync([.. messages], ct)];
            var steps = new List<Func<Work, Task>>();
            foreach (var ofKind in messages.GroupBy(m => m.GetType().Name)) steps.Add(await Kind.Of(ofKind.Key).PrepareAsync(services, role, ofKind, ct));
            return steps;
        }
    }

    /// <summary>The messages of a bundle, which from now on are owed one by one; none where it is no longer owed.</summary>
    private Task<IReadOnlyList<Letter>> SplitAsync(Role role, Letter letter, CancellationToken ct) =>
        database.WriteAsync<IReadOnlyList<Letter>>(async work =>
        {
            var owed = await work.QueryAsync<SplitRow>(
                "select created_at, due_at, attempts from outbox where id = @Id and role = @role and fault is null", new { letter.Id, role = role.Word() });
            if (owed.Count == 0 || (await work.QueryAsync<string>(database.Dialect.SettleDeliveries, new { role = role.Word(), ids = Json.Write((string[])[letter.Id]) })).Count == 0)
                return [];
            var rows = Bundle.Open(letter).Select(m => new DeliveryRow
            {
                Id = Delivery.NextId(work.Now),
                Role = role.Word(),
                Kind = m.Kind,
                Ticket = m.Ticket,
                Body = m.Body.ToArray(),
                Messages = 1,
                CreatedAt = owed[0].CreatedAt,
                DueAt = owed[0].DueAt,
                Attempts = owed[0].Attempts,
            }).ToArray();
            work.Write(DeliveryRow.Insert, rows);
            return [.. rows.Select(r => new Letter(r.Id, r.Kind, r.Body))];
        }, ct);

    /// <summary>From the name of a message to its type, and to the consumer that its role registered for it.</summary>
    private abstract class Kind
    {
        private static readonly Dictionary<string, Kind> ByName = MessageTypes.All.ToDictionary(
            t => t.Name,
            t => (Kind)Activator.CreateInstance(typeof(Kind<>).MakeGenericType(t))!);

        public static Kind Of(string name) => ByName.GetValueOrDefault(name) ?? throw new UnknownMessageException(name);

        public abstract IMessage Read(ReadOnlySpan<byte> body);

        public abstract Task<Func<Work, Task>> PrepareAsync(IServiceProvider services, Role role, IEnumerable<IMessage> messages, CancellationToken ct);
    }

    private sealed class Kind<T> : Kind where T : IMessage
    {
        public override IMessage Read(ReadOnlySpan<byte> body) => Json.Read<T>(body);

        public override Task<Func<Work, Task>> PrepareAsync(IServiceProvider services, Role role, IEnumerable<IMessage> messages, CancellationToken ct) =>
            services.GetRequiredKeyedService<IConsumer<T>>(role).PrepareAsync([.. messages.Cast<T>()], ct);
    }

    private sealed record SplitRow
    {
        public required DateTimeOffset CreatedAt { get; init; }
        public required DateTimeOffset DueAt { get; init; }
        public required int Attempts { get; init; }
    }

    [LoggerMessage(LogLevel.Warning, "A parcel of {Count} for {Role} failed as a whole and is done one by one: {Reason}")]
    private partial void LogParcelFailed(int count, Role role, string reason);

    [LoggerMessage(LogLevel.Warning, "A parcel of {Count} for {Role} is put off, the database is away or this process ends: {Reason}")]
    private partial void LogPutOff(int count, Role role, string reason);

    [LoggerMessage(LogLevel.Warning, "{Kind} {Id} for {Role} is put off: this version does not know it")]
    private partial void LogUnknown(string kind, string id, Role role);

    [LoggerMessage(LogLevel.Error, "{Kind} {Id} for {Role} keeps failing and is set aside")]
    private partial void LogSetAside(Exception exception, string kind, string id, Role role);
}

/// <summary>How a role says what it hears.</summary>
public static class ConsumerRegistration
{
    /// <summary>Says which class does a role's work for a message.</summary>
    public static IServiceCollection AddConsumer<TMessage, TConsumer>(this IServiceCollection services, Role role)
        where TMessage : IMessage
        where TConsumer : class, IConsumer<TMessage>
    {
        var others = services.Where(s => s.IsKeyedService && Equals(s.ServiceKey, role) && s.ServiceType is { IsGenericType: true } type && type.GetGenericTypeDefinition() == typeof(IConsumer<>));
        if (others.FirstOrDefault(o => typeof(TMessage) == typeof(IMessage) || o.ServiceType == typeof(IConsumer<IMessage>)) is { } other)
            throw new InvalidOperationException($"{role} has {other.KeyedImplementationType?.Name}: a class that takes all messages of a role (IConsumer<IMessage>) is its only one, and {typeof(TConsumer).Name} cannot stand beside it.");
        return services.AddKeyedSingleton<IConsumer<TMessage>, TConsumer>(role);
    }
}
