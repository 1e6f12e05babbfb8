using SqlCluster.Execution.Cluster.Protos;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Cluster.Protocol;

/// <summary>Carries the one error of queries across processes, unchanged.</summary>
internal static class FailureMessages
{
    public static Failure Of(QueryException error)
    {
        var failure = new Failure { SqlState = error.SqlState, Kind = (int)error.Kind, Message = error.Message, Position = error.Position };
        Set(error.Detail, value => failure.Detail = value);
        Set(error.Hint, value => failure.Hint = value);
        Set(error.Context, value => failure.Context = value);
        Set(error.SchemaName, value => failure.Schema = value);
        Set(error.TableName, value => failure.Table = value);
        Set(error.ColumnName, value => failure.Column = value);
        Set(error.DataTypeName, value => failure.DataType = value);
        Set(error.ConstraintName, value => failure.Constraint = value);
        return failure;
    }

    public static QueryException ToException(Failure failure) => new(
        failure.SqlState, Enum.IsDefined((ErrorKind)failure.Kind) ? (ErrorKind)failure.Kind : ErrorKind.Internal, failure.Message, failure.Position)
    {
        Detail = failure.HasDetail ? failure.Detail : null,
        Hint = failure.HasHint ? failure.Hint : null,
        Context = failure.HasContext ? failure.Context : null,
        SchemaName = failure.HasSchema ? failure.Schema : null,
        TableName = failure.HasTable ? failure.Table : null,
        ColumnName = failure.HasColumn ? failure.Column : null,
        DataTypeName = failure.HasDataType ? failure.DataType : null,
        ConstraintName = failure.HasConstraint ? failure.Constraint : null,
    };

    private static void Set(string? value, Action<string> set)
    {
        if (value != null)
        {
            set(value);
        }
    }
}
