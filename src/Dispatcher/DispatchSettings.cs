using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace Hotline.Dispatcher;

/// <summary>How sure the machine must be, and when the hotline designates; section <c>Dispatch</c> of the configuration.</summary>
public sealed record DispatchSettings
{
    /// <summary>The hotline's own division (<c>Hotline:Division</c>); null for that of the platform that <c>hotline init</c> installed.</summary>
    public string? Division { get; init; }

    /// <summary>Below it a person decides: the share of the readings of the text that lead to the same unit (<c>Dispatch:CategoryConfidence</c>).</summary>
    public double CategoryConfidence { get; init; } = 0.5;

    /// <summary>Below it a person decides where the matter is (<c>Dispatch:PlaceConfidence</c>).</summary>
    public double PlaceConfidence { get; init; } = 0.6;

    /// <summary>The round from which a decision after an upheld return is final (<c>Dispatch:DesignateAtRound</c>).</summary>
    public int DesignateAtRound { get; init; } = 3;

    /// <summary>Whether a decision of the round may be a designation, which no unit can return.</summary>
    public bool Designates(int round) => round >= DesignateAtRound;

    /// <summary>Local time at which the category model is retrained each night (<c>Dispatch:LearnAt</c>, 03:30); null for never.</summary>
    public TimeOnly? LearnAt { get; init; } = new(3, 30);

    /// <summary>The newest days, which a new model has not seen and must prove itself on (<c>Dispatch:ProofDays</c>).</summary>
    public int ProofDays { get; init; } = 14;

    /// <summary>The newest tickets that a model is learned from, and tried on: more take longer and hold what has changed since.</summary>
    public int LearnFrom { get; init; } = 10_000;

    /// <exception cref="FormatException">A setting is out of its range; the message begins with its name.</exception>
    public static DispatchSettings Read(IConfiguration configuration, string? division)
    {
        var defaults = new DispatchSettings();
        return new DispatchSettings
        {
            Division = division,
            CategoryConfidence = Share("Dispatch:CategoryConfidence", defaults.CategoryConfidence),
            PlaceConfidence = Share("Dispatch:PlaceConfidence", defaults.PlaceConfidence),
            DesignateAtRound = Whole("Dispatch:DesignateAtRound", 2, int.MaxValue, defaults.DesignateAtRound),
            LearnAt = configuration["Dispatch:LearnAt"] is not { Length: > 0 } at ? defaults.LearnAt
                : at == "never" ? null
                : TimeOnly.TryParseExact(at, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time
                : throw new FormatException($"Dispatch:LearnAt: '{at}' must be a time like 03:30, or never."),
            ProofDays = Whole("Dispatch:ProofDays", 1, 365, defaults.ProofDays),
        };

        int Whole(string setting, int least, int most, int otherwise) => configuration[setting] is not { Length: > 0 } text ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number
            : throw new FormatException($"{setting}: '{text}' must be a whole number from {least}{(most == int.MaxValue ? "" : $" to {most}")}.");

        double Share(string setting, double otherwise) => configuration[setting] is not { Length: > 0 } text ? otherwise
            : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is >= 0 and <= 1 ? share
            : throw new FormatException($"{setting}: '{text}' must be a number from 0 to 1.");
    }
}
