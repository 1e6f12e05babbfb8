using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SqlCluster.Server.Security;

/// <summary>What the server keeps of a password: enough to check it and to prove that it knows it, not enough to log in with (RFC 5802, RFC 7677).</summary>
/// <param name="Iterations">Rounds of PBKDF2-HMAC-SHA-256.</param>
/// <param name="Salt">Random bytes, new for each password.</param>
/// <param name="StoredKey">SHA-256 of the client key, 32 bytes.</param>
/// <param name="ServerKey">Key of the server's signature, 32 bytes.</param>
public sealed record ScramVerifier(int Iterations, byte[] Salt, byte[] StoredKey, byte[] ServerKey)
{
    /// <summary>PostgreSQL's default.</summary>
    public const int DefaultIterations = 4096;

    /// <summary>Most rounds that are accepted: 10 s of a slow processor.</summary>
    public const int MaxIterations = 10_000_000;

    private const string Scheme = "SCRAM-SHA-256";
    private const int SaltBytes = 16;

    /// <summary>Makes the verifier of a new password, with a random salt.</summary>
    public static ScramVerifier Create(string password, int iterations = DefaultIterations) => Create(password, iterations, RandomNumberGenerator.GetBytes(SaltBytes));

    /// <summary>Makes the verifier of a password and a known salt.</summary>
    /// <exception cref="ArgumentException">The password has a NUL: to HMAC one at its end is nothing, so that two passwords would be the same.</exception>
    public static ScramVerifier Create(string password, int iterations, byte[] salt)
    {
        if (password.Contains('\0', StringComparison.Ordinal))
        {
            throw new ArgumentException("a password has no NUL characters", nameof(password));
        }

        ArgumentOutOfRangeException.ThrowIfLessThan(iterations, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(iterations, MaxIterations);
        byte[] salted = Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(Saslprep.Prepare(password)), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
        byte[] clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        return new ScramVerifier(iterations, salt, SHA256.HashData(clientKey), HMACSHA256.HashData(salted, "Server Key"u8));
    }

    /// <summary>Reads PostgreSQL's form (pg_authid.rolpassword).</summary>
    /// <exception cref="FormatException">It is not one; the message does not repeat it.</exception>
    public static ScramVerifier Parse(string text)
    {
        if (text.StartsWith("md5", StringComparison.Ordinal))
        {
            throw new FormatException("an md5 password, which is not safe to keep: give the user a new one with sqlcluster user password");
        }

        string[] parts = text.Split('$');
        string[] rounds = parts.Length == 3 ? parts[1].Split(':') : [];
        string[] keys = parts.Length == 3 ? parts[2].Split(':') : [];
        if (parts[0] == Scheme && rounds.Length == 2 && keys.Length == 2
            && int.TryParse(rounds[0], NumberStyles.None, CultureInfo.InvariantCulture, out int iterations) && iterations is > 0 and <= MaxIterations
            && Bytes(rounds[1]) is { Length: > 0 } salt && Bytes(keys[0]) is { Length: SHA256.HashSizeInBytes } stored && Bytes(keys[1]) is { Length: SHA256.HashSizeInBytes } server)
        {
            return new ScramVerifier(iterations, salt, stored, server);
        }

        throw new FormatException("not a SCRAM-SHA-256 verifier");
    }

    /// <summary>Whether this is the verifier of the password; takes as long for a wrong one.</summary>
    public bool Matches(string password) =>
        !password.Contains('\0', StringComparison.Ordinal) && CryptographicOperations.FixedTimeEquals(Create(password, Iterations, Salt).StoredKey, StoredKey);

    /// <summary>PostgreSQL's form: <c>SCRAM-SHA-256$4096:salt$stored:server</c>, each in Base64.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Scheme}${Iterations}:{Convert.ToBase64String(Salt)}${Convert.ToBase64String(StoredKey)}:{Convert.ToBase64String(ServerKey)}");

    private static byte[]? Bytes(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
