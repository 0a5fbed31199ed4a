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
}
