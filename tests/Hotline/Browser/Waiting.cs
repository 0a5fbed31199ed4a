using Microsoft.Playwright;

namespace Hotline.Tests.Browser;

internal static class Waiting
{
    /// <summary>Asks again until it is so, or fails after half a minute.</summary>
    public static async Task WaitForConditionAsync(this IPage page, Func<Task<bool>> isSo)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (!await isSo())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < TimeSpan.FromSeconds(30), $"It did not come about on {page.Url}:\n{await page.Locator("main").InnerTextAsync()}");
            await page.WaitForTimeoutAsync(200);
        }
    }
}
