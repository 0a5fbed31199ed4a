using FluentValidation;
using Hotline.Contracts;
using Hotline.Data.Web;
using Hotline.Dispatcher.Decisions;
using Hotline.Dispatcher.Units;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Localization;

namespace Hotline.Dispatcher.Pages;

/// <summary>A form of the dispatchers: validates, runs the command, and goes on, or shows what stood in the way.</summary>
public abstract class DeskForm : ComponentBase
{
    /// <summary>Where to go when it is done.</summary>
    [Parameter, EditorRequired] public string Then { get; set; } = "";

    [CascadingParameter] public HttpContext Context { get; set; } = null!;

    [Inject] protected DispatchDesk Desk { get; set; } = null!;

    [Inject] protected UnitRegister Register { get; set; } = null!;

    [Inject] protected NavigationManager Go { get; set; } = null!;

    [Inject] protected IStringLocalizer<Texts> T { get; set; } = null!;

    protected Dictionary<string, string[]> Errors { get; private set; } = [];

    /// <summary>Why the state does not allow it: most often somebody else was faster.</summary>
    protected string? Refusal { get; private set; }

    /// <summary>The units that may be named: street offices, then departments.</summary>
    protected IReadOnlyList<IGrouping<string, Unit>> Units { get; private set; } = [];

    protected override async Task OnInitializedAsync() => Units =
    [
        .. (await Register.AllAsync(Context.RequestAborted)).All
            .Where(u => u.Kind is "street" or "department")
            .GroupBy(u => u.Kind)
            .OrderByDescending(g => g.Key, StringComparer.Ordinal),
    ];

    protected async Task RunAsync<TCommand>(TCommand command, IValidator<TCommand> validator, Func<TCommand, Task<DispatchOutcome>> run)
    {
        Errors = validator.Errors(command) ?? [];
        if (Errors.Count == 0)
        {
            switch (await run(command))
            {
                case DispatchOutcome.Done:
                    Go.NavigateTo(Then);
                    return;
                case DispatchOutcome.Invalid(var field, var message):
                    Errors = new() { [field] = [message] };
                    break;
                case DispatchOutcome.Forbidden { Zh: { } zh } forbidden:
                    Refusal = new Sentence(zh, forbidden.Why).Here();
                    break;
                default:
                    Refusal = T["Overtaken"];
                    break;
            }
        }
        Context.Response.StatusCode = Refusal is not null ? StatusCodes.Status409Conflict : StatusCodes.Status400BadRequest;
    }

    protected string? Invalid(string field) => Errors.ContainsKey(field) ? "true" : null;
}
