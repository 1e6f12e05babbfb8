using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;

namespace SqlCluster.Catalyst.Optimizer.Rules;

/// <summary>Moves limits below projections and into inputs that need not give more rows; a scan learns how many are enough.</summary>
/// <remarks><code>
/// Limit 5 offset 2                Project [x + 1 AS y]
///   Project [x + 1 AS y]    =>      Limit 5 offset 2
///     Union all [x]                   Union all [x]
///       Scan t                          Limit 7
///       Scan s                            Scan t limit 7
///                                       Limit 7
///                                         Scan s limit 7
/// </code>
/// The same goes for the left side of left outer, mark and single joins, which keep every left row. A limit on a sort stays there: together they are a top-N.
/// </remarks>
public sealed class PushLimits : Rule
{
    public override LogicalPlan Apply(LogicalPlan plan, OptimizerContext context) =>
        plan.Any(static node => node is Limit) ? plan.TransformDown(static node => node is Limit limit ? Push(limit) : node) : plan;

    private static LogicalPlan Push(Limit limit)
    {
        if (limit.WithTies)
        {
            return limit;
        }

        switch (limit.Input)
        {
            case Project project when !project.Expressions.Any(static expression => expression.IsVolatile()):
                return project with { Input = Push(limit with { Input = project.Input }) };
            case Limit inner when Merge(limit, inner) is { } merged:
                return Push(merged);
        }

        if (Needed(limit) is not { } rows || !TryBound(limit.Input, rows, out LogicalPlan bounded))
        {
            return limit;
        }

        return limit with { Input = bounded };
    }

    /// <summary>Rows that the limit reads at most; null: not known now.</summary>
    private static long? Needed(Limit limit) =>
        limit is { Count: Literal { Value: long count }, Offset: null or Literal { Value: null or long } } && ((limit.Offset as Literal)?.Value as long? ?? 0) is var offset && count <= long.MaxValue - offset
            ? count + offset
            : null;

    private static Limit? Merge(Limit outer, Limit inner) =>
        outer is { Count: Literal { Value: long outerCount }, Offset: null } && inner is { Count: Literal { Value: long innerCount }, WithTies: false }
            ? inner with { Count = new Literal(Math.Min(outerCount, innerCount), SqlType.BigInt) }
            : null;

    /// <summary>Makes a plan give no more rows than needed where that is cheap.</summary>
    private static bool TryBound(LogicalPlan plan, long rows, out LogicalPlan bounded)
    {
        bounded = plan;
        switch (plan)
        {
            case Scan scan when scan.Limit < 0 || scan.Limit > rows:
                bounded = scan with { Limit = rows };
                return true;
            case SetOperation { Kind: SetOperationKind.Union, IsAll: true } union:
                NodeList<LogicalPlan> inputs = union.Inputs.MapOrSame(input => Bounded(input, rows));
                bounded = ReferenceEquals(inputs, union.Inputs) ? union : union with { Inputs = inputs };
                return !ReferenceEquals(bounded, plan);
            case Join { Kind: JoinKind.LeftOuter or JoinKind.LeftSingle or JoinKind.LeftMark } join:
                LogicalPlan left = Bounded(join.Left, rows);
                bounded = ReferenceEquals(left, join.Left) ? join : join with { Left = left };
                return !ReferenceEquals(bounded, plan);
            default:
                return false;
        }
    }

    private static LogicalPlan Bounded(LogicalPlan plan, long rows) => MaxRows(plan) <= rows ? plan : Push(new Limit(Literal.BigInt(rows), null, false, plan));

    private static long MaxRows(LogicalPlan plan) => plan switch
    {
        _ when plan.HasAtMostOneRow() => 1,
        Limit { Count: Literal { Value: long count }, WithTies: false } => count,
        Values values => values.Rows.Count,
        Project or Filter or Sort or Window or Distinct => MaxRows(plan.Children[0]),
        _ => long.MaxValue,
    };
}
