using System.Collections.Immutable;
using Hotline.Contracts;

namespace Hotline.Reporting;

/// <summary>
/// What counting needs to know of one ticket: the newest snapshot of the ticket, of its routing and of each of its work orders. Two facts merge
/// by taking the higher version of each part, so the order of messages and their repetition do not matter.
/// </summary>
/// <param name="WorkOrders">By the id of the work order.</param>
public sealed record Fact(TicketPart? Ticket, RoutingPart? Routing, ImmutableSortedDictionary<string, WorkOrderPart> WorkOrders)
{
    public static Fact Empty { get; } = new(null, null, ImmutableSortedDictionary.Create<string, WorkOrderPart>(StringComparer.Ordinal));

    public static Fact Of(TicketChanged m) => Empty with
    {
        Ticket = new TicketPart(m.Version, m.FiledAt, m.Channel, m.Category, m.RepeatOf is not null, m.Excluded, m.ClosedAt, m.How, [.. m.Callbacks]),
    };

    public static Fact Of(TicketRouted m) => Empty with
    {
        Routing = new RoutingPart(m.Version, m.Round, m.Lead?.Code, m.DeadlineClass, m.Category?.Code, m.Street?.Code),
    };

    public static Fact Of(WorkOrderChanged m) => Empty with
    {
        WorkOrders = Empty.WorkOrders.Add(m.WorkOrder, new WorkOrderPart(
            m.Version, m.Round, m.Unit.Code, m.Lead, m.IssuedAt, m.AcceptBy, m.AcceptedAt, m.ReplyBy, m.RepliedAt, [.. m.ReturnedAt], m.UpheldAt, m.CancelledAt)),
    };

    /// <summary>The newer of each part; at the same version the parts of <paramref name="news"/>.</summary>
    public Fact Merge(Fact news)
    {
        var workOrders = WorkOrders;
        foreach (var (id, part) in news.WorkOrders)
        {
            if (!workOrders.TryGetValue(id, out var known) || part.Version >= known.Version) workOrders = workOrders.SetItem(id, part);
        }
        return new Fact(Newer(Ticket, news.Ticket), Newer(Routing, news.Routing), workOrders);
    }

    public string Write() => Json.Write(new Body
    {
        Ticket = Ticket,
        Routing = Routing,
        WorkOrders = WorkOrders.IsEmpty ? null : WorkOrders.ToDictionary(),
    });

    public static Fact Read(string json)
    {
        var body = Json.Read<Body>(json);
        return new Fact(body.Ticket, body.Routing, body.WorkOrders?.ToImmutableSortedDictionary(StringComparer.Ordinal) ?? Empty.WorkOrders);
    }

    private static T? Newer<T>(T? known, T? news) where T : class, IPart =>
        news is null || known?.Version > news.Version ? known : news;

    private sealed record Body
    {
        public TicketPart? Ticket { get; init; }
        public RoutingPart? Routing { get; init; }
        public Dictionary<string, WorkOrderPart>? WorkOrders { get; init; }
    }
}

/// <summary>A part of a <see cref="Fact"/>; the highest version is the newest.</summary>
public interface IPart
{
    int Version { get; }
}

public sealed record TicketPart(
    int Version,
    DateTimeOffset FiledAt,
    Channel Channel,
    string? Category,
    bool Repeat,
    bool Excluded,
    DateTimeOffset? ClosedAt,
    Closing? How,
    ImmutableArray<Callback> Callbacks) : IPart;

/// <param name="Lead">Code of the lead unit; null while the ticket waits in triage.</param>
public sealed record RoutingPart(int Version, int Round, string? Lead, DeadlineClass? DeadlineClass, string? Category, string? Street) : IPart;

public sealed record WorkOrderPart(
    int Version,
    int Round,
    string Unit,
    bool Lead,
    DateTimeOffset IssuedAt,
    DateTimeOffset AcceptBy,
    DateTimeOffset? AcceptedAt,
    DateTimeOffset ReplyBy,
    DateTimeOffset? RepliedAt,
    ImmutableArray<DateTimeOffset> ReturnedAt,
    DateTimeOffset? UpheldAt,
    DateTimeOffset? CancelledAt) : IPart;
