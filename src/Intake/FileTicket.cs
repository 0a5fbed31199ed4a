using System.Security.Claims;
using System.Text.Json.Serialization;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>Files a citizen's complaint as a ticket (登记).</summary>
/// <param name="Address">Where the matter is, as the citizen says it.</param>
/// <param name="Category">A code of the catalogue; left out, it is suggested from the text.</param>
/// <param name="Confidential">Hides the citizen from the handling unit altogether (举报保密).</param>
/// <param name="RepeatOf">Number of the earlier ticket about the same matter.</param>
/// <param name="Answer">Answers and closes it in the same call.</param>
/// <param name="Kind">Left out, it is read from the text.</param>
public sealed record FileTicket(
    [property: JsonPropertyOrder(-2)] Channel Channel,
    string Title,
    string Description,
    string? Address = null,
    Location? Location = null,
    FileTicket.Person? Caller = null,
    string? Category = null,
    Urgency? Urgency = null,
    bool Confidential = false,
    IReadOnlyDictionary<string, string>? Attributes = null,
    string? RepeatOf = null,
    string? Answer = null,
    // Where it has always stood: an idempotency key is kept with a hash of the request as it is written.
    [property: JsonPropertyOrder(-1)] TicketKind? Kind = null)
{
    public sealed record Person(string? Name, string? Phone);

    public sealed record Filed(string Number, TicketStatus Status, DateTimeOffset FiledAt);

    public sealed class Validator : AbstractValidator<FileTicket>
    {
        public const int MaxTitle = 200;
        public const int MaxDescription = 10_000;

        public Validator()
        {
            RuleFor(t => t.Channel).Known();
            RuleFor(t => t.Kind).Known();
            RuleFor(t => t.Title).NotEmpty().Text(MaxTitle);
            RuleFor(t => t.Description).NotEmpty().Text(MaxDescription);
            RuleFor(t => t.Address).Text(500);
            RuleFor(t => t.Location!.Lat).InclusiveBetween(-90, 90).When(t => t.Location is not null);
            RuleFor(t => t.Location!.Lng).InclusiveBetween(-180, 180).When(t => t.Location is not null);
            RuleFor(t => t.Caller!.Name).Text(100).When(t => t.Caller is not null);
            RuleFor(t => t.Caller!.Phone).Must(p => string.IsNullOrEmpty(p) || Contacts.Normalize(p) is not null)
                .WithMessage("'Phone' must be a phone number: a mobile of 11 digits, a landline with or without area code, or +country and number.")
                .When(t => t.Caller is not null);
            RuleFor(t => t.Urgency).Known();
            RuleFor(t => t.Category).Text(64);
            RuleFor(t => t.RepeatOf).Text(32);
            RuleFor(t => t.Answer).Text(MaxDescription);
            RuleFor(t => t.Answer).NotEmpty().When(t => t.Answer is not null);
            RuleFor(t => t.Attributes).Must(a => a is null || (a.Count <= 50 && a.All(p => IsAttribute(p.Key, 100) && p.Key.Length > 0 && IsAttribute(p.Value, 1000))))
                .WithMessage("'Attributes' may hold 50 entries, with names of 100 and values of 1,000 visible characters at most.");
        }

        private static bool IsAttribute(string? text, int most) =>
            text is null || (text.Length <= most && Validation.IsVisible(text) && Validation.IsWellFormed(text));
    }

    public static async Task<Results<Created<Filed>, Ok<Filed>, ProblemHttpResult>> HandleAsync(
        FileTicket request, HttpRequest http, ClaimsPrincipal user, Filing filing, CancellationToken ct)
    {
        var key = http.Headers["Idempotency-Key"].ToString() is { Length: > 0 } given ? given : null;
        if (key is { Length: > 200 } || key?.Any(char.IsControl) == true)
            return Problems.Invalid("Idempotency-Key", "The header may have 200 characters at most, and no control characters.");

        return await filing.FileAsync(request, key, user.Actor(), ct) switch
        {
            Filing.Outcome.New(var filed) => TypedResults.Created($"/api/tickets/{filed.Number}", filed),
            Filing.Outcome.Again(var filed) => TypedResults.Ok(filed),
            Filing.Outcome.OtherBody => Problems.Of(422, "idempotency-key-reused", "This Idempotency-Key came with another body before. Use a fresh key for a new ticket."),
            Filing.Outcome.Refused(var field, var message) => Problems.Invalid(field, message),
            var other => throw new InvalidOperationException($"{other} has no answer"),
        };
    }
}

/// <summary>Files tickets, for the API and for the operator's page. Those that arrive together are stored together.</summary>
public sealed class Filing(Database database, TicketNumbers numbers, Contacts contacts, Known known)
{
    /// <summary>Tickets in one transaction, at most; as many transactions at once as keep the database and the network busy.</summary>
    private const int Most = 100, Lanes = 2;

    private readonly Together<Call, Outcome> _together = new(
        Most, Lanes, calls => database.WriteAsync(work => StoreAsync(work, calls, contacts), CancellationToken.None), database.Dialect.IsAway);

    public abstract record Outcome
    {
        public sealed record New(FileTicket.Filed Filed) : Outcome;
        /// <summary>The same key came with the same body before: its first answer.</summary>
        public sealed record Again(FileTicket.Filed Filed) : Outcome;
        public sealed record OtherBody : Outcome;
        public sealed record Refused(string Field, string Message) : Outcome;
    }

    /// <param name="Key">Idempotency key, unique per caller, with the hash of the body that it came with.</param>
    /// <param name="Messages">Who is told of the ticket, once it is stored.</param>
    private sealed record Call(FileTicket Request, TicketRow Row, (string Value, string BodyHash)? Key, IReadOnlyList<Message> Messages);

    /// <param name="request">Has passed its validator.</param>
    /// <param name="key">Idempotency key, unique per caller.</param>
    public async Task<Outcome> FileAsync(FileTicket request, string? key, string actor, CancellationToken ct)
    {
        if (request.Category is { } category && !known.IsCategory(category))
            return new Outcome.Refused("category", $"'{category}' is no code of the category catalogue.");

        var now = database.Clock.Now;
        var kind = request.Kind ?? known.KindOf(request.Title, request.Description);
        var row = Row(request, kind, await numbers.NextAsync(now, ct), now, actor);
        var facts = Message.Of(row.Facts([]), now);
        return await _together.DoAsync(new Call(
            request, row, key is null ? null : (key, contacts.Fingerprint(request)), request.Answer is null ? [Message.Of(Route(request, row), now), facts] : [facts]), ct);
    }

    private static async Task<IReadOnlyList<Outcome>> StoreAsync(Work work, IReadOnlyList<Call> calls, Contacts contacts)
    {
        var first = await FirstAsync(work, calls);
        var repeated = await ExistingAsync(work, calls);
        var outcomes = new List<Outcome>(calls.Count);
        var rows = new List<TicketRow>(calls.Count);
        var requests = new List<RequestRow>(calls.Count);
        foreach (var (request, row, key, messages) in calls)
        {
            if (key is { } known && first.TryGetValue((row.FiledBy, known.Value), out var before))
            {
                outcomes.Add(before.BodyHash == known.BodyHash ? new Outcome.Again(before.Answer) : new Outcome.OtherBody());
                continue;
            }
            if (request.RepeatOf is { } earlier && !repeated.Contains(earlier))
            {
                outcomes.Add(new Outcome.Refused("repeatOf", $"There is no ticket {earlier}."));
                continue;
            }
            var filed = new FileTicket.Filed(row.Number, row.Standing(), row.FiledAt);
            outcomes.Add(new Outcome.New(filed));
            rows.Add(row);
            if (key is { } fresh)
            {
                first.Add((row.FiledBy, fresh.Value), (fresh.BodyHash, filed));
                requests.Add(new RequestRow { Caller = row.FiledBy, RequestKey = fresh.Value, BodyHash = fresh.BodyHash, Ticket = row.Number, FiledAt = row.FiledAt });
            }
            work.Note(row.Number, row.FiledBy, "filed", $"{row.Channel}, {row.Kind}{(request.Kind is null ? " by its text" : "")}");
            if (request.Answer is not null) work.Note(row.Number, row.FiledBy, "answered", contacts.Redact(row, request.Answer));
            foreach (var message in messages) work.Send(message);
        }
        Tickets.Add(work, rows);
        work.Write(RequestRow.Insert, requests);
        return outcomes;
    }

    private TicketRow Row(FileTicket request, TicketKind kind, string number, DateTimeOffset now, string actor)
    {
        var row = new TicketRow
        {
            Number = number,
            Version = 1,
            Status = "",
            FiledAt = now,
            FiledBy = actor,
            Channel = request.Channel.Word(),
            Kind = kind.Word(),
            Title = request.Title,
            Description = request.Description,
            Address = request.Address ?? "",
            Lat = request.Location?.Lat,
            Lng = request.Location?.Lng,
            Category = request.Category,
            Urgency = request.Urgency?.Word(),
            Confidential = request.Confidential,
            Attributes = request.Attributes is { Count: > 0 } attributes ? Json.Write(attributes) : null,
            CallerName = contacts.Seal(number, NullIfEmpty(request.Caller?.Name)),
            CallerPhone = contacts.Seal(number, NullIfEmpty(request.Caller?.Phone)),
            PhoneHash = contacts.Fingerprint(request.Caller?.Phone),
            RepeatOf = request.RepeatOf,
            Excluded = false,
            Urged = 0,
            Answer = request.Answer,
            ClosedAt = request.Answer is null ? null : now,
            ClosedHow = request.Answer is null ? null : Closing.Answered.Word(),
            Round = 0,
            RoutingVersion = 0,
            InTriage = false,
            ReissuedAfter = 0,
            OrderRound = 0,
            OrderVersion = 0,
        };
        return row with { Status = row.Standing().Word() };
    }

    private static RouteTicket Route(FileTicket request, TicketRow row) => new(
        row.Number, row.FiledAt, request.Channel, Words.Parse<TicketKind>(row.Kind),
        Contacts.Redact(request.Title, request.Description, request.Address ?? "", request.Location, request.Caller?.Name, request.Caller?.Phone),
        request.Category, request.Urgency, request.Confidential);

    /// <summary>What was answered when a key of these calls came first.</summary>
    private static async Task<Dictionary<(string Caller, string Key), (string BodyHash, FileTicket.Filed Answer)>> FirstAsync(Work work, IReadOnlyList<Call> calls)
    {
        var first = new Dictionary<(string, string), (string, FileTicket.Filed)>();
        foreach (var ofCaller in calls.Where(c => c.Key is not null).GroupBy(c => c.Row.FiledBy, c => c.Key!.Value.Value))
        {
            foreach (var request in await work.QueryAsync<RequestRow>($"""
                select caller, request_key, body_hash, ticket, filed_at from intake_request
                where caller = @caller and {work.Dialect.Among("request_key", "@keys")}
                """, new { caller = ofCaller.Key, keys = Json.Write(ofCaller) }))
            {
                // The status as it was then.
                var ticket = (await Tickets.FindAsync(work, request.Ticket))!;
                var status = ticket.Answer is not null && ticket.ClosedAt == request.FiledAt ? TicketStatus.Closed : TicketStatus.Filed;
                first.Add((request.Caller, request.RequestKey), (request.BodyHash, new FileTicket.Filed(request.Ticket, status, request.FiledAt)));
            }
        }
        return first;
    }

    /// <summary>Those of the earlier tickets that these calls name that there are.</summary>
    private static async Task<HashSet<string>> ExistingAsync(Work work, IReadOnlyList<Call> calls)
    {
        var named = calls.Select(c => c.Request.RepeatOf).OfType<string>().ToArray();
        return named.Length == 0 ? [] : [.. await work.QueryAsync<string>(
            $"select number from intake_ticket where {work.Dialect.Among("number", "@named")}", new { named = Json.Write(named) })];
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private sealed record RequestRow
    {
        public static readonly Bulk<RequestRow> Insert = Bulk<RequestRow>.Insert("intake_request");

        public required string Caller { get; init; }
        public required string RequestKey { get; init; }
        public required string BodyHash { get; init; }
        public required string Ticket { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
    }
}
