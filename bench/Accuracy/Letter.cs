using System.Text.Json;

namespace Hotline.Accuracy;

/// <summary>What both files of messages have in common.</summary>
/// <param name="File">Which of them it stands in; a number is unique within one.</param>
internal sealed record Letter(string File, string Id, string Title, string Description)
{
    /// <returns>Null where a file is missing, which is said: what was not measured.</returns>
    public static List<Letter>? Read(string folder, string what)
    {
        string[] files = ["messages_4326", "answered_2816"];
        if (files.FirstOrDefault(f => !System.IO.File.Exists(Path.Combine(folder, f + ".jsonl"))) is { } missing)
        {
            Console.Error.WriteLine($"No {Path.Combine(folder, missing + ".jsonl")}: {what} not measured.");
            return null;
        }
        return [.. files.SelectMany(f => System.IO.File.ReadLines(Path.Combine(folder, f + ".jsonl")).Select(l => JsonSerializer.Deserialize<Letter>(l, JsonSerializerOptions.Web)! with { File = f }))];
    }
}
