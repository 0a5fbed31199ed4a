using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;

namespace Hotline.App.Web;

/// <summary>
/// <c>/health/live</c>: the process runs. <c>/health/ready</c>: each part by name; 503 only without a database, because filing goes on
/// while the broker is away, and reading while nothing can be stored.
/// </summary>
internal static class HealthEndpoints
{
    /// <summary>Deliveries older than this are worth a look.</summary>
    private static readonly TimeSpan LagToNote = TimeSpan.FromMinutes(1);

    public sealed record Part(string Status, string? Detail = null);

    /// <param name="Owed">Deliveries that their role has not settled yet.</param>
    /// <param name="SetAside">Deliveries in the error list.</param>
    public sealed record OutboxPart(string Status, long? Owed = null, double? OldestSeconds = null, long? SetAside = null);

    public sealed record Readiness(string Status, Part Database, Part Bus, OutboxPart Outbox);

    public static void MapHealth(this IEndpointRouteBuilder app)
    {
        app.MapGet("/health/live", () => TypedResults.Ok(new { status = "ok" })).AllowAnonymous().WithTags("health");
        app.MapGet("/health/ready", ReadyAsync).AllowAnonymous().WithTags("health");
    }

    private static async Task<IResult> ReadyAsync(Database database, OutboxLag lag, IRoad road, CancellationToken ct)
    {
        var bus = road.Open ? new Part("ok") : new Part("away", "Filing goes on; deliveries wait in the database until the broker is back.");
        try
        {
            var figures = await lag.MeasureAsync(null, ct);
            var stored = database.WhyNothingIsStored switch
            {
                null => new Part("ok"),
                { } full when database.Dialect.IsFull(full) => new Part("read-only", "The disk of the database is full. Nothing can be stored until there is room on it again."),
                _ => new Part("read-only", "What was to be stored lately failed; the log of the service says why."),
            };
            // Below zero where it was written while a clock was ahead.
            var age = figures.Oldest is { } oldest && database.Clock.Now is var now && oldest < now ? now - oldest : TimeSpan.Zero;
            var outbox = new OutboxPart(
                figures.Faulted > 0 ? "faults" : age > LagToNote ? "behind" : "ok", figures.Owed, Math.Round(age.TotalSeconds, 1), figures.Faulted);
            var ok = stored.Status == "ok" && bus.Status == "ok" && outbox.Status == "ok";
            return TypedResults.Ok(new Readiness(ok ? "ok" : "degraded", stored, bus, outbox));
        }
        catch (Exception e) when (database.Dialect.IsAway(e))
        {
            return TypedResults.Json(
                new Readiness("down", new Part("away", "The database cannot be reached."), bus, new OutboxPart("unknown")),
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
    }

    /// <summary>The error list: what a role could not do, with why, and putting it back.</summary>
    public static void MapErrors(this IEndpointRouteBuilder app)
    {
        var errors = app.MapGroup("/api/errors").WithTags("errors").RequireRole(Roles.Administrator);
        errors.MapGet("", async (Faults faults, CancellationToken ct) => TypedResults.Ok(new { items = await faults.ListAsync(200, ct) }));
        errors.MapPost("put-back", async Task<IResult> (string? ticket, Faults faults, CancellationToken ct) =>
            ticket is not null && (ticket.Length > 32 || !Validation.IsVisible(ticket))
                ? Problems.Invalid("ticket", "'ticket' must be the number of a ticket.")
                : TypedResults.Ok(new { putBack = await faults.PutBackAsync(ticket, ct) }));
    }
}
