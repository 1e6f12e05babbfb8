using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace SqlCluster.Server.FlightSql.Security;

/// <summary>What a bearer token says.</summary>
/// <param name="Session">The session it belongs to.</param>
/// <param name="User">Whom it was given to.</param>
/// <param name="Issued">When.</param>
/// <param name="Expires">From when on it is worth nothing.</param>
internal sealed record BearerToken(Guid Session, string User, DateTimeOffset Issued, DateTimeOffset Expires);

/// <summary>Makes and checks bearer tokens: claims in the open, signed with a key that lives as long as the process.</summary>
/// <remarks><code>
/// | version 1 | session 16 | issued 8 | expires 8 | user ... |  .  | HMAC-SHA-256 of it 32 |      both in base64url; times in ms since 1970
/// </code></remarks>
internal sealed class BearerTokens(TimeProvider time, TimeSpan lifetime)
{
    private const byte Version = 1;
    private const int HeaderBytes = 1 + 16 + 8 + 8;
    private const int MostCharacters = 1024;
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>How long a new token is good.</summary>
    public TimeSpan Lifetime => lifetime;

    public string Issue(Guid session, string user)
    {
        DateTimeOffset now = time.GetUtcNow();
        byte[] name = Encoding.UTF8.GetBytes(user), claims = new byte[HeaderBytes + name.Length];
        claims[0] = Version;
        session.TryWriteBytes(claims.AsSpan(1));
        BinaryPrimitives.WriteInt64BigEndian(claims.AsSpan(17), now.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(claims.AsSpan(25), (now + lifetime).ToUnixTimeMilliseconds());
        name.CopyTo(claims, HeaderBytes);
        return $"{Base64Url.EncodeToString(claims)}.{Base64Url.EncodeToString(HMACSHA256.HashData(_key, claims))}";
    }

    /// <summary>Reads a token, expired or not; null when we did not sign it.</summary>
    public BearerToken? Read(string text)
    {
        int point = text.Length <= MostCharacters ? text.IndexOf('.', StringComparison.Ordinal) : -1;
        if (point < 0 || !Base64Url.IsValid(text.AsSpan(0, point)) || !Base64Url.IsValid(text.AsSpan(point + 1)))
        {
            return null;
        }

        byte[] claims = Base64Url.DecodeFromChars(text.AsSpan(0, point)), signature = Base64Url.DecodeFromChars(text.AsSpan(point + 1));
        if (!CryptographicOperations.FixedTimeEquals(signature, HMACSHA256.HashData(_key, claims)) || claims.Length < HeaderBytes || claims[0] != Version)
        {
            return null;
        }

        return new BearerToken(
            new Guid(claims.AsSpan(1, 16)),
            Encoding.UTF8.GetString(claims, HeaderBytes, claims.Length - HeaderBytes),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(claims.AsSpan(17))),
            DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(claims.AsSpan(25))));
    }

    /// <summary>Whether a token has lived half of its life and should be replaced.</summary>
    public bool IsOld(BearerToken token) => time.GetUtcNow() > token.Issued + ((token.Expires - token.Issued) / 2);

    public bool HasExpired(BearerToken token) => time.GetUtcNow() >= token.Expires;
}
