using System.Globalization;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Builds the table of a partitioned join from the side that turned out smaller.</summary>
/// <remarks><code>
/// HashJoinExec LeftOuter a = b                 HashJoinExec RightOuter b = a    sides swapped (build 10 rows instead of 900000)
///   ShuffleReadExec stage 1: 10 rows      =>     ShuffleReadExec stage 0
///   ShuffleReadExec stage 0: 900,000 rows        ShuffleReadExec stage 1
/// </code></remarks>
public sealed class SwapJoinSides : AdaptiveRule
{
    /// <summary>How many times larger the build side must be: kinds that put build rows out at the end lose some of what a smaller table wins.</summary>
    private const double Factor = 2;

    public override Stage Apply(Stage stage, AdaptiveContext context)
    {
        ExecPlan plan = Swap(stage.Plan, stage, context);
        return ReferenceEquals(plan, stage.Plan) ? stage : stage with { Plan = plan };
    }

    private ExecPlan Swap(ExecPlan plan, Stage stage, AdaptiveContext context)
    {
        if (plan is HashJoinExec { Left: ShuffleReadExec { Exchange.Kind: ExchangeKind.Hash } left, Right: ShuffleReadExec { Exchange.Kind: ExchangeKind.Hash } right, IsNullAware: false } join
            && context.SizeOf(left.Stage) is { } leftSize && context.SizeOf(right.Stage) is { } rightSize
            && rightSize.Bytes > context.Settings.LeastPartitionBytes && rightSize.Bytes > Factor * leftSize.Bytes && rightSize.Rows > Factor * leftSize.Rows
            && MirroredJoin.Of(join) is { } mirrored)
        {
            context.Decide(this, stage, string.Create(CultureInfo.InvariantCulture, $"stage {left.Stage.Value} is built, {leftSize.Rows} rows instead of {rightSize.Rows}"));
            return mirrored with { Note = string.Create(CultureInfo.InvariantCulture, $"sides swapped (build {leftSize.Rows} rows instead of {rightSize.Rows})") };
        }

        NodeList<ExecPlan> children = plan.Children;
        ExecPlan[]? changed = null;
        for (int i = 0; i < children.Count; i++)
        {
            ExecPlan child = Swap(children[i], stage, context);
            if (!ReferenceEquals(child, children[i]))
            {
                (changed ??= [.. children])[i] = child;
            }
        }

        return changed is null ? plan : plan.WithChildren([.. changed]);
    }
}
