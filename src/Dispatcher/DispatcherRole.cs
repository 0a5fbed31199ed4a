using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Matters;
using Hotline.Dispatcher.Place;
using Hotline.Dispatcher.Rules;
using Hotline.Dispatcher.Units;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Hotline.Dispatcher;

/// <summary>The Dispatcher (派单): what, where, which rule, which unit; triage, returns, corrections. The host registers <see cref="DispatchSettings"/>.</summary>
public static class DispatcherRole
{
    public static IServiceCollection AddDispatcher(this IServiceCollection services) => services
        .AddSingleton(_ => CategoryCatalogue.Instance)
        .AddSingleton(_ => Lexicon.Instance)
        .AddSingleton(_ => DivisionDirectory.Instance)
        .AddSingleton(_ => AddressResolver.Instance)
        .AddSingleton<RoutingBasis>()
        .AddSingleton<Router>()
        .AddSingleton<UnitRegister>()
        .AddSingleton<DispatchCatalogue>()
        .AddSingleton<CategoryModels>()
        .AddSingleton<NightlyLearning>()
        .AddSingleton<CatalogueProposals>()
        .AddSingleton<DispatchDesk>()
        .AddSingleton<WaitingLists>()
        .AddSingleton<DecisionQuery>()
        .AddSingleton<DispatchFacts>()
        .AddConsumer<RouteTicket, RouteTicketConsumer>(Role.Dispatcher)
        .AddConsumer<ReissueTicket, ReissueTicketConsumer>(Role.Dispatcher)
        .AddConsumer<TicketClosed, TicketClosedConsumer>(Role.Dispatcher)
        .AddConsumer<WorkOrderReturned, WorkOrderReturnedConsumer>(Role.Dispatcher);

    public static void MapDispatcher(this IEndpointRouteBuilder app)
    {
        var desk = app.MapGroup("/api").WithTags("dispatch").RequireRole(Roles.Dispatcher);
        desk.MapPost("tickets/{number}/dispatch", DispatchTicket.HandleAsync).Validates<DispatchTicket, DispatchTicket.Validator>();
        desk.MapPost("returns/{workOrder}/decision", ReviewReturn.HandleAsync).Validates<ReviewReturn, ReviewReturn.Validator>();
        desk.MapPut("dispatch/catalogue", DispatchCatalogue.PutAsync);
        desk.MapPut("categories/models/in-use", CategoryModels.HandleUseAsync).Validates<CategoryModels.Use, CategoryModels.Use.Validator>();

        var platform = app.MapGroup("/api").WithTags("dispatch").RequireRole(Roles.Operator, Roles.Dispatcher, Roles.Manager);
        platform.MapGet("triage", (string? reason, string? limit, string? cursor, WaitingLists lists, CancellationToken ct) => WaitingLists.TriageAsync(reason, limit, cursor, lists, ct));
        platform.MapGet("returns", (string? limit, string? cursor, WaitingLists lists, CancellationToken ct) => WaitingLists.ReturnsAsync(limit, cursor, lists, ct));
        platform.MapGet("dispatch/preview", PreviewDispatch.HandleAsync);
        platform.MapGet("dispatch/catalogue", DispatchCatalogue.GetAsync);
        platform.MapGet("dispatch/catalogue/versions", DispatchCatalogue.VersionsAsync);
        platform.MapGet("dispatch/catalogue/proposals", CatalogueProposals.HandleAsync);
        platform.MapGet("categories/models", CategoryModels.HandleListAsync);

        var everybody = app.MapGroup("/api").WithTags("units").RequireRole([.. Roles.All]);
        everybody.MapGet("units", ListUnits.HandleAsync);
        everybody.MapGet("units/{code}", ListUnits.OneAsync);
        everybody.MapGet("categories", ListCategories.Handle);
    }
}
