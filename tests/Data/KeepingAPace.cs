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

    [Fact(Timeout = 60_000)]
    public async Task What_a_machine_has_to_spare_falls_while_all_its_processors_work()
    {
        var ct = TestContext.Current.CancellationToken;
        Assert.InRange(Processors.Spare, 0, 1);

        using var enough = new CancellationTokenSource();
        var work = Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(() =>
        {
            while (!enough.IsCancellationRequested && !ct.IsCancellationRequested) Thread.SpinWait(1000);
        })).ToArray();
        foreach (var thread in work) thread.Start();
        try
        {
            while (Processors.Spare > 0.2) await Task.Delay(1, ct);
        }
        finally
        {
            await enough.CancelAsync();
            foreach (var thread in work) thread.Join();
        }
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
