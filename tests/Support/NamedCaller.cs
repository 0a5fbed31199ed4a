using System.Security.Claims;
using System.Text.Encodings.Web;
using Hotline.Data.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Hotline.Testing;

/// <summary>Who calls is said in a header: <c>Who: manager</c>, <c>Who: handler of 320613001</c>; nobody without it.</summary>
public sealed class NamedCaller(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory log, UrlEncoder encoder)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, log, encoder)
{
    public const string Header = "Who";

    public static void AddTo(IServiceCollection services)
    {
        services.AddAuthentication("named").AddScheme<AuthenticationSchemeOptions, NamedCaller>("named", null);
        services.AddAuthorization();
    }

    protected override Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        if (Request.Headers[Header].ToString() is not { Length: > 0 } who) return Task.FromResult(AuthenticateResult.NoResult());
        var words = who.Split(" of ");
        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, who), new Claim(ClaimTypes.Role, words[0])], Scheme.Name);
        if (words.Length > 1) identity.AddClaim(new Claim(Caller.UnitClaim, words[1]));
        return Task.FromResult(AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(identity), Scheme.Name)));
    }
}
