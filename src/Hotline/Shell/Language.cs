using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace Hotline.App.Shell;

/// <summary>The two languages of the pages. Chinese is what stands in the neutral resources; a cookie remembers the other choice.</summary>
internal static class Language
{
    // zh-CN rather than zh-Hans: validation messages come in that culture.
    public const string Chinese = "zh-CN";
    public const string English = "en";

    public static string Other => CultureInfo.CurrentUICulture.Name == English ? Chinese : English;

    public static string OtherName => Other == English ? "English" : "中文";

    public static string Switch(HttpContext context) =>
        $"/language/{Other}?returnUrl={Uri.EscapeDataString(HttpMethods.IsGet(context.Request.Method) ? context.Request.Path + context.Request.QueryString : "/")}";

    public static void Configure(RequestLocalizationOptions options)
    {
        options.SetDefaultCulture(Chinese).AddSupportedCultures(Chinese, English).AddSupportedUICultures(Chinese, English);
        // The cookie alone: the office speaks Chinese whatever language a browser was installed in.
        options.RequestCultureProviders = [new CookieRequestCultureProvider()];
    }

    public static void Map(IEndpointRouteBuilder app) =>
        app.MapGet("/language/{culture}", (string culture, string? returnUrl, HttpContext context) =>
        {
            if (culture is not (Chinese or English)) return Results.NotFound();
            context.Response.Cookies.Append(
                CookieRequestCultureProvider.DefaultCookieName,
                CookieRequestCultureProvider.MakeCookieValue(new RequestCulture(culture)),
                new CookieOptions { MaxAge = TimeSpan.FromDays(365), HttpOnly = true, SameSite = SameSiteMode.Lax, Secure = context.Request.IsHttps, IsEssential = true });
            return Results.LocalRedirect(Local.Url(returnUrl));
        }).ExcludeFromDescription().AllowAnonymous();
}
