namespace SqlCluster.Server.FlightSql.Security;

/// <summary>The cookie that names a caller's session, for clients that keep cookies (arrow-java, arrow C++, arrow-go on request).</summary>
internal static class SessionCookie
{
    public const string Name = "arrow_flight_session_id";

    /// <summary>The session in the Cookie headers; null when there is none.</summary>
    public static Guid? Read(IEnumerable<string?> headers)
    {
        foreach (string pair in headers.OfType<string>().SelectMany(static header => header.Split(';')))
        {
            string[] parts = pair.Split('=', 2, StringSplitOptions.TrimEntries);
            if (parts.Length == 2 && parts[0] == Name && Guid.TryParseExact(parts[1].Trim('"'), "N", out Guid session))
            {
                return session;
            }
        }

        return null;
    }

    /// <summary>Value of Set-Cookie.</summary>
    public static string Write(Guid session) => $"{Name}={session:N}";

    /// <summary>Value of Set-Cookie that makes a client forget the session.</summary>
    public static string Forget() => $"{Name}=; Max-Age=0";
}
