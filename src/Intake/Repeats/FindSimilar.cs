using System.Buffers;
using FluentValidation;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Likeness;
using Hotline.Data.Web;
using Hotline.Intake.Repeats;
using Hotline.Intake.Search;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.Intake;

/// <summary>Asks for the tickets that a new one may repeat (疑似重复), while it is being filed. Nothing is stored.</summary>
/// <param name="Limit">Tickets in the answer, at most; 5 where it is left out.</param>
public sealed record FindSimilar(
    string Title, string Description, string? Address = null, Location? Location = null, FileTicket.Person? Caller = null, int? Limit = null)
{
    public const int Usual = 5, Most = 20;

    /// <summary>What a ticket that is about to be filed may repeat.</summary>
    public static FindSimilar Of(FileTicket ticket) => new(ticket.Title, ticket.Description, ticket.Address, ticket.Location, ticket.Caller);

    public sealed class Validator : AbstractValidator<FindSimilar>
    {
        public Validator()
        {
            RuleFor(t => t.Title).NotEmpty().Text(FileTicket.Validator.MaxTitle);
            RuleFor(t => t.Description).NotNull().Text(FileTicket.Validator.MaxDescription);
            RuleFor(t => t.Address).Text(500);
            RuleFor(t => t.Location!.Lat).InclusiveBetween(-90, 90).When(t => t.Location is not null);
            RuleFor(t => t.Location!.Lng).InclusiveBetween(-180, 180).When(t => t.Location is not null);
            RuleFor(t => t.Caller!.Name).Text(100).When(t => t.Caller is not null);
            RuleFor(t => t.Caller!.Phone).Must(p => string.IsNullOrEmpty(p) || Contacts.Normalize(p) is not null)
                .WithMessage("'Phone' must be a phone number: a mobile of 11 digits, a landline with or without area code, or +country and number.")
                .When(t => t.Caller is not null);
            RuleFor(t => t.Limit).InclusiveBetween(1, Most);
        }
    }

    public static async Task<Ok<SimilarTickets.Answer>> HandleAsync(FindSimilar request, SimilarTickets similar, CancellationToken ct) =>
        TypedResults.Ok(new SimilarTickets.Answer(await similar.FindAsync(request, ct)));
}

/// <summary>A ticket that another one may repeat.</summary>
/// <param name="Likeness">Of the texts, from 0 to 1.</param>
/// <param name="Why">What is alike.</param>
public sealed record SimilarTicket(
    string Number, string Title, TicketStatus Status, DateTimeOffset FiledAt, Named? Lead, double Likeness, bool SameCaller, bool SamePlace, Sentence Why);

/// <summary>
/// Finds the tickets that a new one may repeat, in bounded time: the text index and the newest tickets say which have rare pairs of letters in common with it, the phone which are of the same
/// caller; so many of them are read and compared word by word (docs/adr/0015).
/// </summary>
public sealed class SimilarTickets(Database database, Contacts contacts, RecentTexts recent, RepeatSettings settings)
{
    /// <summary>Tickets that are read and compared, at most: by their text, and the newest of the same caller.</summary>
    private const int ByText = 40, ByCaller = 20;

    public sealed record Answer(IReadOnlyList<SimilarTicket> Items);

    /// <returns>The likeliest first; none where nothing is likely.</returns>
    public Task<IReadOnlyList<SimilarTicket>> FindAsync(FindSimilar request, CancellationToken ct) => database.ReadAsync(async db =>
    {
        var since = settings.Since(database.Clock.Now);
        var segments = await SegmentTable.ReadyAsync(db);
        var indexedTo = segments.Count == 0 ? DateTimeOffset.UnixEpoch : segments[^1].ToAt;
        await recent.FollowAsync(db, indexedTo);
        var candidates = await CandidatesAsync(db, request, [.. segments.Where(s => s.Likeness && s.ToAt > since)], since);
        var phoneHash = contacts.Fingerprint(request.Caller?.Phone);
        var (ofCaller, newest) = phoneHash is null ? (0, []) : await OfCallerAsync(db, TextTokens.OfCaller(phoneHash), segments, indexedTo, since);
        return Judge(request, await RowsAsync(db, [.. candidates, .. newest], since), phoneHash, ofCaller);
    }, ct);

    /// <summary>The numbers of the tickets that have most in common with the request, by the weights of the keys.</summary>
    private async Task<List<string>> CandidatesAsync(Session db, FindSimilar request, Segment[] segments, DateTimeOffset since)
    {
        var (keys, newest) = recent.Read(rarity =>
        {
            var keys = LookupKeys.Telling(request.Title, request.Description, rarity);
            return (keys, recent.Find(keys, since).OrderByDescending(c => c.Score).Take(ByText).ToList());
        });
        var best = new PriorityQueue<(Segment? Segment, int Ticket, string Number), float>();
        foreach (var (number, score) in newest) best.Enqueue((null, 0, number), score);

        var bodies = await SegmentTable.BodiesAsync(db, segments.SelectMany(s => keys.Select(k => s.LikenessKey(k.Key))));
        var scores = ArrayPool<float>.Shared.Rent(segments.Length == 0 ? 0 : segments.Max(s => s.Tickets));
        foreach (var segment in segments)
        {
            var ofSegment = scores.AsSpan(0, segment.Tickets);
            ofSegment.Clear();
            foreach (var (key, weight) in keys)
                if (bodies.TryGetValue(segment.LikenessKey(key), out var body)) SegmentBody.Score(SegmentBody.Find(body, key).Span, weight, ofSegment);
            for (var ticket = 0; ticket < ofSegment.Length; ticket++)
            {
                var score = ofSegment[ticket];
                if (score == 0) continue;
                if (best.Count < ByText) best.Enqueue((segment, ticket, ""), score);
                else if (best.TryPeek(out _, out var least) && score > least) best.EnqueueDequeue((segment, ticket, ""), score);
            }
        }
        ArrayPool<float>.Shared.Return(scores);
        var found = best.UnorderedItems.Select(i => i.Element).ToList();
        var entries = await SegmentTable.EntriesAsync(db, found.Where(f => f.Segment is not null).Select(f => (f.Segment!, f.Ticket)));
        return [.. found.Where(f => f.Segment is null).Select(f => f.Number), .. entries.Select(e => e.Number)];
    }

    /// <summary>How many tickets the caller has since then, and the numbers of the newest.</summary>
    private async Task<(int Count, List<string> Newest)> OfCallerAsync(Session db, uint caller, IReadOnlyList<Segment> segments, DateTimeOffset indexedTo, DateTimeOffset since)
    {
        var newest = recent.Read(_ => recent.OfCaller(caller, indexedTo > since ? indexedTo : since).ToList());
        var count = newest.Count;
        var looked = segments.Where(s => s.Callers && s.ToAt > since).Reverse().ToArray();
        var bodies = await SegmentTable.BodiesAsync(db, looked.Select(s => s.CallerKey(caller)));
        var places = new List<(Segment Segment, int Ticket)>();
        foreach (var segment in looked)
        {
            if (!bodies.TryGetValue(segment.CallerKey(caller), out var body)) continue;
            var tickets = SegmentBody.Unpack(SegmentBody.Find(body, caller).Span);
            // Of the oldest segment a part is too old to count.
            var isWhole = segment.FromAt >= since;
            if (isWhole) count += tickets.Length;
            places.AddRange(tickets.Reverse().Take(isWhole ? ByCaller - newest.Count - places.Count : tickets.Length).Select(t => (segment, t)));
        }
        var entries = await SegmentTable.EntriesAsync(db, places);
        count += places.Zip(entries).Count(e => e.First.Segment.FromAt < since && e.Second.At >= since.ToUnixTimeMilliseconds());
        return (count, [.. newest.Concat(entries.Select(e => e.Number)).Take(ByCaller)]);
    }

    private static Task<IReadOnlyList<CandidateRow>> RowsAsync(Session db, List<string> numbers, DateTimeOffset since) => db.QueryAsync<CandidateRow>($"""
        select {CandidateRow.Columns} from {Tickets.Whole} where {db.Dialect.Among("t.number", "@among")} and t.filed_at >= @since
        """, new { among = Json.Write(numbers.Distinct(StringComparer.Ordinal)), since });

    private IReadOnlyList<SimilarTicket> Judge(FindSimilar request, IReadOnlyList<CandidateRow> rows, string? phoneHash, int ofCaller)
    {
        var today = database.Clock.Today;
        return recent.Read<IReadOnlyList<SimilarTicket>>(rarity =>
        {
            var gist = Gist.Of(request.Title, request.Description, rarity);
            return
            [
                .. rows.Select(row => (Row: row, Text: gist.LikenessTo(Gist.Of(row.Title, row.Description, rarity))))
                    .Where(c => c.Text >= Alike.Least)
                    .Select(c => (c.Row, Alike: new Alike(
                        c.Text, Alike.Addresses(request.Address ?? "", c.Row.Address, rarity), Alike.Distance(request.Location, c.Row.Location),
                        phoneHash is not null && c.Row.PhoneHash == phoneHash, ofCaller, today.DayNumber - database.Clock.DayOf(c.Row.FiledAt).DayNumber)))
                    .Where(c => c.Alike.IsLikely)
                    .OrderByDescending(c => c.Alike.Rank(settings.Days)).ThenByDescending(c => c.Row.Number, StringComparer.Ordinal)
                    .Take(request.Limit ?? FindSimilar.Usual)
                    .Select(c => Shown(request, c.Row, c.Alike, rarity)),
            ];
        });
    }

    private SimilarTicket Shown(FindSimilar request, CandidateRow row, Alike alike, Rarity rarity)
    {
        // Words are quoted from what is left when both citizens are taken out.
        var (name, phone) = (contacts.Open(row.Number, row.CallerName), contacts.Open(row.Number, row.CallerPhone));
        var words = CommonWords.Of(
            Contacts.Redact($"{request.Title}。{request.Description}", request.Caller?.Name, request.Caller?.Phone), Contacts.Redact($"{row.Title}。{row.Description}", name, phone), rarity, 3);
        return new SimilarTicket(
            row.Number, row.Title, Words.Parse<TicketStatus>(row.Status), database.Clock.Local(row.FiledAt), row.LeadCode is null ? null : new Named(row.LeadCode, row.LeadName ?? row.LeadCode),
            Math.Round(alike.Text, 2), alike.SameCaller, alike.SamePlace, alike.Why(words));
    }

    private sealed record CandidateRow
    {
        public static readonly string Columns =
            $"t.number, t.filed_at, status, title, substring(description, 1, {RecentTexts.Letters}) as description, address, lat, lng, lead_code, lead_name, caller_name, caller_phone, phone_hash";

        public required string Number { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Status { get; init; }
        public required string Title { get; init; }
        public required string Description { get; init; }
        public required string Address { get; init; }
        public double? Lat { get; init; }
        public double? Lng { get; init; }
        public string? LeadCode { get; init; }
        public string? LeadName { get; init; }
        public string? CallerName { get; init; }
        public string? CallerPhone { get; init; }
        public string? PhoneHash { get; init; }

        public Location? Location => Lat is { } lat && Lng is { } lng ? new Location(lat, lng) : null;
    }
}
