using System.Globalization;
using System.Text;
using Hotline.Contracts;

namespace Hotline.Reporting;

/// <summary>
/// The report as CSV (RFC 4180, UTF-8): one line per number, whole first, with the same words as the JSON. Totals have a count and no rate.
/// </summary>
public static class ReportCsv
{
    private const string Header =
        "date,by,code,name,figure,count,of,rate,dayBeforeCount,dayBeforeOf,dayBeforeRate,weekBeforeCount,weekBeforeOf,weekBeforeRate\r\n";

    public static string Render(DailyReport report)
    {
        var csv = new StringBuilder(Header);
        Append(csv, report, report.Unit is null ? "all" : "unit", report.Whole);
        foreach (var row in report.Rows) Append(csv, report, report.By!.Value.Word(), row);
        return csv.ToString();
    }

    private static void Append(StringBuilder csv, DailyReport report, string by, Section section)
    {
        foreach (var total in Total.All)
        {
            var value = section.Totals[total.Key];
            Line(csv, report, by, section, total.Key, [value.Value, null, null, value.DayBefore, null, null, value.WeekBefore, null, null]);
        }
        foreach (var figure in Figure.All)
        {
            var value = section.Figures[figure.Key];
            Line(csv, report, by, section, figure.Key,
            [
                value.Numerator, value.Denominator, value.Rate,
                value.DayBefore.Numerator, value.DayBefore.Denominator, value.DayBefore.Rate,
                value.WeekBefore.Numerator, value.WeekBefore.Denominator, value.WeekBefore.Rate,
            ]);
        }
    }

    private static void Line(StringBuilder csv, DailyReport report, string by, Section section, string figure, double?[] numbers)
    {
        string[] cells =
        [
            Days.Write(report.Date), by, Cell(section.Code), Cell(section.Name ?? ""), figure,
            .. numbers.Select(n => n?.ToString(CultureInfo.InvariantCulture) ?? ""),
        ];
        csv.AppendJoin(',', cells).Append("\r\n");
    }

    /// <summary>A name that a spreadsheet would take for a formula gets an apostrophe in front.</summary>
    private static string Cell(string text)
    {
        if (text.Length > 0 && text[0] is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n') text = "'" + text;
        return text.AsSpan().IndexOfAny(",\"\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
    }
}
