using Hotline.Contracts;
using Hotline.Data;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Hotline.Handlers;

/// <summary>The units' part: work orders, deadlines, returns, replies.</summary>
public static class HandlersRole
{
    /// <summary>Settings are those in the container (<see cref="DeadlineSettings"/>, <see cref="ReturnSettings"/>), else the defaults.</summary>
    public static IServiceCollection AddHandlers(this IServiceCollection services)
    {
        services.TryAddSingleton(new DeadlineSettings());
        services.TryAddSingleton(new ReturnSettings());
        return services
            .AddSingleton<Deadlines>()
            .AddSingleton<WorkOrderQuery>()
            .AddSingleton<WorkOrderDesk>()
            .AddSingleton<WorkOrderFacts>()
            .AddConsumer<IssueWorkOrders, IssueWorkOrdersConsumer>(Role.Handlers)
            .AddConsumer<ReturnReviewed, ReturnReviewedConsumer>(Role.Handlers)
            .AddConsumer<TicketClosed, TicketClosedConsumer>(Role.Handlers)
            .AddConsumer<TicketUrged, TicketUrgedConsumer>(Role.Handlers);
    }

    public static void MapHandlers(this IEndpointRouteBuilder app)
    {
        string[] readers = [Roles.Handler, Roles.Operator, Roles.Dispatcher, Roles.Manager];
        app.MapGet("/api/units/{code}/work-orders", ListWorkOrders.HandleAsync).RequireRole(readers).WithTags("Work orders");

        var orders = app.MapGroup("/api/work-orders/{id}").WithTags("Work orders");
        orders.MapGet("", GetWorkOrder.HandleAsync).RequireRole(readers);
        orders.MapPost("accept", AcceptWorkOrder.HandleAsync).RequireRole(Roles.Handler);
        orders.MapPost("return", ReturnWorkOrder.HandleAsync).Validates<ReturnWorkOrder, ReturnWorkOrder.Validator>().RequireRole(Roles.Handler);
        orders.MapPost("reply", ReplyToWorkOrder.HandleAsync).Validates<ReplyToWorkOrder, ReplyToWorkOrder.Validator>().RequireRole(Roles.Handler);
    }
}
