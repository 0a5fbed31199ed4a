using System.Globalization;
using Hotline.Contracts;
using Microsoft.Extensions.Localization;

namespace Hotline.Data.Web;

/// <summary>The words of the vocabulary as people read them: the text <c>TicketStatus.triage</c> of a role's <c>Texts</c>.</summary>
public static class Labels
{
    public static string Label<T>(this IStringLocalizer texts, T value) where T : struct, Enum => texts[$"{typeof(T).Name}.{value.Word()}"];

    /// <summary>A value that may be missing: a dash.</summary>
    public static string Label<T>(this IStringLocalizer texts, T? value) where T : struct, Enum => value is { } given ? texts.Label(given) : "–";

    /// <summary>The sentence in the language of the page.</summary>
    public static string Here(this Sentence sentence) => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "en" ? sentence.En : sentence.Zh;
}
