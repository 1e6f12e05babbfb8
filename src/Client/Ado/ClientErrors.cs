using System.Globalization;
using System.Security.Authentication;
using System.Text;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Client.Ado;

/// <summary>Errors of the provider.</summary>
internal static class ClientErrors
{
    /// <summary>A call's status as an exception; the server's SQLSTATE and position are in its trailers.</summary>
    public static SqlClusterException Of(GrpcStatusException error)
    {
        // Errors of statements have their SQLSTATE in a trailer, too; those of the service itself only behind their text.
        string? sqlState = error.Message is [.., ' ', '[', _, _, _, _, _, ']'] ? error.Message[^6..^1] : null;
        string message = sqlState != null ? error.Message[..^8] : error.Message;
        sqlState = error.Trailers["sqlstate"] ?? sqlState;
        bool isCertificate = error.InnerException is ServerCertificateException, isTls = error.InnerException is AuthenticationException;
        return new SqlClusterException(sqlState ?? (isTls ? "08001" : StateOf(error.Code)), message, error)
        {
            Position = int.TryParse(error.Trailers["position"], NumberStyles.None, CultureInfo.InvariantCulture, out int position) ? position : 0,
            Detail = Text(error, "detail-bin"),
            Hint = Text(error, "hint-bin") ?? (isCertificate ? "If it is the right server, name the file with the certificate of its authority (CA File; --ca-file)." : isTls ? "The server may not speak TLS: then its address begins with grpc://." : null),
        };
    }

    public static SqlClusterException NoAnswer(string address, int seconds, Exception inner) => new("08001", $"no answer from {address} within {seconds} s", inner);

    /// <summary>The connection broke in the clear, before the server said anything.</summary>
    public static SqlClusterException PerhapsTls(SqlClusterException error) =>
        new("08001", error.Message, error) { Hint = "The server may want TLS: then its address begins with grpcs://." };

    public static SqlClusterException BadFile(string key, string file, Exception inner) => new("58030", $"{key} cannot be read: {file}: {inner.Message}", inner);

    /// <summary>Settings, temporary tables or a transaction have gone with the session, so that the next statement would mean something else.</summary>
    public static GrpcStatusException SessionLost() => new(StatusCode.Unavailable, "the session has ended on the server, and what was set in it is gone: open the connection again");

    public static SqlClusterException Cancelled(Exception inner) => new("57014", "canceling statement due to user request", inner);

    public static SqlClusterException TimedOut(Exception inner) => new("57014", "canceling statement due to statement timeout", inner);

    public static SqlClusterException NoSavepoint(string name) => new("3B001", $"savepoint \"{name}\" does not exist");

    public static NotSupportedException NoScopes() => new("System.Transactions is not supported: use BeginTransaction, or open the connection outside of the TransactionScope");

    public static SqlClusterException PoolExhausted(int size) => new("53300", $"all {size} connections of the pool are in use (Maximum Pool Size)");

    public static InvalidOperationException NotOpen() => new("the connection is not open");

    public static InvalidOperationException ReaderOpen() => new("the connection has an open data reader: close it first");

    public static InvalidCastException NoCast(string column, string type, Type target) => new($"column \"{column}\" of type {type} cannot be read as {target.Name}");

    public static InvalidCastException IsNull(string column) => new($"column \"{column}\" is null");

    private static string? Text(GrpcStatusException error, string trailer) => error.Trailers.Binary(trailer) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static string StateOf(StatusCode code) => code switch
    {
        StatusCode.Unauthenticated => "28000",
        StatusCode.PermissionDenied => "42501",
        StatusCode.Unavailable => "08006",
        StatusCode.Cancelled or StatusCode.DeadlineExceeded => "57014",
        StatusCode.Unimplemented => "0A000",
        StatusCode.ResourceExhausted => "53200",
        StatusCode.InvalidArgument => "22023",
        _ => "XX000",
    };
}
