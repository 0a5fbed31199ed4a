namespace Hotline.Tests.Faults;

/// <summary>A file system of a few hundred megabytes in memory, which can be filled to the last byte. Only root may mount it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private SmallDisk(string folder) => Folder = folder;

    public string Folder { get; }

    private string Filler => Path.Combine(Folder, "filler");

    /// <summary>Null, with the reason, where this machine or user may not mount.</summary>
    public static async Task<(SmallDisk? Disk, string? Reason)> TryMountAsync(string folder, int megabytes)
    {
        Directory.CreateDirectory(folder);
        if (!Environment.IsPrivilegedProcess) return (null, "only root may mount a small file system to fill");
        var (status, said) = await Shell.TryAsync("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=711", "hotline-faults", folder);
        return status == 0 ? (new SmallDisk(folder), null) : (null, $"no file system can be mounted here: {said.Trim()}");
    }

    /// <summary>Until nothing more can be written.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
        foreach (var size in new[] { 1 << 20, 1 << 12, 1 })
        {
            var block = new byte[size];
            try
            {
                while (true) filler.Write(block);
            }
            catch (IOException)
            {
                // Full, for blocks of this size.
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        // Lazily: what was killed a moment ago may still hold a file.
        await Shell.RunAsync("umount", "--lazy", Folder);
    }
}
