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

    /// <summary>Full-width digits are digits, and blanks, dots, dashes and brackets may stand between them.</summary>
    private static string Blotted(string text, string digits) => Regex.Replace(
        text, $@"(?<!\d){string.Join(@"[\s\-.()（）－–—]{0,3}", digits.Select(d => $"[{d}{(char)('０' + d - '0')}]"))}(?!\d)", Blot);

    // \d also matches full-width digits; the look-arounds keep it from biting into longer numbers that are something else.
    [GeneratedRegex(@"(?<!\d)(?:\+?86[\s-]?)?[1１][3-9３-９]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)\d{17}[\dXxＸｘ](?!\d)|(?<!\d)\d{16,19}(?!\d)")]
    private static partial Regex Personal();

    [GeneratedRegex(@"(?<!\d)[0０]\d{2,3}[\s-]?\d{7,8}(?!\d)")]
    private static partial Regex Landline();
}
