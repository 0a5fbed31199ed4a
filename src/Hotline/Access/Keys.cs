using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Hotline.Data;

namespace Hotline.App.Access;

/// <summary>An API key as people see it: never the key itself.</summary>
public sealed record AccessKey(string Id, string Name, Grant Grant, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

/// <summary>
/// Keys of machine clients: <c>hk_id_secret</c> with 190 random bits of secret, of which only the SHA-256 is stored (a fast hash is
/// enough: nobody guesses a random secret).
/// </summary>
public sealed partial class Keys(Database database, UnitExists unitExists, AccessSettings settings)
{
    public const int MaxName = 100;

    private const string IdLetters = "0123456789abcdefghijklmnopqrstuvwxyz";
    private const string SecretLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    private readonly Remembered<KeyRow> _remembered = new(database.Clock, settings.Remember);

    /// <summary>The new key, which nobody can read again; or why there is none.</summary>
    public sealed record Created(string? Key, string? Id, string? Refusal);

    /// <param name="name">Whose key it is; stands in timelines as the actor.</param>
    public async Task<Created> CreateAsync(string name, IReadOnlyList<string> roles, string? unit, CancellationToken ct)
    {
        var grant = new Grant(roles, unit);
        if (name.Trim().Length is 0 or > MaxName || name.Any(char.IsControl)) return new Created(null, null, $"A key's name has 1 to {MaxName} characters.");
        if (Grant.IsReserved(name)) return new Created(null, null, $"'{name.Trim()}' is how the service signs what it decides by itself: take another name.");
        if (await grant.RefusalAsync(unitExists, ct) is { } refusal) return new Created(null, null, refusal);

        var id = RandomNumberGenerator.GetString(IdLetters, 10);
        var secret = RandomNumberGenerator.GetString(SecretLetters, 32);
        await database.WriteAsync(work => work.ExecuteAsync("""
            insert into access_key (id, hash, name, roles, unit, created_at) values (@id, @hash, @name, @roles, @unit, @now)
            """, new { id, hash = Hash(secret), name = name.Trim(), roles = grant.Words, unit, now = work.Now }), ct);
        return new Created($"hk_{id}_{secret}", id, null);
    }

    /// <summary>All keys ever made, newest first.</summary>
    public async Task<IReadOnlyList<AccessKey>> ListAsync(CancellationToken ct) =>
        [.. (await database.ReadAsync(db => db.QueryAsync<KeyRow>($"select {Columns} from access_key order by created_at desc, id"), ct))
            .Select(r => new AccessKey(r.Id, r.Name, Grant.Read(r.Roles, r.Unit), r.CreatedAt, r.RevokedAt))];

    /// <returns>False when there is no such key, or it was revoked before.</returns>
    public async Task<bool> RevokeAsync(string id, CancellationToken ct)
    {
        var revoked = await database.WriteAsync(work => work.ExecuteAsync("""
            update access_key set revoked_at = @now where id = @id and revoked_at is null
            """, new { id, now = work.Now }), ct);
        _remembered.Forget(id);
        return revoked == 1;
    }

    /// <returns>Who calls with this key, or null.</returns>
    internal async Task<ClaimsPrincipal?> IdentifyAsync(string key, CancellationToken ct)
    {
        if (Shape().Match(key) is not { Success: true } parts) return null;
        var id = parts.Groups["id"].Value;
        var row = await _remembered.GetAsync(id, () => database.ReadAsync(db => db.FindAsync<KeyRow>(
            $"select {Columns} from access_key where id = @id", new { id }), ct));
        if (row is not { RevokedAt: null }) return null;

        var given = Encoding.ASCII.GetBytes(Hash(parts.Groups["secret"].Value));
        return CryptographicOperations.FixedTimeEquals(given, Encoding.ASCII.GetBytes(row.Hash))
            ? new ClaimsPrincipal(new ClaimsIdentity(
                [new Claim(ClaimTypes.Name, row.Name), .. Grant.Read(row.Roles, row.Unit).Claims()], AccessSchemes.Key))
            : null;
    }

    private const string Columns = "id, hash, name, roles, unit, created_at as CreatedAt, revoked_at as RevokedAt";

    private static string Hash(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(secret)));

    [GeneratedRegex(@"\Ahk_(?<id>[0-9a-z]{10})_(?<secret>[0-9A-Za-z]{32})\z")]
    private static partial Regex Shape();

    private sealed record KeyRow
    {
        public required string Id { get; init; }
        public required string Hash { get; init; }
        public required string Name { get; init; }
        public required string Roles { get; init; }
        public string? Unit { get; init; }
        public required DateTimeOffset CreatedAt { get; init; }
        public DateTimeOffset? RevokedAt { get; init; }
    }
}
