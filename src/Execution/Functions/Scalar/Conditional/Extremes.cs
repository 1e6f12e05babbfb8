using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Functions.Scalar.Conditional;

/// <summary>greatest, least (nulls left out), num_nulls, num_nonnulls, pg_typeof and session facts.</summary>
internal static class Extremes
{
    public static IEnumerable<ScalarFunction> Overloads =>
    [
        new ScalarFunction(
            Polymorphic("greatest", "Largest argument, nulls left out", ("greatest(1, null, 3)", "3")), static binding => new ExtremeFunction(binding, static row => Choose(row, 1), isGreatest: true)),
        new ScalarFunction(
            Polymorphic("least", "Smallest argument, nulls left out", ("least('b', 'a')", "a")), static binding => new ExtremeFunction(binding, static row => Choose(row, -1), isGreatest: false)),
        ScalarFunction.OfRows(
            Count("num_nulls", "Null arguments", ("num_nulls(1, null, 2)", "1")), static row => row.Set((long)Enumerable.Range(0, row.Count).Count(row.IsNull))),
        ScalarFunction.OfRows(
            Count("num_nonnulls", "Arguments that are not null", ("num_nonnulls(1, null, 2)", "2")), static row => row.Set((long)Enumerable.Range(0, row.Count).Count(i => !row.IsNull(i)))),
        ScalarFunction.OfRows(
            new FunctionSignature
            {
                Name = "pg_typeof", Parameters = [ParameterType.Any], ReturnType = FunctionSignature.Returns(TypeVariants.Of(TypeVariant.RegType)), IsStrict = false, NeverNull = true, Volatility = Volatility.Stable,
                Description = "Name of the argument's type",
            },
            static _ => throw ExecutionErrors.Internal("pg_typeof is a constant of the analyzer")),
        ScalarFunction.OfRows(
            new FunctionSignature { Name = "version", Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.Text), Volatility = Volatility.Stable, Description = "What clients of PostgreSQL expect to talk to" },
            static row => row.Set("PostgreSQL 16.0 (SqlCluster)")),
        Session("current_user", static context => context.User), Session("session_user", static context => context.User), Session("user", static context => context.User),
        Session("current_database", static context => context.Database), Session("current_catalog", static context => context.Database), Session("current_schema", static context => context.Schema),
    ];

    private static FunctionSignature Polymorphic(string name, string description, params (string, string)[] examples) => new()
    {
        Name = name, Parameters = [ParameterType.AnyElement], IsVariadic = true, ReturnType = static types => types.Aggregate(Wider), IsStrict = false, Description = description, Examples = examples,
    };

    private static FunctionSignature Count(string name, string description, params (string, string)[] examples) => new()
    {
        Name = name, Parameters = [ParameterType.Any], IsVariadic = true, ReturnType = FunctionSignature.Returns(SqlType.Integer), IsStrict = false, NeverNull = true, Description = description, Examples = examples,
    };

    private static ScalarFunction Session(string name, Func<EvaluationContext, string> value) => ScalarFunction.OfRows(
        new FunctionSignature { Name = name, Parameters = [], ReturnType = FunctionSignature.Returns(SqlType.Name), Volatility = Volatility.Stable, Description = "Of the session" },
        row => row.Set(value(row.Context)));

    private static SqlType Wider(SqlType left, SqlType right) => left.Kind == TypeKind.Numeric && right.Kind == TypeKind.Numeric ? NumericTyping.Common(left, right) : left;

    private static void Choose(Row row, int sign)
    {
        int best = -1;
        for (int i = 0; i < row.Count; i++)
        {
            if (row.IsNull(i))
            {
                continue;
            }

            if (best < 0)
            {
                best = i;
                continue;
            }

            (VectorReader reader, int index) = row.Argument(i);
            (VectorReader bestReader, int bestIndex) = row.Argument(best);
            int order = row.Type(i).Kind == TypeKind.Numeric
                ? DecimalMath.Compare(reader.Decimal(index), row.Type(i).Scale, bestReader.Decimal(bestIndex), row.Type(best).Scale)
                : RowOrder.Compare(in reader, index, in bestReader, bestIndex);
            best = order * sign > 0 ? i : best;
        }

        if (best >= 0)
        {
            if (row.Type(best).Kind == TypeKind.Numeric)
            {
                row.Set(DecimalMath.Rescale(row.Decimal(best), row.Type(best).Scale, row.Binding.ResultType.Scale));
            }
            else
            {
                row.SetArgument(best);
            }
        }
    }
}
