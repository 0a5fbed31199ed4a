using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary><see cref="Pace"/>.</summary>
public sealed class KeepingAPace
{
    private readonly SettableTime _clock = new(SettableTime.ModelDay);
    private readonly List<TimeSpan> _slept = [];

    [Fact]
    public void It_sleeps_a_multiple_of_what_it_worked()
    {
        var pace = Make(Milliseconds(10), CancellationToken.None);

        Work(pace, steps: 25, each: Milliseconds(1));
        Work(pace, steps: 1, each: Milliseconds(20));

        Assert.Equal([Milliseconds(30), Milliseconds(30), Milliseconds(75)], _slept);
        Assert.Equal(Milliseconds(135), pace.Rested);
    }

    [Fact]
    public void What_was_given_up_stops_before_it_sleeps_and_after()
    {
        using var given = new CancellationTokenSource();
        var pace = Make(Milliseconds(10), given.Token, given.Cancel);

        Assert.ThrowsAny<OperationCanceledException>(() => Work(pace, steps: 20, each: Milliseconds(1)));
        Assert.Single(_slept);
        Assert.ThrowsAny<OperationCanceledException>(() => Work(pace, steps: 20, each: Milliseconds(1)));
        Assert.Single(_slept);
    }

    [Fact]
    public void At_full_pace_it_never_sleeps() => Work(Pace.Full(CancellationToken.None), steps: 100, each: TimeSpan.FromDays(1));

    private Pace Make(TimeSpan works, CancellationToken ct, Action? asleep = null) => new(works, 3, _clock, span =>
    {
        _slept.Add(span);
        _clock.Advance(span);
        asleep?.Invoke();
    }, ct);

    private void Work(Pace pace, int steps, TimeSpan each)
    {
        for (var i = 0; i < steps; i++)
        {
            _clock.Advance(each);
            pace.Step();
        }
    }

    private static TimeSpan Milliseconds(int count) => TimeSpan.FromMilliseconds(count);
}
