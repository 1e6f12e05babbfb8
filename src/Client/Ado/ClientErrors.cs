using System.Globalization;
using System.Text;
using SqlCluster.Flight.Grpc;

namespace SqlCluster.Client.Ado;

/// <summary>Errors of the provider.</summary>
internal static class ClientErrors
{
    /// <summary>A call's status as an exception; the server's SQLSTATE and position are in its trailers.</summary>
    public static SqlClusterException Of(GrpcStatusException error)
    {
        string? sqlState = error.Trailers["sqlstate"];
        string suffix = $" [{sqlState}]";
        string message = sqlState != null && error.Message.EndsWith(suffix, StringComparison.Ordinal) ? error.Message[..^suffix.Length] : error.Message;
        return new SqlClusterException(sqlState ?? StateOf(error.Code), message, error)
        {
            Position = int.TryParse(error.Trailers["position"], NumberStyles.None, CultureInfo.InvariantCulture, out int position) ? position : 0,
            Detail = Text(error, "detail-bin"),
            Hint = Text(error, "hint-bin"),
        };
    }

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
