using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Cuts off what surely has no rows, and drops filters and joins that change nothing.</summary>
/// <remarks><code>
/// Join Inner a = b                Values [a, b] 0 rows
///   Scan t                  =>
///   Filter FALSE
///     Scan s
/// </code></remarks>
public sealed class PropagateEmptyRelations : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) => plan.TransformUp(node => Rewrite(node) ?? node);

    private static LogicalPlan? Rewrite(LogicalPlan node) => node switch
    {
        Filter { Predicate: Literal { Value: true } } filter => filter.Input,
        Filter { Predicate: Literal { Value: false or null } } => Values.Empty(node.Output),
        Limit { Count: Literal { Value: 0L } } => Values.Empty(node.Output),
        Limit { Count: null or Literal { IsNull: true }, Offset: null or Literal { Value: 0L or null } } limit => limit.Input,
        Scan scan when scan.Filters.Any(static filter => filter is Literal { Value: false or null }) => Values.Empty(node.Output),
        Values => null,
        Project or Filter or Sort or Distinct or Limit or Window or Aggregate { Keys.IsEmpty: false, GroupingSets: null } or TableFunctionScan =>
            node.Children[0].IsEmpty() ? Values.Empty(node.Output) : null,
        Join join => RewriteJoin(join),
        SetOperation operation => RewriteSetOperation(operation),
        _ => null,
    };

    private static LogicalPlan? RewriteJoin(Join join)
    {
        bool left = join.Left.IsEmpty(), right = join.Right.IsEmpty(), never = join.Condition is Literal { Value: false or null };
        if (join.Kind == JoinKind.LeftMark)
        {
            return left ? Values.Empty(join.Output) : right || join.Condition is Literal { Value: false } ? WithMark(join) : null;
        }

        return join.Kind switch
        {
            JoinKind.Inner when join.Condition is Literal { Value: true } && IsUnit(join.Left) => join.Right,
            JoinKind.Inner when join.Condition is Literal { Value: true } && IsUnit(join.Right) => join.Left,
            JoinKind.Inner or JoinKind.AsOf => left || right || never ? Values.Empty(join.Output) : null,
            JoinKind.LeftSemi => left || right || never ? Values.Empty(join.Output) : null,
            JoinKind.LeftAnti => left ? Values.Empty(join.Output) : right || never ? join.Left : null,
            JoinKind.LeftOuter or JoinKind.LeftSingle or JoinKind.AsOfLeft => left ? Values.Empty(join.Output) : null,
            JoinKind.RightOuter => right ? Values.Empty(join.Output) : null,
            JoinKind.FullOuter => left && right ? Values.Empty(join.Output) : null,
            JoinKind.LeftMark => null,
        };
    }

    /// <summary>One row without columns: what SELECT without FROM reads.</summary>
    private static bool IsUnit(LogicalPlan plan) => plan is Values { Rows.Count: 1, Columns.IsEmpty: true };

    /// <summary>No right row: the mark is false.</summary>
    private static Project WithMark(Join join) => new([.. join.Left.Output.Select(NamedExpression.Pass), new(Literal.False, join.Mark!)], join.Left);

    private static LogicalPlan? RewriteSetOperation(SetOperation operation)
    {
        if (!operation.Inputs.Any(static input => input.IsEmpty()))
        {
            return null;
        }

        if (operation.Kind != SetOperationKind.Union)
        {
            return operation.Kind == SetOperationKind.Intersect || operation.Inputs[0].IsEmpty() ? Values.Empty(operation.Columns) : null;
        }

        NodeList<LogicalPlan> inputs = [.. operation.Inputs.Where(static input => !input.IsEmpty())];
        return inputs.Count switch
        {
            0 => Values.Empty(operation.Columns),
            1 when operation.IsAll => Renamed(inputs[0], operation.Columns),
            1 => new Distinct([], Renamed(inputs[0], operation.Columns)),
            _ => operation with { Inputs = inputs },
        };
    }

    private static Project Renamed(LogicalPlan input, NodeList<Column> columns)
    {
        NodeList<Column> output = input.Output;
        return new([.. columns.Select((column, index) => new NamedExpression(new ColumnReference(output[index]), column))], input);
    }
}
