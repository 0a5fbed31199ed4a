using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Hotline.App.Shell;

/// <summary>
/// The few static files. They are embedded, so that pages look right from any working directory, and their addresses carry a
/// hash, so that browsers may keep them for good.
/// </summary>
internal sealed class StaticFile
{
    public static readonly StaticFile Stylesheet = new("hotline.css", "text/css; charset=utf-8");
    public static readonly StaticFile Icon = new("icon.svg", "image/svg+xml");

    private readonly byte[] _bytes;
    private readonly string _name;
    private readonly string _type;

    private StaticFile(string name, string type)
    {
        using var stream = typeof(StaticFile).Assembly.GetManifestResourceStream($"wwwroot/{name}")
            ?? throw new InvalidOperationException($"wwwroot/{name} is not embedded");
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        (_bytes, _name, _type) = (bytes.ToArray(), name, type);
        Url = $"/{name}?v={Convert.ToHexStringLower(SHA256.HashData(_bytes))[..12]}";
    }

    public string Url { get; }

    public static void Map(IEndpointRouteBuilder app)
    {
        foreach (var file in (StaticFile[])[Stylesheet, Icon])
            app.MapGet($"/{file._name}", file.Send).ExcludeFromDescription().AllowAnonymous();
    }

    private FileContentHttpResult Send(HttpResponse response)
    {
        response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return TypedResults.Bytes(_bytes, _type);
    }
}
