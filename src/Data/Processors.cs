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
                if (counted.All > _counted.All) _spare = Math.Clamp((double)(counted.Idle - _counted.Idle) / (counted.All - _counted.All), 0, 1);
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
        var line = Encoding.ASCII.GetString(head[..RandomAccess.Read(file, head, 0)]).Split('\n')[0];
        // user, nice, system, idle, waiting for a disk, interrupts, soft interrupts, stolen; guests are among the users.
        var times = line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Skip(1).Take(8).Select(t => long.Parse(t, CultureInfo.InvariantCulture)).ToArray();
        return (times[3] + times[4], times.Sum());
    }
}
