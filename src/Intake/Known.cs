using Hotline.Contracts;

namespace Hotline.Intake;

/// <summary>What Intake must know of other roles to refuse words that nobody uses; given by the composition.</summary>
/// <param name="IsCategory">Whether a code stands in the category catalogue.</param>
/// <param name="IsUnit">Whether a code stands in the tree of units.</param>
public sealed record Known(Func<string, bool> IsCategory, Func<string, CancellationToken, Task<bool>> IsUnit)
{
    /// <summary>The kind of ticket that a title and a description are.</summary>
    public required Func<string, string, TicketKind> KindOf { get; init; }

    /// <summary>What the filing page offers: code, name, and the names from the first level down. A code that is not offered may be known too.</summary>
    public IReadOnlyList<(string Code, string Name, string Path)> Categories { get; init; } = [];
}
