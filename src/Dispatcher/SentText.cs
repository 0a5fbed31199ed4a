using System.Globalization;
using System.Text;
using Hotline.Data.Web;

namespace Hotline.Dispatcher;

/// <summary>A whole file, from the body of a call or from the disk.</summary>
public static class SentText
{
    /// <returns>Null where it is longer than allowed, not UTF-8, or holds control characters.</returns>
    public static async Task<string?> ReadAsync(Stream body, int mostBytes, CancellationToken ct)
    {
        using var copy = new MemoryStream();
        var part = new byte[16_384];
        for (int read; (read = await body.ReadAsync(part, ct)) > 0;)
        {
            if (copy.Length + read > mostBytes) return null;
            copy.Write(part, 0, read);
        }
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(copy.GetBuffer(), 0, (int)copy.Length).TrimStart('\uFEFF');
            return Validation.IsVisible(text) ? text : null;
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    public static string Refused(string what, int mostBytes) =>
        string.Create(CultureInfo.InvariantCulture, $"The {what} must be UTF-8 text of {mostBytes} bytes at most, without control characters.");
}
