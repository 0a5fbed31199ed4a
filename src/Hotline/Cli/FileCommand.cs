using System.CommandLine;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Hotline.Contracts;
using Spectre.Console;
using Channel = System.Threading.Channels.Channel;

namespace Hotline.App.Cli;

/// <summary>
/// Files tickets from a JSONL file through the API. A line is the body of <c>POST /api/tickets</c>; a line that cannot be read or is refused is
/// written beside the input with its number and reason, and the rest goes on. Each line carries an Idempotency-Key of its
/// own content and place, so running the same file again files nothing twice.
/// </summary>
internal static class FileCommand
{
    private const int MaxTries = 8;

    /// <summary>Refused lines named on the terminal; all of them are in the file beside the input.</summary>
    private const int RefusalsShown = 5;

    private sealed record Line(int Number, string Text);

    private sealed record Refusal(int Line, string Reason, string Text);

    public static Command Create()
    {
        var input = new Option<FileInfo>("--input") { Description = "JSONL file, one ticket per line.", Required = true };
        var url = new Option<Uri>("--url")
        {
            Description = "Address of the service.",
            DefaultValueFactory = _ => new Uri(HostSettings.DefaultUrls),
            CustomParser = result =>
            {
                if (Uri.TryCreate(result.Tokens[0].Value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https") return address;
                result.AddError($"--url: '{result.Tokens[0].Value}' is no address like {HostSettings.DefaultUrls}.");
                return null;
            },
        };
        var key = new Option<string?>("--key") { Description = "API key of an operator; else the environment variable HOTLINE_KEY." };
        var concurrency = new Option<int>("--concurrency") { Description = "Requests at once (1-256).", DefaultValueFactory = _ => 16 };
        var command = new Command("file", "Files tickets from a JSONL file through the API.") { input, url, key, concurrency };
        input.AcceptExistingOnly();
        concurrency.Validators.Add(r =>
        {
            if (r.GetValueOrDefault<int>() is < 1 or > 256) r.AddError("--concurrency must be between 1 and 256.");
        });
        command.SetAction((parsed, ct) => RunAsync(parsed.GetValue(input)!, parsed.GetValue(url)!, parsed.GetValue(key), parsed.GetValue(concurrency), ct));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo input, Uri url, string? key, int concurrency, CancellationToken ct)
    {
        key ??= Environment.GetEnvironmentVariable("HOTLINE_KEY");
        if (string.IsNullOrEmpty(key))
        {
            await Console.Error.WriteLineAsync("An API key is needed: --key, or the environment variable HOTLINE_KEY (hotline keys create --role operator).");
            return Exit.WrongCall;
        }
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = concurrency }) { BaseAddress = url, Timeout = TimeSpan.FromSeconds(60) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);

        var total = File.ReadLines(input.FullName).Count(l => !string.IsNullOrWhiteSpace(l));
        var lines = Channel.CreateBounded<Line>(concurrency * 4);
        var refused = new List<Refusal>();
        int filed = 0, again = 0;
        var started = Stopwatch.GetTimestamp();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var fatal = default(string);

        await Progress(total, async advance =>
        {
            var reader = Task.Run(async () =>
            {
                var number = 0;
                foreach (var text in File.ReadLines(input.FullName))
                {
                    number++;
                    if (!string.IsNullOrWhiteSpace(text)) await lines.Writer.WriteAsync(new Line(number, text), stop.Token);
                }
                lines.Writer.Complete();
            }, stop.Token);
            var workers = Enumerable.Range(0, concurrency).Select(async _ =>
            {
                await foreach (var line in lines.Reader.ReadAllAsync(stop.Token))
                {
                    var (status, reason) = await FileAsync(http, line, stop.Token);
                    switch (status)
                    {
                        case HttpStatusCode.Created: Interlocked.Increment(ref filed); break;
                        case HttpStatusCode.OK: Interlocked.Increment(ref again); break;
                        case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ServiceUnavailable:
                            Interlocked.CompareExchange(ref fatal, reason, null);
                            await stop.CancelAsync();
                            break;
                        default:
                            lock (refused) refused.Add(new Refusal(line.Number, reason, line.Text));
                            break;
                    }
                    advance();
                }
            });
            try
            {
                await Task.WhenAll([reader, .. workers]);
            }
            catch (OperationCanceledException) when (fatal is not null)
            {
                // Said below, with what had been filed by then.
            }
        });

        var elapsed = Stopwatch.GetElapsedTime(started);
        var beside = $"{input.FullName}.refused.jsonl";
        if (refused.Count > 0)
            await File.WriteAllLinesAsync(beside, refused.OrderBy(r => r.Line).Select(Json.Write), ct);
        await Console.Error.WriteLineAsync(
            $"{filed} filed, {again} filed before, {refused.Count} refused in {elapsed.TotalSeconds:F1} s ({(filed + again) / Math.Max(elapsed.TotalSeconds, 0.001):F0}/s)");
        foreach (var refusal in refused.OrderBy(r => r.Line).Take(RefusalsShown)) await Console.Error.WriteLineAsync($"  line {refusal.Line}: {refusal.Reason}");
        if (refused.Count > 0) await Console.Error.WriteLineAsync($"What was refused, and why: {beside}");
        if (fatal is not null)
            await Console.Error.WriteLineAsync($"Stopped: {fatal.TrimEnd('.')}. When that is settled, run the same command again to go on; nothing is filed twice.");
        Console.WriteLine(JsonSerializer.Serialize(new { filed, filedBefore = again, refused = refused.Count, seconds = Math.Round(elapsed.TotalSeconds, 3) }, Json.Options));
        return refused.Count > 0 || fatal is not null ? Exit.BadNews : Exit.Done;
    }

    private static async Task<(HttpStatusCode, string)> FileAsync(HttpClient http, Line line, CancellationToken ct)
    {
        if (Unreadable(line.Text) is { } unreadable) return (HttpStatusCode.BadRequest, unreadable);
        var key = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{line.Number}\n{line.Text}")));
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var request = new HttpRequestMessage(HttpMethod.Post, "/api/tickets");
                request.Content = new StringContent(line.Text, Encoding.UTF8, "application/json");
                request.Headers.Add("Idempotency-Key", key);
                using var response = await http.SendAsync(request, ct);
                if (response.IsSuccessStatusCode) return (response.StatusCode, "");
                if (response.StatusCode is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) || attempt == MaxTries)
                    return (response.StatusCode, await ReasonAsync(response, ct));
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException && !ct.IsCancellationRequested)
            {
                if (attempt == MaxTries) return (HttpStatusCode.ServiceUnavailable, $"{http.BaseAddress} does not answer: {e.Message}");
            }
            await Task.Delay(TimeSpan.FromMilliseconds(100 * Math.Pow(2, attempt)), ct);
        }
    }

    private static string? Unreadable(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject ? null : "not a JSON object";
        }
        catch (JsonException e)
        {
            return $"not valid JSON at character {e.BytePositionInLine + 1}";
        }
    }

    /// <summary>The errors by field where the answer holds them, else its detail.</summary>
    private static async Task<string> ReasonAsync(HttpResponseMessage response, CancellationToken ct)
    {
        var text = await response.Content.ReadAsStringAsync(ct);
        try
        {
            var problem = JsonNode.Parse(text);
            if (problem?["errors"] is JsonObject errors)
                return string.Join("; ", errors.Select(e => $"{e.Key}: {string.Join(" ", e.Value!.AsArray().Select(m => m!.ToString()))}"));
            return problem?["detail"]?.ToString() ?? $"HTTP {(int)response.StatusCode}";
        }
        catch (JsonException)
        {
            return $"HTTP {(int)response.StatusCode}";
        }
    }

    private static Task Progress(int total, Func<Action, Task> run) => Terminal.Error
        .Progress()
        .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
        .StartAsync(async context =>
        {
            var bar = context.AddTask("filing", maxValue: Math.Max(total, 1));
            await run(() => bar.Increment(1));
        });
}
