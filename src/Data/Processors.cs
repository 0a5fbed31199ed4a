using System.Globalization;
using System.Text;

namespace Hotline.Data;

/// <summary>How much of this machine's processors nobody wants: what computes behind the work of people takes a part of that (<see cref="Pace"/>).</summary>
public static class Processors
{
    private const string Statistics = "/proc/stat";

    /// <summary>The kernel counts in hundredths of a second.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMilliseconds(500);

    private static readonly Lock Reading = new();
    private static (long Idle, long All) _counted = Count();
    private static long _at = TimeProvider.System.GetTimestamp();
    private static double _spare = 1;

    /// <summary>
    /// The share of all processors' time that was idle in the last half second or more, 0 to 1; what a host of virtual machines takes away is not idle. In a container it
    /// is that of the machine around it. Where there is no <c>/proc/stat</c>, it is what this process has left.
    /// </summary>
    public static double Spare
    {
        get
        {
            lock (Reading)
            {
                if (TimeProvider.System.GetElapsedTime(_at) < Window) return _spare;
                var counted = Count();
                _spare = Share(_counted, counted) ?? _spare;
                (_counted, _at) = (counted, TimeProvider.System.GetTimestamp());
                return _spare;
            }
        }
    }

    private static (long Idle, long All) Count()
    {
        if (!File.Exists(Statistics))
        {
            var all = TimeProvider.System.GetTimestamp() * TimeSpan.TicksPerSecond / TimeProvider.System.TimestampFrequency * Environment.ProcessorCount;
            return (all - Environment.CpuUsage.TotalTime.Ticks, all);
        }
        // Only the first line is wanted, and one line for each processor follows it.
        Span<byte> head = stackalloc byte[256];
        using var file = File.OpenHandle(Statistics);
        return Read(Encoding.ASCII.GetString(head[..RandomAccess.Read(file, head, 0)]));
    }

    /// <param name="statistics">The beginning of <c>/proc/stat</c>: user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, stolen; guests are among the users.</param>
    public static (long Idle, long All) Read(string statistics)
    {
        var times = statistics.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (times[3] + times[4], times.Sum());
    }

    /// <returns>Null where nothing has been counted in between.</returns>
    public static double? Share((long Idle, long All) before, (long Idle, long All) after) =>
        after.All <= before.All ? null : Math.Clamp((double)(after.Idle - before.Idle) / (after.All - before.All), 0, 1);
}
