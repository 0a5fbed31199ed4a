namespace Hotline.Intake;

/// <summary>Section <c>Repeats</c>: how far back a ticket is looked for that a new one may repeat.</summary>
public sealed record RepeatSettings
{
    /// <summary>A ticket filed so many days ago still counts as recent, whether it was closed since or not.</summary>
    public int Days { get; init; } = 90;

    public DateTimeOffset Since(DateTimeOffset now) => now.AddDays(-Days);

    /// <returns>What is wrong with the settings.</returns>
    public IReadOnlyList<string> Errors() => Days is >= 1 and <= 3660 ? [] : [$"Repeats:Days is {Days}; it must be between 1 and 3660"];
}
