using System.Collections.Concurrent;
using Hotline.Testing;

namespace Hotline.Data.Tests;

/// <summary><see cref="Together{TCall, TResult}"/>.</summary>
public sealed class DoingTogether
{
    private readonly ConcurrentQueue<int[]> _groups = new();

    [Fact]
    public async Task What_arrives_while_others_are_done_is_done_together_and_each_gets_its_own_result()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var together = Make(most: 3, async calls =>
        {
            begun.TrySetResult();
            await go.Task;
            return [.. calls.Select(c => -c)];
        });
        var first = together.DoAsync(1, None);
        await begun.Task.WaitAsync(Soon);
        var others = Enumerable.Range(2, 4).Select(i => together.DoAsync(i, None)).ToArray();
        go.SetResult();

        Assert.Equal(-1, await first.WaitAsync(Soon));
        Assert.Equal((int[])[-2, -3, -4, -5], await Task.WhenAll(others).WaitAsync(Soon));
        Assert.Equal<int[]>([[1], [2, 3, 4], [5]], _groups);
    }

    [Fact]
    public async Task Heavy_calls_share_with_fewer_and_the_heaviest_is_done_alone()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var together = new Together<int, int>(10, 1, Note(async calls =>
        {
            begun.TrySetResult();
            await go.Task;
            return calls;
        }), _ => false) { Weight = call => call };
        var first = together.DoAsync(1, None);
        await begun.Task.WaitAsync(Soon);
        var others = ((int[])[4, 6, 7, 12, 2, 3]).Select(i => together.DoAsync(i, None)).ToArray();
        go.SetResult();

        await Task.WhenAll(others).WaitAsync(Soon);
        Assert.Equal(1, await first);
        Assert.Equal<int[]>([[1], [4, 6], [7], [12], [2, 3]], _groups);
    }

    [Fact]
    public async Task One_bad_call_fails_alone()
    {
        var results = await ManyAsync(calls => calls.Contains(3) ? throw new InvalidDataException("3") : calls, _ => false);

        Assert.Equal("3", (await Assert.ThrowsAsync<InvalidDataException>(() => results[3])).Message);
        Assert.Equal((int[])[0, 1, 2, 4], await Task.WhenAll(results.Where((_, i) => i != 3)));
        Assert.Equal<int[]>([[0], [1, 2, 3, 4], [1], [2], [3], [4]], _groups);
    }

    [Fact]
    public async Task When_the_database_is_away_all_hear_it_at_once()
    {
        var results = await ManyAsync(calls => calls.Count > 1 ? throw new IOException("away") : calls, e => e is IOException);

        foreach (var result in results.Skip(1)) await Assert.ThrowsAsync<IOException>(() => result);
        Assert.Equal<int[]>([[0], [1, 2, 3, 4]], _groups);
    }

    [Fact]
    public async Task A_call_that_was_given_up_is_not_done_and_one_under_way_is_finished()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var together = Make(most: 3, async calls =>
        {
            begun.TrySetResult();
            await go.Task;
            return calls;
        });
        using var given = new CancellationTokenSource();
        var underWay = together.DoAsync(1, given.Token);
        await begun.Task.WaitAsync(Soon);
        var waiting = together.DoAsync(2, given.Token);
        await given.CancelAsync();
        go.SetResult();

        Assert.Equal(1, await underWay.WaitAsync(Soon));
        await Assert.ThrowsAsync<TaskCanceledException>(() => waiting.WaitAsync(Soon));
        Assert.Equal<int[]>([[1]], _groups);
    }

    [Fact]
    public async Task What_nobody_waits_for_waits_for_company()
    {
        var time = new TimeOnCall();
        var together = new Together<int, int>(3, 1, Note(Task.FromResult), _ => false) { Waits = TimeSpan.FromSeconds(1), Time = time };
        var early = Enumerable.Range(1, 2).Select(i => together.DoAsync(i, None)).ToArray();
        await time.PassAsync();

        await Task.WhenAll(early).WaitAsync(Soon);
        Assert.Equal<int[]>([[1, 2]], _groups);
    }

    [Fact]
    public async Task The_longer_a_group_took_the_longer_the_next_one_waits_up_to_a_bound()
    {
        var time = new TimeThatIsCounted();
        var took = TimeSpan.Zero;
        var together = new Together<int, int>(1000, 1, Note(calls =>
        {
            time.Advance(took);
            return Task.FromResult(calls);
        }), _ => false) { Waits = TimeSpan.FromSeconds(1), Time = time };

        var waits = new List<int>();
        foreach (var seconds in new[] { 0, 0, 1, 100, 0 })
        {
            took = TimeSpan.FromSeconds(seconds);
            var before = time.Waits;
            await together.DoAsync(seconds, None).WaitAsync(Soon);
            waits.Add(time.Waits - before);
        }

        // Each waits by how long the one before took: nothing, nothing, nothing, a second, a hundred.
        Assert.Equal([1, 1, 1, 4, 5], waits);
    }

    [Fact]
    public async Task A_full_group_waits_no_longer()
    {
        var time = new TimeThatIsCounted();
        var together = new Together<int, int>(1, 1, Note(Task.FromResult), _ => false) { Waits = TimeSpan.FromSeconds(1), Time = time };

        await together.DoAsync(1, None).WaitAsync(Soon);

        Assert.Equal(0, time.Waits);
    }

    [Fact]
    public async Task Another_group_begins_when_as_much_waits_as_the_one_under_way_has_and_not_before()
    {
        var (begun, goes, held) = Held(4);
        var together = new Together<int, int>(10, 2, Note(held), _ => false);

        // One alone, beside it one more: both lanes are busy, and what comes now waits for the first that ends.
        var all = new List<Task<int>> { together.DoAsync(1, None) };
        await begun[0].Task.WaitAsync(Soon);
        all.Add(together.DoAsync(2, None));
        await begun[1].Task.WaitAsync(Soon);
        all.AddRange(Enumerable.Range(3, 3).Select(i => together.DoAsync(i, None)));
        goes[0].SetResult();
        await begun[2].Task.WaitAsync(Soon);
        goes[1].SetResult();
        await all[1].WaitAsync(Soon);

        // A group of three is under way and a lane is free: two more wait, the third begins a group.
        all.AddRange([together.DoAsync(6, None), together.DoAsync(7, None)]);
        Assert.False(begun[3].Task.IsCompleted);
        all.Add(together.DoAsync(8, None));
        await begun[3].Task.WaitAsync(Soon);
        goes[2].SetResult();
        goes[3].SetResult();

        Assert.Equal(Enumerable.Range(1, 8), await Task.WhenAll(all).WaitAsync(Soon));
        Assert.Equal<int[]>([[1], [2], [3, 4, 5], [6, 7, 8]], _groups);
    }

    [Fact]
    public async Task A_group_that_has_ended_keeps_none_from_beginning_nor_does_one_that_takes_long()
    {
        var time = new SettableTime(SettableTime.ModelDay);
        var (begun, goes, held) = Held(6);
        var together = new Together<int, int>(20, 2, Note(held), _ => false) { Time = time };

        // One hangs; ten more came and went beside it.
        var all = new List<Task<int>> { together.DoAsync(1, None) };
        await begun[0].Task.WaitAsync(Soon);
        all.Add(together.DoAsync(2, None));
        await begun[1].Task.WaitAsync(Soon);
        all.AddRange(Enumerable.Range(3, 10).Select(i => together.DoAsync(i, None)));
        goes[2].SetResult();
        goes[1].SetResult();
        await Task.WhenAll(all.Skip(1)).WaitAsync(Soon);
        all.Add(together.DoAsync(13, None));
        await begun[3].Task.WaitAsync(Soon);

        // The one that hung leaves ten behind it, that hang as well: what comes later waits for them only so long.
        all.AddRange(Enumerable.Range(14, 10).Select(i => together.DoAsync(i, None)));
        goes[0].SetResult();
        await begun[4].Task.WaitAsync(Soon);
        goes[3].SetResult();
        await all[12].WaitAsync(Soon);
        all.Add(together.DoAsync(24, None));
        time.Advance(TimeSpan.FromMilliseconds(99));
        all.Add(together.DoAsync(25, None));
        Assert.False(begun[5].Task.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));
        all.Add(together.DoAsync(26, None));
        await begun[5].Task.WaitAsync(Soon);
        goes[4].SetResult();
        goes[5].SetResult();

        Assert.Equal(Enumerable.Range(1, 26), await Task.WhenAll(all).WaitAsync(Soon));
        Assert.Equal([1, 1, 10, 1, 10, 3], _groups.Select(g => g.Length));
    }

    [Fact]
    public async Task What_is_too_little_for_a_group_of_its_own_is_done_when_the_one_under_way_ends()
    {
        var (begun, goes, held) = Held(3);
        var together = new Together<int, int>(10, 2, Note(held), _ => false) { Weight = call => call };
        var first = together.DoAsync(5, None);
        await begun[0].Task.WaitAsync(Soon);
        var second = together.DoAsync(2, None);
        goes[0].SetResult();
        goes[1].SetResult();

        Assert.Equal(5, await first.WaitAsync(Soon));
        Assert.Equal(2, await second.WaitAsync(Soon));
        Assert.Equal<int[]>([[5], [2]], _groups);
    }

    /// <summary>The first is under way when the others come.</summary>
    private async Task<Task<int>[]> ManyAsync(Func<IReadOnlyList<int>, IReadOnlyList<int>> work, Func<Exception, bool> isAway)
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        var together = Make(most: 10, async calls =>
        {
            begun.TrySetResult();
            await go.Task;
            return work(calls);
        }, isAway);
        var first = together.DoAsync(0, None);
        await begun.Task.WaitAsync(Soon);
        Task<int>[] all = [first, .. Enumerable.Range(1, 4).Select(i => together.DoAsync(i, None))];
        go.SetResult();
        await Task.WhenAll(all).WaitAsync(Soon).ContinueWith(_ => { }, TaskScheduler.Default);
        return all;
    }

    /// <summary>Work on so many groups, in the order in which they begin; each ends when the test lets it go.</summary>
    private static (TaskCompletionSource[] Begun, TaskCompletionSource[] Goes, Func<IReadOnlyList<int>, Task<IReadOnlyList<int>>> Work) Held(int groups)
    {
        TaskCompletionSource[] Signals() => [.. Enumerable.Range(0, groups).Select(_ => new TaskCompletionSource())];
        var (begun, goes, next) = (Signals(), Signals(), -1);
        return (begun, goes, async calls =>
        {
            var mine = Interlocked.Increment(ref next);
            begun[mine].SetResult();
            await goes[mine].Task;
            return calls;
        });
    }

    private Together<int, int> Make(int most, Func<IReadOnlyList<int>, Task<IReadOnlyList<int>>> doAsync, Func<Exception, bool>? isAway = null) =>
        new(most, 1, Note(doAsync), isAway ?? (_ => false));

    private Func<IReadOnlyList<int>, Task<IReadOnlyList<int>>> Note(Func<IReadOnlyList<int>, Task<IReadOnlyList<int>>> doAsync) => calls =>
    {
        _groups.Enqueue([.. calls]);
        return doAsync(calls);
    };

    private static CancellationToken None => CancellationToken.None;

    private static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token;

    /// <summary>Every wait is over at once, and is counted.</summary>
    private sealed class TimeThatIsCounted() : SettableTime(ModelDay)
    {
        private int _waits;

        public int Waits => Volatile.Read(ref _waits);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero) Interlocked.Increment(ref _waits);
            return System.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>A wait is over when the test says so.</summary>
    private sealed class TimeOnCall : TimeProvider
    {
        private readonly TaskCompletionSource<Action> _waiting = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            _waiting.TrySetResult(() => callback(state));
            return System.CreateTimer(_ => { }, null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public async Task PassAsync() => (await _waiting.Task.WaitAsync(Soon))();
    }
}
