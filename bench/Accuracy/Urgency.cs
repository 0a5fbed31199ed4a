using System.Text.Json;
using Hotline.Dispatcher.Matters;

namespace Hotline.Accuracy;

/// <summary>How many real messages are read as danger to life and as lost supply: nearly all are letters about what has lasted long, so this counts false alarms. <c>--words</c> names each, to be read.</summary>
internal static class Urgency
{
    public static bool Measure(string folder, bool words)
    {
        string[] files = ["messages_4326", "answered_2816"];
        if (files.FirstOrDefault(f => !File.Exists(Path.Combine(folder, f + ".jsonl"))) is { } missing)
        {
            Console.Error.WriteLine($"No {Path.Combine(folder, missing + ".jsonl")}: urgency was not measured.");
            return false;
        }
        var read = files.SelectMany(f => File.ReadLines(Path.Combine(folder, f + ".jsonl")).Select(l => JsonSerializer.Deserialize<Message>(l, JsonSerializerOptions.Web)!).Select(m => (File: f, Message: m, Says: Lexicon.Instance.Suggest(m.Title, m.Description)))).ToArray();
        Console.WriteLine($"urgency, read from {read.Length} texts: danger to life {read.Count(r => r.Says.Danger.Count > 0)}, lost supply or epidemic {read.Count(r => r.Says.Pressing.Count > 0)}");
        if (words)
            foreach (var (file, message, says) in read.Where(r => r.Says.Danger.Count > 0)) Console.WriteLine($"  {file} {message.Id}: {string.Join(", ", says.Danger)}");
        return true;
    }

    private sealed record Message(string Id, string Title, string Description);
}
