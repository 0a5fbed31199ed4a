using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Faults;

/// <summary>
/// Tickets are filed without a pause while the service's processes are killed (<c>kill -9</c>) and started again. Afterwards every number
/// that was answered with 201 is there, with exactly one decision and one work order per round and unit, and the report counts it once.
/// </summary>
public abstract class KilledWhileFiling : IAsyncLifetime
{
    /// <summary>Accepted tickets between one kill and the next.</summary>
    private const int Between = 60;
    private const int Clients = 8;

    private readonly ConcurrentDictionary<string, byte> _accepted = new();
    private Installation _hotline = null!;

    private protected abstract Task<Installation> InstallAsync();

    /// <summary>The roles of each process; null for all.</summary>
    protected abstract IReadOnlyList<string?> Processes { get; }

    public async ValueTask InitializeAsync() => _hotline = await InstallAsync();

    public async ValueTask DisposeAsync()
    {
        if (_hotline is not null) await _hotline.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public async Task Nothing_that_was_accepted_is_lost_or_doubled()
    {
        var running = new HotlineProcess[Processes.Count];
        try
        {
            await Task.WhenAll(Processes.Select(async (roles, i) => running[i] = await _hotline.ServeAsync(roles)));
            for (var victim = 0; victim < Math.Max(3, Processes.Count); victim++)
            {
                var at = victim % Processes.Count;
                await FileAsync(running, (victim + 1) * Between, kill: running[at]);
                await running[at].DisposeAsync();
                running[at] = await _hotline.ServeAsync(Processes[at]);
            }

            using var api = new Api(running[0].Url, _hotline.Key);
            await api.SettledAsync();
            foreach (var number in _accepted.Keys) AccountFor(await api.GetAsync($"/api/tickets/{number}"));
            Assert.Equal(0, (await api.GetAsync("/health/ready"))["outbox"]!["setAside"]!.GetValue<long>());
            var (status, _, notes) = await _hotline.TryAsync("recount");
            Assert.True(status == 0, notes);
        }
        finally
        {
            foreach (var process in running)
            {
                if (process is not null) await process.DisposeAsync();
            }
        }
    }

    /// <summary>Files from several clients at once until so many are accepted in all, then kills in the midst of it.</summary>
    private async Task FileAsync(HotlineProcess[] running, int until, HotlineProcess kill)
    {
        using var stop = new CancellationTokenSource();
        var clients = Enumerable.Range(0, Clients).Select(async client =>
        {
            // Any process takes filings; a client stays with one, as behind a load balancer.
            var process = running[client % running.Length];
            using var api = new Api(process.Url, _hotline.Key);
            while (!stop.IsCancellationRequested)
            {
                try
                {
                    var (status, body) = await api.PostAsync("/api/tickets", new
                    {
                        channel = "phone",
                        kind = "request",
                        title = "药房买不到口罩",
                        description = $"附近药房都没有口罩，第{client}位来电。",
                        address = "崇川区学田街道学田苑",
                    });
                    if (status == 201) _accepted.TryAdd(body["number"]!.GetValue<string>(), 0);
                }
                catch (HttpRequestException)
                {
                    return; // its process is dead: what it had not answered, it had not accepted
                }
                if (_accepted.Count < until) continue;
                kill.Kill();
                await stop.CancelAsync();
            }
        });
        await Task.WhenAll(clients);
        Assert.True(_accepted.Count >= until, $"{_accepted.Count} accepted of {until}");
    }

    private static void AccountFor(JsonNode ticket)
    {
        var number = ticket["number"]!.GetValue<string>();
        Assert.Equal("dispatched", ticket["status"]!.GetValue<string>());
        var decision = Assert.Single(ticket["dispatch"]!["decisions"]!.AsArray())!;
        var decided = decision["support"]!.AsArray().Select(s => s!["code"]!.GetValue<string>()).Prepend(decision["lead"]!["code"]!.GetValue<string>());
        var issued = ticket["workOrders"]!.AsArray().Select(o => o!["unit"]!["code"]!.GetValue<string>());
        Assert.Equal(decided.Order(StringComparer.Ordinal), issued.Order(StringComparer.Ordinal));
        Assert.Single(ticket["timeline"]!.AsArray(), l => l!["action"]!.GetValue<string>() == "filed");
        Assert.Single(ticket["timeline"]!.AsArray(), l => l!["action"]!.GetValue<string>() == "dispatched");
        Assert.StartsWith("20", number, StringComparison.Ordinal);
    }
}

public sealed class KilledWhileFilingEmbedded : KilledWhileFiling
{
    private protected override Task<Installation> InstallAsync() => Installation.EmbeddedAsync();

    protected override IReadOnlyList<string?> Processes => [null];
}

[Collection(OnTheBroker.Name)]
public sealed class KilledWhileFilingOverRabbitMqAndPostgreSql : KilledWhileFiling
{
    private protected override Task<Installation> InstallAsync() => Installation.ServersAsync();

    protected override IReadOnlyList<string?> Processes => ["intake", "dispatcher", "handlers", "reporting"];
}
