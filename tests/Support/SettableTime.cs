namespace Hotline.Testing;

/// <summary>A wall clock that stands still until a test moves it.</summary>
public class SettableTime(DateTimeOffset start) : TimeProvider
{
    private DateTimeOffset _now = start;

    /// <summary>Friday 7 February 2020, 10:00 in Nantong: the model day.</summary>
    public static DateTimeOffset ModelDay { get; } = new(2020, 2, 7, 10, 0, 0, TimeSpan.FromHours(8));

    public void Advance(TimeSpan by) => _now += by;

    public void MoveTo(DateTimeOffset instant) => _now = instant;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override DateTimeOffset GetUtcNow() => _now.ToUniversalTime();
}
