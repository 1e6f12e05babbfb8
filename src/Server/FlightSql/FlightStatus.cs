using System.Globalization;
using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution;
using SqlCluster.Flight.Grpc;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Server.FlightSql;

/// <summary>Errors as gRPC statuses: the code that clients act on, the message with its SQLSTATE, and the details in trailers.</summary>
/// <remarks>Trailers: sqlstate; position, detail-bin and hint-bin where the error has them (texts are UTF-8).</remarks>
internal static class FlightStatus
{
    /// <summary>The status of an error; null when it is not one of ours, which is a bug.</summary>
    public static GrpcStatusException? Translate(Exception error) => error switch
    {
        GrpcStatusException status => status,
        QueryException query => Of(query),
        MemoryLimitException memory => Of(ExecutionErrors.OutOfMemory(memory)),
        IpcException data => FlightErrors.BadData(data.Message),
        _ => null,
    };

    public static GrpcStatusException Of(QueryException error)
    {
        var trailers = new Flight.Grpc.Metadata { { "sqlstate", error.SqlState } };
        if (error.Position > 0)
        {
            trailers.Add("position", error.Position.ToString(CultureInfo.InvariantCulture));
        }

        if (error.Detail != null)
        {
            trailers.Add("detail-bin", System.Text.Encoding.UTF8.GetBytes(error.Detail));
        }

        if (error.Hint != null)
        {
            trailers.Add("hint-bin", System.Text.Encoding.UTF8.GetBytes(error.Hint));
        }

        return new GrpcStatusException(CodeOf(error), $"{error.Message} [{error.SqlState}]", error) { Trailers = trailers };
    }

    private static StatusCode CodeOf(QueryException error) => error.SqlState switch
    {
        "42P01" or "42703" or "42883" or "42704" or "3F000" or "3D000" or "58P01" or "26000" or "34000" => StatusCode.NotFound,
        "42P07" or "42P06" or "42710" or "42P05" => StatusCode.AlreadyExists,
        "42501" or "25006" => StatusCode.PermissionDenied,
        "28000" or "28P01" => StatusCode.Unauthenticated,
        "53300" or "57P01" or "57P03" => StatusCode.Unavailable,       // another try, here or elsewhere, may succeed
        "57014" when error.Message.Contains("timeout", StringComparison.Ordinal) => StatusCode.DeadlineExceeded,
        "57014" => StatusCode.Cancelled,
        "40001" or "40P01" or "55P03" => StatusCode.Aborted,            // the whole transaction may succeed another time
        "2BP01" or "55006" or "25P02" => StatusCode.FailedPrecondition,
        _ => error.Kind switch
        {
            ErrorKind.User => StatusCode.InvalidArgument,
            ErrorKind.Unsupported => StatusCode.Unimplemented,
            ErrorKind.Resources => StatusCode.ResourceExhausted,
            ErrorKind.Cancelled => StatusCode.Cancelled,
            ErrorKind.Internal => StatusCode.Internal,
        },
    };
}
