using System.Security.Claims;
using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Decisions;
using Hotline.Handlers;
using Hotline.Intake;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.App.Composition;

/// <summary>Everything that the roles know of one ticket: asked of each, put together here for its page and its call.</summary>
public sealed class TicketFile(TicketQuery tickets, DecisionQuery decisions, WorkOrderQuery workOrders, Timeline timeline, HotlineClock clock)
{
    /// <param name="Dispatch">All decisions, why it waits in triage, returns and their review; null before the Dispatcher has heard of it.</param>
    /// <param name="WorkOrders">By round, the lead first.</param>
    /// <param name="Timeline">Oldest first.</param>
    public sealed record View(
        TicketView Ticket, TicketDecisions? Dispatch, IReadOnlyList<WorkOrderView> WorkOrders, IReadOnlyList<TimelineEntry> Timeline)
    {
        /// <summary>The current decision; null while there is none, and in triage.</summary>
        public DecisionView? Decision => Dispatch?.Decisions.LastOrDefault(d => d.Current && d.Lead is not null);

        /// <summary>The unit that answers for it now (首接负责制): the one that hands over, else the lead; null where none ever had it, and once closed.</summary>
        public Named? Responsible { get; init; }

        /// <summary>The grid that the latest decision found, with its officer of today where the caller may see them.</summary>
        public DecidedGrid? Grid { get; init; }
    }

    /// <summary>
    /// A unit sees the tickets that it has, or had, a work order of, without the citizen where they are confidential; of the other units who
    /// they are and not what they write.
    /// </summary>
    /// <returns>Null where there is no such ticket, or none that the caller may know of.</returns>
    public async Task<View?> FindAsync(string number, ClaimsPrincipal user, CancellationToken ct)
    {
        var orders = await workOrders.OfTicketAsync(number, ct);
        if (!user.SeesAll() && !orders.Any(o => user.ActsFor(o.Unit.Code))) return null;
        if (await tickets.FindAsync(number, hideCitizen: !user.SeesAll(), ct) is not { } ticket) return null;
        var lines = (await timeline.OfAsync(number, ct)).Select(l => l with { At = clock.Local(l.At) });
        var dispatch = await decisions.OfTicketAsync(number, ct);
        var responsible = ticket.ClosedAt is null ? (orders.FirstOrDefault(o => o.HandingOver) ?? orders.LastOrDefault(o => o.Lead))?.Unit : null;
        var latest = dispatch?.Decisions.LastOrDefault();
        var grid = latest?.Grid is { } found ? await decisions.GridAsync(found, latest.Entrance, user, ct) : null;
        if (user.SeesAll()) return new View(ticket, dispatch, orders, [.. lines]) { Responsible = responsible, Grid = grid };
        return new View(
            ticket,
            dispatch is null ? null : dispatch with { Returns = [.. dispatch.Returns.Where(r => user.ActsFor(r.Unit.Code))] },
            [.. orders.Where(o => user.ActsFor(o.Unit.Code))],
            [.. lines.Where(l => l.Unit is null || l.Action is "dispatched" or "designated" || user.ActsFor(l.Unit))]) { Responsible = responsible, Grid = grid };
    }

    internal static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/api/tickets/{number}", HandleAsync).WithTags("tickets").RequireRole(Roles.Operator, Roles.Dispatcher, Roles.Manager, Roles.Handler);

    private static async Task<Results<Ok<Answer>, ProblemHttpResult>> HandleAsync(string number, ClaimsPrincipal user, TicketFile file, CancellationToken ct) =>
        await file.FindAsync(number, user, ct) is { } view ? TypedResults.Ok(new Answer(view)) : Problems.NotFound($"There is no ticket {number}.");

    /// <summary>The ticket's own members at the top, what the other roles know beside them.</summary>
    internal sealed record Answer(
        string Number, TicketStatus Status, DateTimeOffset FiledAt, string FiledBy, Channel Channel, TicketKind Kind, string Title, string Description,
        string Address, Location? Location, string? Category, Urgency? Urgency, bool Confidential, IReadOnlyDictionary<string, string>? Attributes,
        TicketView.MaskedCaller? Caller, string? RepeatOf, bool Excluded, int Urged, string? DirectAnswer, DateTimeOffset? ClosedAt, Closing? How,
        string? PublicReply, Named? Responsible, DecidedGrid? Grid, DecisionView? Decision, TicketDecisions? Dispatch, IReadOnlyList<WorkOrderView> WorkOrders,
        IReadOnlyList<TicketView.CallbackView> Callbacks, IReadOnlyList<TimelineEntry> Timeline)
    {
        public Answer(View view) : this(
            view.Ticket.Number, view.Ticket.Status, view.Ticket.FiledAt, view.Ticket.FiledBy, view.Ticket.Channel, view.Ticket.Kind, view.Ticket.Title,
            view.Ticket.Description, view.Ticket.Address, view.Ticket.Location, view.Ticket.Category, view.Ticket.Urgency, view.Ticket.Confidential,
            view.Ticket.Attributes, view.Ticket.Caller, view.Ticket.RepeatOf, view.Ticket.Excluded, view.Ticket.Urged, view.Ticket.Answer,
            view.Ticket.ClosedAt, view.Ticket.How, view.Ticket.PublicReply, view.Responsible, view.Grid, view.Decision, view.Dispatch, view.WorkOrders, view.Ticket.Callbacks, view.Timeline)
        {
        }
    }
}
