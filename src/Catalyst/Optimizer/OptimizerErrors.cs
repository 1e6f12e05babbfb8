using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Optimizer;

/// <summary>Every error the optimizer raises.</summary>
internal static class OptimizerErrors
{
    public static QueryException Unsupported(string what) => new("0A000", ErrorKind.Unsupported, $"not supported: {what}");

    public static QueryException TooDeep(int levels) => new("54001", ErrorKind.User, $"stack depth limit exceeded: more than {levels} tables, common table expressions, subqueries or windows are joined or nested")
    {
        Hint = "Split the query: keep parts of it in temporary tables.",
    };

    public static QueryException BrokenPlan(string rule, string what) => new("XX000", ErrorKind.Internal, $"rule {rule} broke the plan: {what}");

    public static QueryException NoFixedPoint(string batch, int iterations) =>
        new("XX000", ErrorKind.Internal, $"rules of batch {batch} still change the plan after iterations: {iterations}");

    public static QueryException NoFunction(string name) => new("XX000", ErrorKind.Internal, $"optimizer needs a function that does not exist: {name}");
}
