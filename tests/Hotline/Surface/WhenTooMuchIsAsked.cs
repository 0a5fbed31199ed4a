using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Hotline.Tests.Surface;

public sealed class WhenTooMuchIsAsked
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task One_call_more_is_refused_with_the_seconds_to_wait_while_health_answers_and_later_all_is_as_before()
    {
        await using var installation = await Installation.EmbeddedAsync("--Overload:Requests=1");
        await using var process = await installation.ServeAsync();
        using var api = new Api(process.Url, installation.Key);

        // Takes the only place, and keeps it: its body does not come. It is tried anew where a call that looks was there first.
        var slow = await HoldAsync(process.Url, installation.Key);
        using var refused = await UntilAsync(api.Http, 503, async () =>
        {
            if (slow.Available == 0) return;
            slow.Dispose();
            slow = await HoldAsync(process.Url, installation.Key);
        });
        Assert.Equal(TimeSpan.FromSeconds(2), refused.Headers.RetryAfter?.Delta);
        Assert.Equal("overloaded", JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["code"]!.GetValue<string>());
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, "/health/ready")).Status);

        slow.Dispose();
        using var taken = await UntilAsync(api.Http, 200, () => Task.CompletedTask);
    }

    private static async Task<TcpClient> HoldAsync(Uri url, string key)
    {
        var slow = new TcpClient();
        await slow.ConnectAsync(url.Host, url.Port);
        await slow.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /api/tickets HTTP/1.1\r\nHost: {url.Authority}\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n"));
        return slow;
    }

    private static async Task<HttpResponseMessage> UntilAsync(HttpClient http, int status, Func<Task> otherwise)
    {
        using var patience = new CancellationTokenSource(Soon);
        while (true)
        {
            var response = await http.GetAsync("/api/tickets", patience.Token);
            if ((int)response.StatusCode == status) return response;
            response.Dispose();
            await otherwise();
        }
    }
}
