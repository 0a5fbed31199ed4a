using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Hotline.Data.Web;

/// <param name="NextCursor">Null on the last page.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>
/// Keyset paging: a cursor names the list it belongs to (with its filters) and the key of the last row seen. It is opaque to clients; one
/// from another list is refused.
/// </summary>
public static class Paging
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>For the field <c>limit</c>.</summary>
    public static readonly string LimitError = $"'limit' must be between 1 and {MaxLimit}.";

    /// <summary>For the field <c>cursor</c>.</summary>
    public const string CursorError = "The cursor belongs to another list, or is none: start again without it.";

    /// <summary>The <c>limit</c> of a list as it stands in the query: the default where there is none.</summary>
    public static bool TryLimit(string? text, out int limit)
    {
        limit = DefaultLimit;
        return text is null || (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit);
    }

    /// <summary>As <see cref="TryLimit"/>, with what is wrong added to the errors.</summary>
    public static int Limit(string? text, IDictionary<string, string[]> errors)
    {
        if (!TryLimit(text, out var limit)) errors["limit"] = [LimitError];
        return limit;
    }

    public static string Cursor(string list, params string[] key) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes((string[])[Mark(list), .. key]));

    /// <summary>A cursor in a list that is ordered by an instant and then by an id.</summary>
    public static string Cursor(string list, DateTimeOffset at, string id) =>
        Cursor(list, at.UtcDateTime.ToString("O", CultureInfo.InvariantCulture), id);

    /// <param name="list">The list and its filters, spelled the same way as when the cursor was made.</param>
    /// <param name="parts">How many parts the key has.</param>
    public static bool TryRead(string cursor, string list, int parts, [NotNullWhen(true)] out string[]? key)
    {
        key = null;
        if (cursor.Length > 1024 || !Base64Url.IsValid(cursor)) return false;
        try
        {
            if (JsonSerializer.Deserialize<string[]>(Encoding.UTF8.GetString(Base64Url.DecodeFromChars(cursor))) is not { } all) return false;
            if (all.Length != parts + 1 || all[0] != Mark(list) || all.Any(p => p is null || !Validation.IsVisible(p) || !Validation.IsWellFormed(p))) return false;
            key = all[1..];
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Reads a cursor of a list that is ordered by an instant and then by an id.</summary>
    public static bool TryRead(string cursor, string list, out DateTimeOffset at, out string id)
    {
        (at, id) = (default, "");
        if (!TryRead(cursor, list, 2, out var key)) return false;
        id = key[1];
        return DateTimeOffset.TryParseExact(key[0], "O", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out at);
    }

    /// <summary>Short however long the filters are, and without what was searched for: cursors end up in access logs.</summary>
    private static string Mark(string list) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(list)).AsSpan(0, 8));

    /// <summary>Cuts a list that was read one row longer than asked into a page.</summary>
    public static Page<T> ToPage<T>(this IReadOnlyList<T> rows, int limit, Func<T, string> cursor) => rows.Count <= limit
        ? new Page<T>(rows, null)
        : new Page<T>([.. rows.Take(limit)], cursor(rows[limit - 1]));
}
