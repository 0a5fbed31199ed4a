using System.Security.Claims;
using System.Text;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace Hotline.Reporting;

/// <summary>
/// The call for the daily report: everybody of the platform for the whole hotline and any unit, a unit's own people for their unit alone.
/// </summary>
public sealed record ReadDailyReport(DateOnly Day, string? Unit, Breakdown? By)
{
    internal static readonly string[] Readers = [Roles.Manager, Roles.Operator, Roles.Dispatcher, Roles.Handler];

    public static void Map(IEndpointRouteBuilder app)
    {
        app.MapGet("/api/reports/daily", HandleAsync)
            .RequireRole(Readers)
            .WithName("ReadDailyReport").WithTags("Reports").WithSummary("The daily report of a day, with the day before and the week before beside it")
            .Produces<DailyReport>(StatusCodes.Status200OK, "application/json", "text/csv")
            .ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status403Forbidden);
        app.MapGet("/reports/daily", (string? date, string? unit, string? by, HotlineClock clock) => TypedResults.LocalRedirect(
                Address(date is { Length: > 0 } ? date : Days.Write(clock.Today), unit, by)))
            .RequireRole(Readers).ExcludeFromDescription();
        app.MapGet("/reports/daily/{date}/csv", DownloadAsync).RequireRole(Readers).ExcludeFromDescription();
    }

    /// <summary>Where people find a report.</summary>
    internal static string Address(string date, string? unit, string? by, string format = "")
    {
        KeyValuePair<string, string?>[] query = [new("unit", unit), new("by", by)];
        return $"/reports/daily/{Uri.EscapeDataString(date)}{format}{QueryString.Create(query.Where(q => !string.IsNullOrEmpty(q.Value)))}";
    }

    private static async Task<IResult> HandleAsync(
        string? date, string? unit, string? by, ClaimsPrincipal user, HttpRequest http, Database database, CancellationToken ct)
    {
        var (request, problem) = await CheckAsync(date, unit, by, user, database, ct);
        if (problem is not null) return problem;
        var report = await request!.RunAsync(database, ct);
        http.HttpContext.Response.Headers.Append(HeaderNames.Vary, HeaderNames.Accept);
        return WantsCsv(http) ? TypedResults.Content(ReportCsv.Render(report), "text/csv", Encoding.UTF8) : new ReportJson.Result(report);
    }

    /// <summary>For people: a file with a byte order mark, without which Excel misreads Chinese.</summary>
    private static async Task<IResult> DownloadAsync(
        string date, string? unit, string? by, ClaimsPrincipal user, Database database, CancellationToken ct)
    {
        var (request, problem) = await CheckAsync(date, unit, by, user, database, ct);
        if (problem is not null) return problem;
        var report = await request!.RunAsync(database, ct);
        byte[] bytes = [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(ReportCsv.Render(report))];
        return TypedResults.File(bytes, "text/csv", $"hotline-{Days.Write(report.Date)}.csv");
    }

    public Task<DailyReport> RunAsync(Database database, CancellationToken ct) => DailyReport.ReadAsync(database, Day, Unit, By, ct);

    /// <returns>The request, or why it is refused.</returns>
    internal static async Task<(ReadDailyReport? Request, ProblemHttpResult? Problem)> CheckAsync(
        string? date, string? unit, string? by, ClaimsPrincipal user, Database database, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(unit)) unit = null;
        if (string.IsNullOrEmpty(by)) by = null;
        var today = database.Clock.Today;
        if (string.IsNullOrEmpty(date)) return Invalid("date", "'date' is needed, as in 2020-02-07.");
        var day = DayOf(date, today, out var wrong);
        if (wrong is not null) return Invalid("date", wrong);
        Breakdown? breakdown = Words.TryParse<Breakdown>(by, out var parsed) ? parsed : null;
        if (by is not null && breakdown is null) return Invalid("by", $"'by' must be one of: {Words.List<Breakdown>()}.");
        if (!user.SeesAll() && (unit is null || unit != user.Unit()))
            return (null, Problems.Forbidden("A unit reads its own report: name it with 'unit'."));
        if (unit is not null && unit != user.Unit() && (unit.Length > 64 || unit.Contains('\0') || !await DailyReport.KnowsUnitAsync(database, unit, ct)))
            return Invalid("unit", "'unit' is no unit that anything was dispatched to.");
        return (new ReadDailyReport(day, unit, breakdown), null);

        static (ReadDailyReport?, ProblemHttpResult?) Invalid(string field, string message) => (null, Problems.Invalid(field, message));
    }

    /// <param name="wrong">Why there can be no report of the day; null where there can.</param>
    internal static DateOnly DayOf(string date, DateOnly today, out string? wrong)
    {
        var day = Days.Parse(date);
        wrong = day is null ? "'date' must be a day, as in 2020-02-07."
            : day > today ? "'date' must not be in the future."
            : day < Earliest ? $"'date' must not be before {Days.Write(Earliest)}." : null;
        return day ?? default;
    }

    /// <summary>Before any hotline; the week before it is still a date.</summary>
    private static readonly DateOnly Earliest = new(1980, 1, 1);

    /// <summary>Whether the caller would rather have CSV than JSON.</summary>
    private static bool WantsCsv(HttpRequest http)
    {
        var accepted = http.GetTypedHeaders().Accept;
        return Quality("text/csv") > Quality("application/json");

        double Quality(string type) => accepted
            .Where(a => a.MediaType.Equals(type, StringComparison.OrdinalIgnoreCase))
            .Select(a => a.Quality ?? 1)
            .DefaultIfEmpty(0)
            .Max();
    }
}
