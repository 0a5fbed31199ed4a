using FluentValidation;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Hotline.Intake.Pages;

/// <summary>
/// A form on a ticket's page that carries out one command: validates, runs it, and goes back to the ticket, or shows what stood in the way.
/// </summary>
public abstract class TicketForm : ComponentBase
{
    [Parameter, EditorRequired] public TicketView Ticket { get; set; } = null!;

    [CascadingParameter] public HttpContext Context { get; set; } = null!;

    [Inject] protected TicketDesk Desk { get; set; } = null!;

    [Inject] protected NavigationManager Go { get; set; } = null!;

    [Inject] protected IStringLocalizer<Texts> T { get; set; } = null!;

    protected Dictionary<string, string[]> Errors { get; private set; } = [];

    /// <summary>Somebody else was faster: the state no longer allows it.</summary>
    protected bool Overtaken { get; private set; }

    /// <summary>Whether the form is to be seen at once, because it was just refused.</summary>
    protected bool Open => Overtaken || Errors.Count > 0;

    protected async Task RunAsync<TCommand>(TCommand command, IValidator<TCommand> validator, Func<TicketDesk, string, string, CancellationToken, Task<TicketOutcome>> run)
    {
        Errors = validator.Errors(command) ?? [];
        if (Errors.Count == 0)
        {
            switch (await run(Desk, Ticket.Number, Context.User.Actor(), Context.RequestAborted))
            {
                case TicketOutcome.Done:
                    Go.NavigateTo($"/tickets/{Ticket.Number}");
                    return;
                case TicketOutcome.Invalid(var field, var message):
                    Errors = new() { [field] = [message] };
                    break;
                default:
                    Overtaken = true;
                    break;
            }
        }
        Context.Response.StatusCode = Overtaken ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;
    }

    protected string? Invalid(string field) => Errors.ContainsKey(field) ? "true" : null;
}
