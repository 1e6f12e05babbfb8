using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Catalyst.Tests.Optimizer;

/// <summary>The few functions that optimizer tests need.</summary>
internal sealed class TestFunctions : IFunctionCatalog
{
    public static readonly FunctionSignature CountAll =
        new() { Name = "count", Kind = FunctionKind.Aggregate, Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.BigInt), NeverNull = true, IsStrict = false };

    public static readonly FunctionSignature Count =
        new() { Name = "count", Kind = FunctionKind.Aggregate, Parameters = [ParameterType.Any], ReturnType = FunctionSignature.Returns(SqlType.BigInt), NeverNull = true };

    public static readonly FunctionSignature Sum = new() { Name = "sum", Kind = FunctionKind.Aggregate, Parameters = [SqlType.Integer], ReturnType = FunctionSignature.Returns(SqlType.BigInt) };

    public static readonly FunctionSignature Max =
        new() { Name = "max", Kind = FunctionKind.Aggregate, Parameters = [ParameterType.AnyElement], ReturnType = static types => types[0] };

    public static readonly FunctionSignature ArrayAgg =
        new() { Name = "array_agg", Kind = FunctionKind.Aggregate, Parameters = [ParameterType.AnyElement], ReturnType = static types => SqlType.Array(types[0]), IsStrict = false };

    public static readonly FunctionSignature AnyValue =
        new() { Name = "any_value", Kind = FunctionKind.Aggregate, Parameters = [ParameterType.AnyElement], ReturnType = static types => types[0] };

    public static readonly FunctionSignature SingleRow =
        new() { Name = "single_row", Parameters = [ParameterType.AnyElement, SqlType.BigInt], ReturnType = static types => types[0], IsStrict = false, MayFail = true };

    public static readonly FunctionSignature RowNumber = new() { Name = "row_number", Kind = FunctionKind.Window, Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.BigInt), NeverNull = true };

    public static readonly FunctionSignature Rank = new() { Name = "rank", Kind = FunctionKind.Window, Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.BigInt), NeverNull = true };

    public static readonly FunctionSignature Plus =
        new() { Name = "+", Parameters = [SqlType.Integer, SqlType.Integer], ReturnType = FunctionSignature.Returns(SqlType.Integer), MayFail = true };

    public static readonly FunctionSignature Divide =
        new() { Name = "/", Parameters = [SqlType.Integer, SqlType.Integer], ReturnType = FunctionSignature.Returns(SqlType.Integer), MayFail = true };

    public static readonly FunctionSignature Random =
        new() { Name = "random", Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.Integer), Volatility = Volatility.Volatile, NeverNull = true };

    public static readonly FunctionSignature DatePart =
        new() { Name = "date_part", Parameters = [SqlType.Text, SqlType.Date], ReturnType = FunctionSignature.Returns(SqlType.DoublePrecision) };

    public static readonly FunctionSignature GenerateSeries =
        new() { Name = "generate_series", Kind = FunctionKind.Table, Parameters = [SqlType.Integer, SqlType.Integer], ReturnType = FunctionSignature.Returns(SqlType.Integer) };

    public static TestFunctions Catalog { get; } = new();

    public IEnumerable<FunctionSignature> All => [CountAll, Count, Sum, Max, ArrayAgg, AnyValue, SingleRow, RowNumber, Rank, Plus, Divide, Random, DatePart, GenerateSeries];

    public IReadOnlyList<FunctionSignature> Find(string name) => [.. All.Where(signature => signature.Name == name)];
}

/// <summary>Folds by the interpreter that tests judge plans with.</summary>
internal sealed class TestEvaluator : IConstantEvaluator
{
    public Literal Evaluate(Expression expression)
    {
        try
        {
            return new Literal(PlanInterpreter.Evaluate(expression), expression.Type);
        }
        catch (Exception exception) when (exception is NotSupportedException or InvalidCastException)
        {
            throw new QueryException("0A000", ErrorKind.Unsupported, exception.Message);
        }
    }
}
