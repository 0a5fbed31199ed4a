using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

namespace Hotline.Data;

/// <summary>
/// The one secret of an installation (<c>Hotline:DataKey</c>, 32 bytes). Keys for each purpose are derived from it with HKDF-SHA256, so
/// a key for one purpose says nothing about another.
/// </summary>
public sealed class DataKey
{
    public const int Bytes = 32;
    private const byte Version = 1;
    private const int NonceBytes = 12;
    private const int TagBytes = 16;

    private readonly byte[] _key;
    private readonly ConcurrentDictionary<string, byte[]> _derived = new(StringComparer.Ordinal);

    /// <summary>A cipher that has its key is not to be shared by threads, and costs more to make than to use.</summary>
    private readonly ConcurrentDictionary<string, ThreadLocal<AesGcm>> _ciphers = new(StringComparer.Ordinal);

    public DataKey(ReadOnlySpan<byte> key)
    {
        if (key.Length != Bytes) throw new ArgumentException($"A data key has {Bytes} bytes, not {key.Length}.", nameof(key));
        _key = key.ToArray();
    }

    /// <summary>The few purposes of this program: derived once.</summary>
    private byte[] KeyOf(string purpose) => _derived.GetOrAdd(purpose, Derive);

    private AesGcm Cipher(string purpose) => _ciphers.GetOrAdd(purpose, p => new ThreadLocal<AesGcm>(() => new AesGcm(KeyOf(p), TagBytes))).Value!;

    /// <returns>32 bytes that belong to this purpose alone.</returns>
    public byte[] Derive(string purpose) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, _key, Bytes, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>AES-256-GCM with a fresh nonce.</summary>
    /// <param name="purpose">What kind of data it is; names the key.</param>
    /// <param name="about">What it belongs to (a ticket number): sealed data cannot be moved to another owner.</param>
    /// <returns>Base64 of version, nonce, ciphertext and tag.</returns>
    public string Seal(string purpose, string about, string text)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedBytes = new byte[1 + NonceBytes + plain.Length + TagBytes];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceBytes);
        RandomNumberGenerator.Fill(nonce);
        Cipher(purpose).Encrypt(nonce, plain, sealedBytes.AsSpan(1 + NonceBytes, plain.Length), sealedBytes.AsSpan(1 + NonceBytes + plain.Length), Encoding.UTF8.GetBytes(about));
        return Convert.ToBase64String(sealedBytes);
    }

    /// <exception cref="CryptographicException">The data was sealed with another key, for another owner, or altered.</exception>
    public string Open(string purpose, string about, string sealedText)
    {
        var bytes = Convert.FromBase64String(sealedText);
        if (bytes.Length < 1 + NonceBytes + TagBytes || bytes[0] != Version) throw new CryptographicException("Not sealed by this program.");
        var plain = new byte[bytes.Length - 1 - NonceBytes - TagBytes];
        Cipher(purpose).Decrypt(bytes.AsSpan(1, NonceBytes), bytes.AsSpan(1 + NonceBytes, plain.Length), bytes.AsSpan(bytes.Length - TagBytes), plain, Encoding.UTF8.GetBytes(about));
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>A keyed hash by which a value can be found without being stored: base64 of HMAC-SHA256.</summary>
    public string Fingerprint(string purpose, string text) =>
        Convert.ToBase64String(HMACSHA256.HashData(KeyOf(purpose), Encoding.UTF8.GetBytes(text)));
}
