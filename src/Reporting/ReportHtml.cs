using Hotline.Data;
using Hotline.Reporting.Pages;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Hotline.Reporting;

/// <summary>The report as one HTML file with its own style sheet, from the same component as the page.</summary>
public static class ReportHtml
{
    public static async Task<string> RenderAsync(DailyReport report, HotlineClock clock)
    {
        await using var services = new ServiceCollection().AddLogging().AddLocalization().BuildServiceProvider();
        await using var renderer = new HtmlRenderer(services, services.GetRequiredService<ILoggerFactory>());
        return await renderer.Dispatcher.InvokeAsync(async () =>
        {
            var parameters = ParameterView.FromDictionary(new Dictionary<string, object?>
            {
                [nameof(DailyReportDocument.Report)] = report,
                [nameof(DailyReportDocument.ReadAt)] = clock.Local(report.ReadAt),
            });
            return (await renderer.RenderComponentAsync<DailyReportDocument>(parameters)).ToHtmlString();
        });
    }
}
