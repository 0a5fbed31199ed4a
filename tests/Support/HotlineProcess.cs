using System.Collections.Concurrent;
using System.Collections.ObjectModel;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Hotline.Testing;

/// <summary>The real program as a child process, in a folder of its own.</summary>
public sealed partial class HotlineProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _notes;
    private readonly ConcurrentQueue<(string Text, TaskCompletionSource Said)> _awaited;

    private HotlineProcess(Process process, ConcurrentQueue<string> notes, ConcurrentQueue<(string Text, TaskCompletionSource Said)> awaited, Uri url)
    {
        _process = process;
        _notes = notes;
        _awaited = awaited;
        Url = url;
    }

    public Uri Url { get; }

    /// <summary>What it wrote to stderr so far.</summary>
    public string Notes => string.Join('\n', _notes);

    /// <summary>Waits until a line on stderr has the text; throws with all of them where it ends before.</summary>
    public Task SaysAsync(string text)
    {
        var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _awaited.Enqueue((text, said));
        if (_notes.Any(n => n.Contains(text, StringComparison.Ordinal))) said.TrySetResult();
        else if (_process.HasExited) said.TrySetException(new InvalidOperationException($"It has ended:\n{Notes}"));
        return said.Task.WaitAsync(StartsWithin);
    }

    /// <summary>Starts <c>hotline serve</c> on a free port and waits until it listens.</summary>
    public static Task<HotlineProcess> ServeAsync(string folder, params string[] arguments) =>
        ServeAsync(folder, ReadOnlyDictionary<string, string>.Empty, arguments);

    /// <inheritdoc cref="ServeAsync(string, string[])"/>
    /// <param name="environment">Variables beside those of this process.</param>
    public static async Task<HotlineProcess> ServeAsync(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var process = Start(folder, ["serve", "--urls", "http://127.0.0.1:0", .. arguments], environment);
        var notes = new ConcurrentQueue<string>();
        var awaited = new ConcurrentQueue<(string Text, TaskCompletionSource Said)>();
        var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                var ended = new InvalidOperationException($"hotline serve ended:\n{string.Join('\n', notes)}");
                listening.TrySetException(ended);
                foreach (var (_, said) in awaited) said.TrySetException(ended);
                return;
            }
            notes.Enqueue(line.Data);
            foreach (var (text, said) in awaited)
                if (line.Data.Contains(text, StringComparison.Ordinal)) said.TrySetResult();
            if (Listening().Match(line.Data) is { Success: true } match) listening.TrySetResult(new Uri(match.Groups[1].Value));
        };
        process.OutputDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        try
        {
            return new HotlineProcess(process, notes, awaited, await listening.Task.WaitAsync(StartsWithin));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command to its end.</summary>
    /// <returns>What it wrote to stdout; a failing command throws with what it wrote to stderr.</returns>
    public static async Task<string> RunAsync(string folder, params string[] arguments) => await TryAsync(folder, arguments) switch
    {
        (0, var output, _) => output.Trim(),
        var (status, output, notes) => throw new InvalidOperationException($"hotline {string.Join(' ', arguments)} ended with {status}: {notes}{output}"),
    };

    /// <summary>Runs a command to its end, whatever that is.</summary>
    public static async Task<(int Status, string Output, string Notes)> TryAsync(string folder, params string[] arguments)
    {
        using var process = Start(folder, arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var notes = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await notes);
    }

    public bool HasEnded => _process.HasExited;

    /// <summary>Resident memory in bytes.</summary>
    public long Memory
    {
        get
        {
            _process.Refresh();
            return _process.HasExited ? 0 : _process.WorkingSet64;
        }
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill() => _process.Kill();

    /// <summary>Ends it as Ctrl+C does, and waits until it has ended and said all.</summary>
    public async Task InterruptAsync()
    {
        using (var kill = Process.Start("kill", ["-INT", $"{_process.Id}"])) await kill.WaitForExitAsync();
        await _process.WaitForExitAsync().WaitAsync(StartsWithin);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private static Process Start(string folder, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "hotline.dll"), .. arguments])
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in environment ?? ReadOnlyDictionary<string, string>.Empty) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    [GeneratedRegex(@"Listening on (http://[^\s,]+)")]
    private static partial Regex Listening();
}
