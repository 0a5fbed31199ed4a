using System.Diagnostics;

namespace Hotline.Tests.Faults;

/// <summary>Suites that use the one broker run one after another: some of them stop it.</summary>
[CollectionDefinition(Name)]
public sealed class OnTheBroker
{
    public const string Name = "on the broker";

    /// <summary>start, stop or kill.</summary>
    internal static async Task AskAsync(string what)
    {
        var command = Environment.GetEnvironmentVariable("HOTLINE_TEST_BROKER");
        Assert.SkipWhen(string.IsNullOrEmpty(command), "HOTLINE_TEST_BROKER names no command to stop the broker with.");
        using var process = Process.Start(new ProcessStartInfo(command!, [what]) { RedirectStandardError = true })!;
        var said = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, $"broker {what}: {said}");
    }
}
