using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Faults;

/// <summary>
/// Citizens and officers: files without a pause, every call repeated with its key until it is answered, and drives some tickets through their whole life.
/// What was answered stands in the ledger.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    private const int Clients = 6;

    /// <summary>Between two filings of one client.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(60);

    private readonly Calls _calls;
    private readonly Ledger _ledger;
    private readonly CancellationTokenSource _abandon = new();
    private readonly ConcurrentBag<Task> _lives = [];
    private readonly ConcurrentQueue<string> _broken = new();
    private readonly SemaphoreSlim _officers = new(24);
    private readonly Task _filing;
    private volatile bool _stopped;
    private volatile TaskCompletionSource? _paused;
    private int _resting;
    private int _filed, _retried, _refused, _lived;

    public Traffic(Site site, int seed)
    {
        _calls = new Calls(site);
        _ledger = site.Ledger;
        _filing = Task.WhenAll(Enumerable.Range(0, Clients).Select(client => FileAsync(seed, client)));
    }

    /// <summary>Tickets answered with 201, or with 200 where the 201 was lost.</summary>
    public int Filed => _filed;

    /// <summary>Calls made again because no answer or no good one came.</summary>
    public int Retried => _retried;

    /// <summary>503s among the answers.</summary>
    public int Refused => _refused;

    /// <summary>Lives lived to their end.</summary>
    public int Lived => _lived;

    /// <summary>What no client may ever see: a 500, a refusal of what is allowed, a step that was undone.</summary>
    public IReadOnlyCollection<string> Broken => _broken;

    /// <summary>Whether anything is filed at all now: waits until so many more are.</summary>
    public async Task FlowsAsync(int more, TimeSpan within)
    {
        var until = _filed + more;
        var started = TimeProvider.System.GetTimestamp();
        while (_filed < until)
        {
            if (TimeProvider.System.GetElapsedTime(started) > within)
                throw new BrokenPromiseException($"{more - (until - _filed)} of {more} tickets were filed within {within.TotalSeconds:0} s");
            await Task.Delay(20);
        }
    }

    /// <summary>Lets every client finish its call, and then rest until the returned gate is opened.</summary>
    public async Task<TaskCompletionSource> RestAsync()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _paused = gate;
        while (Volatile.Read(ref _resting) < Clients) await Task.Delay(20);
        return gate;
    }

    public void Resume(TaskCompletionSource gate)
    {
        _paused = null;
        gate.SetResult();
    }

    /// <summary>No more filings; those under way and all lives go on to their end.</summary>
    public async Task FinishAsync(TimeSpan within)
    {
        _stopped = true;
        try
        {
            await _filing.WaitAsync(within);
            await Task.WhenAll(_lives).WaitAsync(within);
        }
        catch (TimeoutException)
        {
            await _abandon.CancelAsync();
            _broken.Enqueue($"calls or lives did not come to their end within {within.TotalSeconds:0} s: " +
                string.Join(", ", _ledger.All.Where(e => e.Draft.Life != Life.Left && !e.Loose && !e.Owed.Any(o => o.Action == "closed")).Take(10).Select(e => $"{e.Number} {e.Draft.Life} {string.Join('>', e.Owed.Select(o => o.Action))}")));
        }
    }

    public async ValueTask DisposeAsync()
    {
        _stopped = true;
        await _abandon.CancelAsync();
        try
        {
            await Task.WhenAll(_lives.Append(_filing));
        }
        catch (OperationCanceledException)
        {
            // Abandoned.
        }
        _calls.Dispose();
        _abandon.Dispose();
        _officers.Dispose();
    }

    private async Task FileAsync(int seed, int client)
    {
        // What is filed is drawn apart from who is asked: the plan does not depend on how often a call failed.
        var plan = new Random(Mix(seed, client));
        var chance = client;
        for (var index = 0; !_stopped; index++)
        {
            if (_paused is { } gate)
            {
                Interlocked.Increment(ref _resting);
                await gate.Task.WaitAsync(_abandon.Token);
                Interlocked.Decrement(ref _resting);
            }
            var draft = Draft.Next(plan, $"{seed}-{client}-{index}");
            if (await FileAsync(draft, chance++) is { } entry && draft.Life != Life.Left) _lives.Add(LiveAsync(entry));
            await Task.Delay(Pause, _abandon.Token);
        }
    }

    private static int Mix(int seed, int client) => unchecked((seed * 1_000_003) + (client * 7919)) & int.MaxValue;

    private async Task<Entry?> FileAsync(Draft draft, int chance)
    {
        while (true)
        {
            var answer = await _calls.SendAsync(chance++, HttpMethod.Post, "/api/tickets", draft.Body, draft.Key);
            if (answer.Status is 200 or 201)
            {
                var entry = new Entry(draft, answer.Body["number"]!.GetValue<string>(), TimeProvider.System.GetUtcNow());
                _ledger.Add(entry);
                Interlocked.Increment(ref _filed);
                return entry;
            }
            if (!Note(answer, "POST /api/tickets")) return null;
            await Task.Delay(100, _abandon.Token);
        }
    }

    private async Task LiveAsync(Entry entry)
    {
        await _officers.WaitAsync(_abandon.Token);
        try
        {
            await new Officers(this, entry).LiveAsync();
            Interlocked.Increment(ref _lived);
        }
        catch (Exception) when (entry.Loose)
        {
            // Cut short on purpose; the answer that it was waiting for may be of an earlier state, or of another ticket.
        }
        catch (Exception e) when (!_abandon.IsCancellationRequested)
        {
            _broken.Enqueue($"{entry.Number} ({entry.Draft.Life}): {(e is BrokenPromiseException ? e.Message : e)}");
        }
        finally
        {
            _officers.Release();
        }
    }

    /// <returns>False where it must not be tried again.</returns>
    private bool Note(Answered answer, string what)
    {
        Interlocked.Increment(ref _retried);
        if (answer.Status is null) return true;
        if (answer.Status == 503)
        {
            Interlocked.Increment(ref _refused);
            return true;
        }
        _broken.Enqueue($"{what}: {answer.Status} {answer.Body.ToJsonString()}");
        // Nobody knows what a 500 has done: the call is made again, so that the rest can be accounted for.
        return answer.Status == 500;
    }

    /// <summary>Those who work on one ticket.</summary>
    private sealed class Officers(Traffic traffic, Entry entry)
    {
        private readonly CancellationToken _ct = traffic._abandon.Token;
        private readonly string _ticket = $"/api/tickets/{entry.Number}";
        private int _chance = entry.Number[^1];

        public async Task LiveAsync()
        {
            if (entry.Draft.Life == Life.Answered)
            {
                await StepAsync($"{_ticket}/answer", new { text = "可到社区领取。" }, t => Status(t) == "closed", ("answered", null), ("closed", null));
                return;
            }
            var ticket = await UntilAsync(t => Lead(t, 1) is not null || Status(t) == "triage");
            if (Lead(ticket, 1) is null)
            {
                var version = ticket["dispatch"]!["version"]!.GetValue<int>();
                await StepAsync($"{_ticket}/dispatch", new { lead = "320613-civil", deadlineClass = "urgent", reason = "电话核实", version },
                    t => Lead(t, 1) is not null || t["decision"] is not null, ("dispatched", "320613-civil"));
                ticket = await UntilAsync(t => Lead(t, 1) is not null);
            }
            var order = Lead(ticket, 1)!;
            if (entry.Draft.Life == Life.Returned)
            {
                var suggestedUnit = Unit(order) == "320613019" ? "320613020" : "320613019";
                await StepAsync($"{Order(order)}/return", new { reason = "非本单位职责", basis = "职责清单", suggestedUnit }, t => State(t, order) is "returned" or "cancelled", ("returned", Unit(order)));
                await UntilAsync(t => t["dispatch"]!["returns"]!.AsArray().Any(r => r!["state"]!.GetValue<string>() == "pending"));
                await StepAsync($"/api/returns/{Id(order)}/decision", new { uphold = true, note = "属实" },
                    t => t["dispatch"]!["returns"]!.AsArray().Any(r => r!["state"]!.GetValue<string>() == "upheld"));
                order = Lead(await UntilAsync(t => Lead(t, 2) is not null), 2)!;
            }
            if (entry.Draft.Life == Life.WithSupport)
            {
                ticket = await UntilAsync(t => Supporting(t).Length == t["decision"]!["support"]!.AsArray().Count);
                foreach (var supporting in Supporting(ticket)) await HandleAsync(supporting);
            }
            await HandleAsync(order);
            await UntilAsync(t => Status(t) == "replied");
            if (entry.Draft.Life == Life.Reissued)
            {
                await StepAsync($"{_ticket}/callbacks", new { outcome = "dissatisfied", solved = false, note = "没有解决", reissue = true }, t => Callbacks(t) == 1, ("called-back", null), ("reissued", null));
                order = Lead(await UntilAsync(t => Lead(t, 2) is not null), 2)!;
                await HandleAsync(order);
                // The reply of the round before is what it says until the new one is known.
                await UntilAsync(t => Status(t) == "replied");
            }
            await StepAsync($"{_ticket}/callbacks", new { outcome = "satisfied", solved = true }, t => Status(t) == "closed", ("called-back", null), ("closed", null));
        }

        private async Task HandleAsync(JsonNode order)
        {
            await StepAsync($"{Order(order)}/accept", null, t => State(t, order) == "accepted", ("accepted", Unit(order)));
            await StepAsync($"{Order(order)}/reply", new
            {
                result = "resolved",
                contactedCitizen = true,
                text = "网格员已上门。",
                publicText = "已办结。",
                signedBy = new { name = "值班负责人", title = "主任" },
            }, t => State(t, order) == "replied", ("replied", Unit(order)));
        }

        /// <summary>A step until it is answered with 200; a 409 is right only where an answer was lost and the step is seen done.</summary>
        private async Task StepAsync(string path, object? body, Func<JsonNode, bool> isDone, params (string Action, string? Unit)[] owed)
        {
            var doubtful = false;
            while (true)
            {
                GoOn();
                var answer = await traffic._calls.SendAsync(_chance++, HttpMethod.Post, path, body);
                if (answer.Status == 200) break;
                if (answer.Status == 409 && doubtful && isDone(await traffic._calls.GetAsync(_ticket, _ct))) break;
                if (!traffic.Note(answer, $"POST {path}")) throw new BrokenPromiseException($"{path}: {answer.Status}, {(doubtful ? "after a lost answer" : "at once")}");
                doubtful = true;
                await Task.Delay(100, _ct);
            }
            foreach (var (action, unit) in owed) entry.Owe(action, unit);
        }

        private async Task<JsonNode> UntilAsync(Func<JsonNode, bool> isSo)
        {
            while (true)
            {
                GoOn();
                var ticket = await traffic._calls.GetAsync(_ticket, _ct);
                if (isSo(ticket)) return ticket;
                await Task.Delay(200, _ct);
            }
        }

        /// <summary>The number of a ticket that a restored backup has forgotten may be another one's by now.</summary>
        private void GoOn()
        {
            if (entry.Loose) throw new BrokenPromiseException("its life was cut short");
        }

        private static string Status(JsonNode ticket) => ticket["status"]!.GetValue<string>();

        private static JsonNode? Lead(JsonNode ticket, int round) =>
            ticket["workOrders"]!.AsArray().SingleOrDefault(o => o!["round"]!.GetValue<int>() == round && o["lead"]!.GetValue<bool>());

        private static JsonNode[] Supporting(JsonNode ticket) => [.. ticket["workOrders"]!.AsArray().Where(o => !o!["lead"]!.GetValue<bool>()).OfType<JsonNode>()];

        private static string Id(JsonNode order) => order["id"]!.GetValue<string>();

        private static string Order(JsonNode order) => $"/api/work-orders/{Id(order)}";

        private static string Unit(JsonNode order) => order["unit"]!["code"]!.GetValue<string>();

        private static string State(JsonNode ticket, JsonNode order) =>
            ticket["workOrders"]!.AsArray().Single(o => Id(o!) == Id(order))!["state"]!.GetValue<string>();

        private static int Callbacks(JsonNode ticket) => ticket["callbacks"]!.AsArray().Count;
    }
}
