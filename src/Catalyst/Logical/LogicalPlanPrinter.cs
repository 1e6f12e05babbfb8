using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Logical;

/// <summary>Prints logical plans for EXPLAIN: one node a line, inputs indented by two blanks.</summary>
public static class LogicalPlanPrinter
{
    public static string Print(LogicalPlan plan)
    {
        var text = new StringBuilder();
        Append(text, plan, 0);
        return text.ToString();
    }

    private static void Append(StringBuilder text, LogicalPlan plan, int depth)
    {
        text.Append(' ', 2 * depth).Append(Describe(plan)).Append('\n');
        foreach (Expression expression in plan.Expressions)
        {
            AppendSubqueries(text, expression, depth + 1);
        }

        foreach (LogicalPlan child in plan.Children)
        {
            Append(text, child, depth + 1);
        }
    }

    private static void AppendSubqueries(StringBuilder text, Expression expression, int depth)
    {
        if (expression is SubqueryExpression subquery)
        {
            text.Append(' ', 2 * depth).Append("Subquery ").Append(subquery).Append('\n');
            Append(text, subquery.Plan, depth + 1);
        }

        foreach (Expression child in expression.Children)
        {
            AppendSubqueries(text, child, depth);
        }
    }

    /// <summary>The node's own line.</summary>
    public static string Describe(LogicalPlan plan) => plan switch
    {
        Scan scan => $"Scan {scan.Table.Name} [{Names(scan.Output)}]{(scan.Filters.IsEmpty ? "" : " where " + string.Join(" AND ", scan.Filters))}{(scan.Limit < 0 ? "" : " limit " + Number(scan.Limit))}",
        Values values => $"Values [{Names(values.Columns)}] {Number(values.Rows.Count)} row{(values.Rows.Count == 1 ? "" : "s")}",
        CteScan cte => $"CteScan {cte.Name} [{Names(cte.Columns)}]{(cte.IsWorkingTable ? " working table" : "")}",
        TableFunctionScan functions => $"TableFunctionScan [{string.Join(", ", functions.Functions)}]{(functions.Ordinality is null ? "" : " with ordinality")}{(functions.IsOuter ? " outer" : "")}",
        Filter filter => $"Filter {filter.Predicate}",
        Project project => $"Project [{string.Join(", ", project.Items.Select(Item))}]",
        Aggregate aggregate => $"Aggregate [{string.Join(", ", aggregate.Keys.Select(Item))}] [{string.Join(", ", aggregate.Calls.Select(Item))}]{Sets(aggregate)}",
        Window window => $"Window [{string.Join(", ", window.Calls.Select(Item))}]",
        Sort sort => $"Sort [{string.Join(", ", sort.Keys)}]",
        Limit limit => $"Limit {limit.Count?.ToString() ?? "ALL"}{(limit.Offset is null ? "" : $" offset {limit.Offset}")}{(limit.WithTies ? " with ties" : "")}",
        Distinct distinct => distinct.On.IsEmpty ? "Distinct" : $"Distinct on [{string.Join(", ", distinct.On)}]",
        Join join => $"Join {join.Kind} {join.Condition}{(join.Mark is null ? "" : $" mark {join.Mark.Name}")}",
        Apply apply => $"Apply {apply.Kind} {apply.Condition}{(apply.Mark is null ? "" : $" mark {apply.Mark.Name}")}",
        SetOperation operation => $"{operation.Kind}{(operation.IsAll ? " all" : "")} [{Names(operation.Columns)}]",
        With with => $"With {with.Name}{(with.IsMaterialized is null ? "" : with.IsMaterialized.Value ? " materialized" : " not materialized")}",
        RecursiveUnion recursive => $"RecursiveUnion{(recursive.IsAll ? " all" : "")} [{Names(recursive.Columns)}]",
        _ => throw new InvalidOperationException($"no text form for {plan.GetType().Name}"),
    };

    private static string Sets(Aggregate aggregate) => aggregate.GroupingSets is null
        ? ""
        : $" sets ({string.Join("), (", aggregate.GroupingSets.Select(set => string.Join(", ", set.Select(key => aggregate.Keys[key].Column.Name))))})";

    private static string Item(NamedExpression item) =>
        item.Expression is ColumnReference reference && reference.Column.Name == item.Column.Name ? item.Column.Name : $"{item.Expression} AS {item.Column.Name}";

    private static string Names(NodeList<Column> columns) => string.Join(", ", columns.Select(static column => column.Name));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
