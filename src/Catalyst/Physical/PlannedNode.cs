using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Physical;

/// <summary>A physical plan with what the planner must know to put operators on top: where each column id is and how rows are spread.</summary>
internal sealed class PlannedNode
{
    public PlannedNode(ExecPlan plan, Dictionary<ColumnId, int> layout, Distribution distribution, double rows)
    {
        Plan = plan.EstimatedRows == rows ? plan : plan with { EstimatedRows = rows };
        Output = plan.Output;
        Layout = layout;
        Distribution = distribution;
        Rows = rows;
    }

    public ExecPlan Plan { get; }

    public NodeList<ExecColumn> Output { get; }

    /// <summary>Output position of each column id; two ids may share a position, and positions may be unnamed.</summary>
    public Dictionary<ColumnId, int> Layout { get; }

    public Distribution Distribution { get; }

    public double Rows { get; }

    /// <summary>Output positions of columns, in the order given.</summary>
    public static Dictionary<ColumnId, int> LayoutOf(IReadOnlyList<Column> columns)
    {
        var layout = new Dictionary<ColumnId, int>(columns.Count);
        for (int i = 0; i < columns.Count; i++)
        {
            layout.TryAdd(columns[i].Id, i);
        }

        return layout;
    }

    public bool Has(ColumnId id) => Layout.ContainsKey(id);

    public InputReference Reference(Column column) =>
        Layout.TryGetValue(column.Id, out int ordinal) ? Reference(ordinal) : throw PlannerErrors.UnboundColumn(column);

    public InputReference Reference(int ordinal) => new(ordinal, Output[ordinal].Name, Output[ordinal].Type, Output[ordinal].IsNullable);

    /// <summary>Replaces column ids by positions.</summary>
    public Expression Bind(Expression expression) => ExpressionBinder.Bind(expression, Reference);

    public NodeList<Expression> Bind(IEnumerable<Expression> expressions) => [.. expressions.Select(Bind)];

    public NodeList<SortKey> Bind(NodeList<SortKey> keys) => keys.Map(key => key with { Expression = Bind(key.Expression) });

    /// <summary>The same columns and rows out of another operator on top.</summary>
    public PlannedNode With(ExecPlan plan, Distribution distribution, double rows) => new(plan, Layout, distribution, rows);
}

/// <summary>Replaces column ids by positions: the one place where it happens.</summary>
internal static class ExpressionBinder
{
    public static Expression Bind(Expression expression, Func<Column, InputReference> find)
    {
        switch (expression)
        {
            case ColumnReference reference:
                return find(reference.Column);
            case SubqueryExpression:
                throw PlannerErrors.SubqueryLeft(expression);
        }

        NodeList<Expression> children = expression.Children;
        Expression[]? bound = null;
        for (int i = 0; i < children.Count; i++)
        {
            Expression child = Bind(children[i], find);
            if (!ReferenceEquals(child, children[i]))
            {
                bound ??= [.. children];
                bound[i] = child;
            }
        }

        return bound is null ? expression : expression.WithChildren([.. bound]);
    }

    /// <summary>The columns that some expressions read, besides others.</summary>
    public static HashSet<ColumnId> References(IEnumerable<Expression> expressions, IEnumerable<ColumnId>? others = null)
    {
        HashSet<ColumnId> columns = others is null ? [] : new(others);   // a copy of a set as a whole is much cheaper than adding its members
        foreach (Expression expression in expressions)
        {
            expression.AddReferences(columns);
        }

        return columns;
    }
}
