using System.CommandLine;
using System.Text;
using System.Text.Json;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Reporting;
using Microsoft.Extensions.Localization;
using Spectre.Console;

namespace Hotline.App.Cli;

/// <summary>The daily report, for people on the terminal and for machines.</summary>
internal static class ReportCommand
{
    public static Command Create()
    {
        var date = new Option<string?>("--date") { Description = "Day of the report, like 2020-02-07. Default: today." };
        var unit = new Option<string?>("--unit") { Description = "Code of one unit instead of the whole hotline." };
        var by = new Option<string?>("--by") { Description = $"Breakdown: {Words.List<Breakdown>()}." };
        var format = new Option<string>("--format") { Description = "table, csv, json or html.", DefaultValueFactory = _ => "table" };
        by.AcceptOnlyFromAmong([.. Enum.GetValues<Breakdown>().Select(b => b.Word())]);
        format.AcceptOnlyFromAmong("table", "csv", "json", "html");
        date.Validators.Add(DayOption.Validate);
        var command = new Command("report", "Prints the daily report.") { date, unit, by, format };
        command.SetAction((parsed, ct) => CommandLine.WithDatabaseAsync(
            (services, token) => RunAsync(services, parsed.GetValue(date), parsed.GetValue(unit), parsed.GetValue(by), parsed.GetValue(format)!, token), ct));
        return command;
    }

    private static async Task<int> RunAsync(IServiceProvider services, string? date, string? unit, string? by, string format, CancellationToken ct)
    {
        var database = services.GetRequiredService<Database>();
        var day = Days.Parse(date) ?? database.Clock.Today;
        if (unit is not null && !await DailyReport.KnowsUnitAsync(database, unit, ct))
        {
            await Console.Error.WriteLineAsync($"--unit: nothing was ever reported of a unit '{unit}'. Units that were: hotline report --by unit --format csv.");
            return Exit.WrongCall;
        }
        var report = await DailyReport.ReadAsync(database, day, unit, by is null ? null : Words.Parse<Breakdown>(by), ct);
        Console.OutputEncoding = Encoding.UTF8;
        switch (format)
        {
            case "json": Console.WriteLine(JsonSerializer.Serialize(report, Json.Options)); break;
            case "csv": Console.Write(ReportCsv.Render(report)); break;
            case "html": Console.Write(await ReportHtml.RenderAsync(report, database.Clock)); break;
            default: Print(ReportTable.Of(report, services.GetRequiredService<IStringLocalizer<Hotline.Reporting.Texts>>())); break;
        }
        return Exit.Done;
    }

    private static void Print(IReadOnlyList<ReportTable> tables)
    {
        foreach (var table in tables)
        {
            var printed = new Table().Title(Markup.Escape(table.Title)).Border(TableBorder.Rounded);
            for (var i = 0; i < table.Columns.Count; i++)
            {
                var column = new TableColumn(Markup.Escape(table.Columns[i]));
                printed.AddColumn(i == 0 ? column : column.RightAligned());
            }
            foreach (var row in table.Rows) printed.AddRow([.. row.Select(Markup.Escape)]);
            Terminal.Out.Write(printed);
        }
    }
}

/// <summary>Days on the command line.</summary>
internal static class DayOption
{
    /// <summary>Days are counted from and to, and turned into instants: those at the ends of the calendar cannot be.</summary>
    private static readonly DateOnly First = new(1949, 10, 1), Last = new(2999, 12, 31);

    public static void Validate(System.CommandLine.Parsing.OptionResult result)
    {
        if (result.GetValueOrDefault<string?>() is not { } text) return;
        if (Days.Parse(text) is not { } day) result.AddError($"{result.Option.Name}: '{text}' is no day; write it like 2020-02-07.");
        else if (day < First || day > Last) result.AddError($"{result.Option.Name}: give a day from {Days.Write(First)} to {Days.Write(Last)}.");
    }
}
