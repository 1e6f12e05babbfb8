using System.Globalization;
using System.Text;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Prints physical plans for EXPLAIN: one node a line, inputs indented by two blanks.</summary>
public static class ExecPlanPrinter
{
    public static string Print(ExecPlan plan) => Print(plan, static _ => "");

    /// <param name="plan">What to print.</param>
    /// <param name="annotate">Text behind a node's line: estimates, metrics.</param>
    public static string Print(ExecPlan plan, Func<ExecPlan, string> annotate)
    {
        var text = new StringBuilder();
        Append(text, plan, 0, annotate);
        return text.ToString();
    }

    /// <summary>The node's own line.</summary>
    public static string Describe(ExecPlan plan) => plan.Note is null ? DescribeNode(plan) : $"{DescribeNode(plan)} {plan.Note}";

    private static string DescribeNode(ExecPlan plan) => plan switch
    {
        ScanExec scan => DescribeScan(scan),
        ValuesExec values => $"ValuesExec [{Names(values.Columns)}] {Number(values.Rows.Count)} row{(values.Rows.Count == 1 ? "" : "s")}",
        CteScanExec cte => $"CteScanExec {cte.Name} [{Names(cte.Columns)}]",
        WithExec with => $"WithExec {with.Name}",
        WorkingTableScanExec working => $"WorkingTableScanExec {working.Name} [{Names(working.Columns)}]",
        RecursiveUnionExec recursive => $"RecursiveUnionExec{(recursive.IsAll ? " all" : "")} [{Names(recursive.Columns)}]",
        TableFunctionExec functions => $"TableFunctionExec [{Listed(functions.Functions)}]{(functions.IsOuter ? " outer" : "")}",
        FilterExec filter => $"FilterExec {filter.Predicate}",
        ProjectExec project => $"ProjectExec [{Listed(project.Expressions.Select((expression, index) => Named(expression, project.Columns[index].Name)))}]",
        HashAggregateExec aggregate => $"HashAggregateExec {aggregate.Mode} [{Listed(aggregate.Keys)}] [{Listed(aggregate.Calls)}]{(aggregate.GroupingSets is null ? "" : $" {Number(aggregate.GroupingSets.Count)} grouping sets")}",
        SortExec sort => $"SortExec [{Listed(sort.Keys)}]",
        TopNExec top => $"TopNExec {top.Limit}{(top.Offset is null ? "" : $" offset {top.Offset}")}{(top.WithTies ? " with ties" : "")} [{Listed(top.Keys)}]",
        LimitExec limit => $"LimitExec {limit.Limit?.ToString() ?? "ALL"}{(limit.Offset is null ? "" : $" offset {limit.Offset}")}",
        DistinctOnExec distinct => $"DistinctOnExec [{Listed(distinct.On)}]",
        WindowExec window => $"WindowExec [{Listed(window.Calls)}]",
        ExchangeExec exchange => $"ExchangeExec {exchange.Kind}{(exchange.Keys.IsEmpty ? "" : $" [{Listed(exchange.Keys)}]")}{(exchange.SortKeys.IsEmpty ? "" : $" merge [{Listed(exchange.SortKeys)}]")}",
        HashJoinExec join => DescribeJoin(join),
        NestedLoopJoinExec join => $"NestedLoopJoinExec {join.Kind} {join.Condition?.ToString() ?? "TRUE"}",
        AsOfJoinExec join => $"AsOfJoinExec{(join.IsOuter ? " outer" : "")} {join.LeftOrder} {ExpressionPrinter.Symbol(join.Operator)} {join.RightOrder}",
        UnionExec union => $"UnionExec [{Names(union.Columns)}]",
        SetOperationExec operation => $"SetOperationExec {operation.Kind}{(operation.IsAll ? " all" : "")}",
        ShuffleReadExec read => $"ShuffleReadExec stage {Number(read.Stage.Value)}",
        _ => throw new InvalidOperationException($"no text form for {plan.GetType().Name}"),
    };

    private static void Append(StringBuilder text, ExecPlan plan, int depth, Func<ExecPlan, string> annotate)
    {
        text.Append(' ', 2 * depth).Append(Describe(plan)).Append(annotate(plan)).Append('\n');
        foreach (ExecPlan child in plan.Children)
        {
            Append(text, child, depth + 1, annotate);
        }
    }

    private static string DescribeScan(ScanExec scan)
    {
        string filters = scan.Filters.IsEmpty ? "" : $" where {Listed(scan.Filters, " AND ")}";
        string runtime = scan.RuntimeFilters.IsEmpty
            ? ""
            : $" runtime filters [{Listed(scan.RuntimeFilters.Select(target => $"{scan.ReadColumns[target.ReadOrdinal].Name}: rf{Number(target.Id.Value)}"))}]";
        return $"ScanExec {scan.Table.Name} [{Names(scan.Output)}]{filters}{runtime}{(scan.Limit < 0 ? "" : $" limit {Number(scan.Limit)}")}";
    }

    private static string DescribeJoin(HashJoinExec join)
    {
        string keys = Listed(join.LeftKeys.Select((key, index) => $"{key} {(join.NullsEqual[index] ? "IS NOT DISTINCT FROM" : "=")} {join.RightKeys[index]}"), " AND ");
        string residual = join.Residual is null ? "" : $" residual {join.Residual}";
        string filters = join.RuntimeFilters.IsEmpty ? "" : $" makes [{Listed(join.RuntimeFilters.Select(source => $"rf{Number(source.Id.Value)}"))}]";
        return $"HashJoinExec {join.Kind}{(join.IsNullAware ? " null-aware" : "")} {keys}{residual}{filters}";
    }

    private static string Named(Expression expression, string name) => expression.ToString() is var text && text == name ? name : $"{text} AS {name}";

    /// <summary>A list, cut where nobody reads on: a plan may have a million columns.</summary>
    private static string Listed<T>(IEnumerable<T> items, string separator = ", ")
    {
        var text = new StringBuilder();
        bool isFirst = true;
        foreach (T item in items)
        {
            text.Append(isFirst ? "" : separator);
            isFirst = false;
            if (text.Length > ExpressionPrinter.MostCharacters)
            {
                return text.Append("...").ToString();
            }

            text.Append(item);
        }

        return text.ToString();
    }

    private static string Names(NodeList<ExecColumn> columns) => Listed(columns.Select(static column => column.Name));

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
