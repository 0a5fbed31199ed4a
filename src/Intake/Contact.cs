using System.Text.RegularExpressions;
using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>The citizen's name and phone: sealed at rest, found by a keyed hash, masked for people, blotted out of texts.</summary>
public sealed partial class Contacts(DataKey key)
{
    private const string Purpose = "caller";

    public string? Seal(string ticket, string? text) => text is null ? null : key.Seal(Purpose, ticket, text);

    public string? Open(string ticket, string? sealedText) => sealedText is null ? null : key.Open(Purpose, ticket, sealedText);

    /// <summary>The same for every way of writing the same number.</summary>
    public string? Fingerprint(string? phone) => Normalize(phone) is { } digits ? key.Fingerprint("caller-phone", digits) : null;

    /// <summary>The same for the same request. Keyed, as the citizen is in it: from a plain hash a phone could be found by trying them all.</summary>
    internal string Fingerprint(FileTicket request) => key.Fingerprint("request", Json.Write(request));

    /// <summary>138****1234</summary>
    public static string? MaskPhone(string? phone) => phone switch
    {
        null => null,
        { Length: >= 11 } => $"{phone[..3]}****{phone[^4..]}",
        { Length: >= 6 } => $"{phone[..2]}****{phone[^2..]}",
        _ => "****",
    };

    /// <summary>王＊＊: the first character, however long the name is.</summary>
    public static string? MaskName(string? name) =>
        string.IsNullOrEmpty(name) ? null : $"{System.Globalization.StringInfo.GetNextTextElement(name)}＊＊";

    /// <returns>
    /// Digits (with a leading + for abroad), or null where it is no phone number: mainland mobile, landline with or without area
    /// code, 400/800, or +country.
    /// </returns>
    public static string? Normalize(string? phone)
    {
        if (phone is null || phone.Length > 30) return null;
        var compact = Separators().Replace(phone, "");
        compact = Mainland().Replace(compact, "");
        return Number().IsMatch(compact) ? compact : null;
    }

    /// <summary>
    /// Takes out of a text what identifies the caller: the caller's own name and phone, and whatever is shaped like a phone, identity card or bank card number.
    /// </summary>
    public static string Redact(string text, string? name, string? phone) => Redaction.Redact(text, name?.Trim(), Normalize(phone));

    /// <summary>A text about a ticket without its citizen.</summary>
    internal string Redact(TicketRow ticket, string text) => Redact(text, Open(ticket.Number, ticket.CallerName), Open(ticket.Number, ticket.CallerPhone));

    public static Matter Redact(string title, string description, string address, Location? location, string? name, string? phone) =>
        new(Redact(title, name, phone), Redact(description, name, phone), Redact(address, name, phone), location);

    [GeneratedRegex(@"[\s\-()（）－–—]")]
    private static partial Regex Separators();

    [GeneratedRegex(@"^(\+86|0086)")]
    private static partial Regex Mainland();

    [GeneratedRegex(@"^(1[3-9][0-9]{9}|0[0-9]{9,11}|[2-8][0-9]{6,7}|[48]00[0-9]{7}|\+[0-9]{7,15})$")]
    private static partial Regex Number();
}
