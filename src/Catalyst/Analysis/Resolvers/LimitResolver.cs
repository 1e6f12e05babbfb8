using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves LIMIT, OFFSET and FETCH FIRST: bigint expressions without columns.</summary>
internal sealed class LimitResolver(AnalysisContext context)
{
    /// <summary>Puts the limit on top of the plan; without a clause the plan stays as it is.</summary>
    public LogicalPlan Apply(LogicalPlan plan, Ast.LimitClause? limit, bool isSorted, QueryScope? parent, CteScope? ctes, FromScope? from = null)
    {
        if (limit is null || (limit.Count is null && limit.Offset is null))
        {
            return plan;
        }

        if (limit.WithTies && !isSorted)
        {
            throw AnalyzerErrors.Syntax("WITH TIES cannot be specified without ORDER BY clause", 0);
        }

        return new Limit(Count(limit.Count, "LIMIT", parent, ctes, from), Count(limit.Offset, "OFFSET", parent, ctes, from), limit.WithTies, plan);
    }

    private Expression? Count(Ast.Expression? node, string clause, QueryScope? parent, CteScope? ctes, FromScope? from)
    {
        if (node is null)
        {
            return null;
        }

        int position = context.Position(node);
        var scope = new QueryScope(parent, ctes) { Clause = Clause.Limit, From = from ?? FromScope.Empty };
        Expression value = context.Expressions.Resolve(node, scope);
        if (Trees.ColumnUse.References(value).Count > 0)
        {
            throw AnalyzerErrors.InvalidColumnReference($"argument of {clause} must not contain variables", position);
        }

        bool isNumber = value.Type.Kind == TypeKind.Unknown || value.Type.IsNumber;
        Expression count = isNumber
            ? context.Coercions.To(value, SqlType.BigInt, CoercionContext.Assignment, position)
            : throw AnalyzerErrors.WrongArgumentType(clause, "bigint", value.Type, position);
        return count is Literal { Value: < 0L } ? throw AnalyzerErrors.NegativeRowCount(clause)
            : Trees.ExpressionTransforms.HasSubquery(count) ? context.Expressions.Functions.Named(clause == "LIMIT" ? SpecialFunctions.RowLimit : SpecialFunctions.RowOffset, [count], node)
            : count;
    }
}
