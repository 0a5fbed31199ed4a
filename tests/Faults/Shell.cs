using System.Diagnostics;

namespace Hotline.Tests.Faults;

/// <summary>Programs of the system that the runner calls.</summary>
internal static class Shell
{
    /// <summary>Runs to the end; throws with what it wrote where it failed.</summary>
    public static async Task RunAsync(string command, params string[] arguments)
    {
        var (status, said) = await TryAsync(command, arguments);
        if (status != 0) throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {status}: {said}");
    }

    public static async Task<(int Status, string Said)> TryAsync(string command, params string[] arguments)
    {
        // A server that a script leaves running keeps the script's pipes open: output goes to a file, and nobody waits for its end.
        var said = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("/bin/sh", ["-c", $"exec \"$@\" > '{said}' 2>&1 < /dev/null", "sh", command, .. arguments]) { WorkingDirectory = "/" };
            using var process = Process.Start(start)!;
            await process.WaitForExitAsync();
            return (process.ExitCode, await File.ReadAllTextAsync(said));
        }
        finally
        {
            File.Delete(said);
        }
    }

    /// <summary>Lets servers that run as a user of their own through a folder to theirs.</summary>
    public static void LetIn(string folder)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
    }
}
