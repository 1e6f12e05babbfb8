using SqlCluster.Catalyst.Analysis.Checks;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves TABLESAMPLE to a filter above the table.</summary>
/// <remarks>
/// BERNOULLI draws row by row, SYSTEM batch by batch. With REPEATABLE both decide by a hash of the row's values and the seed, so that a sample is the same
/// again however the table was read; equal rows are in it together.
/// </remarks>
internal sealed class SampleResolver(AnalysisContext context)
{
    public FromItem Apply(FromItem table, Ast.TableSample? sample, QueryScope scope)
    {
        if (sample is null)
        {
            return table;
        }

        string method = sample.Method.Last.Value;
        string function = method switch
        {
            "bernoulli" => SpecialFunctions.SampleRows,
            "system" => SpecialFunctions.SampleBatches,
            _ => throw AnalyzerErrors.MissingSampleMethod(method, context.Position(sample.Method)),
        };
        if (sample.Arguments.Count != 1)
        {
            throw AnalyzerErrors.WrongSampleArguments(method, sample.Arguments.Count, context.Position(sample.Method));
        }

        Expression percentage = Number(sample.Arguments[0], "TABLESAMPLE", SqlType.Real, scope);
        if (ConstantNumbers.IsOutside(percentage, 0, 100))
        {
            throw AnalyzerErrors.InvalidSample(ConstantNumbers.IsNull(percentage));
        }

        Expression? seed = sample.Repeatable is null ? null : Number(sample.Repeatable, "REPEATABLE", SqlType.DoublePrecision, scope);
        if (seed is Literal { IsNull: true })
        {
            throw AnalyzerErrors.NullSampleSeed();
        }

        IEnumerable<Column> read = seed is null ? table.Plan.Output.Take(1) : table.Plan.Output.Where(static column => !column.Type.IsNested);
        Expression isDrawn = context.Expressions.Functions.Named(
            function, [percentage, seed ?? new Literal(null, SqlType.DoublePrecision), .. read.Select(static column => new ColumnReference(column))], sample);
        return table with { Plan = new Filter(isDrawn, table.Plan) };
    }

    private Expression Number(Ast.Expression node, string clause, SqlType type, QueryScope scope)
    {
        Expression value = context.Expressions.Resolve(node, new QueryScope(scope.Parent, scope.Ctes) { Clause = Clause.From });
        return value.Type.IsNumber || value.Type.Kind == TypeKind.Unknown
            ? context.Coercions.To(context.Coercions.To(value, type, CoercionContext.Assignment, context.Position(node)), SqlType.DoublePrecision, CoercionContext.Implicit, context.Position(node))
            : throw AnalyzerErrors.WrongArgumentType(clause, type.ToString(), value.Type, context.Position(node));
    }
}
