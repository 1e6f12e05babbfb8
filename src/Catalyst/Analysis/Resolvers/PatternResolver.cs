using SqlCluster.Catalyst.Analysis.Coercion;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Resolves LIKE, ILIKE and SIMILAR TO.</summary>
internal sealed class PatternResolver(AnalysisContext context)
{
    public Expression Match(Ast.PatternMatchExpression node, QueryScope scope)
    {
        string symbol = (node.Negated ? "!" : "") + (node.Kind == Ast.PatternKind.ILike ? "~~*" : "~~");
        Expression input = context.Expressions.Resolve(node.Operand, scope), pattern = context.Expressions.Resolve(node.Pattern, scope);
        if (node is { Kind: Ast.PatternKind.Like, Escape: null } && IsBytes(input, pattern))
        {
            return BytesLike(context, input, pattern, node.Negated, node);
        }

        (input, pattern) = AsText(context, input, pattern, symbol, context.OperatorPosition(node));
        if (node.Kind == Ast.PatternKind.SimilarTo)
        {
            return SimilarTo(node, input, pattern, scope);
        }

        bool ignoreCase = node.Kind == Ast.PatternKind.ILike;
        if (node.Escape is null)
        {
            return new Like(input, pattern, '\\', ignoreCase, node.Negated);
        }

        Expression escape = Text(node.Escape, scope);
        if (escape is Literal { Value: string text })
        {
            return text.Length <= 1
                ? new Like(input, pattern, text.Length == 0 ? null : text[0], ignoreCase, node.Negated)
                : throw AnalyzerErrors.InvalidEscape();
        }

        Expression rewritten = context.Expressions.Functions.Named(SpecialFunctions.LikeEscape, [pattern, escape], node);
        return new Like(input, rewritten, '\\', ignoreCase, node.Negated);
    }

    /// <summary>input ~~ pattern and its like: !~~ negates, a star ignores case.</summary>
    public static Expression LikeOf(AnalysisContext context, Expression input, Expression pattern, string symbol, int position, Ast.SyntaxNode node)
    {
        if (!symbol.EndsWith('*') && IsBytes(input, pattern))
        {
            return BytesLike(context, input, pattern, symbol[0] == '!', node);
        }

        (Expression text, Expression patternText) = AsText(context, input, pattern, symbol, position);
        return new Like(text, patternText, '\\', symbol.EndsWith('*'), symbol[0] == '!');
    }

    private Expression SimilarTo(Ast.PatternMatchExpression node, Expression input, Expression pattern, QueryScope scope)
    {
        NodeList<Expression> arguments = node.Escape is null ? [pattern] : [pattern, Text(node.Escape, scope)];
        Expression regex = context.Expressions.Functions.Named(SpecialFunctions.SimilarToEscape, arguments, node);
        Expression match = context.Expressions.Functions.Named("~", [input, regex], node);
        return node.Negated ? new Not(match) : match;
    }

    private Expression Text(Ast.Expression node, QueryScope scope)
    {
        Expression value = context.Expressions.Resolve(node, scope);
        return AsText(context, value, value, "~~", context.Position(node)).Left;
    }

    private static (Expression Left, Expression Right) AsText(AnalysisContext context, Expression left, Expression right, string symbol, int position)
    {
        bool isText = IsText(left) && IsText(right);
        return isText
            ? (context.Coercions.ToText(context.Coercions.Settle(left), position), context.Coercions.ToText(context.Coercions.Settle(right), position))
            : throw AnalyzerErrors.MissingOperator(OperatorResolver.Describe(symbol, [left, right]), false, position);
    }

    private static bool IsBytes(Expression left, Expression right) =>
        (left.Type.Kind == TypeKind.Bytea && right.Type.Kind is TypeKind.Bytea or TypeKind.Unknown) || (right.Type.Kind == TypeKind.Bytea && left.Type.Kind == TypeKind.Unknown);

    private static Expression BytesLike(AnalysisContext context, Expression input, Expression pattern, bool isNegated, Ast.SyntaxNode node)
    {
        Expression match = context.Expressions.Functions.Named("bytealike", [input, pattern], node);
        return isNegated ? new Not(match) : match;
    }

    private static bool IsText(Expression value) => value.Type.IsText || value.Type.Kind == TypeKind.Unknown;
}
