using System.Security.Claims;
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
public sealed record FileTicket(
    Channel Channel,
    TicketKind Kind,
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
    string? Answer = null)
{
    public sealed record Person(string? Name, string? Phone);

    public sealed record Filed(string Number, TicketStatus Status, DateTimeOffset FiledAt);

    public sealed class Validator : AbstractValidator<FileTicket>
    {
        public const int MaxTitle = 200;
        public const int MaxDescription = 10_000;

        public Validator()
        {
            RuleFor(t => t.Channel).IsInEnum();
            RuleFor(t => t.Kind).IsInEnum();
            RuleFor(t => t.Title).NotEmpty().Text(MaxTitle);
            RuleFor(t => t.Description).NotEmpty().Text(MaxDescription);
            RuleFor(t => t.Address).Text(500);
            RuleFor(t => t.Location!.Lat).InclusiveBetween(-90, 90).When(t => t.Location is not null);
            RuleFor(t => t.Location!.Lng).InclusiveBetween(-180, 180).When(t => t.Location is not null);
            RuleFor(t => t.Caller!.Name).Text(100).When(t => t.Caller is not null);
            RuleFor(t => t.Caller!.Phone).Must(p => string.IsNullOrEmpty(p) || Contacts.Normalize(p) is not null)
                .WithMessage("'Phone' must be a phone number: a mobile of 11 digits, a landline with or without area code, or +country and number.")
                .When(t => t.Caller is not null);
            RuleFor(t => t.Urgency).IsInEnum();
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

/// <summary>Files tickets, for the API and for the operator's page.</summary>
public sealed class Filing(Database database, TicketNumbers numbers, Contacts contacts, Known known)
{
    public abstract record Outcome
    {
        public sealed record New(FileTicket.Filed Filed) : Outcome;
        /// <summary>The same key came with the same body before: its first answer.</summary>
        public sealed record Again(FileTicket.Filed Filed) : Outcome;
        public sealed record OtherBody : Outcome;
        public sealed record Refused(string Field, string Message) : Outcome;
    }

    /// <param name="request">Has passed its validator.</param>
    /// <param name="key">Idempotency key, unique per caller.</param>
    public async Task<Outcome> FileAsync(FileTicket request, string? key, string actor, CancellationToken ct)
    {
        if (request.Category is { } category && !known.IsCategory(category))
            return new Outcome.Refused("category", $"'{category}' is no code of the category catalogue.");

        var hash = key is null ? null : contacts.Fingerprint(request);
        var now = database.Clock.Now;
        var number = await numbers.NextAsync(now, ct);
        return await database.WriteAsync(async work =>
        {
            if (key is not null && await FirstAsync(work, actor, key, hash!) is { } first) return first;
            if (request.RepeatOf is { } earlier && await Tickets.FindAsync(work, earlier) is null)
                return new Outcome.Refused("repeatOf", $"There is no ticket {earlier}.");

            var row = Row(request, number, now, actor);
            await InsertAsync(work, row);
            if (key is not null)
                await work.ExecuteAsync("""
                    insert into intake_request (caller, request_key, body_hash, ticket, filed_at) values (@actor, @key, @hash, @number, @now)
                    """, new { actor, key, hash, number, now });
            work.Note(number, actor, "filed", $"{row.Channel}, {row.Kind}");
            if (request.Answer is null) work.Send(Route(request, number, now));
            else work.Note(number, actor, "answered", contacts.Redact(row, request.Answer));
            work.Send(row.Facts([]));
            return new Outcome.New(new FileTicket.Filed(number, row.Standing(), now));
        }, ct);
    }

    private TicketRow Row(FileTicket request, string number, DateTimeOffset now, string actor)
    {
        var row = new TicketRow
        {
            Number = number,
            Version = 1,
            Status = "",
            FiledAt = now,
            FiledBy = actor,
            Channel = request.Channel.Word(),
            Kind = request.Kind.Word(),
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

    private static RouteTicket Route(FileTicket request, string number, DateTimeOffset now) => new(
        number, now, request.Channel, request.Kind,
        Contacts.Redact(request.Title, request.Description, request.Address ?? "", request.Location, request.Caller?.Name, request.Caller?.Phone),
        request.Category, request.Urgency, request.Confidential);

    private static Task InsertAsync(Work work, TicketRow row) => work.ExecuteAsync("""
        insert into intake_ticket (number, version, status, filed_at, filed_by, channel, kind, title, description, address, lat, lng, category,
            urgency, confidential, attributes, caller_name, caller_phone, phone_hash, repeat_of, excluded, urged, answer, closed_at, closed_how,
            round, routing_version, in_triage, reissued_after, order_round, order_version)
        values (@Number, @Version, @Status, @FiledAt, @FiledBy, @Channel, @Kind, @Title, @Description, @Address, @Lat, @Lng, @Category,
            @Urgency, @Confidential, @Attributes, @CallerName, @CallerPhone, @PhoneHash, @RepeatOf, @Excluded, @Urged, @Answer, @ClosedAt, @ClosedHow,
            @Round, @RoutingVersion, @InTriage, @ReissuedAfter, @OrderRound, @OrderVersion)
        """, row);

    private static async Task<Outcome?> FirstAsync(Work work, string actor, string key, string hash)
    {
        var first = await work.FindAsync<RequestRow>("""
            select body_hash, ticket, filed_at from intake_request where caller = @actor and request_key = @key
            """, new { actor, key });
        if (first is null) return null;
        if (first.BodyHash != hash) return new Outcome.OtherBody();
        // The first answer: the status as it was then.
        var ticket = (await Tickets.FindAsync(work, first.Ticket))!;
        var status = ticket.Answer is not null && ticket.ClosedAt == first.FiledAt ? TicketStatus.Closed : TicketStatus.Filed;
        return new Outcome.Again(new FileTicket.Filed(first.Ticket, status, first.FiledAt));
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private sealed record RequestRow
    {
        public required string BodyHash { get; init; }
        public required string Ticket { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
    }
}
