using Hotline.Contracts;
using Microsoft.Extensions.Localization;

namespace Hotline.Reporting;

/// <summary>The report as plain tables of text, for a terminal: one of the whole, and one more where it is broken down.</summary>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    public static IReadOnlyList<ReportTable> Of(DailyReport report, IStringLocalizer<Texts> texts)
    {
        var whole = new ReportTable(
            $"{ReportText.Title(report, texts)} {ReportText.Day(report.Date)}",
            [texts["Column.Item"], texts["Column.Day"], texts["Column.Count"], texts["Column.DayBefore"], texts["Column.WeekBefore"]],
            [
                .. Total.All.Select(t => TotalRow(texts[$"total.{t.Key}"], report.Whole.Totals[t.Key])),
                .. Figure.All.Select(f => FigureRow(texts[$"figure.{f.Key}"], report.Whole.Figures[f.Key])),
            ]);
        if (report.By is not { } by) return [whole];
        var byText = texts[$"By.{by.Word()}"];
        return
        [
            whole,
            new ReportTable(
                texts["Caption.Rows", byText],
                [byText, texts["total.filed"], texts["total.workOrdersIssued"], .. Figure.All.Select(f => texts[$"figure.{f.Key}"].Value)],
                [.. report.Rows.Select(r => (string[])
                [
                    ReportText.Name(r, by, texts),
                    ReportText.Number(r.Totals["filed"].Value),
                    ReportText.Number(r.Totals["workOrdersIssued"].Value),
                    .. Figure.All.Select(f => ReportText.Percent(r.Figures[f.Key].Rate)),
                ])]),
        ];
    }

    private static string[] TotalRow(string name, TotalValue value) =>
        [name, ReportText.Number(value.Value), "", ReportText.Number(value.DayBefore), ReportText.Number(value.WeekBefore)];

    private static string[] FigureRow(string name, FigureValue value) =>
    [
        name, ReportText.Percent(value.Rate), ReportText.Counts(value.Numerator, value.Denominator),
        ReportText.Percent(value.DayBefore.Rate), ReportText.Percent(value.WeekBefore.Rate),
    ];
}
