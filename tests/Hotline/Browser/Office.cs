using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace Hotline.Tests.Browser;

/// <summary>
/// The real program for Chongchuan district, with nothing filed yet, and people who sit down at a browser. <c>HOTLINE_TEST_SCREENSHOTS</c> names a
/// folder that keeps a picture of every page.
/// </summary>
public sealed class Office : IAsyncLifetime
{
    private const string District = "320613";

    private readonly string _folder = Directory.CreateTempSubdirectory("hotline-browser-").FullName;
    private HotlineProcess _service = null!;
    private Chromium? _chromium;
    private int _people;
    private int _pictures;

    public async ValueTask InitializeAsync()
    {
        if (!Chromium.Available) return; // the tests say so and skip
        await HotlineProcess.RunAsync(_folder, "init", "--division", District);
        _service = await HotlineProcess.ServeAsync(_folder);
        _chromium = await Chromium.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        if (_service is not null) await _service.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>Somebody new with this role, signed in, on the page that their work starts from.</summary>
    public async Task<IPage> SignInAsync(string role, string? unit = null)
    {
        var user = $"{role}-{Interlocked.Increment(ref _people)}";
        string[] forUnit = unit is null ? [] : ["--unit", unit];
        var password = await HotlineProcess.RunAsync(_folder, ["accounts", "create", user, "--role", role, .. forUnit]);
        var page = await _chromium!.SitDownAsync(_service.Url);
        await page.GotoAsync("/");
        await page.GetByLabel("用户名").FillAsync(user);
        await page.GetByLabel("密码").FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "登录" }).ClickAsync();
        // The click does not wait for the page that it leads to, and a page that is being left cannot be told to go elsewhere.
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "退出" })).ToBeVisibleAsync(new() { Timeout = 30_000 });
        return page;
    }

    /// <summary>A look at a page: every text is there, in words; and a picture where pictures are wanted.</summary>
    public async Task LookAtAsync(IPage page, string name)
    {
        // The key of a missing text.
        Assert.DoesNotMatch(new Regex(@"\b[A-Z][A-Za-z]+\.[A-Za-z-]+\b"), await page.Locator("body").InnerTextAsync());
        if (Environment.GetEnvironmentVariable("HOTLINE_TEST_SCREENSHOTS") is not { Length: > 0 } folder) return;
        await page.ScreenshotAsync(new() { Path = Path.Combine(folder, $"{Interlocked.Increment(ref _pictures):00}-{name}.png"), FullPage = true });
    }
}
