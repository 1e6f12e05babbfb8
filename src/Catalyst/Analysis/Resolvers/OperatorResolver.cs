using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves prefix and infix operators: comparisons become nodes, LIKE operators <see cref="Like"/>, everything else a call of the catalog's operator.</summary>
internal sealed class OperatorResolver(AnalysisContext context, ComparisonResolver comparisons)
{
    public Expression Unary(Ast.UnaryExpression node, QueryScope scope)
    {
        CheckSchema(node.Operator);
        Expression operand = context.Expressions.Resolve(node.Operand, scope);
        return node.Operator.Symbol == "+" && operand.Type.IsNumber ? operand : Apply(node.Operator.Symbol, [operand], node);
    }

    public Expression Binary(Ast.BinaryExpression node, QueryScope scope)
    {
        CheckSchema(node.Operator);
        Expression left = context.Expressions.Resolve(node.Left, scope);
        Expression right = left is Call { Function.Name: SpecialFunctions.RowConstructor } row && node.Right is Ast.ScalarSubquery query
            ? context.Expressions.Subqueries.Row(query, row.Arguments.Count, scope)
            : context.Expressions.Resolve(node.Right, scope);
        return Binary(node.Operator.Symbol, left, right, node);
    }

    /// <summary>left symbol right, for operands resolved already.</summary>
    public Expression Binary(string symbol, Expression left, Expression right, Ast.SyntaxNode node)
    {
        if (ComparisonResolver.TryOperator(symbol, out ComparisonOperator comparison))
        {
            return comparisons.Compare(comparison, left, right, node);
        }

        if (symbol is "~~" or "!~~" or "~~*" or "!~~*")
        {
            return PatternResolver.LikeOf(context, left, right, symbol, context.OperatorPosition(node), node);
        }

        if (symbol is "+" or "-" or "*" or "/" or "%")
        {
            (left, right) = PromoteNumbers(left, right, context.OperatorPosition(node));
        }

        return symbol == "||" ? Concatenate(left, right, node) : Apply(symbol, [left, right], node);
    }

    private Expression Concatenate(Expression left, Expression right, Ast.SyntaxNode node)
    {
        NodeList<Expression> operands = [ArrayBeside(left, right, node), ArrayBeside(right, left, node)];
        Expression result = Apply("||", operands, node);
        return result.Type.IsText && operands.Any(static operand => operand.Type is { Kind: TypeKind.Array, Variant: TypeVariant.None })
            ? throw AnalyzerErrors.MissingOperator(Describe("||", operands), false, context.OperatorPosition(node))        // a text takes everything but arrays
            : result;
    }

    /// <summary>What has no type beside || and an array is an array of the same elements, of as many dimensions as its text has.</summary>
    private Expression ArrayBeside(Expression operand, Expression other, Ast.SyntaxNode node)
    {
        if (operand.Type.Kind != TypeKind.Unknown || other.Type is not { Kind: TypeKind.Array, Variant: TypeVariant.None } type)
        {
            return operand;
        }

        if (operand is Literal { Value: string text })
        {
            while (type.Element is { Kind: TypeKind.Array })
            {
                type = type.Element;
            }

            type = CastResolver.OfDimensions(text, type);
        }

        return context.Coercions.To(operand, type, CoercionContext.Implicit, context.OperatorPosition(node));
    }

    /// <summary>OPERATOR(schema.+): operators live in pg_catalog.</summary>
    private void CheckSchema(Ast.OperatorName name)
    {
        if (name.Schema is { } schema && schema.Last.Value != "pg_catalog")
        {
            throw AnalyzerErrors.MissingSchema(schema.Last.Value, context.Position(name));
        }
    }

    /// <summary>Two numbers as one type: the wider integer, numeric, or double precision as soon as a float meets another type.</summary>
    private (Expression Left, Expression Right) PromoteNumbers(Expression left, Expression right, int position)
    {
        if (!left.Type.IsNumber || !right.Type.IsNumber || (left.Type.Kind == right.Type.Kind))
        {
            return (left, right);
        }

        if (left.Type.IsFloat || right.Type.IsFloat)
        {
            return (Convert(left, SqlType.DoublePrecision), Convert(right, SqlType.DoublePrecision));
        }

        if (left.Type.Kind == TypeKind.Numeric || right.Type.Kind == TypeKind.Numeric)
        {
            return (context.Coercions.ToNumeric(left, position), context.Coercions.ToNumeric(right, position));
        }

        SqlType wider = left.Type.Kind > right.Type.Kind ? left.Type : right.Type;
        return (Convert(left, wider), Convert(right, wider));

        Expression Convert(Expression expression, SqlType type) => context.Coercions.To(expression, type, CoercionContext.Implicit, position);
    }

    private Expression Apply(string symbol, NodeList<Expression> operands, Ast.SyntaxNode node)
    {
        int position = context.OperatorPosition(node);
        OverloadOutcome outcome = context.Overloads.Resolve(context.Functions.Find(symbol), operands, isOperator: true, position, out ResolvedFunction? resolved);
        return outcome switch
        {
            OverloadOutcome.Found => new Call(resolved!.Signature, resolved.Arguments, resolved.ResultType),
            OverloadOutcome.NoMatch => throw AnalyzerErrors.MissingOperator(Describe(symbol, operands), operands.Count == 1, position),
            OverloadOutcome.Ambiguous => throw AnalyzerErrors.AmbiguousOperator(Describe(symbol, operands), position),
        };
    }

    public static string Describe(string symbol, NodeList<Expression> operands) => operands.Count == 1
        ? $"{symbol} {AnalyzerErrors.WithoutModifiers(operands[0].Type)}"
        : $"{AnalyzerErrors.WithoutModifiers(operands[0].Type)} {symbol} {AnalyzerErrors.WithoutModifiers(operands[1].Type)}";
}
