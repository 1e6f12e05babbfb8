using System.Globalization;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Hosting;

/// <summary>Everything that a server can be told when it starts, one line each: flags, environment, file and documentation are made from these.</summary>
/// <remarks>The settings of sessions (<see cref="SettingDefinitions"/>) can be given in the same places; they are the defaults of new sessions then.</remarks>
internal static class ConfigurationEntries
{
    public const string Data = "Data";
    public const string Doors = "Doors";
    public const string Security = "Security";
    public const string Limits = "Limits";
    public const string Operation = "Operation";
    public const string Cluster = "Cluster";

    /// <summary>In the order in which they are documented.</summary>
    public static readonly IReadOnlyList<SettingDefinition> All =
    [
        new("data", SettingKind.Text, "", "Folder whose Parquet, CSV and JSON files and subfolders become tables: lineitem.parquet is lineitem.") { Category = Data },
        new("listen_address", SettingKind.Text, "127.0.0.1", "IP address of all doors; without users_file only a loopback address.") { Category = Doors },
        new("pg_port", SettingKind.Text, Text(ServerOptions.DefaultPgPort), "Port of PostgreSQL's protocol; 0: any that is free; off: none.") { Category = Doors },
        new("pg_socket", SettingKind.Text, "", "Folder of a Unix-domain socket of PostgreSQL's protocol, .s.PGSQL.PORT; empty: none.") { Category = Doors },
        new("pg_socket_mode", SettingKind.Text, PgSocket.DefaultMode, "Permissions of that socket, in octal: who may write may connect.") { Category = Doors },
        new("flight_port", SettingKind.Text, Text(ServerOptions.DefaultFlightPort), "Port of Arrow Flight SQL; 0: any that is free; off: none.") { Category = Doors },
        new("ui_port", SettingKind.Text, Text(ServerOptions.DefaultUiPort), "Port of the status page, its API, metrics and health; 0: any that is free; off: none.") { Category = Doors },
        new("users_file", SettingKind.Text, "", "File of users and password verifiers, which `sqlcluster user` writes; empty: everybody on this machine is trusted.") { Category = Security },
        new("pg_passwords", SettingKind.Word, "scram", "How PostgreSQL clients prove that they know their password: SCRAM-SHA-256, or in the clear, which needs TLS.") { Allowed = ["scram", "cleartext"], Category = Security },
        new("tls_certificate", SettingKind.Text, "", "PEM file with the server's certificate and its chain; empty: no TLS.") { Category = Security },
        new("tls_key", SettingKind.Text, "", "PEM file with its private key; empty: it is in the certificate's file.") { Category = Security },
        new("tls_min_version", SettingKind.Word, "1.2", "Oldest version of TLS that is spoken.") { Allowed = ["1.2", "1.3"], Category = Security },
        new("tls_client_certificates", SettingKind.Word, "off", "Whether PostgreSQL and Flight clients are asked for a certificate: accept takes one in place of the password, require lets nobody in without; needs users_file.") { Allowed = ["off", "accept", "require"], Category = Security },
        new("tls_client_ca", SettingKind.Text, "", "PEM file with the authorities that sign clients' certificates.") { Category = Security },
        new("tls_client_user", SettingKind.Word, "cn", "Which name in a client's certificate is the user: the common name, or any DNS name, e-mail address or URI among the alternative names.") { Allowed = ["cn", "san"], Category = Security },
        new("authentication_timeout", SettingKind.Duration, "1min", "How long a PostgreSQL client may take to log in, its TLS handshake included.") { Min = 1000, Max = 600_000, Category = Security },
        new("max_connections", SettingKind.Integer, "1000", "Most sessions at once; more get SQLSTATE 53300.") { Min = 1, Max = 1_000_000, Category = Limits },
        new("max_concurrent_queries", SettingKind.Integer, "100", "Sessions whose statements run at once; the statements of others wait, and users take turns.") { Min = 1, Max = 1_000_000, Category = Limits },
        new("queue_length", SettingKind.Integer, "1000", "Statements that may wait; more get SQLSTATE 53300.") { Min = 0, Max = 1_000_000, Category = Limits },
        new("queue_timeout", SettingKind.Duration, "5min", "How long a statement waits before it gets SQLSTATE 57014; 0: for ever.") { Min = 0, Max = int.MaxValue, Category = Limits },
        new("total_memory", SettingKind.Size, "0", "Bytes that all queries together may hold, more get SQLSTATE 53200; 0: three quarters of the machine's. The setting memory_limit bounds each query.") { Min = 0, Category = Limits },
        new("slots", SettingKind.Integer, "0", "Tasks that run at once; 0: one a processor.") { Min = 0, Max = 4096, Category = Limits },
        new("master", SettingKind.Text, "local", "Where tasks run: local, in the server; local-cluster[N,C,M], on N child processes of C cores and M memory; standalone, on executors that register (docs/cluster.md).") { Category = Cluster },
        new("cluster_address", SettingKind.Text, "127.0.0.1", "IP address on which executors register.") { Category = Cluster },
        new("cluster_port", SettingKind.Text, Text(ServerOptions.DefaultClusterPort), "Port on which executors register; 0: any that is free. local-cluster takes any.") { Category = Cluster },
        new("cluster_secret_file", SettingKind.Text, "", "File with the secret that server and executors share, 16 characters at least; empty: SQLCLUSTER_CLUSTER_SECRET has it.") { Category = Cluster },
        new("log_level", SettingKind.Word, "info", "Least level of log lines; they are JSON, one a line, on standard error.") { Allowed = ["debug", "info", "warning", "error"], Category = Operation },
        new("log_queries", SettingKind.Word, "failed", "Statements that are logged when they end; slow ones always are.") { Allowed = ["slow", "failed", "all"], Category = Operation },
        new("slow_query_time", SettingKind.Duration, "10s", "From this duration on a statement is slow and logged as a warning; 0: none is.") { Min = 0, Max = int.MaxValue, Category = Operation },
        new("history_length", SettingKind.Integer, "200", "Statements that are remembered after their end, for the status page.") { Min = 0, Max = 100_000, Category = Operation },
        new("shutdown_timeout", SettingKind.Duration, "10s", "How long a shutdown waits for running statements before it ends them with SQLSTATE 57P01.") { Min = 0, Max = int.MaxValue, Category = Operation },
    ];

    /// <summary>Entries whose value is a path; one from the file is relative to the file's folder.</summary>
    public static readonly IReadOnlySet<string> Paths = new HashSet<string>(StringComparer.Ordinal) { "data", "pg_socket", "users_file", "tls_certificate", "tls_key", "tls_client_ca", "cluster_secret_file" };

    /// <summary>The definition of an entry or of a session's setting, or null.</summary>
    public static SettingDefinition? Find(string name) =>
        All.FirstOrDefault(entry => entry.Name == name) ?? (SettingDefinitions.All.TryGetValue(name, out SettingDefinition? setting) && !setting.IsReadOnly ? setting : null);

    public static bool IsSessionSetting(string name) => SettingDefinitions.All.ContainsKey(name);

    /// <summary>--pg-port for pg_port.</summary>
    public static string Flag(string name) => "--" + name.Replace('_', '-').ToLowerInvariant();

    /// <summary>SQLCLUSTER_PG_PORT for pg_port.</summary>
    public static string Variable(string name) => "SQLCLUSTER_" + name.ToUpperInvariant();

    private static string Text(int port) => port.ToString(CultureInfo.InvariantCulture);
}
