using System.Collections.Frozen;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Functions.Scalar.Arithmetic;
using SqlCluster.Execution.Functions.Scalar.Conditional;
using SqlCluster.Execution.Functions.Scalar.Dates;
using SqlCluster.Execution.Functions.Scalar.Formatting;
using SqlCluster.Execution.Functions.Scalar.JsonPaths;
using SqlCluster.Execution.Functions.Scalar.Nested;
using SqlCluster.Execution.Functions.Scalar.Numbers;
using SqlCluster.Execution.Functions.Scalar.Sampling;
using SqlCluster.Execution.Functions.Scalar.Sessions;
using SqlCluster.Execution.Functions.Scalar.Texts;

namespace SqlCluster.Execution.Functions;

/// <summary>Every function there is: one line each.</summary>
public sealed class BuiltinFunctions : IFunctionCatalog
{
    private readonly FrozenDictionary<string, FunctionSignature[]> _byName;
    private readonly FrozenDictionary<FunctionSignature, ScalarFunction> _scalars;

    private BuiltinFunctions()
    {
        ScalarFunction[] scalars =
        [
            .. ArithmeticOperators.Overloads,
            .. Negation.Overloads,
            .. Rounding.Overloads,
            .. Elementary.Overloads,
            .. NumericElementary.Overloads,
            .. Trigonometry.Overloads,
            .. NumericFunctions.Overloads,
            .. AdvisoryLocks.Overloads,
            .. IntegerFunctions.Overloads,
            .. Lengths.Overloads,
            .. Parts.Overloads,
            .. Rewriting.Overloads,
            .. UnicodeForms.Overloads,
            .. Concatenation.Overloads,
            .. Digests.Overloads,
            .. RegularExpressions.Overloads,
            .. EditDistance.Overloads,
            .. JsonFunctions.Overloads,
            .. JsonbChanges.Overloads,
            .. JsonbOrder.Overloads,
            .. JsonPathFunctions.Overloads,
            .. ByteFunctions.Overloads,
            .. DateArithmetic.Overloads,
            .. DateFunctions.Overloads,
            .. MakeInterval.Overloads,
            .. CalendarFunctions.Overloads,
            .. Extract.Overloads,
            .. TemplateFunctions.Overloads,
            .. DateFormatFunctions.Overloads,
            .. Extremes.Overloads,
            .. SingleRow.Overloads,
            .. ArrayFunctions.Overloads,
            .. ArrayAssignments.Overloads,
            .. ArrayShapes.Overloads,
            .. ListFunctions.Overloads,
            .. NestedValues.Overloads,
            .. TableSamples.Overloads,
        ];
        FunctionSignature[] others =
        [
            .. Aggregate.AggregateFunctions.All.Select(static function => function.Signature),
            .. Window.WindowFunctions.Signatures,
            .. Table.SetReturningFunctions.All.Select(static function => function.Signature),
        ];
        _scalars = scalars.ToFrozenDictionary(static function => function.Signature);
        _byName = scalars.Select(static function => function.Signature).Concat(others).GroupBy(static signature => signature.Name, StringComparer.Ordinal)
            .ToFrozenDictionary(static group => group.Key, static group => group.ToArray(), StringComparer.Ordinal);
    }

    public static BuiltinFunctions Instance { get; } = new();

    public IEnumerable<FunctionSignature> All => _byName.Values.SelectMany(static overloads => overloads);

    public IReadOnlyList<FunctionSignature> Find(string name) => _byName.TryGetValue(name, out FunctionSignature[]? overloads) ? overloads : [];

    /// <summary>The implementation of a scalar function's overload.</summary>
    internal ScalarFunction Scalar(FunctionSignature signature) =>
        signature is SessionFunction ofSession ? ofSession.Scalar
        : _scalars.TryGetValue(signature, out ScalarFunction? function) ? function : throw ExecutionErrors.Internal($"{signature} is not a scalar function");
}
