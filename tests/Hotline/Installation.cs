using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;

namespace Hotline.Tests;

/// <summary>
/// One installation of the real program: a folder or a database of its own, Chongchuan's units, an administrator's key. Processes are started
/// and killed by the test.
/// </summary>
internal sealed class Installation : IAsyncDisposable
{
    public const string Division = "320613";

    private readonly string[] _settings;
    private readonly Func<Task> _drop;

    private Installation(string folder, string[] settings, Func<Task> drop)
    {
        Folder = folder;
        _settings = settings;
        _drop = drop;
    }

    public string Folder { get; }

    /// <summary>What the names of its queues begin with.</summary>
    public string BusPrefix { get; private init; } = "hotline";

    /// <summary>The administrator's key: may everything.</summary>
    public string Key { get; private set; } = "";

    public static async Task<Installation> EmbeddedAsync()
    {
        var folder = Directory.CreateTempSubdirectory("hotline-whole-").FullName;
        return await new Installation(folder, [], () => Task.CompletedTask).InitAsync();
    }

    /// <summary>PostgreSQL and RabbitMQ of the test run; skips without them.</summary>
    public static async Task<Installation> ServersAsync()
    {
        var server = Environment.GetEnvironmentVariable("HOTLINE_TEST_POSTGRESQL");
        var rabbit = Environment.GetEnvironmentVariable("HOTLINE_TEST_RABBITMQ");
        Assert.SkipWhen(string.IsNullOrEmpty(server) || string.IsNullOrEmpty(rabbit), "HOTLINE_TEST_POSTGRESQL and HOTLINE_TEST_RABBITMQ hold no addresses.");
        var name = $"hotline_whole_{Guid.NewGuid():N}";
        await ExecuteAsync(server!, $"create database {name}");
        string[] settings =
        [
            "--Database:Engine=postgresql",
            $"--Database:ConnectionString={new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString}",
            "--Bus:Transport=rabbitmq",
            $"--Bus:Uri={rabbit}",
            // Queues are shared on one broker: a name of its own keeps installations apart.
            $"--Bus:Prefix={name}",
            "--Outbox:RetryAfterSeconds=3",
            $"--Hotline:DataKey={Convert.ToBase64String(new byte[32])}",
        ];
        var folder = Directory.CreateTempSubdirectory("hotline-whole-").FullName;
        return await new Installation(folder, settings, () => ExecuteAsync(server!, $"drop database {name} with (force)")) { BusPrefix = name }.InitAsync();
    }

    public Task<HotlineProcess> ServeAsync(string? roles = null) =>
        HotlineProcess.ServeAsync(Folder, [.. roles is null ? Array.Empty<string>() : ["--roles", roles], .. _settings]);

    public Task<string> RunAsync(params string[] arguments) => HotlineProcess.RunAsync(Folder, [.. arguments, .. _settings]);

    public Task<(int Status, string Output, string Notes)> TryAsync(params string[] arguments) => HotlineProcess.TryAsync(Folder, [.. arguments, .. _settings]);

    public async ValueTask DisposeAsync()
    {
        await _drop();
        Directory.Delete(Folder, recursive: true);
    }

    private async Task<Installation> InitAsync()
    {
        await RunAsync("init", "--division", Division);
        Key = await RunAsync("keys", "create", "--role", "administrator", "--name", "test");
        return this;
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>The HTTP API as a client sees it.</summary>
internal sealed class Api(Uri url, string? key) : IDisposable
{
    private static readonly TimeSpan ComesAboutWithin = TimeSpan.FromSeconds(60);

    private readonly HttpClient _http = Client(url, key);

    public HttpClient Http => _http;

    public async Task<(int Status, JsonNode Body)> SendAsync(HttpMethod method, string path, object? body = null, string? idempotencyKey = null)
    {
        using var request = new HttpRequestMessage(method, path);
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
