using Hotline.Contracts;
using Hotline.Data;

namespace Hotline.Intake;

/// <summary>A ticket as people see it: the citizen masked, and for a confidential one hidden where asked.</summary>
public sealed record TicketView(
    string Number, TicketStatus Status, DateTimeOffset FiledAt, string FiledBy, Channel Channel, TicketKind Kind, string Title, string Description,
    string Address, Location? Location, string? Category, Urgency? Urgency, bool Confidential, IReadOnlyDictionary<string, string>? Attributes,
    TicketView.MaskedCaller? Caller, string? RepeatOf, bool Excluded, int Urged, string? Answer, DateTimeOffset? ClosedAt, Closing? How,
    string? PublicReply, IReadOnlyList<TicketView.CallbackView> Callbacks)
{
    public sealed record MaskedCaller(string? Name, string? Phone);

    public sealed record CallbackView(string Id, int Round, DateTimeOffset At, string By, CallbackOutcome Outcome, bool? Solved, string Note, bool Reissued);
}

/// <summary>What a ticket is about, without its citizen (诉求内容).</summary>
/// <param name="Description">Its beginning.</param>
/// <param name="Person">The same for the same phone and for no other; nobody finds the phone from it. Null where there is none.</param>
/// <param name="Supporters">The attribute <c>supporters</c>, where it is a number: people who said elsewhere that they are concerned too.</param>
public sealed record TicketMatter(string Number, DateTimeOffset FiledAt, string Title, string Description, string? Person, int Supporters);

/// <summary>Reads single tickets, and the facts of all of them for a recount.</summary>
public sealed class TicketQuery(Database database, Contacts contacts)
{
    /// <param name="hideCitizen">
    /// For a handling unit: all words are redacted, and of a confidential ticket the citizen is left out.
    /// </param>
    public Task<TicketView?> FindAsync(string number, bool hideCitizen, CancellationToken ct) => database.ReadAsync(async db =>
    {
        var row = await Tickets.FindAsync(db, number);
        return row is null ? null : View(row, await Tickets.CallbackRowsAsync(db, [number]), hideCitizen);
    }, ct);

    /// <summary>The latest facts of every ticket, by number.</summary>
    public static async IAsyncEnumerable<TicketChanged> FactsAsync(Session db)
    {
        // One connection reads one answer at a time: callbacks are few beside tickets, so they are read first.
        var all = new Dictionary<string, List<Callback>>(StringComparer.Ordinal);
        await foreach (var callback in db.StreamAsync<CallbackRow>("""
            select id, ticket, round, at, actor, outcome, solved, note, reissued from intake_callback order by ticket, at, id
            """))
        {
            if (!all.TryGetValue(callback.Ticket, out var list)) all[callback.Ticket] = list = [];
            list.Add(callback.Fact());
        }
        await foreach (var row in db.StreamAsync<TicketRow>($"select {Tickets.Columns} from {Tickets.Whole} order by t.number"))
            yield return row.Facts(all.TryGetValue(row.Number, out var list) ? list : []);
    }

    /// <summary>The numbers of the tickets that Intake knows something of between two instants: filed, or called back.</summary>
    public static Task<IReadOnlyList<string>> TouchedAsync(Session db, DateTimeOffset from, DateTimeOffset to) => db.QueryAsync<string>("""
        select number from intake_ticket where filed_at >= @from and filed_at < @to
        union
        select ticket from intake_callback where at >= @from and at < @to
        """, new { from, to });

    /// <summary>The latest facts of these tickets.</summary>
    public static async Task<IReadOnlyList<TicketChanged>> FactsAsync(Session db, IReadOnlyList<string> numbers)
    {
        var among = Json.Write(numbers);
        var callbacks = (await db.QueryAsync<CallbackRow>($"""
            select id, ticket, round, at, actor, outcome, solved, note, reissued from intake_callback where {db.Dialect.Among("ticket", "@among")} order by ticket, at, id
            """, new { among })).ToLookup(c => c.Ticket, c => c.Fact(), StringComparer.Ordinal);
        return [.. (await db.QueryAsync<TicketRow>($"select {Tickets.FactColumns} from {Tickets.Whole} where {db.Dialect.Among("t.number", "@among")}", new { among }))
            .Select(row => row.Facts([.. callbacks[row.Number]]))];
    }

    /// <summary>What citizens asked for between two instants, praise and what was withdrawn aside; the newest, if there are more than so many.</summary>
    public Task<List<TicketMatter>> MattersAsync(DateTimeOffset from, DateTimeOffset to, int most, CancellationToken ct) => database.ReadAsync(async db =>
    {
        var matters = new List<TicketMatter>();
        await foreach (var row in db.StreamAsync<MatterRow>($"""
            select t.number, t.filed_at, title, substring(description, 1, {MatterLetters}) as description, caller_name, caller_phone, phone_hash, attributes
            from {Tickets.Whole}
            where t.filed_at >= @from and t.filed_at < @to and kind <> @praise and (closed_how is null or closed_how <> @withdrawn)
            order by t.filed_at desc, t.number desc {db.Dialect.Limit}
            """, new { from, to, praise = TicketKind.Praise.Word(), withdrawn = Closing.Withdrawn.Word(), limit = most }).WithCancellation(ct))
        {
            var (name, phone) = (contacts.Open(row.Number, row.CallerName), contacts.Open(row.Number, row.CallerPhone));
            matters.Add(new TicketMatter(
                row.Number, row.FiledAt, Contacts.Redact(row.Title, name, phone), Contacts.Redact(row.Description, name, phone), row.PhoneHash, Supporters(row.Attributes)));
        }
        return matters;
    }, ct);

    private static int Supporters(string? attributes) =>
        attributes is not null && Json.Read<Dictionary<string, string?>>(attributes).GetValueOrDefault("supporters") is { } text
        && int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var supporters) ? Math.Min(supporters, MostSupporters) : 0;

    /// <summary>More is a mistake, or worse.</summary>
    private const int MostSupporters = 100_000;

    private const int MatterLetters = 200;

    private sealed record MatterRow
    {
        public required string Number { get; init; }
        public required DateTimeOffset FiledAt { get; init; }
        public required string Title { get; init; }
        public required string Description { get; init; }
        public string? CallerName { get; init; }
        public string? CallerPhone { get; init; }
        public string? PhoneHash { get; init; }
        public string? Attributes { get; init; }
    }

    private TicketView View(TicketRow row, IReadOnlyList<CallbackRow> callbacks, bool hideCitizen)
    {
        var name = contacts.Open(row.Number, row.CallerName);
        var phone = contacts.Open(row.Number, row.CallerPhone);
        var matter = new Matter(row.Title, row.Description, row.Address, row.Lat is { } lat && row.Lng is { } lng ? new Location(lat, lng) : null);
        if (hideCitizen) matter = Contacts.Redact(matter.Title, matter.Description, matter.Address, matter.Location, name, phone);
        var hidden = hideCitizen && row.Confidential;
        return new TicketView(
            row.Number, Words.Parse<TicketStatus>(row.Status), Local(row.FiledAt), row.FiledBy, Words.Parse<Channel>(row.Channel),
            Words.Parse<TicketKind>(row.Kind), matter.Title, matter.Description, matter.Address, matter.Location, row.Category,
            row.Urgency is null ? null : Words.Parse<Urgency>(row.Urgency), row.Confidential,
            row.Attributes is null || hidden ? null : Json.Read<Dictionary<string, string?>>(row.Attributes).ToDictionary(a => a.Key, a => a.Value is null ? "" : Seen(a.Value)),
            hidden || (name is null && phone is null) ? null : new TicketView.MaskedCaller(Contacts.MaskName(name), Contacts.MaskPhone(phone)),
            row.RepeatOf, row.Excluded, row.Urged, row.Answer is null ? null : Seen(row.Answer), row.ClosedAt is { } closed ? Local(closed) : null,
            row.ClosedHow is null ? null : Words.Parse<Closing>(row.ClosedHow), row.PublicReply,
            [.. callbacks.Select(c => new TicketView.CallbackView(
                c.Id, c.Round, Local(c.At), c.Actor, Words.Parse<CallbackOutcome>(c.Outcome), c.Solved, Seen(c.Note), c.Reissued))]);

        string Seen(string text) => hideCitizen ? Contacts.Redact(text, name, phone) : text;
    }

    private DateTimeOffset Local(DateTimeOffset instant) => database.Clock.Local(instant);
}
