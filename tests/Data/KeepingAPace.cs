using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary><see cref="Pace"/>.</summary>
public sealed class KeepingAPace
{
    private readonly SettableTime _clock = new(SettableTime.ModelDay);
    private readonly List<TimeSpan> _slept = [];
    private double _spare = 1;

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
    public void Of_a_busy_machine_it_takes_less_but_always_something()
    {
        foreach (var spare in new[] { 0.5, 0.1, 0 })
        {
            _spare = spare;
            Work(Make(Milliseconds(10), CancellationToken.None), steps: 10, each: Milliseconds(1));
        }

        // An eighth of a core, and a fortieth.
        Assert.Equal([Milliseconds(70), Milliseconds(390), Milliseconds(390)], _slept);
    }

    [Fact]
    public void What_a_machine_has_to_spare_is_what_its_processors_idled_or_waited_for_a_disk()
    {
        var before = Processors.Read("cpu  1000 20 300 4000 500 6 70 800 900 1000\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
        Assert.Equal((4500, 6696), before);

        // Of 100 hundredths 30 idle, 10 waiting, 25 stolen by the host; guests are counted among the users already.
        var after = Processors.Read("cpu  1020 20 310 4030 510 6 75 825 920 1000\ncpu0 1 2 3 4 5 6 7 8 9 10\n");
        Assert.Equal(0.4, Processors.Share(before, after));
        Assert.Null(Processors.Share(after, after));
        Assert.Null(Processors.Share(after, before)); // counted anew
        Assert.Equal(0, Processors.Share((100, 200), (99, 300))); // time spent waiting may be taken back
    }

    [Fact]
    public void This_machine_has_a_share_to_spare() => Assert.InRange(Processors.Spare, 0, 1);

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

    private Pace Make(TimeSpan works, CancellationToken ct, Action? asleep = null) => new(works, 0.25, () => _spare, _clock, span =>
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
