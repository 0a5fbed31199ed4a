using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hotline.Load;

/// <summary>
/// Whole lives over the API: an operator files, the unit finds the work order in its list, accepts and replies over a signature, the operator
/// finds the ticket among those to call back, and the callback closes it. The lists are read once for all that wait for something in them, ten times a second: oftener than
/// any screen, and still a small part of the work.
/// </summary>
internal sealed class WholeLives : IDisposable
{
    /// <summary>Fewer than the calls that the service answers at once (<c>Overload:Requests</c>); those that wait for their callback stand on one page of its list.</summary>
    public const int Most = 240;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(100);
    private static readonly byte[] Reply = """{"result":"resolved","contactedCitizen":true,"text":"网格员已上门核实，并与来电人联系说明情况。","publicText":"您反映的问题已经处理，感谢您的理解和支持。","signedBy":{"name":"值班负责人","title":"副主任"}}"""u8.ToArray();
    private static readonly byte[] Callback = """{"outcome":"satisfied","solved":true,"note":"来电人表示满意"}"""u8.ToArray();

    private readonly Uri _operators, _units;
    private readonly string _key;
    private readonly IReadOnlyList<(string Unit, string Key, byte[][] Bodies)> _offices;
    private readonly CancellationTokenSource _stop = new();
    private readonly List<Task> _watching = [];
    private readonly List<Awaited> _orders = [];
    private readonly Awaited _callbacks = new("number", "number");
    private readonly Dictionary<string, Latencies> _calls = [];
    private int _lived, _filed, _failed;

    /// <param name="operators">Where operators work.</param>
    /// <param name="units">Where units work.</param>
    /// <param name="key">An operator's.</param>
    /// <param name="offices">Units with a handler's key and tickets that go there.</param>
    public WholeLives(Uri operators, Uri units, string key, IReadOnlyList<(string Unit, string Key, byte[][] Bodies)> offices)
    {
        (_operators, _units, _key, _offices) = (operators, units, key, offices);
        foreach (var (unit, handler, _) in offices)
        {
            var orders = new Awaited("ticket", "id");
            _orders.Add(orders);
            _watching.Add(WatchAsync(units, Connection.Request("GET", $"/api/units/{unit}/work-orders?state=issued&limit=200", units, handler), orders));
        }
        _watching.Add(WatchAsync(operators, Connection.Request("GET", "/api/tickets?status=replied&limit=200", operators, key), _callbacks));
        Restart();
    }

    public int Lived => _lived;
    public int Filed => _filed;
    public int Failed => _failed;

    public void Restart()
    {
        (_lived, _filed, _failed) = (0, 0, 0);
        foreach (var name in new[] { "file", "visible", "accept", "reply", "replied", "callback", "life" }) _calls[name] = new Latencies();
    }

    public JsonObject Calls() => new(_calls.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value.ToJson())));

    public async Task RunAsync(int concurrency, TimeSpan duration, CancellationToken ct)
    {
        var started = Stopwatch.GetTimestamp();
        var all = Task.WhenAll(Enumerable.Range(0, concurrency).Select(i => Task.Run(() => LiveAsync(i, started, duration, ct), ct)));
        // A watcher ends before the lives only by a fault.
        if (await Task.WhenAny([all, .. _watching]) is var first && first != all) await first;
        await all;
    }

    public void Dispose()
    {
        _stop.Cancel();
        Task.WaitAll([.. _watching]);
        _stop.Dispose();
    }

    private async Task LiveAsync(int worker, long started, TimeSpan duration, CancellationToken ct)
    {
        var (unit, handler, bodies) = _offices[worker % _offices.Count];
        var orders = _orders[worker % _offices.Count];
        using var operators = new Connection(_operators);
        using var units = new Connection(_units);
        for (var turn = worker; Stopwatch.GetElapsedTime(started) < duration; turn++)
        {
            var born = Stopwatch.GetTimestamp();
            if (!await PostAsync("file", operators, _operators, "/api/tickets", _key, bodies[turn % bodies.Length], ct)) continue;
            Interlocked.Increment(ref _filed);
            var number = operators.Find("\"number\":\""u8)!;
            var order = await orders.ComesAsync(number, ct);
            _calls["visible"].Add(born);
            if (!await PostAsync("accept", units, _units, $"/api/work-orders/{order}/accept", handler, null, ct)) continue;
            var replying = Stopwatch.GetTimestamp();
            if (!await PostAsync("reply", units, _units, $"/api/work-orders/{order}/reply", handler, Reply, ct)) continue;
            await _callbacks.ComesAsync(number, ct);
            _calls["replied"].Add(replying);
            if (!await PostAsync("callback", operators, _operators, $"/api/tickets/{number}/callbacks", _key, Callback, ct)) continue;
            _calls["life"].Add(born);
            Interlocked.Increment(ref _lived);
        }
    }

    private async Task<bool> PostAsync(string call, Connection connection, Uri url, string path, string key, byte[]? body, CancellationToken ct)
    {
        var since = Stopwatch.GetTimestamp();
        var what = "";
        try
        {
            if (await connection.SendAsync(Connection.Request("POST", path, url, key, body), ct) is 200 or 201)
            {
                _calls[call].Add(since);
                return true;
            }
            what = Encoding.UTF8.GetString(connection.Body);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            what = e.Message;
        }
        if (Interlocked.Increment(ref _failed) <= 3) await Console.Error.WriteLineAsync($"POST {path}: {what}");
        return false;
    }

    private async Task WatchAsync(Uri url, byte[] request, Awaited awaited)
    {
        using var connection = new Connection(url);
        try
        {
            while (true)
            {
                if (awaited.Any && await connection.SendAsync(request, _stop.Token) == 200) awaited.Read(connection.Body);
                await Task.Delay(BetweenLooks, _stop.Token);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // The end of the measurement.
        }
    }

    /// <summary>What lives wait for in one list.</summary>
    /// <param name="key">Field of a line that names the ticket.</param>
    /// <param name="value">Field of a line that is wanted.</param>
    private sealed class Awaited(string key, string value)
    {
        private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(2);

        private readonly ConcurrentDictionary<string, TaskCompletionSource<string>> _tickets = new();

        public bool Any => !_tickets.IsEmpty;

        public Task<string> ComesAsync(string ticket, CancellationToken ct)
        {
            var comes = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _tickets[ticket] = comes;
            return comes.Task.WaitAsync(AtMost, ct);
        }

        public void Read(ReadOnlySpan<byte> page)
        {
            var reader = new Utf8JsonReader(page);
            using var json = JsonDocument.ParseValue(ref reader);
            foreach (var line in json.RootElement.GetProperty("items").EnumerateArray())
            {
                if (_tickets.TryRemove(line.GetProperty(key).GetString()!, out var comes)) comes.SetResult(line.GetProperty(value).GetString()!);
            }
        }
    }
}
