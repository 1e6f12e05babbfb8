namespace SqlCluster.Catalyst.Physical.Adaptive;

/// <summary>The way from an operator down its probe sides to a hash exchange, where nothing on the way asks that equal keys are in one task.</summary>
/// <remarks><code>
/// HashAggregateExec Partial
///   HashJoinExec                    a partitioned join: its build rows have to be where a probe row of the same key is
///     FilterExec
///       ShuffleReadExec Hash        the end of the spine
///     ShuffleReadExec Hash
/// </code>
/// Rows at the end of the spine may then be read by any task that also sees the build rows of their keys.
/// </remarks>
/// <param name="Read">The exchange at the end.</param>
/// <param name="PartitionedJoins">Joins on the way whose build side is not broadcast, from the top.</param>
internal sealed record ProbeSpine(ShuffleReadExec Read, IReadOnlyList<HashJoinExec> PartitionedJoins)
{
    /// <summary>The spine below an operator, or null when something on the way needs its rows where they are, or it ends elsewhere.</summary>
    public static ProbeSpine? Of(ExecPlan plan)
    {
        var joins = new List<HashJoinExec>();
        for (ExecPlan? node = plan; node is not null; node = Next(node))
        {
            switch (node)
            {
                case ShuffleReadExec read:
                    return read.Exchange.Kind == ExchangeKind.Hash ? new ProbeSpine(read, joins) : null;
                case HashJoinExec { IsNullAware: false } join when !IsBroadcast(join.Right):
                    joins.Add(join);
                    break;
            }
        }

        return null;
    }

    /// <summary>The spines of a stage: one, or one in each arm of a union.</summary>
    public static IEnumerable<ProbeSpine> All(ExecPlan plan)
    {
        if (Of(plan) is { } spine)
        {
            yield return spine;
            yield break;
        }

        ExecPlan? node = plan;
        while (node is not null and not UnionExec)
        {
            node = Next(node);
        }

        foreach (ProbeSpine arm in (node as UnionExec)?.Inputs.SelectMany(All) ?? [])
        {
            yield return arm;
        }
    }

    /// <summary>The plan with other joins and another end on this spine; what is beside it stays as it is.</summary>
    public ExecPlan Rebuild(ExecPlan plan, Func<HashJoinExec, ExecPlan, HashJoinExec> join, ExecPlan end)
    {
        if (ReferenceEquals(plan, Read))
        {
            return end;
        }

        if (plan is UnionExec union)
        {
            ExecPlan[] arms = [.. union.Inputs.Select(input => Rebuild(input, join, end))];
            return arms.SequenceEqual(union.Inputs, ReferenceEqualityComparer.Instance) ? plan : union with { Inputs = [.. arms] };
        }

        if (Next(plan) is not { } below || Rebuild(below, join, end) is var rebuilt && ReferenceEquals(rebuilt, below))
        {
            return plan;
        }

        return plan is HashJoinExec partitioned && PartitionedJoins.Any(own => ReferenceEquals(own, partitioned))
            ? join(partitioned, rebuilt)
            : plan.WithChildren([rebuilt, .. plan.Children.Skip(1)]);
    }

    public static bool IsBroadcast(ExecPlan plan) => plan is ShuffleReadExec { Exchange.Kind: ExchangeKind.Broadcast };

    /// <summary>The input whose rows an operator handles one by one, or task by task in any division; null: there is none.</summary>
    private static ExecPlan? Next(ExecPlan plan) => plan switch
    {
        FilterExec or ProjectExec or SortExec or TableFunctionExec => ((UnaryExec)plan).Input,
        TopNExec { Offset: null } top => top.Input,
        LimitExec { Offset: null } limit => limit.Input,
        HashAggregateExec { Mode: AggregateMode.Partial or AggregateMode.Merge } aggregate => aggregate.Input,
        HashJoinExec join when !join.IsNullAware || IsBroadcast(join.Right) => join.Left,
        NestedLoopJoinExec loop when IsBroadcast(loop.Right) => loop.Left,
        AsOfJoinExec asOf when IsBroadcast(asOf.Right) => asOf.Left,
        _ => null,
    };
}
