using System.Diagnostics;
using System.Net.Sockets;

namespace Hotline.Load;

/// <summary>Files tickets for a while: at a fixed rate, or with callers that each file the next one when they have their answer.</summary>
internal sealed class Filer(Uri url, byte[][] requests, Sampler sampler)
{
    private static readonly TimeSpan AfterRefusal = TimeSpan.FromMilliseconds(100);

    private int _next = -1, _sent, _accepted, _refused, _errors;

    public long Sent => _sent;
    public long Accepted => _accepted;
    public long Refused => _refused;
    public long Errors => _errors;

    /// <summary>Of the calls that were accepted; from the scheduled time where there is a rate, so that a stalled service counts in full.</summary>
    public Latencies Calls { get; } = new();

    /// <summary>How late the generator itself was.</summary>
    public Latencies Late { get; } = new();

    /// <param name="callers">How many calls may be under way.</param>
    /// <param name="rate">Tickets per second; null for as many as the callers can.</param>
    public async Task RunAsync(int callers, int? rate, TimeSpan duration, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(() => CallAsync(start, end, rate, ct), ct)));
    }

    private async Task CallAsync(long start, long end, int? rate, CancellationToken ct)
    {
        using var connection = new Connection(url);
        while (true)
        {
            var index = Interlocked.Increment(ref _next);
            var now = Stopwatch.GetTimestamp();
            var since = rate is null ? now : start + (long)((double)index / rate.Value * Stopwatch.Frequency);
            if (since >= end) return;
            if (since > now) await Task.Delay(Stopwatch.GetElapsedTime(now, since), ct);
            if (rate is not null) Late.Add(since);
            await FileAsync(connection, index, since, rate is null, ct);
        }
    }

    private async Task FileAsync(Connection connection, int index, long since, bool waits, CancellationToken ct)
    {
        var watched = sampler.Take();
        Interlocked.Increment(ref _sent);
        var status = 0;
        try
        {
            status = await connection.SendAsync(watched?.Next() ?? requests[index % requests.Length], ct);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            if (Volatile.Read(ref _errors) == 0) await Console.Error.WriteLineAsync($"POST /api/tickets: {e.Message}");
        }
        if (status == 201)
        {
            Interlocked.Increment(ref _accepted);
            Calls.Add(since);
            if (watched is not null) _ = watched.FollowAsync(connection.Find("\"number\":\""u8)!, since, ct);
            return;
        }
        watched?.Release();
        if (status == 503)
        {
            Interlocked.Increment(ref _refused);
            if (waits) await Task.Delay(AfterRefusal, ct);
        }
        else if (Interlocked.Increment(ref _errors) == 1 && status != 0)
        {
            await Console.Error.WriteLineAsync($"POST /api/tickets: {status} {System.Text.Encoding.UTF8.GetString(connection.Body)}");
        }
    }
}
