using System.Security.Cryptography;
using System.Text;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Execution.Cluster.Protocol;

/// <summary>The secret that driver and executors share. It is never sent: what is sent is a token made from it and the name of the one who is called.</summary>
/// <remarks>HMAC-SHA256 (RFC 2104). A token opens one process alone, and an executor's name is new with each start.</remarks>
public sealed class ClusterSecret
{
    /// <summary>Fewest characters of a secret.</summary>
    public const int LeastLength = 16;

    /// <summary>The name under which executors call the driver.</summary>
    internal const string Driver = "driver";

    private const string Bearer = "Bearer ";
    private readonly byte[] _key;

    /// <exception cref="ArgumentException">It is too short to be one.</exception>
    public ClusterSecret(string secret)
    {
        secret = secret.Trim();
        if (secret.Length < LeastLength)
        {
            throw new ArgumentException($"a cluster secret has at least {LeastLength} characters", nameof(secret));
        }

        _key = Encoding.UTF8.GetBytes(secret);
    }

    /// <summary>A new secret, for a cluster that ends with this process.</summary>
    public static ClusterSecret Random(out string text)
    {
        text = Convert.ToHexString(RandomNumberGenerator.GetBytes(32));
        return new ClusterSecret(text);
    }

    /// <summary>What the driver answers to an executor that registers, which serves nobody else.</summary>
    internal string ProofTo(string instance) => Token("registered " + instance);

    /// <summary>What a call to a process shows.</summary>
    internal string TokenFor(string called) => Token("call " + called);

    internal bool IsProofTo(string instance, string proof) => Same(proof, ProofTo(instance));

    /// <summary>Headers of a call.</summary>
    internal Metadata HeadersFor(string called) => new() { { "authorization", Bearer + TokenFor(called) } };

    /// <summary>Says whether a call to this process knows the secret; null: it does not.</summary>
    internal ValueTask<object?> Authenticate(GrpcCall call, string called) =>
        new(call.Header("authorization") is { } header && header.StartsWith(Bearer, StringComparison.Ordinal) && Same(header[Bearer.Length..], TokenFor(called)) ? this : null);

    private static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private string Token(string text) => Convert.ToHexString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes("sqlcluster " + text)));
}
