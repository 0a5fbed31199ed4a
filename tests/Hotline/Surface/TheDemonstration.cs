namespace Hotline.Tests.Surface;

/// <summary><c>hotline serve --demo</c>, as the README has it.</summary>
public sealed class TheDemonstration
{
    [Fact]
    public async Task It_lives_through_its_tickets_and_starts_again_on_what_the_last_start_left()
    {
        var folder = Directory.CreateTempSubdirectory("hotline-demo-");
        try
        {
            // The first is cut off in the middle, the second finds what was begun, the third what was done.
            await using (var cut = await HotlineProcess.ServeAsync(folder.FullName, "--demo")) await cut.SaysAsync("the simulated units are at work");
            for (var start = 0; start < 2; start++)
            {
                await using var demo = await HotlineProcess.ServeAsync(folder.FullName, "--demo");
                await demo.SaysAsync("The simulated units have done their part.");
                Assert.False(demo.HasEnded);
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task Stopped_while_it_is_still_filing_it_ends_without_a_fault()
    {
        var folder = Directory.CreateTempSubdirectory("hotline-demo-");
        try
        {
            await using var demo = await HotlineProcess.ServeAsync(folder.FullName, "--demo");

            await demo.InterruptAsync();

            Assert.DoesNotContain("Unhandled exception", demo.Notes, StringComparison.Ordinal);
            Assert.DoesNotContain("set aside", demo.Notes, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
