using Hotline.Contracts;

namespace Hotline.Reporting;

/// <summary>What finding hot issues needs to know of a ticket.</summary>
/// <param name="Title">Without the citizen, as is the description, of which the beginning is enough.</param>
/// <param name="Person">The same for the same caller and for nobody else; null where nobody knows who called, which counts as one person more.</param>
/// <param name="Supporters">People who said elsewhere that they are concerned too.</param>
public sealed record HotTicket(string Number, DateTimeOffset FiledAt, string Title, string Description, string? Street, string? Person, int Supporters);

/// <summary>A matter at one place that concerns many (热点).</summary>
/// <param name="People">Different callers of the days, and supporters of their tickets.</param>
/// <param name="PeopleBefore">The same of as many days before.</param>
/// <param name="Heat">What issues are ordered by: weight × (1 + growth), where the weight is the callers and the root of the supporters, and the growth (now − before) / (now + before).</param>
/// <param name="Numbers">Tickets of the days, those that tell most first; the first of many.</param>
public sealed record HotIssue(
    string Title, Named? Street, int People, int PeopleBefore, int Tickets, int TicketsBefore, int Supporters, double Heat, IReadOnlyList<string> Numbers);

/// <summary>The hot issues of the days up to one, as they were when they were computed.</summary>
/// <param name="Date">The last of the days.</param>
/// <param name="LookedAt">Tickets of the days and of as many before that were compared.</param>
/// <param name="Complete">Whether these were all; otherwise the newest.</param>
public sealed record HotIssueList(DateOnly Date, int Days, DateTimeOffset ComputedAt, int LookedAt, bool Complete, IReadOnlyList<HotIssue> Issues);
