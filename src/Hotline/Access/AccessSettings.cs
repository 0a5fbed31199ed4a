namespace Hotline.App.Access;

/// <summary>How people and machines get in. Bound from <c>Access</c>.</summary>
public sealed record AccessSettings
{
    /// <summary>Wrong passwords in a row after which an account is locked.</summary>
    public int FailuresBeforeLock { get; init; } = 5;

    /// <summary>How long it stays locked.</summary>
    public TimeSpan LockedFor { get; init; } = TimeSpan.FromMinutes(15);

    /// <summary>A refused sign-in takes at least this long, whatever was wrong: its time tells nothing about who has an account.</summary>
    public TimeSpan RefusalTakes { get; init; } = TimeSpan.FromMilliseconds(600);

    /// <summary>How long a key or an account is remembered without a look into the database, so also how long a revoked one may still be used.</summary>
    public TimeSpan Remember { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>A person who does nothing for so long signs in again.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromHours(12);

    /// <summary>
    /// The largest request body, in bytes. A description of a million characters must get as far as its validator, escaped or
    /// not; more is refused unread.
    /// </summary>
    public int MaxBody { get; init; } = 8 * 1024 * 1024;
}
