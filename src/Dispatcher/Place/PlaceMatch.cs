namespace Hotline.Dispatcher.Place;

/// <summary>Where an address lies, in codes of the 2023 directory; null where the address does not decide it.</summary>
/// <param name="Street">The street office, 9 digits.</param>
/// <param name="District">The county or district, 6 digits.</param>
/// <param name="City">The city, 4 digits.</param>
/// <param name="Community">The community, 12 digits.</param>
/// <param name="Confidence">0..1, of the finest of street and district that is given; 0 when neither is.</param>
/// <param name="OutOfArea">The address lies outside the home division.</param>
/// <param name="Responsible">For an address out of area: the city (or province) whose hotline it is for.</param>
/// <param name="Explanation">Which words of the address matched which division, and how.</param>
/// <param name="Candidates">When the street stays open: what it could be, likeliest first.</param>
public sealed record PlaceMatch(
    string? Street,
    string? District,
    string? City,
    string? Community,
    double Confidence,
    bool OutOfArea,
    Division? Responsible,
    IReadOnlyList<PlaceStep> Explanation,
    IReadOnlyList<PlaceCandidate> Candidates)
{
    /// <summary>The finest division that was found; null where none was.</summary>
    internal string? At { get; init; }

    /// <summary>What the confidence was computed from.</summary>
    internal PlaceSigns Signs { get; init; }

    public Grid? Grid { get; init; }

    /// <summary>Estate, building and entrance (楼道), where the words name an entrance and the grid is known.</summary>
    public string? Entrance { get; init; }

    /// <summary>Words and coordinates are both sure and name different places: <see cref="Candidates"/> has them.</summary>
    public bool Disagrees { get; init; }
}

/// <summary>One step of the reasoning, in Chinese and in English.</summary>
public sealed record PlaceStep(string Zh, string En);

/// <summary>A division that the address could mean, with its share of the evidence (0..1).</summary>
public sealed record PlaceCandidate(string Code, string FullName, double Confidence);
