using System.Text.Json;
using System.Text.RegularExpressions;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Diagnostics;

namespace Hotline.App.Web;

/// <summary>
/// Turns what goes wrong outside of a use case into problem details with a stable code: unreadable JSON names its field, a database that
/// is away says when to try again, and nothing shows a stack trace.
/// </summary>
internal sealed partial class ProblemMapping(Dialect dialect, ILogger<ProblemMapping> log) : IExceptionHandler
{
    private const int RetryAfterSeconds = 5;

    public async ValueTask<bool> TryHandleAsync(HttpContext http, Exception exception, CancellationToken ct)
    {
        if (!http.Request.Path.StartsWithSegments("/api")) return false;
        var result = exception switch
        {
            BadHttpRequestException { InnerException: JsonException json } => Problems.Invalid(FieldErrors(json)),
            BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => Problems.Of(413, "too-large", "The request body is too large."),
            BadHttpRequestException { StatusCode: StatusCodes.Status415UnsupportedMediaType } => Problems.Of(415, "not-json", "Send the body as application/json."),
            BadHttpRequestException { StatusCode: StatusCodes.Status400BadRequest } bad => Problems.Invalid(Unbound(bad), "The value cannot be read, or is missing."),
            BadHttpRequestException bad => Problems.Of(bad.StatusCode, "refused", "The request was refused."),
            _ when dialect.IsAway(exception) => Away(http, exception),
            _ when exception is ConflictException || dialect.IsConflict(exception) => Busy(http, exception),
            _ => Unexpected(http, exception),
        };
        await result.ExecuteAsync(http);
        return true;
    }

    private Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Away(HttpContext http, Exception exception)
    {
        LogAway(http.Request.Method, http.Request.Path, exception.Message);
        http.Response.Headers.RetryAfter = $"{RetryAfterSeconds}";
        var what = dialect.IsFull(exception) ? "The disk of the database is full: nothing can be stored" : "The database cannot be reached";
        return Problems.Of(503, "database-away", $"{what}. Try again in {RetryAfterSeconds} seconds.");
    }

    /// <summary>It lost against others again and again, and was undone each time.</summary>
    private Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Busy(HttpContext http, Exception exception)
    {
        LogBusy(http.Request.Method, http.Request.Path, exception.Message);
        http.Response.Headers.RetryAfter = "1";
        return Problems.Of(503, "busy", "Others are changing the same at this moment. Nothing was kept; try again in a second.");
    }

    private Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Unexpected(HttpContext http, Exception exception)
    {
        LogUnexpected(exception, http.Request.Method, http.Request.Path, http.TraceIdentifier);
        return Problems.Of(500, "internal", $"Something went wrong here. It is in the log of the service under {http.TraceIdentifier}.");
    }

    /// <summary>The field that a JSON error is about: from its path, or from the list of missing members.</summary>
    private static Dictionary<string, string[]> FieldErrors(JsonException json)
    {
        var path = json.Path?.TrimStart('$').TrimStart('.') ?? "";
        if (json.Message.Contains("missing required", StringComparison.Ordinal))
            return Missing().Matches(json.Message[json.Message.IndexOf("including", StringComparison.Ordinal)..])
                .ToDictionary(m => path.Length == 0 ? m.Groups[1].Value : $"{path}.{m.Groups[1].Value}", _ => new[] { "is required." });
        var field = path.Length > 0 ? path : "body";
        return new() { [field] = [field == "body" ? "The body is no valid JSON object." : "The value is not of the expected type, or not one of the allowed words."] };
    }

    /// <summary>The parameter of the query that the framework could not read; else the body.</summary>
    private static string Unbound(BadHttpRequestException bad) =>
        Parameter().Match(bad.Message) is { Success: true } match ? match.Groups[1].Value : "body";

    [GeneratedRegex("'([^']+)'")]
    private static partial Regex Missing();

    [GeneratedRegex("^Failed to bind parameter \"\\S+ (\\w+)\"")]
    private static partial Regex Parameter();

    [LoggerMessage(LogLevel.Warning, "{Method} {Path}: the database is away: {Reason}")]
    private partial void LogAway(string method, string path, string reason);

    [LoggerMessage(LogLevel.Warning, "{Method} {Path} lost against others again and again: {Reason}")]
    private partial void LogBusy(string method, string path, string reason);

    [LoggerMessage(LogLevel.Error, "{Method} {Path} failed ({Trace})")]
    private partial void LogUnexpected(Exception exception, string method, string path, string trace);
}
