using System.Text;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Flight.Client;

/// <summary>What a client shows the server with every call: its token, which any response may replace, and its cookies (CLIENTS.md F4, F5). Thread-safe.</summary>
internal sealed class FlightCredentials
{
    private const string Bearer = "Bearer ";
    private readonly Lock _lock = new();
    private readonly FlightClientOptions _options;
    private readonly Dictionary<string, string> _cookies = new(StringComparer.Ordinal);
    private string? _token;

    public FlightCredentials(FlightClientOptions options)
    {
        _options = options;
        _token = options.Token;
    }

    public bool HasPassword => _options is { User: not null, Password: not null };

    /// <summary>Whether a token can be had from the server.</summary>
    public bool LogsIn => HasPassword || _options is { LogsInAlways: true, Token: null };

    /// <summary>The cookies, which name the session.</summary>
    public string Cookies
    {
        get
        {
            lock (_lock)
            {
                return string.Join("; ", _cookies.OrderBy(static cookie => cookie.Key, StringComparer.Ordinal).Select(static cookie => $"{cookie.Key}={cookie.Value}"));
            }
        }
    }

    public string? Token
    {
        get
        {
            lock (_lock)
            {
                return _token;
            }
        }
    }

    /// <summary>Headers of a call.</summary>
    /// <param name="withPassword">Of the call that logs in.</param>
    public Metadata Headers(bool withPassword = false)
    {
        var headers = new Metadata();
        headers.AddRange(_options.Headers ?? []);
        lock (_lock)
        {
            if (withPassword && HasPassword)
            {
                headers.Add("authorization", "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{_options.User}:{_options.Password}")));
            }
            else if (_token != null)
            {
                headers.Add("authorization", Bearer + _token);
            }

            if (_cookies.Count > 0)
            {
                headers.Add("cookie", string.Join("; ", _cookies.Select(static cookie => $"{cookie.Key}={cookie.Value}")));
            }
        }

        return headers;
    }

    /// <summary>Takes in what a response says about the token and cookies.</summary>
    public void Learn(Metadata headers)
    {
        lock (_lock)
        {
            if (headers["authorization"] is { } authorization && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase))
            {
                _token = authorization[Bearer.Length..];
            }

            foreach (string cookie in headers.All("set-cookie"))
            {
                Learn(cookie);
            }
        }
    }

    /// <summary>Forgets a token that the server no longer knows, unless another call has brought a new one.</summary>
    public void Forget(string? token)
    {
        lock (_lock)
        {
            _token = _token == token ? null : _token;
        }
    }

    private void Learn(string setCookie)
    {
        string[] parts = setCookie.Split(';', StringSplitOptions.TrimEntries);
        int equals = parts[0].IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0)
        {
            return;
        }

        bool isOver = parts.Skip(1).Any(static part =>
            (part.StartsWith("Max-Age=", StringComparison.OrdinalIgnoreCase) && part.AsSpan(8) is "0" or ['-', ..])
            || (part.StartsWith("Expires=", StringComparison.OrdinalIgnoreCase) && DateTimeOffset.TryParse(part.AsSpan(8), System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset end) && end <= DateTimeOffset.UtcNow));
        string name = parts[0][..equals];
        if (isOver)
        {
            _cookies.Remove(name);
        }
        else
        {
            _cookies[name] = parts[0][(equals + 1)..];
        }
    }
}
