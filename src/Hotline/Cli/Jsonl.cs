namespace Hotline.App.Cli;

/// <summary>Files of one JSON object a line, worked on by all cores: what comes out is in order, and only a block of it is in memory.</summary>
internal static class Jsonl
{
    private const int Block = 4096;

    /// <summary>What comes of every line that is not blank.</summary>
    /// <param name="work">Gets the line and its number, as an editor counts; called on several threads.</param>
    public static IEnumerable<T> Each<T>(FileInfo file, Func<string, int, T> work, CancellationToken ct) =>
        File.ReadLines(file.FullName).Select((text, i) => (Text: text, Number: i + 1)).Where(l => !string.IsNullOrWhiteSpace(l.Text))
            .Chunk(Block).SelectMany(block => Together(block, l => work(l.Text, l.Number), ct));

    /// <summary>The same for what is no file.</summary>
    public static IAsyncEnumerable<T> EachAsync<TItem, T>(IAsyncEnumerable<TItem> items, Func<TItem, T> work, CancellationToken ct) =>
        items.Chunk(Block).SelectMany(block => Together(block, work, ct));

    private static List<T> Together<TItem, T>(TItem[] block, Func<TItem, T> work, CancellationToken ct) =>
        [.. block.AsParallel().AsOrdered().WithCancellation(ct).Select(work)];
}
