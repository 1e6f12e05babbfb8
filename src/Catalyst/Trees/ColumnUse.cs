using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Trees;

/// <summary>Tells which columns expressions and plans need from outside.</summary>
public static class ColumnUse
{
    /// <summary>Columns that the expression needs, the correlated ones of its subqueries included.</summary>
    public static HashSet<ColumnId> References(this Expression expression)
    {
        var found = new HashSet<ColumnId>();
        expression.AddReferences(found);
        return found;
    }

    /// <summary>Adds the columns that the expression needs, the correlated ones of its subqueries included.</summary>
    public static void AddReferences(this Expression expression, HashSet<ColumnId> found)
    {
        switch (expression)
        {
            case ColumnReference reference:
                found.Add(reference.Id);
                return;
            case SubqueryExpression subquery:
                subquery.Plan.AddFreeColumns(found);
                break;
        }

        NodeList<Expression> children = expression.Children;
        bool isLong = children.Count >= Interruption.LongList;
        foreach (Expression child in children)
        {
            if (isLong)
            {
                Interruption.Ask();
            }

            child.AddReferences(found);
        }
    }

    /// <summary>Tells whether the expression needs one of the columns.</summary>
    public static bool ReferencesAny(this Expression expression, IReadOnlySet<ColumnId> columns) =>
        columns.Count > 0 && expression.Any(node => node switch
        {
            ColumnReference reference => columns.Contains(reference.Id),
            SubqueryExpression subquery => subquery.Plan.FreeColumns().Overlaps(columns),
            _ => false,
        });

    /// <summary>Tells whether the expression needs no other columns than these.</summary>
    public static bool ReferencesOnly(this Expression expression, IReadOnlySet<ColumnId> columns) =>
        !expression.Any(node => node switch
        {
            ColumnReference reference => !columns.Contains(reference.Id),
            SubqueryExpression subquery => !subquery.Plan.FreeColumns().IsSubsetOf(columns),
            _ => false,
        });

    /// <summary>Ids of the output columns.</summary>
    public static HashSet<ColumnId> OutputIds(this LogicalPlan plan)
    {
        Interruption.Ask();
        NodeList<Column> output = plan.Output;
        var ids = new HashSet<ColumnId>(output.Count);
        foreach (Column column in output)
        {
            ids.Add(column.Id);
        }

        return ids;
    }

    /// <summary>Tells whether one of the columns is in a set, which is smaller than a set of the columns.</summary>
    public static bool HasAny(this NodeList<Column> columns, HashSet<ColumnId> ids)
    {
        if (ids.Count > 0)
        {
            foreach (Column column in columns)
            {
                if (ids.Contains(column.Id))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Columns that the plan references but that no input within it produces: an outer query supplies them (correlation).</summary>
    public static HashSet<ColumnId> FreeColumns(this LogicalPlan plan)
    {
        var found = new HashSet<ColumnId>();
        plan.AddFreeColumns(found);
        return found;
    }

    /// <summary>Tells whether the plan needs columns of an outer query.</summary>
    public static bool IsCorrelated(this LogicalPlan plan) => plan.FreeColumns().Count > 0;

    private static void AddFreeColumns(this LogicalPlan plan, HashSet<ColumnId> found)
    {
        Interruption.Ask();
        var free = new HashSet<ColumnId>();
        foreach (Expression expression in plan.Expressions)
        {
            expression.AddReferences(free);
        }

        foreach (LogicalPlan child in plan.Children)
        {
            child.AddFreeColumns(free);
        }

        if (free.Count == 0)
        {
            return;
        }

        foreach (LogicalPlan child in plan.Children)
        {
            RemoveAll(free, child.Output);
        }

        if (plan is Scan scan)
        {
            RemoveAll(free, scan.Output);
            RemoveAll(free, scan.FilterColumns.Map(static column => column.Column));
        }

        found.UnionWith(free);
    }

    private static void RemoveAll(HashSet<ColumnId> ids, NodeList<Column> columns)
    {
        foreach (Column column in columns)
        {
            ids.Remove(column.Id);
        }
    }
}
