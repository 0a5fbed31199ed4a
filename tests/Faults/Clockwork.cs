using System.Globalization;

namespace Hotline.Tests.Faults;

/// <summary>
/// The wall clock of the processes, to be moved while they run (Debian's libfaketime). Timers go on as they do when an administrator
/// sets a machine's clock.
/// </summary>
internal sealed class Clockwork
{
    private static readonly TimeZoneInfo Shanghai = TimeZoneInfo.FindSystemTimeZoneById("Asia/Shanghai");

    /// <summary>The processes look at the file when they first ask for the time in a new second.</summary>
    private static readonly TimeSpan LooksWithin = TimeSpan.FromSeconds(1.5);

    private readonly string _file;
    private readonly string _library;

    private Clockwork(string file, string library)
    {
        _file = file;
        _library = library;
        MoveBy(TimeSpan.Zero);
    }

    /// <summary>Null where libfaketime is not installed.</summary>
    public static Clockwork? TryCreate(string folder)
    {
        var library = Directory.Exists("/usr/lib") ? Directory.GetDirectories("/usr/lib", "faketime", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Select(d => Path.Combine(d, "libfaketimeMT.so.1")).FirstOrDefault(File.Exists) : null;
        return library is null ? null : new Clockwork(Path.Combine(folder, "clock"), library);
    }

    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["LD_PRELOAD"] = _library,
        ["FAKETIME_TIMESTAMP_FILE"] = _file,
        // More than so many whole seconds after the last look: 1 would mean up to two.
        ["FAKETIME_CACHE_DURATION"] = "0",
        ["FAKETIME_DONT_FAKE_MONOTONIC"] = "1",
        // Its shared memory is for processes that call each other, and outlives a kill.
        ["FAKETIME_DISABLE_SHM"] = "1",
    };

    /// <summary>Of the processes, once they have looked at the clock again: within a second.</summary>
    public TimeSpan Ahead { get; private set; }

    /// <summary>The day that the processes have, in the hotline's time zone.</summary>
    public DateTimeOffset Now => TimeZoneInfo.ConvertTime(TimeProvider.System.GetUtcNow() + Ahead, Shanghai);

    public void MoveBy(TimeSpan by)
    {
        Ahead += by;
        var draft = $"{_file}.new";
        File.WriteAllText(draft, string.Create(CultureInfo.InvariantCulture, $"{(Ahead < TimeSpan.Zero ? "" : "+")}{Ahead.TotalSeconds:0.###}\n"));
        File.Move(draft, _file, overwrite: true);
    }

    /// <summary>To so long before the next local midnight.</summary>
    public void MoveToBeforeMidnight(TimeSpan before) => MoveBy(TimeSpan.FromDays(1) - Now.TimeOfDay - before);

    /// <summary>Does something at another local time, and comes back.</summary>
    public async Task VisitAsync(DateTime local, Func<Task> act)
    {
        var before = Ahead;
        MoveBy(local - Now.DateTime);
        try
        {
            await Task.Delay(LooksWithin);
            await act();
        }
        finally
        {
            MoveBy(before - Ahead);
            await Task.Delay(LooksWithin);
        }
    }
}
