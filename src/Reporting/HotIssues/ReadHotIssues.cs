using System.Globalization;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace Hotline.Reporting;

/// <summary>The call for the hot issues of a day, week or month, as they were computed last; for the people of the platform.</summary>
public static class ReadHotIssues
{
    private const int Usual = 10;

    /// <summary>Days that the daily report is about.</summary>
    public const int OfReport = 7;

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/reports/hot", HandleAsync)
            .RequireRole(Roles.Manager, Roles.Operator, Roles.Dispatcher)
            .WithName("ReadHotIssues").WithTags("Reports").WithSummary("The hot issues of the days up to one, the hottest first")
            .ProducesProblem(StatusCodes.Status400BadRequest);

    /// <summary>A list; empty and without the time of its computation where nothing was computed yet.</summary>
    public sealed record Answer(DateOnly Date, int Days, DateTimeOffset? ComputedAt, int LookedAt, bool Complete, IReadOnlyList<HotIssue> Issues);

    private static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(string? date, string? days, string? limit, Database database, CancellationToken ct)
    {
        var errors = new Dictionary<string, string[]>();
        var day = ReadDailyReport.DayOf(string.IsNullOrEmpty(date) ? Days.Write(database.Clock.Today) : date, database.Clock.Today, out var wrong);
        if (wrong is not null) errors["date"] = [wrong];
        var count = OfReport;
        if (!string.IsNullOrEmpty(days) && !(int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out count) && HotIssueFinder.Days.Contains(count)))
            errors["days"] = [$"'days' must be one of: {string.Join(", ", HotIssueFinder.Days)}."];
        var most = Usual;
        if (!string.IsNullOrEmpty(limit) && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out most) && most is >= 1 and <= HotIssueFinder.MostIssues))
            errors["limit"] = [$"'limit' must be between 1 and {HotIssueFinder.MostIssues}."];
        if (errors.Count > 0) return Problems.Invalid(errors);

        return TypedResults.Ok(await database.ReadAsync(db => HotIssueTable.ReadAsync(db, day, count), ct) is { } list
            ? new Answer(list.Date, list.Days, database.Clock.Local(list.ComputedAt), list.LookedAt, list.Complete, [.. list.Issues.Take(most)])
            : new Answer(day, count, null, 0, true, []));
    }
}
