namespace Hotline.Handlers;

/// <summary>What only the Dispatcher knows; given by the composition.</summary>
/// <param name="Contains">Whether a code stands in the tree of units.</param>
/// <param name="IsCategory">Whether a code stands in the catalogue of matters.</param>
public sealed record KnownUnits(Func<string, CancellationToken, Task<bool>> Contains, Func<string, bool> IsCategory);
