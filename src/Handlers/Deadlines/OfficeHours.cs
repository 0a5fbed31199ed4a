using System.Globalization;

namespace Hotline.Handlers;

/// <summary>The hours in which an office is open on a working day (办公时间), as ascending intervals.</summary>
public sealed class OfficeHours
{
    private OfficeHours(IReadOnlyList<(TimeOnly From, TimeOnly To)> open) => Open = open;

    public IReadOnlyList<(TimeOnly From, TimeOnly To)> Open { get; }

    /// <returns>Null where the text is not like <c>09:00-12:00, 13:00-18:00</c>.</returns>
    public static OfficeHours? Parse(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var open = new List<(TimeOnly From, TimeOnly To)>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var ends = part.Split('-', StringSplitOptions.TrimEntries);
            if (ends.Length != 2 || Time(ends[0]) is not { } from || Time(ends[1]) is not { } to || to <= from) return null;
            if (open.Count > 0 && from < open[^1].To) return null;
            open.Add((from, to));
        }
        return new OfficeHours(open);
    }

    private static TimeOnly? Time(string text) =>
        TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;
}
