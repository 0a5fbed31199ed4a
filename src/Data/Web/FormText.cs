namespace Hotline.Data.Web;

/// <summary>Text as a form of a page sends it: browsers end lines with CR LF, and blanks around it mean nothing.</summary>
public static class FormText
{
    /// <summary>Empty where nothing was given.</summary>
    public static string Lines(string? text) => text?.Trim().Replace("\r\n", "\n", StringComparison.Ordinal) ?? "";

    /// <summary>Null where nothing was given.</summary>
    public static string? Given(string? text) => Lines(text) is { Length: > 0 } lines ? lines : null;
}
