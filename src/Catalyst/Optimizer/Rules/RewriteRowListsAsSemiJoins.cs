using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Looks rows up in a long list of rows instead of comparing them with each: (a, b) IN ((1, 2), ...) and ORs of such equalities.</summary>
/// <remarks><code>
/// Filter (a = 1 AND b = 2) OR (a = 3 AND b = 4) OR ...        Join LeftSemi (a = column1) AND (b = column2)
///   Scan t [a, b]                                       =>      Scan t [a, b]
///                                                               Values (1, 2), (3, 4), ...
/// </code>
/// Runs when filters are where they belong, as they move through more operators than joins do.
/// </remarks>
public sealed class RewriteRowListsAsSemiJoins : Rule
{
    /// <summary>Shorter lists are compared where the scan reads: statistics of row groups and pages prune by them.</summary>
    public const int MinimumRows = 8;

    /// <summary>Wider rows are compared: each equality is looked for among those of the first row.</summary>
    private const int MaximumColumns = 32;

    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => plan.TransformUp(node => node switch
    {
        Filter filter => Rewrite(filter, filter.Predicate.Conjuncts(), rest => rest.IsEmpty ? filter.Input : filter with { Predicate = Conjunctions.AndAll(rest) }, context),
        Scan scan => Rewrite(scan, scan.Filters, rest => scan with { Filters = rest }, context),
        Join { Kind: JoinKind.Inner } join => Rewrite(join, join.Condition.Conjuncts(), rest => join with { Condition = Conjunctions.AndAll(rest) }, context),
        _ => node,
    });

    private static LogicalPlan Rewrite(LogicalPlan node, NodeList<Expression> conjuncts, Func<NodeList<Expression>, LogicalPlan> without, OptimizerContext context)
    {
        var rest = new List<Expression>();
        var lists = new List<(Expression Condition, Values Rows)>();
        foreach (Expression conjunct in conjuncts)
        {
            if (conjunct is Or { Terms.Count: >= MinimumRows } or && RowsOf(or, context) is { } list)
            {
                lists.Add(list);
            }
            else
            {
                rest.Add(conjunct);
            }
        }

        return lists.Count == 0 ? node : lists.Aggregate(without([.. rest]), static (left, list) => new Join(JoinKind.LeftSemi, left, list.Rows, list.Condition));
    }

    /// <summary>The constants as rows, and the equalities with their columns; null where the alternatives are not all equalities of the same expressions with constants.</summary>
    private static (Expression Condition, Values Rows)? RowsOf(Or or, OptimizerContext context)
    {
        var keys = new List<Expression>();
        var types = new List<SqlType>();
        var rows = new NodeList<Expression>[or.Terms.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            Interruption.Ask();
            NodeList<Expression> equalities = or.Terms[i].Conjuncts();
            if (equalities.Count > MaximumColumns)
            {
                return null;
            }

            var row = new Expression?[equalities.Count];
            foreach (Expression equality in equalities)
            {
                if (Sides(equality) is not var (key, constant))
                {
                    return null;
                }

                int place = keys.IndexOf(key);
                if (place < 0 && i == 0)
                {
                    place = keys.Count;
                    keys.Add(key);
                    types.Add(constant.Type);
                }

                if (place < 0 || place >= row.Length || row[place] is not null || !types[place].Equals(constant.Type))
                {
                    return null;
                }

                row[place] = constant;
            }

            if (row.Length != keys.Count)
            {
                return null;
            }

            rows[i] = [.. row.OfType<Expression>()];
        }

        NodeList<Column> columns = [.. types.Select((type, place) => context.Ids.Column($"column{place + 1}", type, isNullable: false))];
        return (Conjunctions.AndAll([.. keys.Select((key, place) => new Comparison(ComparisonOperator.Equal, key, new ColumnReference(columns[place])))]), new Values(NodeList.Create<NodeList<Expression>>(rows), columns));
    }

    private static (Expression Key, Literal Constant)? Sides(Expression equality) => equality switch
    {
        Comparison { Operator: ComparisonOperator.Equal, Left: not Literal, Right: Literal { IsNull: false } constant } comparison when !comparison.Left.IsVolatile() => (comparison.Left, constant),
        Comparison { Operator: ComparisonOperator.Equal, Right: not Literal, Left: Literal { IsNull: false } constant } comparison when !comparison.Right.IsVolatile() => (comparison.Right, constant),
        _ => null,
    };
}
