using System.Globalization;
using Hotline.Contracts;
using Microsoft.Extensions.Localization;

namespace Hotline.Reporting;

/// <summary>How people read numbers and names of the report, on paper, on screen and in a terminal.</summary>
internal static class ReportText
{
    /// <summary>"93.3%"; "–" where there is nothing to divide by.</summary>
    public static string Percent(double? rate) => rate is { } r ? (r * 100).ToString("0.#", CultureInfo.InvariantCulture) + "%" : "–";

    /// <summary>"14/15"; empty where there is nothing to divide by.</summary>
    public static string Counts(long numerator, long denominator) =>
        denominator == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $"{numerator}/{denominator}");

    public static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Title(DailyReport report, IStringLocalizer<Texts> texts) =>
        report.Unit is { } unit ? texts["Title.Unit", unit.Name] : texts["Title"];

    /// <summary>The street stands behind the words that name the issue.</summary>
    public static string Title(HotIssue issue) => issue.Street is { } street ? $"{issue.Title}（{street.Name}）" : issue.Title;

    public static string Name(Section section, Breakdown by, IStringLocalizer<Texts> texts)
    {
        if (section.Code.Length == 0) return texts[$"None.{by.Word()}"];
        if (by == Breakdown.Channel && texts[$"channel.{section.Code}"] is { ResourceNotFound: false } channel) return channel;
        return section.Name ?? section.Code;
    }
}
