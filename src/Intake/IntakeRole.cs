using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Intake.Repeats;
using Hotline.Intake.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Intake;

/// <summary>Intake (受理): filing, direct answers, urging, callbacks, withdrawal, search.</summary>
public static class IntakeRole
{
    public static IServiceCollection AddIntake(this IServiceCollection services) => services
        .AddSingleton<Contacts>()
        .AddSingleton<TicketNumbers>()
        .AddSingleton<Filing>()
        .AddSingleton<TicketDesk>()
        .AddSingleton<TicketQuery>()
        .AddSingleton<SearchTickets>()
        .AddSingleton<RecentTexts>()
        .AddSingleton<SimilarTickets>()
        .AddSingleton(SearchIndexSettings.Default)
        .AddSingleton<SearchIndexer>()
        .AddConsumer<IMessage, ProgressConsumer>(Role.Intake);

    public static void MapIntake(this IEndpointRouteBuilder app)
    {
        var tickets = app.MapGroup("/api/tickets").WithTags("tickets");
        var desk = tickets.MapGroup("").RequireRole(Roles.Operator);

        desk.MapPost("", FileTicket.HandleAsync).Validates<FileTicket, FileTicket.Validator>();
        desk.MapPost("{number}/answer", AnswerTicket.HandleAsync).Validates<AnswerTicket, AnswerTicket.Validator>();
        desk.MapPost("{number}/urge", UrgeTicket.HandleAsync).Validates<UrgeTicket, UrgeTicket.Validator>();
        desk.MapPost("{number}/callbacks", RecordCallback.HandleAsync).Validates<RecordCallback, RecordCallback.Validator>();
        desk.MapPost("{number}/withdraw", WithdrawTicket.HandleAsync).Validates<WithdrawTicket, WithdrawTicket.Validator>();

        var manager = tickets.MapGroup("").RequireRole(Roles.Manager);
        manager.MapPost("{number}/exclusion", ExcludeTicket.HandleAsync).Validates<ExcludeTicket, ExcludeTicket.Validator>();
        manager.MapDelete("{number}/exclusion", ExcludeTicket.UndoAsync);

        tickets.MapPost("similar", FindSimilar.HandleAsync).Validates<FindSimilar, FindSimilar.Validator>().RequireRole(Roles.Operator, Roles.Dispatcher);
        tickets.MapPost("{number}/contact", RevealContact.HandleAsync).Validates<RevealContact, RevealContact.Validator>()
            .RequireRole(Roles.Operator, Roles.Handler);
        tickets.MapGet("", SearchTickets.HandleAsync).RequireRole(Roles.Operator, Roles.Dispatcher, Roles.Manager);
    }
}
