using System.Text;
using System.Text.RegularExpressions;

namespace Hotline.Data;

/// <summary>
/// Blots out of a free text what identifies a citizen, before it enters a message or a timeline: people write names and numbers wherever
/// there is room.
/// </summary>
public static partial class Redaction
{
    private const string Blot = "＊＊＊";

    /// <summary>Whatever is shaped like a phone, identity card or bank card number.</summary>
    public static string Redact(string text) => Landline().Replace(RedactPersonal(text), Blot);

    /// <summary>The same but for landlines: what an office tells the citizen names its own.</summary>
    public static string RedactPersonal(string text) => Personal().Replace(text, Blot);

    /// <summary>The same, and the name and phone of this citizen, however the phone is written; a landline without its area code, too.</summary>
    /// <param name="digits">The phone without blanks and dashes.</param>
    public static string Redact(string text, string? name, string? digits)
    {
        if (name is { Length: >= 2 }) text = text.Replace(name, Blot, StringComparison.Ordinal);
        if (digits?.TrimStart('+') is { Length: >= 7 } own)
        {
            text = Blotted(text, own);
            if (own is ['0', ..]) text = Blotted(text, own[(own[1] is '1' or '2' ? 3 : 4)..]);
        }
        return Redact(text);
    }

    /// <summary>Full-width digits are digits, and up to three blanks, dots, dashes and brackets may stand between two of them; no digit stands before or after.</summary>
    private static string Blotted(string text, string digits)
    {
        StringBuilder? blotted = null;
        var kept = 0;
        for (var start = 0; start < text.Length; start++)
        {
            if (!Is(text[start], digits[0]) || (start > 0 && char.IsDigit(text[start - 1]))) continue;
            var end = start + 1;
            for (var i = 1; i < digits.Length && end > 0; i++)
            {
                var next = end;
                while (next < text.Length && next - end < 3 && IsBetween(text[next])) next++;
                end = next < text.Length && Is(text[next], digits[i]) ? next + 1 : 0;
            }
            if (end == 0 || (end < text.Length && char.IsDigit(text[end]))) continue;
            (blotted ??= new StringBuilder()).Append(text, kept, start - kept).Append(Blot);
            kept = end;
            start = end - 1;
        }
        return blotted is null ? text : blotted.Append(text, kept, text.Length - kept).ToString();

        static bool Is(char c, char digit) => c == digit || c == (char)('０' + digit - '0');

        static bool IsBetween(char c) => char.IsWhiteSpace(c) || c is '-' or '.' or '(' or ')' or '（' or '）' or '－' or '–' or '—';
    }

    // \d also matches full-width digits; the look-arounds keep it from biting into longer numbers that are something else.
    [GeneratedRegex(@"(?<!\d)(?:\+?86[\s-]?)?[1１][3-9３-９]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)\d{17}[\dXxＸｘ](?!\d)|(?<!\d)\d{16,19}(?!\d)")]
    private static partial Regex Personal();

    [GeneratedRegex(@"(?<!\d)[0０]\d{2,3}[\s-]?\d{7,8}(?!\d)")]
    private static partial Regex Landline();
}
