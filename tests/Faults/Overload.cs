using System.Collections.Concurrent;
using System.Globalization;

namespace Hotline.Tests.Faults;

/// <summary>
/// Far more calls than can be carried: many clients that come again before they are told to. What is taken on is answered soon, the rest is shed with 503 and
/// a time to come back, memory stays bounded, and afterwards it flows as before.
/// </summary>
internal sealed class Overload : Fault
{
    /// <summary>Calls that a process of a site answers at once; fewer than usually, since all clients live in this process, as do the wires to the servers.</summary>
    public const int Requests = 24;

    /// <summary>More than two processes answer at once; coming again this soon, they ask for several times what two cores can do.</summary>
    private const int Clients = 300;

    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(250);

    private const long MostMemory = 1L << 30;

    /// <summary>Clients, wires, servers and service share the cores, and wait for one another: a service alone answers far sooner, and one that does not shed never.</summary>
    private static readonly TimeSpan AnsweredWithin = TimeSpan.FromSeconds(8);

    public override string Name => "overload";

    public override async Task StrikeAsync(Target target)
    {
        using var calls = new Calls(target.Site);
        var until = target.Pace.Hold(8, 60);
        var started = TimeProvider.System.GetTimestamp();
        var waited = new ConcurrentBag<double>();
        var (shed, hasty) = (0, 0);
        var memory = 0L;
        var seed = target.Random.Next();
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(client => FloodAsync(client)).Append(WatchAsync()));

        if (memory > MostMemory) throw new BrokenPromiseException($"a process grew to {memory >> 20} MB");
        if (hasty > 0) throw new BrokenPromiseException($"{hasty} calls were shed without Retry-After");
        if (shed == 0) throw new BrokenPromiseException($"{Clients} clients that hardly pause, and nothing was shed");
        var late = waited.OrderDescending().ElementAtOrDefault(waited.Count / 100);
        if (late > AnsweredWithin.TotalSeconds) throw new BrokenPromiseException(string.Create(CultureInfo.InvariantCulture, $"what was taken on was answered within {late:0.0} s at p99"));

        async Task FloodAsync(int client)
        {
            var plan = new Random(unchecked(seed + client));
            for (var index = 0; TimeProvider.System.GetElapsedTime(started) < until; index++)
            {
                var draft = Draft.Next(plan, $"flood-{seed}-{client}-{index}") with { Life = Life.Left };
                // A call that was not taken on is made again with its key: none of them is lost either.
                for (var chance = client; ; chance++)
                {
                    var asked = TimeProvider.System.GetTimestamp();
                    var answer = await calls.SendAsync(chance, HttpMethod.Post, "/api/tickets", draft.Body, draft.Key);
                    if (answer.Status is 200 or 201)
                    {
                        waited.Add(TimeProvider.System.GetElapsedTime(asked).TotalSeconds);
                        target.Site.Ledger.Add(new Entry(draft, answer.Body["number"]!.GetValue<string>(), TimeProvider.System.GetUtcNow()));
                        break;
                    }
                    if (answer.Status is not (503 or null)) throw new BrokenPromiseException($"under load a filing is answered with {answer.Status}: {answer.Body.ToJsonString()}");
                    if (answer.Status == 503)
                    {
                        Interlocked.Increment(ref shed);
                        if (answer.RetryAfter is null) Interlocked.Increment(ref hasty);
                    }
                    // Where no process runs it is answered at once that nobody is there: clients that then asked again at once would leave no thread to start one.
                    await Task.Delay(Rest);
                }
            }
        }

        async Task WatchAsync()
        {
            while (TimeProvider.System.GetElapsedTime(started) < until)
            {
                memory = Math.Max(memory, target.Site.Members.Max(m => m.Memory));
                await Task.Delay(500);
            }
        }
    }
}
