using Hotline.Contracts;

namespace Hotline.Dispatcher.Rules;

/// <summary>By what a matter goes to its lead.</summary>
public enum DispatchMode
{
    /// <summary>By where it is (属地): the street office leads.</summary>
    Territory,
    /// <summary>By what it is (条线): a department leads.</summary>
    Duty,
    /// <summary>
    /// By what it is, and by nothing else (职能专属): the business of a functional department is not pushed down to a street office or a community
    /// (国办函〔2025〕66号), neither by another rule nor by hand.
    /// </summary>
    Reserved,
}

/// <summary>One row of the dispatch catalogue (派单目录).</summary>
/// <param name="Line">Where it stands in the file.</param>
/// <param name="Category">The first 2, 4 or 6 digits of the classes it is for; empty for all.</param>
/// <param name="Place">The first digits of the street's code that it is for (a division or a street); empty for all.</param>
/// <param name="Kind">The kind of ticket that it is for; null for all.</param>
/// <param name="Lead">By duty, or reserved: a unit's code, or a department's word (<c>health</c>). By territory: empty, the street office of the place leads.</param>
/// <param name="Support">Units' codes, departments' words, or <c>street</c> for the street office of the place.</param>
/// <param name="From">First day in force; null since ever.</param>
/// <param name="To">Last day in force; null for ever.</param>
public sealed record DispatchRule(
    int Line,
    string Id,
    string Category,
    string Place,
    TicketKind? Kind,
    DispatchMode Mode,
    string Lead,
    IReadOnlyList<string> Support,
    DeadlineClass Class,
    DateOnly? From,
    DateOnly? To,
    string Note)
{
    /// <summary>The word in <see cref="Support"/> for the street office of the place.</summary>
    public const string Street = "street";

    public bool InForce(DateOnly day) => (From is null || From <= day) && (To is null || day <= To);

    public bool Covers(string category, string? place, TicketKind kind) =>
        category.StartsWith(Category, StringComparison.Ordinal)
        && (Place.Length == 0 || place?.StartsWith(Place, StringComparison.Ordinal) == true)
        && (Kind is null || Kind == kind);

    /// <summary>
    /// The order of precedence, strongest first: reserved matters, then the more digits of the category, then the more digits of the place, then naming the kind, then the later first day.
    /// 0 for two rules of equal rank.
    /// </summary>
    public static int Precedence(DispatchRule a, DispatchRule b)
    {
        var order = (b.Mode == DispatchMode.Reserved).CompareTo(a.Mode == DispatchMode.Reserved);
        if (order == 0) order = b.Category.Length.CompareTo(a.Category.Length);
        if (order == 0) order = b.Place.Length.CompareTo(a.Place.Length);
        if (order == 0) order = (b.Kind is not null).CompareTo(a.Kind is not null);
        if (order == 0) order = (b.From ?? DateOnly.MinValue).CompareTo(a.From ?? DateOnly.MinValue);
        return order;
    }
}
