using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Hotline.Accuracy;

/// <summary>A message to a city's leaders, as the corpus writes it.</summary>
internal sealed partial record Message(string Id, string User, string Title, string Time, string Description, int Support)
{
    public static List<Message> Read(string folder) =>
        [.. File.ReadLines(Path.Combine(folder, "messages_4326.jsonl")).Select(l => JsonSerializer.Deserialize<Message>(l, JsonSerializerOptions.Web)!)];

    /// <summary>Some times are days since 1899-12-30, as a spreadsheet keeps them.</summary>
    public DateTimeOffset At => double.TryParse(Time, CultureInfo.InvariantCulture, out var days)
        ? new DateTimeOffset(new DateTime(1899, 12, 30).AddDays(days), TimeSpan.FromHours(8))
        : new DateTimeOffset(DateTime.Parse(Time, CultureInfo.InvariantCulture), TimeSpan.FromHours(8));

    /// <summary>The masked district that is named first: the one place that all messages have in the same form.</summary>
    public string? District => DistrictName().Match(Title + "。" + Description) is { Success: true } match ? match.Value : null;

    [GeneratedRegex("[A-Z][0-9]{1,2}[区县]")]
    private static partial Regex DistrictName();
}
