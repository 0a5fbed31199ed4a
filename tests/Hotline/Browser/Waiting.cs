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

    /// <summary>Loads the page that it is on, a list, again until the ticket is there, and opens it.</summary>
    public static async Task OpenFromListAsync(this IPage page, string number)
    {
        var (list, link) = (page.Url, page.GetByRole(AriaRole.Link, new() { Name = number }));
        await page.WaitForConditionAsync(async () =>
        {
            await page.GotoAsync(list);
            return await link.CountAsync() > 0;
        });
        await link.ClickAsync();
    }
}
