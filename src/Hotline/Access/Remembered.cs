using System.Collections.Concurrent;
using Hotline.Data;

namespace Hotline.App.Access;

/// <summary>
/// Rows kept for some seconds, absent ones too, so that a request costs no query. Holds a bounded number: a flood of invented names
/// costs queries, never memory.
/// </summary>
internal sealed class Remembered<T>(HotlineClock clock, TimeSpan keep) where T : class
{
    private const int Most = 10_000;

    private readonly ConcurrentDictionary<string, (T? Row, DateTimeOffset At)> _rows = new();

    public async Task<T?> GetAsync(string name, Func<Task<T?>> load)
    {
        var now = clock.Now;
        if (_rows.TryGetValue(name, out var held) && now - held.At is var age && age >= TimeSpan.Zero && age < keep) return held.Row;

        var row = await load();
        if (_rows.Count >= Most) _rows.Clear();
        // Dated before the query: a change that it just missed is seen in time all the same.
        _rows[name] = (row, now);
        return row;
    }

    public void Forget(string name) => _rows.TryRemove(name, out _);
}
