namespace SqlCluster.SqlCli.Connections;

/// <summary>What the command line says about reaching a server and logging in.</summary>
internal sealed record ServerLogin
{
    /// <summary>PEM file with the authorities that alone may have signed the server's certificate.</summary>
    public string? CaFile { get; init; }

    /// <summary>Whether any certificate will do.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>PEM file with a certificate to show.</summary>
    public string? ClientCertificate { get; init; }

    /// <summary>PEM file with its key; null: in the certificate's file.</summary>
    public string? ClientKey { get; init; }

    /// <summary>File whose first line is the password.</summary>
    public string? PasswordFile { get; init; }

    /// <summary>Whether the password is asked for before the server wants it.</summary>
    public bool AsksPassword { get; init; }

    /// <summary>Seconds; null: 15.</summary>
    public int? ConnectTimeout { get; init; }
}
