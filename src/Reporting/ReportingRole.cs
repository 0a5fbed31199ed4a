using Hotline.Contracts;
using Hotline.Data;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Reporting;

/// <summary>Facts, rollups and the daily report; for managers (领导).</summary>
public static class ReportingRole
{
    public static IServiceCollection AddReporting(this IServiceCollection services) => services
        .AddConsumer<IMessage, CountingConsumer>(Role.Reporting)
        .AddSingleton<RollupMerger>()
        .AddSingleton<HotIssueFinder>()
        .AddLocalization();

    public static void MapReporting(this IEndpointRouteBuilder app)
    {
        ReadDailyReport.Map(app);
        ReadHotIssues.Map(app);
    }
}
