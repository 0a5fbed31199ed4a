namespace Hotline.Dispatcher.Place;

/// <summary>The level of a division; its value is the number of digits of its code.</summary>
public enum DivisionLevel
{
    Province = 2,
    City = 4,
    County = 6,
    Street = 9,
    Community = 12,
}

/// <summary>One administrative division (行政区划) of the national directory. <paramref name="Parent"/> is the code one level up.</summary>
public sealed record Division(string Code, string Name, DivisionLevel Level, string? Parent);

/// <summary>
/// What became of a county or city (撤并更名). <paramref name="To"/> holds codes of today's directory, county or city level.
/// <paramref name="Partial"/>: only a part went there, in <paramref name="Year"/>.
/// </summary>
public sealed record Succession(string Code, string Name, int Year, string To, bool Partial);

/// <summary>A street-level division that had another name or stood under another county until <paramref name="Year"/>.</summary>
public sealed record FormerTown(string County, string Name, int Year, string To);
