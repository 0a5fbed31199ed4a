using System.Globalization;
using Hotline.Contracts;

namespace Hotline.Dispatcher.Matters;

/// <summary>What kind of ticket a text is.</summary>
/// <param name="Words">The words that said so, strongest first; empty where none did and it is taken for a complaint.</param>
public sealed record KindReading(TicketKind Kind, IReadOnlyList<string> Words);

/// <summary>
/// Reads from a text whether it asks, complains, reports, suggests or praises (诉求类型判断), for tickets that come without a kind. The words stand in <c>kinds.csv</c>: <c>kind,weight,words</c>. People say
/// what they want in the title; of the description the beginning and the end are read, for strong words only. Of words that overlap the longer one counts. Too little said is a complaint,
/// the most frequent kind. Safe for any number of threads.
/// </summary>
public static class KindReader
{
    private const double InTitle = 3, InDescription = 0.5, StrongFrom = 2.5, Enough = 3;
    private const int LongestTitle = 200, Beginning = 200, End = 60, MostWords = 4;

    private static readonly (TicketKind Kind, double Weight, string Word)[] Cues = Read();

    public static KindReading Read(string title, string description)
    {
        var said = new List<(TicketKind Kind, double Weight, string Word)>();
        Look(title.AsSpan(0, Math.Min(title.Length, LongestTitle)), 0, InTitle, said);
        var text = description.AsSpan().Trim();
        Look(text[..Math.Min(text.Length, Beginning)], StrongFrom, InDescription, said);
        if (text.Length > Beginning) Look(text[^Math.Min(text.Length - Beginning, End)..], StrongFrom, InDescription, said);
        var kinds = said.GroupBy(s => s.Kind).Select(g => (Kind: g.Key, Sum: g.Sum(s => s.Weight))).OrderByDescending(k => k.Sum).ThenBy(k => k.Kind).ToArray();
        return kinds is not [var best, ..] || best.Sum < Enough ? new KindReading(TicketKind.Complaint, [])
            : new KindReading(best.Kind, [.. said.Where(s => s.Kind == best.Kind).OrderByDescending(s => s.Weight).Select(s => s.Word).Distinct().Take(MostWords)]);
    }

    private static void Look(ReadOnlySpan<char> text, double from, double factor, List<(TicketKind Kind, double Weight, string Word)> said)
    {
        Span<bool> covered = stackalloc bool[text.Length];
        foreach (var (kind, weight, word) in Cues)
        {
            if (weight < from) continue;
            for (var start = 0; text[start..].IndexOf(word, StringComparison.Ordinal) is >= 0 and var at;)
            {
                var place = covered.Slice(start + at, word.Length);
                start += at + word.Length;
                if (place.Contains(true)) continue;
                place.Fill(true);
                // Said twice it is not meant twice.
                if (!said.Contains((kind, weight * factor, word))) said.Add((kind, weight * factor, word));
            }
        }
    }

    /// <summary>The longer word first, so that it covers those inside it.</summary>
    private static (TicketKind Kind, double Weight, string Word)[] Read() =>
    [
        .. CsvText.Read(Resource.Text("Matters.kinds.csv")).Rows
            .SelectMany(row => row["words"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (
                Words.Parse<TicketKind>(row["kind"]), double.Parse(row["weight"], CultureInfo.InvariantCulture), word)))
            .OrderByDescending(c => c.word.Length),
    ];
}
