using System.Security.Claims;
using Hotline.Contracts;

namespace Hotline.Handlers;

/// <summary>What only the Dispatcher knows; given by the composition.</summary>
/// <param name="IsUnit">Whether a code stands in the tree of units.</param>
/// <param name="IsCategory">Whether a code stands in the catalogue of matters.</param>
/// <param name="FindGrid">The grid that a round of a ticket was decided to lie in, as far as the reader may see it; null where none is known.</param>
/// <param name="FindDecided">The rounds of some tickets as they were decided, for the units to read.</param>
public sealed record DispatchLookup(
    Func<string, CancellationToken, Task<bool>> IsUnit,
    Func<string, bool> IsCategory,
    Func<string, int, ClaimsPrincipal, CancellationToken, Task<WorkOrderGrid?>> FindGrid,
    Func<IReadOnlyCollection<string>, CancellationToken, Task<IReadOnlyDictionary<(string Ticket, int Round), DecidedRound>>> FindDecided);

/// <summary>What a decision was about and why it is as it is.</summary>
public sealed record DecidedRound(string Description, IReadOnlyList<Sentence> Why);

/// <summary>The grid (网格) in which the matter of a work order lies.</summary>
/// <param name="Entrance">Estate, building and entrance (楼道), where they are known.</param>
/// <param name="Worker">Who looks after the grid today (网格员); null where nobody is named, or the reader may not see it.</param>
public sealed record WorkOrderGrid(string Code, string Name, string? Entrance, string? Worker, string? Phone);
