using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Optimizer.Pushdown;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Computes of a common table expression only rows that one of its readers keeps.</summary>
/// <remarks><code>
/// With v                                        With v
///   Aggregate [month] [sum(x) AS s]               Aggregate [month] [sum(x) AS s]
///     Scan t [month, x]                             Scan t [month, x] where month IN (1, 2)
///   Join Inner a.item = b.item            =>      Join Inner a.item = b.item
///     Filter a.month = 1 AND a.s > 0                Filter a.month = 1 AND a.s > 0
///       CteScan v [a.month, a.s]                      CteScan v [a.month, a.s]
///     Filter b.month = 2                            Filter b.month = 2
///       CteScan v [b.month, b.s]                      CteScan v [b.month, b.s]            (TPC-DS 4, 11, 39, 74)
/// </code>
/// Conjuncts are taken together by the columns they look at, so that what a grouping cannot let through does not hold up what it can. Every reader must test those columns. MATERIALIZED
/// and volatile ones are left as they are. Each alternative is pushed once, so that the batch ends.
/// </remarks>
public sealed class PushFiltersIntoCtes : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.TransformUp(node => node is With { IsMaterialized: not true } with ? Push(with, context) : node);

    private static With Push(With with, OptimizerContext context)
    {
        var readers = new List<Dictionary<NodeList<int>, Expression>>();
        int filtered = 0, all = 0;
        with.Body.ForEach(node =>
        {
            if (node is Filter { Input: CteScan scan } filter && scan.Id == with.Id)
            {
                filtered++;
                readers.Add(Tests(filter.Predicate, scan, with.Definition.Output));
            }

            all += node is CteScan read && read.Id == with.Id ? 1 : 0;
        });
        if (filtered == 0 || filtered < all || with.Definition.AnyExpression(static expression => expression.IsVolatile()))
        {
            return with;
        }

        var pushed = new List<Expression>();
        foreach ((NodeList<int> columns, Expression first) in readers[0])
        {
            var alternatives = new List<Expression> { first };
            foreach (Dictionary<NodeList<int>, Expression> other in readers.Skip(1))
            {
                if (!other.TryGetValue(columns, out Expression? test))
                {
                    alternatives.Clear();
                    break;
                }

                alternatives.Add(test);
            }

            if (alternatives.Count > 0 && Conjunctions.OrAll([.. alternatives.Distinct()]) is var anyOf && context.Inferred.Add(anyOf))
            {
                pushed.Add(anyOf);
            }
        }

        return pushed.Count == 0 ? with : with with { Definition = FilterPushdown.Push(with.Definition, pushed) };
    }

    /// <summary>A reader's conjuncts over the definition's columns, by the positions of those they look at.</summary>
    private static Dictionary<NodeList<int>, Expression> Tests(Expression predicate, CteScan scan, NodeList<Column> definition)
    {
        var replacements = new Dictionary<ColumnId, Expression>();
        for (int i = 0; i < scan.Columns.Count; i++)
        {
            replacements[scan.Columns[i].Id] = new ColumnReference(definition[i]);
        }

        var tests = new Dictionary<NodeList<int>, Expression>();
        foreach (Expression conjunct in predicate.Conjuncts())
        {
            Interruption.Ask();
            HashSet<ColumnId> columns = conjunct.References();
            NodeList<int> positions = [.. Enumerable.Range(0, scan.Columns.Count).Where(index => columns.Contains(scan.Columns[index].Id))];
            if (positions.Count > 0 && positions.Count == columns.Count && !conjunct.MayFail() && !conjunct.IsVolatile())
            {
                Expression test = conjunct.Substitute(replacements);
                tests[positions] = tests.TryGetValue(positions, out Expression? earlier) ? Conjunctions.AndAll(earlier, test) : test;
            }
        }

        return tests;
    }
}
