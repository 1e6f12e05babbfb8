using SqlCluster.Catalyst.Expressions;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>Directions and null orders of sort keys.</summary>
internal static class SortKeys
{
    /// <summary>Most keys to sort or group by: PostgreSQL's limit of a target list, which its keys are entries of.</summary>
    public const int Most = 1664;

    /// <summary>Nulls are the largest values unless said otherwise: last ascending, first descending.</summary>
    public static SortKey Make(Ast.SortItem item, Expression expression, AnalysisContext context)
    {
        bool descending = item.Direction == Ast.SortDirection.Descending;
        if (item.Using is { } symbol)
        {
            descending = symbol.Symbol switch
            {
                "<" => false,
                ">" => true,
                _ => throw AnalyzerErrors.WrongObject($"operator {symbol.Symbol} is not a valid ordering operator", context.Position(item)),
            };
        }

        if (expression.Type.Kind is Types.TypeKind.Json or Types.TypeKind.Map)
        {
            throw new Parser.Errors.QueryException("42883", Parser.Errors.ErrorKind.User, $"could not identify an ordering operator for type {expression.Type}", context.Position(item));
        }

        return new SortKey(ComparisonResolver.Ordered(context, expression), descending, item.NullOrder == Ast.NullOrder.Default ? descending : item.NullOrder == Ast.NullOrder.First);
    }
}
