using Hotline.Contracts;

namespace Hotline.Dispatcher.Units;

/// <summary>A unit (承办单位) as it is stored.</summary>
/// <param name="Kind">platform, district, street, community or department.</param>
/// <param name="Division">The division whose matters are the unit's by territory; of a department that of its hotline.</param>
public sealed record Unit(string Code, string Name, string Kind, string? Parent, string? Division, string? NameEn)
{
    public Named Named => new(Code, Name);

    /// <summary>A street office or a community (基层): where matters that are reserved to departments may not be sent.</summary>
    public bool IsGrassroots => Kind is "street" or "community";
}

/// <summary>All units of a hotline at one moment, in memory: routing asks here and not the database.</summary>
public sealed class UnitIndex
{
    private readonly Dictionary<string, Unit> _byCode;
    private readonly ILookup<string, Unit> _children;

    public UnitIndex(IEnumerable<Unit> units)
    {
        All = [.. units.OrderBy(u => u.Code, StringComparer.Ordinal)];
        _byCode = All.ToDictionary(u => u.Code, StringComparer.Ordinal);
        _children = All.Where(u => u.Parent is not null).ToLookup(u => u.Parent!, StringComparer.Ordinal);
        Home = All.FirstOrDefault(u => u.Kind == "platform")?.Division;
    }

    /// <summary>By code.</summary>
    public IReadOnlyList<Unit> All { get; }

    /// <summary>The division of the hotline itself: that of its platform.</summary>
    public string? Home { get; }

    public Unit? Find(string code) => _byCode.GetValueOrDefault(code);

    public IEnumerable<Unit> Children(string code) => _children[code];

    /// <summary>A unit by its code, or a department of this hotline by the word after its division's code (<c>health</c> for <c>320613-health</c>).</summary>
    public Unit? Resolve(string codeOrSlug) => Find(codeOrSlug) ?? (Home is null ? null : Find($"{Home}-{codeOrSlug}"));
}
