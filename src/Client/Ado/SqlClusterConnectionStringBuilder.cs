using System.Data.Common;
using System.Globalization;

namespace SqlCluster.Client.Ado;

/// <summary>Connection strings: Server=grpc://HOST:PORT;User=...;Password=... and what else there is (docs/client.md).</summary>
public sealed class SqlClusterConnectionStringBuilder : DbConnectionStringBuilder
{
    private static readonly Dictionary<string, string> Names = new(StringComparer.OrdinalIgnoreCase)
    {
        ["server"] = "Server", ["host"] = "Server", ["data source"] = "Server", ["user"] = "User", ["username"] = "User", ["user id"] = "User", ["uid"] = "User",
        ["password"] = "Password", ["pwd"] = "Password", ["token"] = "Token", ["tls"] = "Tls", ["ssl"] = "Tls", ["trust server certificate"] = "Trust Server Certificate",
        ["trustservercertificate"] = "Trust Server Certificate", ["schema"] = "Schema", ["search path"] = "Schema", ["timezone"] = "Time Zone", ["time zone"] = "Time Zone",
        ["connect timeout"] = "Connect Timeout", ["timeout"] = "Connect Timeout", ["command timeout"] = "Command Timeout", ["commandtimeout"] = "Command Timeout",
        ["pooling"] = "Pooling", ["maximum pool size"] = "Maximum Pool Size", ["max pool size"] = "Maximum Pool Size", ["application name"] = "Application Name",
        ["applicationname"] = "Application Name", ["ca file"] = "CA File", ["root certificate"] = "CA File", ["client certificate"] = "Client Certificate",
        ["ssl certificate"] = "Client Certificate", ["client key"] = "Client Key", ["ssl key"] = "Client Key", ["client key password"] = "Client Key Password",
        ["ssl password"] = "Client Key Password", ["host name in certificate"] = "Host Name In Certificate",
    };

    public SqlClusterConnectionStringBuilder()
    {
    }

    /// <exception cref="ArgumentException">A key is unknown.</exception>
    public SqlClusterConnectionStringBuilder(string connectionString) => ConnectionString = connectionString;

    /// <summary>grpc://HOST:PORT, grpcs://HOST:PORT (TLS), or HOST[:PORT].</summary>
    public string Server { get => Text("Server") ?? ""; set => this["Server"] = value; }

    public string? User { get => Text("User"); set => this["User"] = value; }

    public string? Password { get => Text("Password"); set => this["Password"] = value; }

    /// <summary>Sent as a bearer token instead of user and password.</summary>
    public string? Token { get => Text("Token"); set => this["Token"] = value; }

    /// <summary>TLS where the address does not say it.</summary>
    public bool Tls { get => Flag("Tls", false); set => this["Tls"] = value; }

    /// <summary>Accepts any certificate: for tests only.</summary>
    public bool TrustServerCertificate { get => Flag("Trust Server Certificate", false); set => this["Trust Server Certificate"] = value; }

    /// <summary>PEM file with the authorities that alone may have signed the server's certificate; null: those that the machine trusts.</summary>
    public string? CaFile { get => Text("CA File"); set => this["CA File"] = value; }

    /// <summary>PEM file with a certificate to show to the server, followed by intermediate ones.</summary>
    public string? ClientCertificate { get => Text("Client Certificate"); set => this["Client Certificate"] = value; }

    /// <summary>PEM file with its private key; null: it is in the certificate's file.</summary>
    public string? ClientKey { get => Text("Client Key"); set => this["Client Key"] = value; }

    /// <summary>Opens an encrypted private key.</summary>
    public string? ClientKeyPassword { get => Text("Client Key Password"); set => this["Client Key Password"] = value; }

    /// <summary>The name that the server's certificate must be for, where it is not the address's: behind a tunnel, say.</summary>
    public string? HostNameInCertificate { get => Text("Host Name In Certificate"); set => this["Host Name In Certificate"] = value; }

    /// <summary>Schema that names without one are looked up in first.</summary>
    public string? Schema { get => Text("Schema"); set => this["Schema"] = value; }

    /// <summary>IANA name; null: the server's.</summary>
    public string? TimeZone { get => Text("Time Zone"); set => this["Time Zone"] = value; }

    public string? ApplicationName { get => Text("Application Name"); set => this["Application Name"] = value; }

    /// <summary>Seconds that connecting may take.</summary>
    public int ConnectTimeout { get => Number("Connect Timeout", 15); set => this["Connect Timeout"] = value; }

    /// <summary>Seconds that a command may wait for its next rows, 0 for any time; commands can have their own.</summary>
    public int CommandTimeout { get => Number("Command Timeout", 0); set => this["Command Timeout"] = value; }

    public bool Pooling { get => Flag("Pooling", true); set => this["Pooling"] = value; }

    public int MaximumPoolSize { get => Number("Maximum Pool Size", 100); set => this["Maximum Pool Size"] = value; }

    [System.Diagnostics.CodeAnalysis.AllowNull]
    public override object this[string keyword]
    {
        get => base[Canonical(keyword)];
        set => base[Canonical(keyword)] = value;
    }

    /// <summary>Where the server is, as http or https.</summary>
    /// <exception cref="ArgumentException">There is no server, or its address is malformed.</exception>
    internal Uri Address
    {
        get
        {
            string server = Server.Length > 0 ? Server : throw new ArgumentException("the connection string names no Server");
            bool hasScheme = server.Contains("://", StringComparison.Ordinal);
            if (!Uri.TryCreate(hasScheme ? server : $"grpc://{server}", UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0
                || uri.Scheme is not ("grpc" or "grpcs" or "grpc+tcp" or "grpc+tls" or "http" or "https"))
            {
                throw new ArgumentException($"Server is not an address such as grpc://localhost:31337: {server}");
            }

            bool isEncrypted = uri.Scheme is "grpcs" or "grpc+tls" or "https" || Tls;
            return new Uri($"{(isEncrypted ? "https" : "http")}://{uri.Authority}{(uri.Port < 0 ? ":31337" : "")}");
        }
    }

    public override bool ContainsKey(string keyword) => Names.TryGetValue(keyword, out string? name) && base.ContainsKey(name);

    private static string Canonical(string keyword) =>
        Names.TryGetValue(keyword, out string? name) ? name : throw new ArgumentException($"connection strings have no key \"{keyword}\"", nameof(keyword));

    private string? Text(string name) => TryGetValue(name, out object? value) ? Convert.ToString(value, CultureInfo.InvariantCulture) : null;

    private int Number(string name, int missing) => Text(name) is not { } text ? missing
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new ArgumentException($"{name} is not a number: {text}");

    private bool Flag(string name, bool missing) => Text(name)?.ToLowerInvariant() switch
    {
        null => missing,
        "true" or "yes" or "on" or "1" => true,
        "false" or "no" or "off" or "0" => false,
        var text => throw new ArgumentException($"{name} is neither true nor false: {text}"),
    };
}
