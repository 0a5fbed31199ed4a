using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;

namespace Hotline.Load;

/// <summary>
/// Follows some of the tickets until their work order stands in their unit's list. Each followed ticket goes to a unit that gets no other
/// load, one at a time, so that it is the last line of the list: the watcher keeps a cursor near the end and reads a few lines per look.
/// It looks every 2 ms at first and later every tenth of the time that has passed, which is how exact the figures are.
/// </summary>
internal sealed class Sampler(int perSecond) : IDisposable
{
    private const int Lines = 10; // of a unit's list in one look

    private readonly ConcurrentQueue<Watched> _free = new();
    private readonly List<Watched> _all = [];
    private long _next;
    private int _following;
    private long _looks;

    public Latencies Visible { get; private set; } = new();

    /// <summary>How often a list was read: load that the measurement itself makes.</summary>
    public long Looks => Interlocked.Read(ref _looks);

    public int Following => Volatile.Read(ref _following);

    public void Add(Uri url, string key, string unit, byte[][] requests)
    {
        var watched = new Watched(this, url, key, unit, requests);
        _all.Add(watched);
        _free.Enqueue(watched);
    }

    public void Restart() => (Visible, _looks) = (new Latencies(), 0);

    /// <summary>A unit for the next ticket, where it is time to follow one and a unit is free.</summary>
    public Watched? Take()
    {
        if (perSecond == 0) return null;
        var (now, next) = (Stopwatch.GetTimestamp(), Volatile.Read(ref _next));
        if (now < next || Interlocked.CompareExchange(ref _next, Math.Max(now, next + 1) + (Stopwatch.Frequency / perSecond), next) != next) return null;
        return _free.TryDequeue(out var watched) ? watched : null;
    }

    public void Dispose()
    {
        foreach (var watched in _all) watched.Dispose();
    }

    /// <summary>One unit, its list and the ticket that is on the way there.</summary>
    internal sealed class Watched(Sampler sampler, Uri url, string key, string unit, byte[][] requests) : IDisposable
    {
        private readonly Connection _connection = new(url);
        private byte[] _list = Connection.Request("GET", $"/api/units/{unit}/work-orders?limit={Lines}", url, key);
        private int _sent;

        /// <summary>A request to file a ticket that goes to this unit.</summary>
        public byte[] Next() => requests[_sent++ % requests.Length];

        /// <summary>It was not accepted.</summary>
        public void Release() => sampler._free.Enqueue(this);

        /// <param name="since">When it was filed.</param>
        public async Task FollowAsync(string number, long since, CancellationToken ct)
        {
            Interlocked.Increment(ref sampler._following);
            var ticket = Encoding.ASCII.GetBytes($"\"ticket\":\"{number}\"");
            while (true)
            {
                Interlocked.Increment(ref sampler._looks);
                // What is shed or broken is asked again.
                var status = 0;
                try
                {
                    status = await _connection.SendAsync(_list, ct);
                }
                catch (Exception e) when (e is IOException or System.Net.Sockets.SocketException)
                {
                    await Console.Error.WriteLineAsync($"list of {unit}: {e.Message}");
                }
                if (status == 200)
                {
                    var seen = _connection.Body.IndexOf(ticket) >= 0;
                    if (seen) sampler.Visible.Add(since);
                    // More than a page: the rest of this list, with everything to come, is after the cursor.
                    var cursor = _connection.Find("\"nextCursor\":\""u8);
                    if (cursor is not null) _list = Connection.Request("GET", $"/api/units/{unit}/work-orders?limit={Lines}&cursor={cursor}", url, key);
                    if (seen) break;
                    if (cursor is not null) continue;
                }
                await Task.Delay(TimeSpan.FromMilliseconds(Math.Max(2, Stopwatch.GetElapsedTime(since).TotalMilliseconds / 10)), ct);
            }
            Interlocked.Decrement(ref sampler._following);
            sampler._free.Enqueue(this);
        }

        public void Dispose() => _connection.Dispose();
    }
}
