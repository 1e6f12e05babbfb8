using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;

namespace SqlCluster.Execution.Cluster.Driver;

/// <summary>The expressions of a plan's node, those of its inputs apart.</summary>
internal static class PlanExpressions
{
    public static IEnumerable<Expression> Of(ExecPlan plan) => plan switch
    {
        ScanExec scan => scan.Filters,
        ValuesExec values => values.Rows.SelectMany(static row => row),
        TableFunctionExec functions => functions.Functions,
        FilterExec filter => [filter.Predicate],
        ProjectExec project => project.Expressions,
        HashAggregateExec aggregate => aggregate.Keys.Concat(aggregate.Calls),
        SortExec sort => sort.Keys.Select(static key => key.Expression),
        TopNExec top => top.Keys.Select(static key => key.Expression).Append(top.Limit).Concat(Given(top.Offset)),
        LimitExec limit => Given(limit.Limit).Concat(Given(limit.Offset)),
        DistinctOnExec distinct => distinct.On,
        WindowExec window => window.Calls,
        ExchangeExec exchange => exchange.Keys.Concat(exchange.SortKeys.Select(static key => key.Expression)),
        HashJoinExec join => join.LeftKeys.Concat(join.RightKeys).Concat(Given(join.Residual)),
        NestedLoopJoinExec join => Given(join.Condition),
        AsOfJoinExec join => [.. join.LeftKeys, .. join.RightKeys, join.LeftOrder, join.RightOrder],
        _ => [],
    };

    private static IEnumerable<Expression> Given(Expression? expression) => expression is null ? [] : [expression];
}
