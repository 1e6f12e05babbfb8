using System.Net.Http.Headers;
using System.Text;

namespace SqlCluster.Server.FlightSql.Security;

/// <summary>What a caller shows.</summary>
internal abstract record Credentials
{
    private Credentials()
    {
    }

    /// <summary>User and password (RFC 7617).</summary>
    public sealed record Basic(string User, string Password) : Credentials
    {
        /// <summary>Without the password: records print themselves into logs.</summary>
        public override string ToString() => $"Basic {User}";
    }

    /// <summary>A token of ours (RFC 6750).</summary>
    public sealed record Bearer(string Token) : Credentials
    {
        public override string ToString() => "Bearer";
    }

    /// <summary>Reads an authorization header.</summary>
    /// <returns>Null when there is none.</returns>
    /// <exception cref="Flight.Grpc.GrpcStatusException">UNAUTHENTICATED: it is not one that we understand.</exception>
    public static Credentials? Read(string? header)
    {
        if (string.IsNullOrWhiteSpace(header))
        {
            return null;
        }

        if (!AuthenticationHeaderValue.TryParse(header, out AuthenticationHeaderValue? value) || value.Parameter == null)
        {
            throw FlightErrors.UnknownAuthorization();
        }

        return value.Scheme.ToUpperInvariant() switch
        {
            "BEARER" => new Bearer(value.Parameter),
            "BASIC" => ReadBasic(value.Parameter),
            _ => throw FlightErrors.UnknownAuthorization(),
        };
    }

    private static Basic ReadBasic(string parameter)
    {
        string text;
        try
        {
            text = new UTF8Encoding(false, true).GetString(Convert.FromBase64String(parameter));
        }
        catch (Exception error) when (error is FormatException or DecoderFallbackException)
        {
            throw FlightErrors.UnknownAuthorization();
        }

        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon >= 0 ? new Basic(text[..colon], text[(colon + 1)..]) : throw FlightErrors.UnknownAuthorization();
    }
}
