namespace Hotline.Tests.Faults;

/// <summary>A file system in memory, which can be filled to the last block. Only root may mount it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    /// <summary>More than hours of filing take; memory is used only for what is written.</summary>
    private const string Roomy = "4g";

    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    /// <summary>Null, with the reason, where this machine or user may not mount.</summary>
    public static async Task<(SmallDisk? Disk, string? Reason)> TryMountAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        if (!Environment.IsPrivilegedProcess) return (null, "only root may mount a small file system to fill");
        var (status, said) = await Shell.TryAsync("mount", "-t", "tmpfs", "-o", $"size={Roomy},mode=711", "hotline-faults", folder);
        return status == 0 ? (new SmallDisk(folder), null) : (null, $"no file system can be mounted here: {said.Trim()}");
    }

    /// <summary>Makes it as small as what is on it: nothing more can be written.</summary>
    public async Task FillAsync()
    {
        var disk = new DriveInfo(Folder);
        // More may be written between the look and the change, which is refused then.
        for (var tries = 100; await ResizeAsync($"{disk.TotalSize - disk.TotalFreeSpace}") is (not 0, var said); tries--)
        {
            if (tries == 0) throw new InvalidOperationException($"{Folder} could not be filled: {said}");
        }
    }

    public async Task FreeAsync()
    {
        var (status, said) = await ResizeAsync(Roomy);
        if (status != 0) throw new InvalidOperationException($"{Folder} could not be given its room back: {said}");
    }

    private Task<(int Status, string Said)> ResizeAsync(string size) => Shell.TryAsync("mount", "-o", $"remount,size={size}", Folder);

    public async ValueTask DisposeAsync()
    {
        // Lazily: what was killed a moment ago may still hold a file.
        await Shell.RunAsync("umount", "--lazy", Folder);
    }
}
