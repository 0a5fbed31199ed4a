using Hotline.Contracts;
using Microsoft.Extensions.Localization;

namespace Hotline.Reporting;

/// <summary>The report as plain tables of text, for a terminal: one of the whole, and narrow ones where it is broken down.</summary>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<string>> Rows)
{
    /// <summary>Numbers beside a name that fit 80 characters.</summary>
    private const int NumbersBeside = 4;

    public static IReadOnlyList<ReportTable> Of(DailyReport report, IStringLocalizer<Texts> texts)
    {
        var whole = new ReportTable(
            $"{ReportText.Title(report, texts)} {Days.Write(report.Date)}",
            [texts["Column.Item"], texts["Column.Day"], texts["Column.Count"], texts["Column.DayBefore"], texts["Column.WeekBefore"]],
            [
                .. Total.All.Select(t => TotalRow(texts[$"total.{t.Key}"], report.Whole.Totals[t.Key])),
                .. Figure.All.Select(f => FigureRow(texts[$"figure.{f.Key}"], report.Whole.Figures[f.Key])),
            ]);
        return [whole, .. report.Hot is { Issues.Count: > 0 } hot ? [HotIssues(hot, texts)] : Array.Empty<ReportTable>(), .. report.By is { } by ? Breakdowns(report, by, texts) : []];
    }

    private static ReportTable HotIssues(HotIssueList hot, IStringLocalizer<Texts> texts) => new(
        texts["Caption.Hot", hot.Days],
        [texts["Hot.Issue"], texts["Hot.People"], texts["Hot.PeopleBefore", hot.Days], texts["Hot.Tickets"]],
        [.. hot.Issues.Select(i => (string[])[ReportText.Title(i), ReportText.Number(i.People), ReportText.Number(i.PeopleBefore), ReportText.Number(i.Tickets)])]);

    /// <summary>All rows with some of the numbers, then all rows with the next: together they would not fit a terminal.</summary>
    private static IEnumerable<ReportTable> Breakdowns(DailyReport report, Breakdown by, IStringLocalizer<Texts> texts)
    {
        var byText = texts[$"By.{by.Word()}"];
        (string Name, Func<Section, string> Cell)[] columns =
        [
            (texts["total.filed"], s => ReportText.Number(s.Totals["filed"].Value)),
            (texts["total.workOrdersIssued"], s => ReportText.Number(s.Totals["workOrdersIssued"].Value)),
            .. Figure.All.Select(f => (texts[$"figure.{f.Key}"].Value, (Func<Section, string>)(s => ReportText.Percent(s.Figures[f.Key].Rate)))),
        ];
        return columns.Chunk(NumbersBeside).Select(some => new ReportTable(
            texts["Caption.Rows", byText],
            [byText, .. some.Select(c => c.Name)],
            [.. report.Rows.Select(r => (string[])[ReportText.Name(r, by, texts), .. some.Select(c => c.Cell(r))])]));
    }

    private static string[] TotalRow(string name, TotalValue value) =>
        [name, ReportText.Number(value.Value), "", ReportText.Number(value.DayBefore), ReportText.Number(value.WeekBefore)];

    private static string[] FigureRow(string name, FigureValue value) =>
    [
        name, ReportText.Percent(value.Rate), ReportText.Counts(value.Numerator, value.Denominator),
        ReportText.Percent(value.DayBefore.Rate), ReportText.Percent(value.WeekBefore.Rate),
    ];
}
