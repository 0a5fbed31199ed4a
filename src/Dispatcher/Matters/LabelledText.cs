using System.Text.Json;

namespace Hotline.Dispatcher.Matters;

/// <summary>A text, and for training the class that it belongs to.</summary>
/// <param name="Text">Title and description, or the words of a text that was taken apart, put together again.</param>
/// <param name="Label">Null where the line gives none.</param>
public sealed record LabelledText(string Text, string? Label)
{
    /// <summary>The longest line that is read, in characters: a ticket's texts are far shorter.</summary>
    public const int LongestLine = 100_000;

    /// <summary>One line of JSONL: <c>title</c> and <c>description</c>, or <c>tokens</c>, and <c>label</c>.</summary>
    /// <exception cref="FormatException">What is wrong with the line.</exception>
    public static LabelledText Parse(string line)
    {
        if (line.Length > LongestLine) throw new FormatException($"longer than {LongestLine} characters");
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object) throw new FormatException("not a JSON object");
            var label = String(root, "label");
            if (root.TryGetProperty("tokens", out var tokens))
            {
                if (tokens.ValueKind != JsonValueKind.Array || tokens.EnumerateArray().Any(t => t.ValueKind != JsonValueKind.String)) throw new FormatException("'tokens' must be a list of strings");
                return new LabelledText(string.Concat(tokens.EnumerateArray().Select(t => t.GetString())), label);
            }
            var (title, description) = (String(root, "title"), String(root, "description"));
            if (title is null && description is null) throw new FormatException("neither 'title' and 'description' nor 'tokens'");
            return new LabelledText(Join(title, description), label);
        }
        catch (JsonException e)
        {
            throw new FormatException($"not valid JSON at character {e.BytePositionInLine + 1}");
        }
        catch (InvalidOperationException)
        {
            // An escape of half a character, which is valid JSON and no text.
            throw new FormatException("holds half a character");
        }

        static string? String(JsonElement root, string name) => !root.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
            : value.ValueKind == JsonValueKind.String ? value.GetString() : throw new FormatException($"'{name}' must be a string");
    }

    /// <summary>The stop keeps letter sequences from running from the title into the description.</summary>
    public static string Join(string? title, string? description) => $"{title}。{description}";
}
