using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Hotline.App.Access;
using Hotline.App.Shell;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hotline.Tests.Access;

/// <summary>One process of the service with nothing behind its doors but a few calls: what matters is who gets through.</summary>
internal sealed partial class Office : IAsyncDisposable
{
    public const string Unit = "320602-health";

    /// <summary>The secret that all processes of one installation share.</summary>
    private static readonly DataKey Shared = new(new byte[DataKey.Bytes]);

    private readonly WebApplication _app;

    private Office(WebApplication app) => _app = app;

    public Keys Keys => _app.Services.GetRequiredService<Keys>();

    public Accounts Accounts => _app.Services.GetRequiredService<Accounts>();

    public static async Task<Office> OpenAsync(Database database, AccessSettings? settings = null, DataKey? dataKey = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Services.AddSingleton(database).AddSingleton(database.Dialect).AddSingleton(dataKey ?? Shared);
        builder.Services.AddShell();
        builder.Services.AddKeysAndAccounts(
            settings ?? new AccessSettings { RefusalTakes = TimeSpan.Zero },
            _ => (code, _) => Task.FromResult(code == Unit));
        builder.Services.AddAccess();
        var app = builder.Build();
        app.UseShell();
        app.UseAccess();
        app.MapShell();
        app.MapAccess();
        app.MapGet("/api/who", (System.Security.Claims.ClaimsPrincipal user) => $"{user.Actor()} {user.Unit()}".Trim());
        app.MapGet("/fault", () => FaultyAsync());
        app.MapGet("/managers", () => "figures").RequireRole(Roles.Manager);
        app.MapPost("/api/tickets", () => "filed").RequireRole(Roles.Operator);
        await app.StartAsync();
        return new Office(app);
    }

    private static Task<string> FaultyAsync() => throw new InvalidOperationException("secret detail");

    public HttpClient Client(string? key = null)
    {
        var client = _app.GetTestClient();
        if (key is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return client;
    }

    /// <summary>A browser: asks for HTML, keeps cookies, and does not follow redirects by itself.</summary>
    public Browser Browse(IReadOnlyDictionary<string, string>? cookies = null) => new(_app.GetTestServer()) { Cookies = new(cookies ?? new Dictionary<string, string>()) };

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    internal sealed partial class Browser(TestServer server)
    {
        public Dictionary<string, string> Cookies { get; init; } = [];

        public Task<HttpResponseMessage> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

        public async Task<HttpResponseMessage> SignInAsync(string user, string password, string returnUrl = "")
        {
            var path = "/sign-in" + (returnUrl.Length > 0 ? $"?returnUrl={Uri.EscapeDataString(returnUrl)}" : "");
            var page = await (await GetAsync(path)).Content.ReadAsStringAsync();
            return await SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent(new Dictionary<string, string>
                {
                    ["_handler"] = "sign-in",
                    ["__RequestVerificationToken"] = Token().Match(page).Groups[1].Value,
                    ["Form.User"] = user,
                    ["Form.Password"] = password,
                }),
            });
        }

        public async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request)
        {
            request.Headers.Accept.ParseAdd("text/html");
            if (Cookies.Count > 0) request.Headers.Add("Cookie", string.Join("; ", Cookies.Select(c => $"{c.Key}={c.Value}")));
            var response = await server.CreateClient().SendAsync(request);
            if (!response.Headers.TryGetValues("Set-Cookie", out var set)) return response;
            foreach (var cookie in set)
            {
                var pair = cookie.Split(';')[0].Split('=', 2);
                Cookies[pair[0]] = pair[1];
            }
            return response;
        }

        [GeneratedRegex("name=\"__RequestVerificationToken\" value=\"([^\"]+)\"")]
        private static partial Regex Token();
    }
}
