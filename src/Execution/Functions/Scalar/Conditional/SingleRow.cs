using SqlCluster.Catalyst.Analysis.Resolvers;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Execution.Functions.Scalar.Conditional;

/// <summary>The value of a scalar subquery whose rows were counted: more than one is an error where the value is asked for, and only there. A row count of LIMIT from one.</summary>
internal static class SingleRow
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = SpecialFunctions.SingleRow, Parameters = [ParameterType.AnyElement, SqlType.BigInt], ReturnType = static types => types[0], IsStrict = false, MayFail = true,
                Description = "The first argument, if the second is not above one",
            },
            static row =>
            {
                if (!row.IsNull(1) && row.Long(1) > 1)
                {
                    throw ExecutionErrors.MoreThanOneRow();
                }

                row.SetArgument(0);
            }),
        RowCount(SpecialFunctions.RowLimit, "LIMIT"),
        RowCount(SpecialFunctions.RowOffset, "OFFSET"),
    ];

    private static ScalarFunction RowCount(string name, string clause) => ScalarFunction.OfFailingRows(
        name, [SqlType.BigInt], SqlType.BigInt, row => row.Set(row.Long(0) >= 0 ? row.Long(0) : throw ExecutionErrors.NegativeRowCount(clause)), $"Rows of {clause} that a subquery computes");
}
