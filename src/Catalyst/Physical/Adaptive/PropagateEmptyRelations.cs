using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>Leaves out what an input without rows makes pointless: the other side of an inner or semi join, arms of a union, an anti join itself.</summary>
/// <remarks><code>
/// HashJoinExec Inner                               ValuesExec 0 rows    empty (was HashJoinExec Inner a = b)
///   ScanExec lineitem                         =>
///   ShuffleReadExec stage 0: no rows
///
/// HashJoinExec LeftAnti                            ScanExec lineitem
///   ScanExec lineitem                         =>
///   ShuffleReadExec stage 0: no rows
/// </code>
/// Stages that only the part left out would have read are not started, and end early where they run.
/// </remarks>
public sealed class PropagateEmptyRelations : AdaptiveRule
{
    public override Stage Apply(Stage stage, AdaptiveContext context)
    {
        ExecPlan plan = Simplify(stage.Plan, stage, context);
        return ReferenceEquals(plan, stage.Plan) ? stage : StageInputs.With(stage, plan, context);
    }

    private ExecPlan Simplify(ExecPlan plan, Stage stage, AdaptiveContext context)
    {
        if (plan is RecursiveUnionExec)
        {
            return plan;
        }

        if (IsEmpty(plan, context))
        {
            return HasWork(plan, context) ? Empty(plan, stage, context) : plan;
        }

        switch (plan)
        {
            case HashJoinExec { Kind: ExecJoinKind.LeftAnti } anti when IsEmpty(anti.Right, context):
                return Simplify(ProbeRows(anti, anti.OutputOrdinals, stage, context), stage, context);
            case NestedLoopJoinExec { Kind: ExecJoinKind.LeftAnti } anti when IsEmpty(anti.Right, context):
                return Simplify(ProbeRows(anti, anti.OutputOrdinals, stage, context), stage, context);
            case UnionExec union when union.Inputs.Any(input => IsEmpty(input, context) && HasWork(input, context)):
                context.Decide(this, stage, "union arms without rows left out");
                return Simplify(union with { Inputs = [.. union.Inputs.Where(input => !IsEmpty(input, context))] }, stage, context);
            default:
                NodeList<ExecPlan> children = plan.Children;
                ExecPlan[]? changed = null;
                for (int i = 0; i < children.Count; i++)
                {
                    ExecPlan child = Simplify(children[i], stage, context);
                    if (!ReferenceEquals(child, children[i]))
                    {
                        (changed ??= [.. children])[i] = child;
                    }
                }

                return changed is null ? plan : plan.WithChildren([.. changed]);
        }
    }

    private ValuesExec Empty(ExecPlan plan, Stage stage, AdaptiveContext context)
    {
        string was = ExecPlanPrinter.Describe(plan);
        context.Decide(this, stage, $"no rows from {was}");
        return new ValuesExec(NodeList<NodeList<Expressions.Expression>>.Empty, plan.Output) { EstimatedRows = 0, Note = $"empty (was {was})" };
    }

    /// <summary>An anti join without build rows: its probe rows.</summary>
    private ExecPlan ProbeRows(ExecPlan anti, NodeList<int> ordinals, Stage stage, AdaptiveContext context)
    {
        ExecPlan probe = anti.Children[0];
        context.Decide(this, stage, $"every row of {ExecPlanPrinter.Describe(anti)}");
        return new ProjectExec(ordinals.Map<Expressions.Expression>(ordinal => References.To(probe.Output, ordinal)), anti.Output, probe)
        {
            EstimatedRows = probe.EstimatedRows,
            Note = "(was an anti join: build side without rows)",
        };
    }

    /// <summary>Whether leaving a part of a plan out saves anything: some leaf is not known to be without rows.</summary>
    private static bool HasWork(ExecPlan plan, AdaptiveContext context) =>
        plan.Children.Count == 0 ? !IsEmpty(plan, context) : plan.Children.Any(child => HasWork(child, context));

    /// <summary>Whether it is certain that an operator puts out no row.</summary>
    private static bool IsEmpty(ExecPlan plan, AdaptiveContext context) => context.IsEmptyPlan(plan, Test);

    private static bool Test(ExecPlan plan, AdaptiveContext context)
    {
        bool Is(ExecPlan input) => IsEmpty(input, context);
        return plan switch
        {
            ShuffleReadExec read => context.IsEmptyStage(read.Stage, Is),
            CteScanExec cte => context.IsEmptyStage(context.StageOf(cte.Id).Id, Is),
            ValuesExec values => values.Rows.IsEmpty,
            HashAggregateExec { GroupingSets: null } aggregate => (!aggregate.Keys.IsEmpty || aggregate.Mode == AggregateMode.Partial) && Is(aggregate.Input),
            FilterExec or ProjectExec or SortExec or TopNExec or LimitExec or DistinctOnExec or WindowExec or TableFunctionExec => Is(((UnaryExec)plan).Input),
            HashJoinExec join => IsEmptyJoin(join.Kind, join.Left, join.Right, Is),
            NestedLoopJoinExec join => IsEmptyJoin(join.Kind, join.Left, join.Right, Is),
            AsOfJoinExec join => Is(join.Left) || (!join.IsOuter && Is(join.Right)),
            UnionExec union => union.Inputs.All(Is),
            SetOperationExec { Kind: SetOperationKind.Intersect } operation => Is(operation.Left) || Is(operation.Right),
            SetOperationExec { Kind: SetOperationKind.Except } operation => Is(operation.Left),
            _ => false,
        };
    }

    private static bool IsEmptyJoin(ExecJoinKind kind, ExecPlan left, ExecPlan right, Func<ExecPlan, bool> isEmpty) => kind switch
    {
        ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightSemi => isEmpty(right) || isEmpty(left),
        ExecJoinKind.LeftOuter or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark or ExecJoinKind.LeftSingle => isEmpty(left),
        ExecJoinKind.RightOuter or ExecJoinKind.RightAnti => isEmpty(right),
        ExecJoinKind.FullOuter => isEmpty(left) && isEmpty(right),
    };
}
