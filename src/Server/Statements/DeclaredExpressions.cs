using SqlCluster.Catalyst.Analysis;
using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Server.Sessions;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Server.Statements;

/// <summary>Resolves DEFAULT, CHECK and GENERATED, so that what cannot be is refused when it is declared.</summary>
internal static class DeclaredExpressions
{
    /// <exception cref="Parser.Errors.QueryException">0A000, 42803, 42P20, 42P02: it names or calls what it may not; 42804 and others: it is not of the column's type.</exception>
    public static void CheckDefault(Ast.Expression value, TableColumn column, Session session)
    {
        Expression resolved = session.Pipeline.Resolve(value, ExpressionPlace.Default);
        CheckType(value, resolved, column, session);
    }

    /// <summary>Checks the expression of a generated column.</summary>
    /// <param name="value">The expression.</param>
    /// <param name="column">The column.</param>
    /// <param name="columns">Columns of the table.</param>
    /// <param name="isGenerated">Tells which of them are generated.</param>
    /// <param name="session">Who declares it.</param>
    /// <exception cref="Parser.Errors.QueryException">As for DEFAULT, and 42P17: it names a generated column, or does not always give the same.</exception>
    public static void CheckGenerated(Ast.Expression value, TableColumn column, IReadOnlyList<TableColumn> columns, Predicate<string> isGenerated, Session session)
    {
        Expression resolved = session.Pipeline.Resolve(value, ExpressionPlace.Generated, columns, isGenerated);
        CheckType(value, resolved, column, session);
        if (resolved.Any(static part => part is Call { Function.Volatility: not Volatility.Immutable }))
        {
            throw StatementErrors.GenerationNotImmutable();
        }
    }

    /// <exception cref="Parser.Errors.QueryException">42703, 42804, 0A000, 42803, 42P20: it names what is not there, is no condition, or calls what it may not.</exception>
    public static void CheckCondition(Ast.Expression condition, IReadOnlyList<TableColumn> columns, Session session) => session.Pipeline.Resolve(condition, ExpressionPlace.Check, columns);

    private static void CheckType(Ast.Expression value, Expression resolved, TableColumn column, Session session)
    {
        switch (value)
        {
            case Ast.NullLiteral: return;
            case Ast.StringLiteral:
                if (!column.Type.IsText)
                {
                    session.Pipeline.EvaluateConstant(new Ast.CastExpression(value, ParameterInference.TypeNameOf(column.Type)) { Span = value.Span });
                }

                return;
        }

        if (!CastRules.CanCast(resolved.Type, column.Type, CoercionContext.Assignment))
        {
            throw StatementErrors.DefaultNotAssignable(column.Name, column.Type, resolved.Type);
        }
    }
}
