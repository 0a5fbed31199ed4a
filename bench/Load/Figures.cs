using System.Diagnostics;
using System.Text.Json.Nodes;
using Hotline.Bench;

namespace Hotline.Load;

/// <summary>Durations of one kind of call.</summary>
internal sealed class Latencies
{
    private readonly List<long> _ticks = new(4096);

    public int Count => _ticks.Count;

    /// <param name="since">A <see cref="Stopwatch"/> timestamp.</param>
    public void Add(long since)
    {
        var ticks = Stopwatch.GetTimestamp() - since;
        lock (_ticks) _ticks.Add(ticks);
    }

    /// <summary>In milliseconds.</summary>
    public JsonObject ToJson()
    {
        if (_ticks.Count == 0) return new JsonObject { ["count"] = 0 };
        _ticks.Sort();
        double At(double share) => Math.Round(_ticks[Math.Min(_ticks.Count - 1, (int)Math.Ceiling(share * _ticks.Count) - 1)] * 1000.0 / Stopwatch.Frequency, 2);
        return new JsonObject { ["count"] = _ticks.Count, ["p50"] = At(0.5), ["p95"] = At(0.95), ["p99"] = At(0.99), ["max"] = At(1) };
    }
}

/// <summary>CPU time of everything that takes part, from one moment on.</summary>
internal sealed class CpuMeter
{
    private readonly IReadOnlyList<(string Name, Func<double> Milliseconds)> _parts;
    private readonly double[] _before;

    /// <param name="own">What this process is called.</param>
    /// <param name="servers">Whether PostgreSQL and RabbitMQ take part.</param>
    public CpuMeter(IEnumerable<ServiceProcess> service, string own, bool servers)
    {
        var parts = service.Select(p => (p.Name, Read: (Func<double>)(() => Proc.CpuMilliseconds(p.Process.Id)))).ToList();
        parts.Add((own, () => Proc.CpuMilliseconds(Environment.ProcessId)));
        if (servers && ServerMode.Servers is var (postgres, rabbit))
        {
            if (Proc.Listening(new Npgsql.NpgsqlConnectionStringBuilder(postgres).Port) is { } postmaster) parts.Add(("postgres", () => Proc.FamilyMilliseconds(postmaster)));
            if (Proc.Listening(new Uri(rabbit).Port) is { } beam) parts.Add(("beam", () => Proc.CpuMilliseconds(beam)));
        }
        _parts = parts;
        _before = [.. parts.Select(p => p.Read())];
    }

    /// <summary>Milliseconds per unit of work, by process and in all.</summary>
    public JsonObject Per(long count)
    {
        var json = new JsonObject();
        var sum = 0.0;
        foreach (var ((name, read), before) in _parts.Zip(_before))
        {
            var each = (read() - before) / Math.Max(1, count);
            sum += each;
            json[name] = Math.Round(each, 4);
        }
        json["total"] = Math.Round(sum, 4);
        return json;
    }
}
