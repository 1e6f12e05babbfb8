using System.Globalization;
using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>A key of ORDER BY, GROUP BY or DISTINCT ON: an item of the select list, or an expression of its own.</summary>
/// <param name="ItemIndex">Position in the select list, -1 for an expression of its own.</param>
/// <param name="Value">The expression.</param>
internal sealed record OutputKey(int ItemIndex, Expression Value);

/// <summary>Resolves keys that may name output columns: by number, by output name, or as an expression.</summary>
internal sealed class OrderByResolver(AnalysisContext context, List<SelectOutput> items, QueryScope scope)
{
    // Made when the first key needs them: there may be as many keys as items, and many of both.
    private ILookup<string, int>? _byName;
    private Dictionary<Expression, int>? _byValue;

    /// <summary>A key of ORDER BY or DISTINCT ON: output names come before input columns.</summary>
    public OutputKey Resolve(Ast.Expression node, Clause clause)
    {
        string name = Clauses.NameOf(clause);
        if (TryOrdinal(context, node, items.Count, name, out int ordinal))
        {
            return new OutputKey(ordinal, items[ordinal].Value);
        }

        if (node is Ast.ColumnReference { Name.IsSimple: true } column && FindOutput(column, name) is >= 0 and var index)
        {
            return new OutputKey(index, items[index].Value);
        }

        Expression value = scope.In(clause, () => context.Expressions.Resolve(node, scope));
        return Same(value) is >= 0 and var same ? new OutputKey(same, items[same].Value) : new OutputKey(-1, context.Coercions.Settle(value));
    }

    /// <summary>An integer constant is the number of an output column, from 1.</summary>
    public static bool TryOrdinal(AnalysisContext context, Ast.Expression node, int count, string clause, out int index)
    {
        index = -1;
        switch (node)
        {
            case Ast.NumberLiteral { Kind: Ast.NumberKind.Integer } number:
                bool isListed = int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out int ordinal) && ordinal >= 1 && ordinal <= count;
                index = ordinal - 1;
                return isListed ? true : throw AnalyzerErrors.InvalidColumnReference($"{clause} position {number.Text} is not in select list", context.Position(node));
            case Ast.NumberLiteral or Ast.StringLiteral or Ast.BooleanLiteral or Ast.NullLiteral when clause is "ORDER BY" or "GROUP BY" or "DISTINCT ON":
                return node is not (Ast.NumberLiteral or Ast.StringLiteral) ? false : throw AnalyzerErrors.Syntax($"non-integer constant in {clause}", context.Position(node));
            case Ast.UnaryExpression { Operator.Symbol: "-", Operand: Ast.NumberLiteral { Kind: Ast.NumberKind.Integer } negated } when clause is "ORDER BY" or "GROUP BY" or "DISTINCT ON":
                throw AnalyzerErrors.InvalidColumnReference($"{clause} position -{negated.Text} is not in select list", context.Position(node));
            default:
                return false;
        }
    }

    /// <summary>The output column of a name; several of one name are an error unless they are equal.</summary>
    public int FindOutput(Ast.ColumnReference column, string clause)
    {
        int found = -1;
        _byName ??= Enumerable.Range(0, items.Count).ToLookup(index => items[index].Name, StringComparer.Ordinal);
        foreach (int i in _byName[column.Name.Last.Value])
        {
            if (found >= 0 && !items[found].Value.Equals(items[i].Value))
            {
                throw AnalyzerErrors.AmbiguousOutputName(clause, column.Name.Last.Value, context.Position(column));
            }

            found = found < 0 ? i : found;
        }

        return found;
    }

    /// <summary>The first item of a value; -1: there is none.</summary>
    private int Same(Expression value)
    {
        if (_byValue is null)
        {
            _byValue = new Dictionary<Expression, int>(items.Count);
            for (int i = 0; i < items.Count; i++)
            {
                _byValue.TryAdd(items[i].Value, i);
            }
        }

        return _byValue.GetValueOrDefault(value, -1);
    }
}
