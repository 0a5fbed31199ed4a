using Hotline.Contracts;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Hotline.Data;

/// <summary>
/// Knows when more is filed than the roles get done (过载), so that a new ticket is refused with a time to try again rather than taken and left
/// lying. That is so while what is owed to a role is more than <see cref="OutboxSettings.Backlog"/>, grows, and is being worked on. What is owed
/// to a role that is not running, or while the broker is away, waits in the database and stops nobody.
/// </summary>
public sealed partial class Congestion(Database database, IRoad road, OutboxSettings settings, ILogger<Congestion> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(500);

    /// <summary>A role whose oldest delivery has not changed for this long is not working.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    private readonly Dictionary<string, Watch> _watched = [];
    private volatile bool _refuses;

    /// <summary>Whether a new ticket is to be refused now.</summary>
    public bool Refuses => _refuses;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            while (true)
            {
                var started = database.Clock.Time.GetTimestamp();
                try
                {
                    await LookAsync(stoppingToken);
                }
                catch (Exception e) when (!stoppingToken.IsCancellationRequested)
                {
                    // Then filing fails by itself, or the next look does better.
                    _refuses = false;
                    LogLookFailed(e.Message);
                }
                // A look into a long outbox takes its time, and must not become the load itself.
                var took = database.Clock.Time.GetElapsedTime(started);
                await Task.Delay(took * 20 > Look ? took * 20 : Look, database.Clock.Time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken ct)
    {
        var owed = await database.ReadAsync(db => db.QueryAsync<OwedRow>(
            "select role, sum(messages) as messages, min(id) as oldest from outbox where fault is null group by role"), ct);
        var now = database.Clock.Time.GetTimestamp();
        var refuses = false;
        foreach (var role in Enum.GetValues<Role>().Select(r => r.Word()))
        {
            if (!_watched.TryGetValue(role, out var watch)) _watched[role] = watch = new Watch();
            var row = owed.FirstOrDefault(o => o.Role == role);
            refuses |= watch.Overloaded(row?.Messages ?? 0, row?.Oldest, settings.Backlog, now, then => database.Clock.Time.GetElapsedTime(then, now) < Idle);
        }
        refuses &= road.Open;
        if (refuses != _refuses) LogChanged(refuses ? "are refused: more is filed than gets done" : "are taken again");
        _refuses = refuses;
    }

    private sealed class Watch
    {
        private long _messages;
        private string? _oldest;
        private long? _moved;
        private long _until;

        public bool Overloaded(long messages, string? oldest, int backlog, long now, Func<long, bool> recent)
        {
            if (oldest != _oldest && _oldest is not null) _moved = now;
            var works = _moved is { } at && recent(at);
            var grows = messages > _messages;
            (_messages, _oldest) = (messages, oldest);
            // Once it refuses, a fifth has to be done before it takes any more: else it would take as much in every second look as in every one.
            if (!works || messages <= _until || messages <= backlog / 2) _until = 0;
            else if (_until == 0 && messages > backlog && grows) _until = messages * 4 / 5;
            return _until > 0;
        }
    }

    private sealed record OwedRow
    {
        public required string Role { get; init; }
        public required long Messages { get; init; }
        public required string Oldest { get; init; }
    }

    [LoggerMessage(LogLevel.Warning, "New tickets {What}")]
    private partial void LogChanged(string what);

    [LoggerMessage(LogLevel.Warning, "What is owed could not be looked at: {Reason}")]
    private partial void LogLookFailed(string reason);
}
