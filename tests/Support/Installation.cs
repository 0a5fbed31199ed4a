using System.Collections.ObjectModel;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Hotline.Testing;

/// <summary>
/// One installation of the real program: a folder or a database of its own, Chongchuan's units, an administrator's key. Processes are started
/// and killed by the test.
/// </summary>
public sealed class Installation : IAsyncDisposable
{
    public const string Division = "320613";

    private readonly IReadOnlyList<string> _settings;
    private readonly Func<Task> _drop;

    private Installation(string folder, IReadOnlyList<string> settings, Func<Task> drop)
    {
        Folder = folder;
        _settings = settings;
        _drop = drop;
    }

    public string Folder { get; }

    /// <summary>The administrator's key: may everything.</summary>
    public string Key { get; private set; } = "";

    /// <summary>SQLite and the in-memory bus.</summary>
    public static Task<Installation> EmbeddedAsync(params string[] settings) =>
        SetUpAsync(Directory.CreateTempSubdirectory("hotline-whole-").FullName, settings, () => Task.CompletedTask);

    /// <summary>In a folder of its own, with settings that name a database, which is brought to this version.</summary>
    /// <param name="drop">Takes the database away at the end; the folder is deleted with it.</param>
    public static async Task<Installation> SetUpAsync(string folder, IReadOnlyList<string> settings, Func<Task> drop)
    {
        var installation = new Installation(folder, settings, drop);
        await installation.RunAsync("init", "--division", Division);
        installation.Key = await installation.RunAsync("keys", "create", "--role", "administrator", "--name", "test");
        return installation;
    }

    public Task<HotlineProcess> ServeAsync(string? roles = null, IReadOnlyDictionary<string, string>? environment = null) => HotlineProcess.ServeAsync(
        Folder, environment ?? ReadOnlyDictionary<string, string>.Empty, [.. roles is null ? Array.Empty<string>() : ["--roles", roles], .. _settings]);

    public Task<string> RunAsync(params string[] arguments) => HotlineProcess.RunAsync(Folder, [.. arguments, .. _settings]);

    public Task<(int Status, string Output, string Notes)> TryAsync(params string[] arguments) => HotlineProcess.TryAsync(Folder, [.. arguments, .. _settings]);

    public async ValueTask DisposeAsync()
    {
        await _drop();
        Directory.Delete(Folder, recursive: true);
    }
}

/// <summary>The HTTP API as a client sees it.</summary>
public sealed class Api(Uri url, string? key) : IDisposable
{
    private static readonly TimeSpan ComesAboutWithin = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = Client(url, key);

    public HttpClient Http => _http;

    public async Task<(int Status, JsonNode Body)> SendAsync(HttpMethod method, string path, object? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
        // Waits for leave to send: what is refused for its size is refused before it is sent.
        request.Headers.ExpectContinue = body is HttpContent;
        if (body is HttpContent content) request.Content = content;
        else if (body is not null) request.Content = JsonContent.Create(body);
        if (idempotencyKey is not null) request.Headers.Add("Idempotency-Key", idempotencyKey);
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!);
    }

    public Task<(int Status, JsonNode Body)> PostAsync(string path, object? body = null) => SendAsync(HttpMethod.Post, path, body);

    /// <summary>Posts what must succeed.</summary>
    public async Task<JsonNode> DoAsync(string path, object? body = null)
    {
        var (status, answer) = await PostAsync(path, body);
        Assert.True(status is 200 or 201, $"POST {path}: {status} {answer}");
        return answer;
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (status, body) = await SendAsync(HttpMethod.Get, path);
        Assert.True(status == 200, $"GET {path}: {status} {body}");
        return body;
    }

    /// <summary>Asks again until it is so, or fails after a minute with what was last seen.</summary>
    public async Task<JsonNode> UntilAsync(string path, Func<JsonNode, bool> isSo)
    {
        var started = TimeProvider.System.GetTimestamp();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var (status, body) = await SendAsync(HttpMethod.Get, path);
            if (status == 200 && isSo(body)) return body;
            Assert.True(TimeProvider.System.GetElapsedTime(started) < ComesAboutWithin, $"It did not come about: GET {path}: {status} {body}");
            await tick.WaitForNextTickAsync();
        }
    }

    public async Task<JsonNode> TicketAsync(string number, string status) =>
        await UntilAsync($"/api/tickets/{number}", t => t["status"]!.GetValue<string>() == status && (status != "dispatched" || t["workOrders"]!.AsArray().Count > 0));

    /// <summary>Waits until no delivery is owed any more.</summary>
    public Task<JsonNode> SettledAsync() => UntilAsync("/health/ready", r => r["outbox"]?["owed"]?.GetValue<long>() == 0);

    public void Dispose() => _http.Dispose();

    private static HttpClient Client(Uri url, string? key)
    {
        var http = new HttpClient { BaseAddress = url, Timeout = TimeSpan.FromSeconds(30) };
        if (key is not null) http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return http;
    }
}
