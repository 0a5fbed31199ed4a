using Hotline.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption;
using Microsoft.AspNetCore.DataProtection.AuthenticatedEncryption.ConfigurationModel;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.Logging.Abstractions;

namespace Hotline.App.Access;

/// <summary>
/// Data Protection keys (cookies, antiforgery tokens) without a key ring: one key, derived from the installation's <see cref="DataKey"/>,
/// so every process has the same at once, with nothing to store or to race for. A new DataKey signs everybody out.
/// </summary>
internal sealed class InstallationKeys : IKeyManager
{
    private readonly IKey[] _keys;

    public InstallationKeys(DataKey dataKey) => _keys = [new DerivedKey(dataKey)];

    public IReadOnlyCollection<IKey> GetAllKeys() => _keys;

    public IKey CreateNewKey(DateTimeOffset activationDate, DateTimeOffset expirationDate) => _keys[0];

    public CancellationToken GetCacheExpirationToken() => CancellationToken.None;

    public void RevokeKey(Guid keyId, string? reason = null) => throw Fixed();

    public void RevokeAllKeys(DateTimeOffset revocationDate, string? reason = null) => throw Fixed();

    private static NotSupportedException Fixed() => new("The key is derived: give the installation another data key instead.");

    /// <summary>Long since active and never outdated: dates carry no meaning for a derived key.</summary>
    private sealed class DerivedKey(DataKey dataKey) : IKey
    {
        private static readonly AuthenticatedEncryptorFactory Factory = new(NullLoggerFactory.Instance);

        public Guid KeyId { get; } = new(dataKey.Derive("cookies/id").AsSpan(0, 16));

        public IAuthenticatedEncryptorDescriptor Descriptor { get; } = new AuthenticatedEncryptorDescriptor(
            new AuthenticatedEncryptorConfiguration(), new Secret([.. dataKey.Derive("cookies/1"), .. dataKey.Derive("cookies/2")]));

        public DateTimeOffset CreationDate => DateTimeOffset.UnixEpoch;

        public DateTimeOffset ActivationDate => DateTimeOffset.UnixEpoch;

        public DateTimeOffset ExpirationDate => DateTimeOffset.MaxValue;

        public bool IsRevoked => false;

        public IAuthenticatedEncryptor? CreateEncryptor() => Factory.CreateEncryptorInstance(this);
    }
}
