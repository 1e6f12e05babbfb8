namespace SqlCluster.Server.Security;

/// <summary>Who a client is by the certificate that it showed when its connection began.</summary>
/// <param name="Names">Users that it may be; none where there is a problem.</param>
/// <param name="Problem">Why the certificate does not count, for the client to read; null: it does.</param>
public sealed record ClientIdentity(IReadOnlyList<string> Names, string? Problem)
{
    /// <summary>Whether the certificate is good, and this user's.</summary>
    public bool Is(string user) => Problem == null && Names.Contains(user, StringComparer.Ordinal);
}
