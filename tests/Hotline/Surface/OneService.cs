namespace Hotline.Tests.Surface;

/// <summary>One embedded service for all tests of the surface; they do not change what others look at.</summary>
public sealed class OneService : IAsyncLifetime
{
    private HotlineProcess _service = null!;

    internal Installation Hotline { get; private set; } = null!;

    internal Uri Url => _service.Url;

    internal Api Api { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Hotline = await Installation.EmbeddedAsync();
        _service = await Hotline.ServeAsync();
        Api = new Api(_service.Url, Hotline.Key);
    }

    public async ValueTask DisposeAsync()
    {
        Api?.Dispose();
        if (_service is not null) await _service.DisposeAsync();
        if (Hotline is not null) await Hotline.DisposeAsync();
    }
}

[CollectionDefinition(Name)]
public sealed class OneServiceCollection : ICollectionFixture<OneService>
{
    public const string Name = "one service";
}
