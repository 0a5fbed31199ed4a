using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using Hotline.Data.Likeness;

namespace Hotline.Reporting;

/// <summary>
/// Names an issue by the title of one of its tickets, the one of which most letters are said by many of the others and by few outside, without the words that every complaint begins or ends with.
/// </summary>
internal static partial class IssueTitle
{
    private const int Members = 60, LettersOfDescription = 80, Longest = 30;

    /// <summary>What a pair of letters costs that no other ticket says: of two titles that say the same, the shorter.</summary>
    private const double Alone = 1;

    /// <param name="tickets">The most central first.</param>
    public static string Of(IReadOnlyList<HotTicket> tickets, Rarity rarity)
    {
        var members = tickets.Take(Members).ToArray();
        var saying = new Dictionary<uint, int>();
        foreach (var ticket in members)
        {
            var said = new HashSet<uint>(PairsOf(ticket.Title));
            said.UnionWith(PairsOf(ticket.Description[..Math.Min(ticket.Description.Length, LettersOfDescription)]));
            foreach (var pair in said) CollectionsMarshal.GetValueRefOrAddDefault(saying, pair, out _)++;
        }
        return members.Select(m => Cleaned(m.Title)).Where(t => t.Length > 0)
            .Select((title, place) => (Title: title, Place: place, Tells: PairsOf(title).Distinct().Sum(p => saying[p] < 2 && members.Length > 1 ? -Alone : (double)saying[p] / members.Length * Math.Max(0, rarity.Weight(p) - 2))))
            .OrderByDescending(t => Math.Round(t.Tells, 6)).ThenBy(t => t.Place).Select(t => t.Title).FirstOrDefault() ?? members[0].Number;
    }

    private static IEnumerable<uint> PairsOf(string text)
    {
        for (var i = 1; i < text.Length; i++)
            if (char.IsLetterOrDigit(text[i - 1]) && char.IsLetterOrDigit(text[i])) yield return ((uint)text[i - 1] << 16) | text[i];
    }

    private static string Cleaned(string title)
    {
        var cleaned = Ending().Replace(Opening().Replace(title.Trim(), ""), "");
        if (cleaned.Length < 4) cleaned = title.Trim();
        return cleaned.Length <= Longest ? cleaned : cleaned[..Longest] + "…";
    }

    [GeneratedRegex(@"^(?:[\p{P}\p{S}\p{Cf}\s]|再次|强烈|坚决|实名|紧急|恳请|投诉|反映|反应|举报|咨询|请问|问问|询问|关于|建议|希望|请求|求助)+")]
    private static partial Regex Opening();

    [GeneratedRegex(@"(?:的问题|的投诉|的咨询|的建议|的举报|一事|[\p{P}\p{S}\p{Cf}\s])+$")]
    private static partial Regex Ending();
}
