namespace Hotline.Data;

/// <summary>
/// Lets others have the processor while something long is computed on a thread of its own: after so much work it sleeps a multiple of it, and the longer the less the
/// machine has to spare. A thread that the system prefers less would hold up the whole process whenever memory is collected.
/// </summary>
/// <param name="works">How long it works on end.</param>
/// <param name="part">Of one core, that it takes of an idle machine; of a busy one as much less as that is busy.</param>
/// <param name="spare">How much of the machine is idle, 0 to 1.</param>
public sealed class Pace(TimeSpan works, double part, Func<double> spare, TimeProvider time, Action<TimeSpan> sleep, CancellationToken ct)
{
    /// <summary>What it takes of a machine that has nothing to spare, as a share of <c>part</c>: what waits for it must not wait for ever.</summary>
    private const double Least = 0.1;

    private long _began = time.GetTimestamp();

    public Pace(TimeSpan works, double part, CancellationToken ct)
        : this(works, part, () => Processors.Spare, TimeProvider.System, span => ct.WaitHandle.WaitOne(span), ct)
    {
    }

    /// <summary>Never sleeps.</summary>
    public static Pace Full(CancellationToken ct) => new(TimeSpan.MaxValue, 1, ct);

    /// <summary>How long it has slept in all.</summary>
    public TimeSpan Rested { get; private set; }

    /// <summary>How long to rest after having worked so long, so as to take that part of a core.</summary>
    public static TimeSpan Rest(TimeSpan worked, double part, double spare) => worked * ((1 / (part * Math.Max(spare, Least))) - 1);

    /// <summary>Called every few microseconds of the work. Throws where it was given up.</summary>
    public void Step()
    {
        ct.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(_began) is var worked && worked < works) return;
        var slept = time.GetTimestamp();
        sleep(Rest(worked, part, spare()));
        _began = time.GetTimestamp();
        Rested += time.GetElapsedTime(slept, _began);
        ct.ThrowIfCancellationRequested();
    }
}
