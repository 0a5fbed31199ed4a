namespace Hotline.Handlers;

/// <summary>Whether a code stands in the tree of units, which is the Dispatcher's; given by the composition.</summary>
public sealed record KnownUnits(Func<string, CancellationToken, Task<bool>> Contains);
