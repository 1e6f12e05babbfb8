using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves CASE; with an operand each WHEN becomes operand = value.</summary>
internal sealed class CaseResolver(AnalysisContext context)
{
    public Expression Case(Ast.CaseExpression node, QueryScope scope)
    {
        Expression? operand = node.Operand is null ? null : context.Expressions.Settled(node.Operand, scope);
        int count = node.Branches.Count;
        var conditions = new Expression[count];
        var results = new Expression[count + 1];
        for (int i = 0; i < count; i++)
        {
            Ast.CaseBranch branch = node.Branches[i];
            conditions[i] = operand is null
                ? context.Expressions.Boolean(branch.When, scope, "CASE/WHEN")
                : context.Expressions.Comparisons.Compare(ComparisonOperator.Equal, operand, context.Expressions.Resolve(branch.When, scope), branch);
            results[i] = context.Expressions.Resolve(branch.Then, scope);
        }

        results[count] = node.Else is null ? new Literal(null, SqlType.Unknown) : context.Expressions.Resolve(node.Else, scope);
        // ELSE is looked at first, as PostgreSQL does: it decides between text and varchar.
        SqlType type = context.CommonTypes.Of([results[count], .. results.AsSpan(0, count)], "CASE", context.Position(node));
        NodeList<Expression> unified = NodeList.Create<Expression>(results).Map(result => context.Coercions.To(result, type, CoercionContext.Implicit, context.Position(node)));
        var arms = new CaseArm[count];
        for (int i = 0; i < count; i++)
        {
            arms[i] = new CaseArm(conditions[i], unified[i]);
        }

        return new Case(NodeList.Create<CaseArm>(arms), unified[count]);
    }
}
