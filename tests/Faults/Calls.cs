using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Faults;

/// <param name="Status">Null where no answer came: nobody knows whether it was done.</param>
/// <param name="RetryAfter">When to come back, where the answer says so.</param>
internal sealed record Answered(int? Status, JsonNode Body, TimeSpan? RetryAfter = null);

/// <summary>Calls any process that runs, as behind a load balancer.</summary>
internal sealed class Calls(Site site) : IDisposable
{
    /// <summary>A client that waits longer than this gives up and asks again.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(20), ConnectTimeout = TimeSpan.FromSeconds(2) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    /// <param name="chance">Which process is asked.</param>
    /// <returns>Null where none runs.</returns>
    public async Task<Answered> SendAsync(int chance, HttpMethod method, string path, object? body = null, string? key = null)
    {
        Uri[] running = [.. site.Members.Select(m => m.Url).OfType<Uri>()];
        if (running.Length == 0) return new Answered(null, new JsonObject());
        using var request = new HttpRequestMessage(method, new Uri(running[chance % running.Length], path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", site.Hotline.Key);
        if (body is not null) request.Content = JsonContent.Create(body);
        if (key is not null) request.Headers.Add("Idempotency-Key", key);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            using var response = await _http.SendAsync(request, patience.Token);
            var text = await response.Content.ReadAsStringAsync(patience.Token);
            return new Answered((int)response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!, response.Headers.RetryAfter?.Delta);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or IOException or JsonException)
        {
            return new Answered(null, JsonValue.Create(e.Message));
        }
    }

    /// <summary>Asks until somebody answers 200.</summary>
    public async Task<JsonNode> GetAsync(string path, CancellationToken ct)
    {
        for (var chance = 0; ; chance++)
        {
            var answer = await SendAsync(chance, HttpMethod.Get, path);
            if (answer.Status == 200) return answer.Body;
            if (answer.Status is { } status and not 503) throw new BrokenPromiseException($"GET {path}: {status} {answer.Body.ToJsonString()}");
            await Task.Delay(100, ct);
        }
    }

    public void Dispose() => _http.Dispose();
}

/// <summary>The service did what it promises never to do.</summary>
internal sealed class BrokenPromiseException(string what) : Exception(what);
