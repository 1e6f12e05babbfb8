using System.Security.Cryptography;
using System.Text;
using SqlCluster.Server.Security;

namespace SqlCluster.Server.PgWire.Authentication;

/// <summary>The server's side of SCRAM-SHA-256 (RFC 5802, RFC 7677), with channel binding tls-server-end-point (RFC 5929).</summary>
/// <remarks><code>
/// client   n,,n=,r=client                      or p=tls-server-end-point,,n=,r=client
/// server   r=client+server,s=salt,i=rounds
/// client   c=base64(gs2 header + binding),r=client+server,p=proof
/// server   v=signature
/// </code></remarks>
internal sealed class ScramExchange
{
    public const string Plain = "SCRAM-SHA-256";
    public const string Plus = "SCRAM-SHA-256-PLUS";

    private const string BindingName = "p=tls-server-end-point";
    private const int NonceBytes = 18;

    private readonly ScramVerifier _verifier;
    private readonly byte[]? _binding;
    private string _header = "";
    private string _clientFirst = "";
    private string _serverFirst = "";
    private string _nonce = "";

    /// <param name="verifier">Of the user's password.</param>
    /// <param name="binding">Hash of the certificate that the client was shown; null without TLS.</param>
    public ScramExchange(ScramVerifier verifier, byte[]? binding)
    {
        _verifier = verifier;
        _binding = binding;
    }

    /// <summary>Answers the client's first message.</summary>
    /// <param name="mechanism">The one it chose.</param>
    /// <param name="message">Its message.</param>
    /// <exception cref="Parser.Errors.QueryException">08P01, 0A000, 28000: not a message that this mechanism allows.</exception>
    public string Challenge(string mechanism, string message)
    {
        bool wantsBinding = mechanism == Plus;
        int comma = message.IndexOf(',', StringComparison.Ordinal);
        int second = comma < 0 ? -1 : message.IndexOf(',', comma + 1);
        if (second < 0)
        {
            throw PgErrors.MalformedScram("The message is not complete.");
        }

        string flag = message[..comma];
        switch (flag)
        {
            case "n" when !wantsBinding:
                break;
            case "y" when !wantsBinding:
                if (_binding != null)
                {
                    // Somebody in between took the offer of channel binding away.
                    throw PgErrors.ScramDowngrade();
                }

                break;
            case BindingName when wantsBinding && _binding != null:
                break;
            default:
                throw PgErrors.MalformedScram($"Unexpected channel-binding flag \"{Shown(flag)}\".");
        }

        if (second != comma + 1)
        {
            throw PgErrors.ScramAuthorizationIdentity();
        }

        _header = message[..(second + 1)];
        _clientFirst = message[(second + 1)..];
        string[] fields = _clientFirst.Split(',');
        if (fields[0].StartsWith("m=", StringComparison.Ordinal))
        {
            throw PgErrors.ScramExtension();
        }

        if (fields.Length < 2 || !fields[0].StartsWith("n=", StringComparison.Ordinal) || !fields[1].StartsWith("r=", StringComparison.Ordinal)
            || fields[1].Length == 2 || fields[1].AsSpan(2).ContainsAnyExceptInRange('!', '~'))
        {
            throw PgErrors.MalformedScram("A name and a nonce were expected.");
        }

        _nonce = fields[1][2..] + Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
        _serverFirst = $"r={_nonce},s={Convert.ToBase64String(_verifier.Salt)},i={_verifier.Iterations.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        return _serverFirst;
    }

    /// <summary>Checks the client's proof.</summary>
    /// <returns>The server's proof that it knows the password too; null when the client does not.</returns>
    /// <exception cref="Parser.Errors.QueryException">08P01, 28000: not a final message, or not of this exchange.</exception>
    public string? Verify(string message)
    {
        int proofAt = message.LastIndexOf(",p=", StringComparison.Ordinal);
        string[] fields = message.Split(',');
        if (proofAt < 0 || fields.Length < 3 || !fields[0].StartsWith("c=", StringComparison.Ordinal) || !fields[1].StartsWith("r=", StringComparison.Ordinal))
        {
            throw PgErrors.MalformedScram("A channel binding, a nonce and a proof were expected.");
        }

        byte[] bound = [.. Encoding.UTF8.GetBytes(_header), .. _header.StartsWith(BindingName, StringComparison.Ordinal) ? _binding! : []];
        if (!CryptographicOperations.FixedTimeEquals(Bytes(fields[0][2..]), bound))
        {
            throw PgErrors.ScramBindingFailed();
        }

        if (fields[1][2..] != _nonce)
        {
            throw PgErrors.MalformedScram("The nonce is not the one of the exchange.");
        }

        byte[] proof = Bytes(message[(proofAt + 3)..]);
        if (proof.Length != SHA256.HashSizeInBytes)
        {
            throw PgErrors.MalformedScram("The proof has a wrong length.");
        }

        byte[] exchange = Encoding.UTF8.GetBytes($"{_clientFirst},{_serverFirst},{message[..proofAt]}");
        byte[] clientKey = HMACSHA256.HashData(_verifier.StoredKey, exchange);
        for (int i = 0; i < clientKey.Length; i++)
        {
            clientKey[i] ^= proof[i];
        }

        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), _verifier.StoredKey)
            ? "v=" + Convert.ToBase64String(HMACSHA256.HashData(_verifier.ServerKey, exchange))
            : null;
    }

    private static byte[] Bytes(string base64)
    {
        try
        {
            return Convert.FromBase64String(base64);
        }
        catch (FormatException)
        {
            throw PgErrors.MalformedScram("A field is not in Base64.");
        }
    }

    private static string Shown(string text) => text.Length > 30 ? text[..30] : text;
}
