using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions;

/// <summary>One call in one expression: the types it was resolved to, and which arguments are constants.</summary>
/// <param name="ArgumentTypes">SQL types of the arguments.</param>
/// <param name="ResultType">SQL type of the result.</param>
/// <param name="Constants">The arguments' values where they are literals, else null.</param>
/// <param name="Context">Memory and session.</param>
internal sealed record CallBinding(SqlType[] ArgumentTypes, SqlType ResultType, Literal?[] Constants, EvaluationContext Context);

/// <summary>Computes a function for whole vectors; bound to one call, owns its result buffers.</summary>
internal abstract class VectorFunction : IDisposable
{
    /// <summary>Computes the selected rows. Other slots of the result may hold anything readable and raise no error.</summary>
    /// <param name="arguments">Any encoding; when all are constants, the caller passes them as flat vectors of one row instead.</param>
    /// <param name="length">Rows of the arguments and the result.</param>
    /// <param name="selection">Rows that count; null: all.</param>
    /// <returns>A vector valid until the next call.</returns>
    public abstract Vector Invoke(ReadOnlySpan<Vector> arguments, int length, SelectionVector? selection);

    public virtual void Dispose()
    {
    }
}

/// <summary>An overload of a scalar function: what the analyzer sees, and how a call of it is computed.</summary>
internal sealed record ScalarFunction(FunctionSignature Signature, Func<CallBinding, VectorFunction> Bind)
{
    /// <summary>An immutable, strict function computed row by row, that never fails.</summary>
    public static ScalarFunction OfRows(string name, ParameterType[] parameters, SqlType result, RowBody body, string description, params (string Expression, string Result)[] examples) =>
        OfRows(new FunctionSignature { Name = name, Parameters = parameters, ReturnType = FunctionSignature.Returns(result), Description = description, Examples = examples }, body);

    /// <summary>As <see cref="OfRows(string, ParameterType[], SqlType, RowBody, string, ValueTuple{string, string}[])"/>, for a function that ends the query with an error for some arguments.</summary>
    public static ScalarFunction OfFailingRows(string name, ParameterType[] parameters, SqlType result, RowBody body, string description, params (string Expression, string Result)[] examples) =>
        OfRows(
            new FunctionSignature { Name = name, Parameters = parameters, ReturnType = FunctionSignature.Returns(result), Description = description, Examples = examples, MayFail = true }, body);

    /// <summary>The function with names for its parameters.</summary>
    public ScalarFunction Named(params string[] names)
    {
        FunctionSignature named = Signature.WithParameterNames(names);
        return new ScalarFunction(named, Bind);
    }

    /// <summary>A function computed row by row.</summary>
    public static ScalarFunction OfRows(FunctionSignature signature, RowBody body) => new(signature, binding => new RowFunction(binding, body, signature.IsStrict));

    /// <summary>An immutable, strict function of a double.</summary>
    public static ScalarFunction OfDouble(string name, bool mayFail, Func<double, double> compute, string description, params (string Expression, string Result)[] examples) => new(
        new FunctionSignature
        {
            Name = name, Parameters = [SqlType.DoublePrecision], ReturnType = FunctionSignature.Returns(SqlType.DoublePrecision), Description = description, Examples = examples, MayFail = mayFail,
        },
        binding => new NumberFunction(binding, row => row.Set(compute(row.Double(0)))) { OfDouble = compute });

    /// <summary>An immutable, strict function of two doubles.</summary>
    public static ScalarFunction OfDoubles(string name, Func<double, double, double> compute, string description, params (string Expression, string Result)[] examples) => new(
        new FunctionSignature
        {
            Name = name, Parameters = [SqlType.DoublePrecision, SqlType.DoublePrecision], ReturnType = FunctionSignature.Returns(SqlType.DoublePrecision), Description = description, Examples = examples,
            MayFail = true,
        },
        binding => new NumberFunction(binding, row => row.Set(compute(row.Double(0), row.Double(1)))) { OfDoubles = compute });

    /// <summary>A function whose body depends on the call: its types and constant arguments.</summary>
    public static ScalarFunction OfBoundRows(FunctionSignature signature, Func<CallBinding, RowBody> bind) =>
        new(signature, binding => new RowFunction(binding, bind(binding), signature.IsStrict));
}

/// <summary>Fills one row's result from its arguments.</summary>
internal delegate void RowBody(Row row);
