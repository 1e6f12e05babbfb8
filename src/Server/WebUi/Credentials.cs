using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.WebUi;

/// <summary>Who sends a request, and whether it is really he and not a page of somebody else's in his browser.</summary>
internal sealed class Credentials(UserStore users)
{
    private readonly byte[] _formSecret = RandomNumberGenerator.GetBytes(32);

    /// <summary>Checks a request's name and password (RFC 7617, UTF-8).</summary>
    /// <returns>The user; "" when there are no users; null: missing or wrong.</returns>
    public string? Check(HttpRequest request)
    {
        if (users.IsEmpty)
        {
            return "";
        }

        (string User, string Password)? given = Basic(request.Headers.Authorization.ToString());
        return given is var (user, password) && users.Verify(user, password) ? user : null;
    }

    /// <summary>The name that a request gives, right or wrong, for the log.</summary>
    public static string? ClaimedUser(HttpRequest request) => Basic(request.Headers.Authorization.ToString())?.User;

    /// <summary>What a form must carry to be taken: nobody else can know it.</summary>
    public string FormToken(string user, string path) => Convert.ToHexStringLower(HMACSHA256.HashData(_formSecret, Encoding.UTF8.GetBytes($"{user}\n{path}")));

    /// <summary>Whether a form that was sent came from one of our own pages.</summary>
    public async Task<bool> IsOwnFormAsync(WebRequest request)
    {
        HttpRequest http = request.Http.Request;
        if (!http.HasFormContentType)
        {
            return false;
        }

        IFormCollection form = await http.ReadFormAsync(request.Http.RequestAborted).ConfigureAwait(false);
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(form["token"].ToString()), Encoding.UTF8.GetBytes(FormToken(request.User, http.Path)));
    }

    /// <summary>
    /// Whether a browser says that another site sends the request, or, where there are no passwords, calls us by a name that is not this machine's own
    /// (a name that was made to point here: DNS rebinding).
    /// </summary>
    public bool IsForeign(HttpRequest request)
    {
        string site = request.Headers["Sec-Fetch-Site"].ToString();
        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        string origin = request.Headers.Origin.ToString();
        if (changes && (site is not ("" or "same-origin" or "none") || (origin.Length > 0 && !origin.EndsWith("://" + request.Host.Value, StringComparison.OrdinalIgnoreCase))))
        {
            return true;
        }

        string host = request.Host.Host.Trim('[', ']');
        return users.IsEmpty && host.Length > 0 && !host.Equals("localhost", StringComparison.OrdinalIgnoreCase) && !(IPAddress.TryParse(host, out IPAddress? address) && IPAddress.IsLoopback(address));
    }

    private static (string User, string Password)? Basic(string header)
    {
        const string Scheme = "Basic ";
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[1024];
        if (!Convert.TryFromBase64String(header[Scheme.Length..].Trim(), bytes, out int count))
        {
            return null;
        }

        string pair = Encoding.UTF8.GetString(bytes[..count]);
        int colon = pair.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? null : (pair[..colon], pair[(colon + 1)..]);
    }
}
