using Microsoft.Playwright;

namespace Hotline.Tests.Browser;

/// <summary>The system's chromium: <c>HOTLINE_TEST_CHROMIUM</c>, or <c>/usr/bin/chromium</c>.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;

    private Chromium(IPlaywright playwright, IBrowser browser)
    {
        _playwright = playwright;
        _browser = browser;
    }

    private static string Executable => Environment.GetEnvironmentVariable("HOTLINE_TEST_CHROMIUM") is { Length: > 0 } given ? given : "/usr/bin/chromium";

    public static bool Available => File.Exists(Executable);

    public static void SkipUnlessAvailable() =>
        Assert.SkipUnless(Available, $"There is no browser at {Executable}; HOTLINE_TEST_CHROMIUM may name another.");

    public static async Task<Chromium> StartAsync()
    {
        var playwright = await Playwright.CreateAsync();
        return new Chromium(playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Executable, Args = Arguments }));
    }

    /// <summary>A person at a desk of their own: no cookies shared with others.</summary>
    public async Task<IPage> SitDownAsync(Uri service)
    {
        var context = await _browser.NewContextAsync(new()
        {
            BaseURL = service.ToString(),
            Locale = "zh-CN",
            ViewportSize = new() { Width = 1280, Height = 900 },
        });
        return await context.NewPageAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }
}
