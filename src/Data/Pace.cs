namespace Hotline.Data;

/// <summary>
/// Lets others have the processor while something long is computed on a thread of its own: after so much work it sleeps a multiple of it. A thread that the system
/// prefers less would hold up the whole process whenever memory is collected.
/// </summary>
/// <param name="works">How long it works on end.</param>
/// <param name="rests">How many times as long it then sleeps; 0 for never.</param>
public sealed class Pace(TimeSpan works, int rests, TimeProvider time, Action<TimeSpan> sleep, CancellationToken ct)
{
    private long _began = time.GetTimestamp();

    public Pace(TimeSpan works, int rests, CancellationToken ct) : this(works, rests, TimeProvider.System, span => ct.WaitHandle.WaitOne(span), ct)
    {
    }

    /// <summary>Never sleeps.</summary>
    public static Pace Full(CancellationToken ct) => new(TimeSpan.MaxValue, 0, ct);

    /// <summary>How long it has slept in all.</summary>
    public TimeSpan Rested { get; private set; }

    /// <summary>Called every few microseconds of the work. Throws where it was given up.</summary>
    public void Step()
    {
        ct.ThrowIfCancellationRequested();
        if (time.GetElapsedTime(_began) is var worked && worked < works) return;
        var slept = time.GetTimestamp();
        sleep(worked * rests);
        _began = time.GetTimestamp();
        Rested += time.GetElapsedTime(slept, _began);
        ct.ThrowIfCancellationRequested();
    }
}
