using SqlCluster.Client.Ado;
using SqlCluster.Server.Hosting;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Connections;

/// <summary>A server as the command line and the environment name it: address, TLS, user and password.</summary>
/// <remarks>
/// The target counts before the command line's files, those before the environment: SQLCLUSTER_USER, SQLCLUSTER_PASSWORD, SQLCLUSTER_TOKEN, SQLCLUSTER_CA_FILE.
/// Where there is a user and no password, one is asked for on the terminal, as soon as the server wants it.
/// </remarks>
internal static class ServerTarget
{
    /// <summary>Whether a target is a server's address.</summary>
    public static bool Is(string? target) =>
        target != null && (target.StartsWith("grpc://", StringComparison.OrdinalIgnoreCase) || target.StartsWith("grpcs://", StringComparison.OrdinalIgnoreCase));

    /// <param name="target">grpc://[USER[:PASSWORD]@]HOST[:PORT], or grpcs:// for TLS.</param>
    /// <param name="login">The command line.</param>
    /// <param name="environment">Reads a variable.</param>
    /// <exception cref="UsageException">The target is malformed, or an option does not go with it.</exception>
    /// <exception cref="Parser.Errors.QueryException">58P01, 42501: the password's file cannot be read.</exception>
    public static SqlClusterConnectionStringBuilder Settings(string target, ServerLogin login, Func<string, string?> environment)
    {
        if (!Uri.TryCreate(target, UriKind.Absolute, out Uri? uri) || uri.Host.Length == 0)
        {
            throw new UsageException($"not an address such as grpc://localhost:31337: {target}");
        }

        bool isEncrypted = uri.Scheme == "grpcs";
        if (!isEncrypted && (login.CaFile != null || login.IsInsecure || login.ClientCertificate != null))
        {
            throw new UsageException("--ca-file, --insecure and --client-certificate go with a target grpcs://...");
        }

        var settings = new SqlClusterConnectionStringBuilder
        {
            Server = $"{uri.Scheme}://{uri.Authority}",
            ApplicationName = "sqlcli",
            TrustServerCertificate = login.IsInsecure,
        };
        if (login.ConnectTimeout is { } seconds)
        {
            settings.ConnectTimeout = seconds;
        }

        if (isEncrypted && (login.CaFile ?? environment("SQLCLUSTER_CA_FILE")) is { Length: > 0 } authorities)
        {
            settings.CaFile = authorities;
        }

        if (login.ClientCertificate is { } certificate)
        {
            settings.ClientCertificate = certificate;
        }

        if (login.ClientKey is { } key)
        {
            settings.ClientKey = login.ClientCertificate != null ? key : throw new UsageException("--client-key goes with --client-certificate");
        }

        AddUser(settings, uri.UserInfo.Split(':', 2), login, environment);
        return settings;
    }

    private static void AddUser(SqlClusterConnectionStringBuilder settings, string[] given, ServerLogin login, Func<string, string?> environment)
    {
        if ((given[0].Length > 0 ? Uri.UnescapeDataString(given[0]) : environment("SQLCLUSTER_USER")) is not { Length: > 0 } user)
        {
            if (environment("SQLCLUSTER_TOKEN") is { Length: > 0 } token)
            {
                settings.Token = token;
            }

            return;
        }

        settings.User = user;
        string? password = given.Length > 1 ? Uri.UnescapeDataString(given[1])
            : login.PasswordFile is { } file ? FirstLine(file)
            : login.AsksPassword ? PasswordPrompt.IsPossible ? PasswordPrompt.Ask($"Password for user {user}: ") : throw new UsageException("--password needs a terminal: use --password-file or SQLCLUSTER_PASSWORD")
            : environment("SQLCLUSTER_PASSWORD");
        if (password != null)
        {
            settings.Password = password;
        }
    }

    private static string FirstLine(string file)
    {
        try
        {
            return File.ReadLines(file).FirstOrDefault() ?? "";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw CliErrors.File(file, error);
        }
    }
}
