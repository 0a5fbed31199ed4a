using System.Globalization;

namespace Hotline.Bench;

/// <summary>What Linux says about processes.</summary>
internal static class Proc
{
    private const double MillisecondsPerTick = 10; // USER_HZ is 100 on every architecture that .NET runs on

    /// <summary>CPU time that a process has used so far, in user and kernel mode.</summary>
    /// <param name="withChildren">Also what its ended children have used.</param>
    public static double CpuMilliseconds(int pid, bool withChildren = false)
    {
        var fields = StatAfterName(pid);
        return (Number(fields[11]) + Number(fields[12]) + (withChildren ? Number(fields[13]) + Number(fields[14]) : 0)) * MillisecondsPerTick;
    }

    /// <summary>VmHWM: the most that was ever resident, in MiB.</summary>
    public static long PeakMegabytes(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(l => l.StartsWith("VmHWM:", StringComparison.Ordinal))
        .Select(l => Number(l["VmHWM:".Length..].Replace("kB", "", StringComparison.Ordinal)) / 1024)
        .Single();

    /// <summary>The process that listens on a port of this machine; null where it is another's.</summary>
    public static int? Listening(int port)
    {
        string[] tables = ["/proc/net/tcp", "/proc/net/tcp6"];
        var ending = $":{port:X4}";
        var sockets = tables.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f[1].EndsWith(ending, StringComparison.Ordinal) && f[3] == "0A")
            .Select(f => $"socket:[{f[9]}]").ToHashSet();
        var holders = Pids().Where(pid => Holds(pid, sockets)).ToList();
        // A child that inherited the socket is none.
        return holders.Cast<int?>().FirstOrDefault(pid => !holders.Contains((int)Number(StatAfterName(pid!.Value)[1])));
    }

    /// <summary>CPU time of a server that forks: its own, its living children's and its ended children's.</summary>
    public static double FamilyMilliseconds(int parent)
    {
        var sum = CpuMilliseconds(parent, withChildren: true);
        foreach (var pid in Pids())
        {
            try
            {
                if (Number(StatAfterName(pid)[1]) == parent) sum += CpuMilliseconds(pid);
            }
            catch (IOException)
            {
                // Ended meanwhile: among the parent's ended children the next time.
            }
        }
        return sum;
    }

    private static IEnumerable<int> Pids() => Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => int.TryParse(n, out _)).Select(n => int.Parse(n!, CultureInfo.InvariantCulture));

    private static bool Holds(int pid, HashSet<string> sockets)
    {
        try
        {
            return Directory.EnumerateFiles($"/proc/{pid}/fd").Any(f => File.ResolveLinkTarget(f, returnFinalTarget: false) is { Name: var name } && sockets.Contains(name));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false; // ended meanwhile, or another user's
        }
    }

    /// <summary>The fields of /proc/PID/stat from the third on; the second, the name, may hold blanks.</summary>
    private static string[] StatAfterName(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
    }

    private static long Number(string text) => long.Parse(text, NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
}
