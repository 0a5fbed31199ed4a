using System.Collections.Concurrent;

namespace Hotline.Data;

/// <summary>
/// Calls of one kind that arrive while others are being done wait, and are then done together, in one transaction: under load many share its
/// cost, and when it is quiet nobody waits. While a group is under way another one begins as soon as as much waits as that one has, or it takes long: fewer and larger
/// groups the more there is to do. What fails together is done again one by one, so that one bad call fails alone.
/// </summary>
/// <param name="most">Weight of the calls done together, at most; one that weighs more is done alone.</param>
/// <param name="lanes">How many such groups are under way at once, at most.</param>
/// <param name="doAsync">Does all of them or throws; the results in the order of the calls.</param>
/// <param name="isAway">Whether trying one by one is in vain.</param>
public sealed class Together<TCall, TResult>(
    int most, int lanes, Func<IReadOnlyList<TCall>, Task<IReadOnlyList<TResult>>> doAsync, Func<Exception, bool> isAway)
{
    /// <summary>Of one call; 1 where nothing else is said.</summary>
    public Func<TCall, int> Weight { get; init; } = _ => 1;

    /// <summary>
    /// How long the first call of a group waits for others, at least: the longer the groups take, the longer it waits, and the more there is that they
    /// need to do but once. For calls that nobody waits for.
    /// </summary>
    public TimeSpan Waits { get; init; }

    /// <summary>A group waits this many times as long as the last one took, and at most <see cref="Longest"/> times <see cref="Waits"/>.</summary>
    private const int Patience = 4, Longest = 5;

    /// <summary>A group that has been under way for this long, as one that waits for a row may be, keeps no other from beginning.</summary>
    private static readonly TimeSpan Long = TimeSpan.FromMilliseconds(100);

    public TimeProvider Time { get; init; } = TimeProvider.System;

    private readonly ConcurrentQueue<Waiting> _queue = new();
    private int _busy, _waiting, _underWay;
    private long _took, _began;

    private sealed record Waiting(TCall Call, int Weight, TaskCompletionSource<TResult> Done, CancellationToken Cancelled);

    public Task<TResult> DoAsync(TCall call, CancellationToken ct)
    {
        var waiting = new Waiting(call, Weight(call), new TaskCompletionSource<TResult>(TaskCreationOptions.RunContinuationsAsynchronously), ct);
        Interlocked.Add(ref _waiting, waiting.Weight);
        _queue.Enqueue(waiting);
        StartLane();
        return waiting.Done.Task;
    }

    private void StartLane()
    {
        while (!_queue.IsEmpty)
        {
            var busy = Volatile.Read(ref _busy);
            if (busy >= lanes || (busy > 0 && AreFew)) return; // who is busy looks again before it rests
            if (Interlocked.CompareExchange(ref _busy, busy + 1, busy) != busy) continue;
            // The lane outlives the call that happens to start it, and must not carry its trace or user along.
            using (ExecutionContext.SuppressFlow()) _ = Task.Run(RunLaneAsync);
            return;
        }
    }

    /// <summary>Less waits than is under way: it waits for a group to end.</summary>
    private bool AreFew => Volatile.Read(ref _waiting) < Volatile.Read(ref _underWay) && Time.GetElapsedTime(Volatile.Read(ref _began)) < Long;

    private async Task RunLaneAsync()
    {
        var group = new List<Waiting>();
        while (!_queue.IsEmpty && !(Volatile.Read(ref _busy) > 1 && AreFew))
        {
            if (Waits > TimeSpan.Zero) await WaitAsync();
            var room = most;
            while (room > 0 && _queue.TryPeek(out var next) && (group.Count == 0 || next.Weight <= room))
            {
                // Another lane may have taken what was peeked at.
                if (!_queue.TryDequeue(out var waiting)) break;
                Interlocked.Add(ref _waiting, -waiting.Weight);
                if (waiting.Cancelled.IsCancellationRequested)
                {
                    waiting.Done.TrySetCanceled(waiting.Cancelled);
                    continue;
                }
                group.Add(waiting);
                room -= waiting.Weight;
            }
            // Another lane may have taken all of it.
            if (group.Count == 0) continue;
            var weight = Math.Min(most - room, most);
            var started = Time.GetTimestamp();
            Volatile.Write(ref _began, started);
            Interlocked.Add(ref _underWay, weight);
            await RunAsync(group);
            Interlocked.Add(ref _underWay, -weight);
            Volatile.Write(ref _took, Time.GetElapsedTime(started).Ticks);
            group.Clear();
        }
        Interlocked.Decrement(ref _busy);
        StartLane(); // for what came between the last look and this
    }

    private async Task WaitAsync()
    {
        var times = Math.Clamp(Patience * Volatile.Read(ref _took) / Waits.Ticks, 1, Longest);
        for (var i = 0; i < times && Volatile.Read(ref _waiting) < most; i++) await Task.Delay(Waits, Time);
    }

    private async Task RunAsync(IReadOnlyList<Waiting> group)
    {
        try
        {
            var results = await doAsync([.. group.Select(w => w.Call)]);
            for (var i = 0; i < group.Count; i++) group[i].Done.TrySetResult(results[i]);
        }
        catch (Exception e) when (group.Count == 1 || isAway(e))
        {
            foreach (var waiting in group) waiting.Done.TrySetException(e);
        }
        catch (Exception)
        {
            // The cause is told to the call that has it, when it fails by itself.
            foreach (var waiting in group) await RunAsync([waiting]);
        }
    }
}
