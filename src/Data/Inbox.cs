using Hotline.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hotline.Data;

/// <summary>
/// Does a role's work for one kind of message: load, decide, guarded change, new messages, all through the given
/// <see cref="Work"/>. It may see a message twice, late and out of order, and must then change nothing or the same.
/// </summary>
public interface IConsumer<in T> where T : IMessage
{
    Task ConsumeAsync(T message, Work work);
}

/// <summary>
/// Settles deliveries: in one transaction the delivery is removed from the outbox and its work is done. A delivery that is no longer
/// there has been done, and is skipped: that, and not hope, is what makes a second copy harmless.
/// </summary>
public sealed partial class Inbox(Database database, IServiceProvider services, ILogger<Inbox> log)
{
    /// <summary>Tries of one message by itself before it is set aside.</summary>
    private const int Tries = 3;

    /// <summary>
    /// Processes a parcel whole; when that fails, its letters one by one, so that one bad message holds up nobody. A message
    /// that keeps failing is set aside with its reason (<see cref="Faults"/>). While the database is away nothing is
    /// settled: the deliveries stay owed and come again.
    /// </summary>
    public async Task ProcessAsync(Parcel parcel, CancellationToken ct)
    {
        try
        {
            await SettleAsync(parcel.Role, parcel.Letters, ct);
            return;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogParcelFailed(parcel.Letters.Count, parcel.Role, e.Message);
        }
        try
        {
            foreach (var letter in parcel.Letters) await ProcessOneAsync(parcel.Role, letter, ct);
        }
        catch (Exception e) when (!ct.IsCancellationRequested && database.Dialect.IsAway(e))
        {
            // No fault of the parcel, so nothing for the broker's error queue: what it carries is still owed and comes again.
            LogDatabaseAway(parcel.Letters.Count, parcel.Role, e.Message);
        }
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
            catch (Exception e) when (!ct.IsCancellationRequested && !database.Dialect.IsAway(e))
            {
                if (attempt < Tries) continue;
                LogSetAside(e, letter.Kind, letter.Id, role);
                await Faults.SetAsideAsync(database, role, letter.Id, e, ct);
                return;
            }
        }
    }

    private Task SettleAsync(Role role, IReadOnlyList<Letter> letters, CancellationToken ct) => database.WriteAsync(async work =>
    {
        var owed = (await work.QueryAsync<string>(
            database.Dialect.SettleDeliveries,
            new { role = role.Word(), ids = letters.Select(l => l.Id).ToArray() })).ToHashSet(StringComparer.Ordinal);
        foreach (var letter in letters)
        {
            if (owed.Remove(letter.Id)) await Dispatch.For(letter.Kind).ConsumeAsync(services, role, letter, work);
        }
    }, ct);

    /// <summary>From the name of a message to the consumer that its role registered for it.</summary>
    private abstract class Dispatch
    {
        private static readonly Dictionary<string, Dispatch> ByKind = MessageTypes.All.ToDictionary(
            t => t.Name,
            t => (Dispatch)Activator.CreateInstance(typeof(Dispatch<>).MakeGenericType(t))!);

        public static Dispatch For(string kind) => ByKind.GetValueOrDefault(kind)
            ?? throw new InvalidOperationException($"'{kind}' is no message that this version knows");

        public abstract Task ConsumeAsync(IServiceProvider services, Role role, Letter letter, Work work);
    }

    private sealed class Dispatch<T> : Dispatch where T : IMessage
    {
        public override Task ConsumeAsync(IServiceProvider services, Role role, Letter letter, Work work) =>
            services.GetRequiredKeyedService<IConsumer<T>>(role).ConsumeAsync(Json.Read<T>(letter.Body), work);
    }

    [LoggerMessage(LogLevel.Warning, "A parcel of {Count} for {Role} failed as a whole and is done one by one: {Reason}")]
    private partial void LogParcelFailed(int count, Role role, string reason);

    [LoggerMessage(LogLevel.Warning, "A parcel of {Count} for {Role} is put off, the database is away: {Reason}")]
    private partial void LogDatabaseAway(int count, Role role, string reason);

    [LoggerMessage(LogLevel.Error, "{Kind} {Id} for {Role} keeps failing and is set aside")]
    private partial void LogSetAside(Exception exception, string kind, string id, Role role);
}

/// <summary>How a role says what it hears.</summary>
public static class ConsumerRegistration
{
    /// <summary>Says which class does a role's work for a message.</summary>
    public static IServiceCollection AddConsumer<TMessage, TConsumer>(this IServiceCollection services, Role role)
        where TMessage : IMessage
        where TConsumer : class, IConsumer<TMessage> =>
        services.AddKeyedSingleton<IConsumer<TMessage>, TConsumer>(role);
}
