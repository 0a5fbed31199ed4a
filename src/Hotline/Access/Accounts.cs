using System.Globalization;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Hotline.Data;
using Microsoft.AspNetCore.Identity;

namespace Hotline.App.Access;

/// <summary>A person who may sign in.</summary>
public sealed record Account(
    string UserName, string DisplayName, Grant Grant, DateTimeOffset CreatedAt, DateTimeOffset? LockedUntil, DateTimeOffset? DisabledAt);

/// <summary>
/// Accounts of people (账号): user name and password (PBKDF2). An attempt is counted before the password is looked at, so that guesses
/// made side by side are counted too; the lock opens by itself, and with a new password.
/// </summary>
public sealed partial class Accounts(Database database, UnitExists unitExists, AccessSettings settings)
{
    public const int MinPassword = 10;
    public const int MaxPassword = 200;
    public const string DisplayNameClaim = "display_name";

    private const string VersionClaim = "account_version";
    private const string PasswordLetters = "abcdefghjkmnpqrstuvwxyz23456789"; // none that are mistaken for each other when read aloud

    private static readonly PasswordHasher<string> Hasher = new();

    /// <summary>Compared with when there is no such account, which then costs as much as when there is.</summary>
    private static readonly string NobodysHash = Hasher.HashPassword("", RandomNumberGenerator.GetHexString(32));

    /// <summary>Passwords compared at the same time: a flood of sign-ins waits in line and leaves processors to the rest.</summary>
    private static readonly SemaphoreSlim Comparing = new(Math.Max(1, Environment.ProcessorCount / 2));

    private readonly Remembered<AccountRow> _remembered = new(database.Clock, settings.Remember);

    /// <summary>The password of the new account (made here where none was given); or why there is none.</summary>
    public sealed record Created(string? Password, string? Refusal);

    public static string NewPassword() => string.Join('-', Enumerable.Range(0, 4).Select(_ => RandomNumberGenerator.GetString(PasswordLetters, 4)));

    /// <param name="password">Made here when null.</param>
    public async Task<Created> CreateAsync(
        string userName, string displayName, IReadOnlyList<string> roles, string? unit, string? password, CancellationToken ct)
    {
        var name = Normalize(userName);
        var grant = new Grant(roles, unit);
        var chosen = password ?? NewPassword();
        if (!UserNames().IsMatch(name)) return new Created(null, "A user name has 1 to 64 letters, digits, dots, dashes or underscores.");
        if (Grant.IsReserved(name)) return new Created(null, $"'{name}' is how the service signs what it decides by itself: take another name.");
        if (displayName.Trim().Length is 0 or > 100 || displayName.Any(char.IsControl)) return new Created(null, "A display name has 1 to 100 characters.");
        if ((PasswordRefusal(chosen) ?? await grant.RefusalAsync(unitExists, ct)) is { } refusal) return new Created(null, refusal);

        var hash = Hasher.HashPassword(name, chosen);
        var created = await database.WriteAsync(work => work.ExecuteAsync("""
            insert into access_account (user_name, display_name, roles, unit, password_hash, version, failures, created_at)
            select @name, @displayName, @roles, @unit, @hash, 1, 0, @now
            where not exists (select 1 from access_account where user_name = @name)
            """, new { name, displayName = displayName.Trim(), roles = grant.Words, unit, hash, now = work.Now }), ct);
        _remembered.Forget(name);
        return created == 1 ? new Created(chosen, null) : new Created(null, $"There is an account {name} already.");
    }

    /// <summary>Also unlocks and enables it; whoever is signed in with the old password is signed out.</summary>
    /// <returns>Why not, or null when it was done.</returns>
    public async Task<string?> SetPasswordAsync(string userName, string password, CancellationToken ct)
    {
        if (PasswordRefusal(password) is { } refusal) return refusal;
        var name = Normalize(userName);
        var hash = Hasher.HashPassword(name, password);
        var changed = await database.WriteAsync(work => work.ExecuteAsync("""
            update access_account
            set password_hash = @hash, version = version + 1, failures = 0, locked_until = null, disabled_at = null
            where user_name = @name
            """, new { name, hash }), ct);
        _remembered.Forget(name);
        return changed == 1 ? null : $"There is no account {name}.";
    }

    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken ct) =>
        [.. (await database.ReadAsync(db => db.QueryAsync<AccountRow>($"select {Columns} from access_account order by user_name"), ct))
            .Select(r => new Account(r.UserName, r.DisplayName, Grant.Read(r.Roles, r.Unit), r.CreatedAt, r.LockedUntil, r.DisabledAt))];

    /// <returns>False when there is no such account, or it was disabled before.</returns>
    public async Task<bool> DisableAsync(string userName, CancellationToken ct)
    {
        var name = Normalize(userName);
        var disabled = await database.WriteAsync(work => work.ExecuteAsync("""
            update access_account set disabled_at = @now, version = version + 1 where user_name = @name and disabled_at is null
            """, new { name, now = work.Now }), ct);
        _remembered.Forget(name);
        return disabled == 1;
    }

    /// <returns>The person, or null: for an unknown name, a wrong password, a locked and a disabled account alike.</returns>
    internal async Task<ClaimsPrincipal?> SignInAsync(string userName, string password, CancellationToken ct)
    {
        var time = database.Clock.Time;
        var start = time.GetTimestamp();
        if (await CheckAsync(Normalize(userName), password, ct) is { } person) return person;

        var left = settings.RefusalTakes - time.GetElapsedTime(start);
        if (left > TimeSpan.Zero) await Task.Delay(left, ct);
        return null;
    }

    /// <returns>Whether a person who signed in some time ago still may: not disabled, no new password since.</returns>
    internal async Task<bool> IsCurrentAsync(ClaimsPrincipal person, CancellationToken ct)
    {
        if (person.Identity?.Name is not { } name) return false;
        var row = await _remembered.GetAsync(name, () => FindAsync(name, ct));
        return row is { DisabledAt: null } && person.HasClaim(VersionClaim, row.Version.ToString(CultureInfo.InvariantCulture));
    }

    private async Task<ClaimsPrincipal?> CheckAsync(string name, string password, CancellationToken ct)
    {
        if (name.Length > 64 || password.Length > MaxPassword) return null;

        var mayTry = await database.WriteAsync(async work =>
        {
            var now = work.Now;
            await work.ExecuteAsync("""
                update access_account set failures = 0, locked_until = null where user_name = @name and locked_until <= @now
                """, new { name, now });
            return await work.ExecuteAsync("""
                update access_account
                set failures = failures + 1, locked_until = case when failures + 1 >= @most then @until else locked_until end
                where user_name = @name and disabled_at is null and locked_until is null
                """, new { name, most = settings.FailuresBeforeLock, until = now + settings.LockedFor });
        }, ct) == 1;
        var account = await FindAsync(name, ct);

        var verdict = await CompareAsync(name, account?.PasswordHash ?? NobodysHash, password, ct);
        if (account is null || !mayTry || verdict == PasswordVerificationResult.Failed) return null;

        await database.WriteAsync(work => work.ExecuteAsync("""
            update access_account set failures = 0, locked_until = null where user_name = @name
            """, new { name }), ct);
        return new ClaimsPrincipal(new ClaimsIdentity(
            [
                new Claim(ClaimTypes.Name, account.UserName),
                new Claim(DisplayNameClaim, account.DisplayName),
                new Claim(VersionClaim, account.Version.ToString(CultureInfo.InvariantCulture)),
                .. Grant.Read(account.Roles, account.Unit).Claims(),
            ], AccessSchemes.Cookie));
    }

    private static async Task<PasswordVerificationResult> CompareAsync(string name, string hash, string password, CancellationToken ct)
    {
        await Comparing.WaitAsync(ct);
        try
        {
            return Hasher.VerifyHashedPassword(name, hash, password);
        }
        finally
        {
            Comparing.Release();
        }
    }

    private const string Columns = """
        user_name as UserName, display_name as DisplayName, roles, unit, password_hash as PasswordHash, version, failures,
        locked_until as LockedUntil, created_at as CreatedAt, disabled_at as DisabledAt
        """;

    private Task<AccountRow?> FindAsync(string name, CancellationToken ct) => database.ReadAsync(db => db.FindAsync<AccountRow>(
        $"select {Columns} from access_account where user_name = @name", new { name }), ct);

    private static string? PasswordRefusal(string password) =>
        password.Length is < MinPassword or > MaxPassword ? $"A password has {MinPassword} to {MaxPassword} characters." : null;

    private static string Normalize(string userName) => userName.Trim().ToLowerInvariant();

    [GeneratedRegex(@"\A[\p{L}\p{Nd}._-]{1,64}\z")]
    private static partial Regex UserNames();

    private sealed record AccountRow
    {
        public required string UserName { get; init; }
        public required string DisplayName { get; init; }
        public required string Roles { get; init; }
        public string? Unit { get; init; }
        public required string PasswordHash { get; init; }
        public required int Version { get; init; }
        public required int Failures { get; init; }
        public DateTimeOffset? LockedUntil { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? DisabledAt { get; init; }
    }
}
