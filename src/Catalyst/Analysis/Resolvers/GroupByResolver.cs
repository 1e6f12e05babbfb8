using SqlCluster.Catalyst.Analysis.Scopes;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;
using Ast = SqlCluster.Parser.Ast;

namespace SqlCluster.Catalyst.Analysis.Resolvers;

/// <summary>What GROUP BY comes to.</summary>
/// <param name="Keys">Distinct keys.</param>
/// <param name="Sets">Positions of keys, set by set; null for plain grouping by all keys.</param>
internal sealed record GroupingKeys(List<Expression> Keys, NodeList<NodeList<int>>? Sets);

/// <summary>Resolves GROUP BY: columns, output numbers and names, expressions, GROUPING SETS, ROLLUP, CUBE, ALL.</summary>
internal sealed class GroupByResolver(AnalysisContext context, List<SelectOutput> items, QueryScope scope)
{
    private const int MaxSets = 4096;

    /// <summary>Keys of all sets together, of which each takes memory of its own: a ROLLUP of 511.</summary>
    private const int MaxMembers = 128 << 10;

    private readonly List<Expression> _keys = [];
    private readonly Dictionary<Expression, int> _positions = [];
    private readonly OrderByResolver _outputs = new(context, items, scope);
    private readonly HashSet<ColumnId> _aggregates = [.. scope.Aggregates.Select(static call => call.Column.Id)];
    private readonly HashSet<ColumnId> _windowCalls = [.. scope.WindowCalls.Select(static call => call.Column.Id)];

    public GroupingKeys Resolve(Ast.GroupByClause clause)
    {
        if (clause.All)
        {
            foreach (SelectOutput item in items)
            {
                if (!UsesCalls(item.Value))
                {
                    KeyOf(item.Value);
                }
            }

            return new GroupingKeys(_keys, null);
        }

        if (clause.Elements.All(static element => element is Ast.GroupingSet { Expressions.Count: 1 }))
        {
            foreach (Ast.GroupingElement element in clause.Elements)
            {
                Positions((Ast.GroupingSet)element);
            }

            return new GroupingKeys(_keys, null);
        }

        List<List<int>> sets = [[]];
        foreach (Ast.GroupingElement element in clause.Elements)
        {
            // Elements side by side multiply: each set of one with each set of the next.
            List<List<int>> factors = Expand(element);
            CheckCount((long)sets.Count * factors.Count, Math.Max((long)sets.Count * Members(factors), (long)factors.Count * Members(sets)), element);
            sets = [.. sets.SelectMany(set => factors.Select(factor => Merge(set, factor)))];
            CheckCount(sets.Count, Members(sets), element);
        }

        if (clause.Distinct)
        {
            sets = [.. sets.DistinctBy(static set => string.Join(',', set.Order()))];
        }

        bool isSingle = sets.Count == 1 && clause.Elements.All(static element => element is Ast.GroupingSet);
        return new GroupingKeys(_keys, isSingle ? null : [.. sets.Select(static set => NodeList.From(set))]);
    }

    private List<List<int>> Expand(Ast.GroupingElement element)
    {
        switch (element)
        {
            case Ast.GroupingSet set:
                return [Positions(set)];
            case Ast.Rollup rollup:
                CheckCount(rollup.Sets.Count + 1L, rollup.Sets.Count * (rollup.Sets.Count + 1L) / 2, element);
                List<List<int>> parts = [.. rollup.Sets.Select(Positions)];
                return [.. Enumerable.Range(0, parts.Count + 1).Select(left => Merge([.. parts.Take(parts.Count - left)]))];
            case Ast.Cube cube:
                List<List<int>> dimensions = [.. cube.Sets.Select(Positions)];
                CheckCount(dimensions.Count > 12 ? long.MaxValue : 1 << dimensions.Count, 0, element);
                int all = (1 << dimensions.Count) - 1;
                return [.. Enumerable.Range(0, all + 1).Select(without => Merge([.. dimensions.Where((_, index) => ((without >> (dimensions.Count - 1 - index)) & 1) == 0)]))];
            case Ast.GroupingSets nested:
                return [.. nested.Elements.SelectMany(Expand)];
            default:
                throw AnalyzerErrors.Unsupported(element.GetType().Name, context.Position(element));
        }
    }

    private static long Members(List<List<int>> sets) => sets.Sum(static set => (long)set.Count);

    private void CheckCount(long count, long members, Ast.SyntaxNode node)
    {
        if (count > MaxSets)
        {
            throw AnalyzerErrors.TooComplex($"too many grouping sets present (maximum {MaxSets})", context.Position(node));
        }

        if (members > MaxMembers)
        {
            throw AnalyzerErrors.TooComplex($"too many keys in all grouping sets together (maximum {MaxMembers})", context.Position(node));
        }
    }

    private List<int> Positions(Ast.GroupingSet set) => [.. set.Expressions.Select(Key).Distinct()];

    private static List<int> Merge(params ReadOnlySpan<List<int>> parts)
    {
        var merged = new List<int>();
        var seen = new HashSet<int>();
        foreach (List<int> part in parts)
        {
            merged.AddRange(part.Where(seen.Add));
        }

        return merged;
    }

    /// <summary>Position of a key: input columns come before output names.</summary>
    private int Key(Ast.Expression node)
    {
        if (OrderByResolver.TryOrdinal(context, node, items.Count, "GROUP BY", out int ordinal))
        {
            return OutputKey(items[ordinal], node);
        }

        if (node is Ast.ColumnReference { Name.IsSimple: true } column && scope.From.Find(column.Name.Last.Value).Count == 0)
        {
            int output = _outputs.FindOutput(column, "GROUP BY");
            if (output >= 0)
            {
                return OutputKey(items[output], node);
            }
        }

        Expression value = scope.In(Clause.GroupBy, () => context.Expressions.Settled(node, scope));
        return KeyOf(value);
    }

    private int OutputKey(SelectOutput item, Ast.Expression node)
    {
        if (item.Value.ReferencesAny(_aggregates))
        {
            throw AnalyzerErrors.NotAllowed("aggregate functions", "GROUP BY", "42803", context.Position(node));
        }

        return item.Value.ReferencesAny(_windowCalls)
            ? throw AnalyzerErrors.NotAllowed("window functions", "GROUP BY", "42P20", context.Position(node))
            : KeyOf(item.Value = context.Coercions.Settle(item.Value));
    }

    private bool UsesCalls(Expression value) => value.ReferencesAny(_aggregates) || value.ReferencesAny(_windowCalls);

    private int KeyOf(Expression value)
    {
        if (!_positions.TryGetValue(value, out int known))
        {
            known = _keys.Count;
            if (known == SortKeys.Most)
            {
                throw AnalyzerErrors.TooManyColumns(SortKeys.Most, 0);
            }

            _keys.Add(value);
            _positions.Add(value, known);
        }

        return known;
    }
}
