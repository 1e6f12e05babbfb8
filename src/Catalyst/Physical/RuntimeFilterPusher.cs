using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Hands a join's runtime filter down to the scans that produce the probe key.</summary>
/// <remarks><code>
/// HashJoinExec c_custkey = o_custkey             makes rf0
///   WindowExec row_number() by o_custkey           keeps or loses whole partitions
///     ExchangeExec Hash [o_custkey]                the scan's stage waits for the build side's: StageWaits
///       ScanExec orders                            runtime filter o_custkey: rf0
///   ExchangeExec Broadcast
///     ScanExec customer
/// </code>
/// The filter is complete when the build side's stage has ended, before the join's own stage starts; a scan in a stage below finds it there when that stage waited for it,
/// and else reads all rows. Dropping a row early is right where every operator on the way would only pass on, or drop, the rows with that key value.
/// </remarks>
internal static class RuntimeFilterPusher
{
    /// <summary>The plan with the filter in at least one scan; null when none can be reached.</summary>
    public static ExecPlan? Push(ExecPlan plan, int ordinal, RuntimeFilterId id)
    {
        switch (plan)
        {
            case ScanExec scan:
                return scan.Limit >= 0
                    ? null
                    : scan with { RuntimeFilters = [.. scan.RuntimeFilters, new RuntimeFilterTarget(id, scan.OutputOrdinals[ordinal])] };
            case FilterExec filter:
                return Push(filter.Input, ordinal, id) is { } filtered ? filter with { Input = filtered } : null;
            case SortExec sort:
                return Push(sort.Input, ordinal, id) is { } sorted ? sort with { Input = sorted } : null;
            case ProjectExec project:
                return project.Expressions[ordinal] is InputReference projected && Push(project.Input, projected.Ordinal, id) is { } below
                    ? project with { Input = below }
                    : null;
            case ExchangeExec { Kind: not ExchangeKind.Broadcast } exchange:
                return Push(exchange.Input, ordinal, id) is { } sent ? exchange with { Input = sent } : null;
            case WindowExec window when ordinal < window.Input.Output.Count && window.Calls[0].PartitionBy.Any(key => IsColumn(key, ordinal)):
                return Push(window.Input, ordinal, id) is { } partitions ? window with { Input = partitions } : null;
            case DistinctOnExec distinct when distinct.On.Any(key => IsColumn(key, ordinal)):
                return Push(distinct.Input, ordinal, id) is { } firsts ? distinct with { Input = firsts } : null;
            case HashAggregateExec { GroupingSets: null } aggregate when ordinal < aggregate.Keys.Count:
                return aggregate.Keys[ordinal] is InputReference key && Push(aggregate.Input, key.Ordinal, id) is { } grouped ? aggregate with { Input = grouped } : null;
            case TableFunctionExec functions:
                return ordinal < functions.Input.Output.Count && Push(functions.Input, ordinal, id) is { } expanded ? functions with { Input = expanded } : null;
            case WithExec with:
                return Push(with.Body, ordinal, id) is { } body ? with with { Body = body } : null;
            case HashJoinExec join:
                return ProbeOrdinal(join, ordinal) is { } probe && Push(join.Left, probe, id) is { } left ? join with { Left = left } : null;
            case NestedLoopJoinExec join when KeepsProbeRows(join.Kind) && join.OutputOrdinals[ordinal] is var outer && outer < join.Left.Output.Count:
                return Push(join.Left, outer, id) is { } looped ? join with { Left = looped } : null;
            case UnionExec union:
                return PushIntoUnion(union, ordinal, id);
            default:
                return null;
        }
    }

    private static bool IsColumn(Expression key, int ordinal) => key is InputReference reference && reference.Ordinal == ordinal;

    private static UnionExec? PushIntoUnion(UnionExec union, int ordinal, RuntimeFilterId id)
    {
        var inputs = new ExecPlan[union.Inputs.Count];
        bool isPushed = false;
        for (int i = 0; i < inputs.Length; i++)
        {
            ExecPlan? pushed = Push(union.Inputs[i], ordinal, id);
            isPushed |= pushed is not null;
            inputs[i] = pushed ?? union.Inputs[i];
        }

        return isPushed ? union with { Inputs = [.. inputs] } : null;
    }

    /// <summary>The probe column that has the output column's value: the column itself, or the key that an inner join equates with it.</summary>
    private static int? ProbeOrdinal(HashJoinExec join, int ordinal)
    {
        int position = join.OutputOrdinals[ordinal], leftCount = join.Left.Output.Count;
        if (position < leftCount)
        {
            return KeepsProbeRows(join.Kind) ? position : null;
        }

        for (int i = 0; join.Kind == ExecJoinKind.Inner && i < join.RightKeys.Count; i++)
        {
            if (!join.NullsEqual[i] && join.RightKeys[i] is InputReference right && right.Ordinal == position - leftCount
                && join.LeftKeys[i] is InputReference left && left.Type == right.Type)
            {
                return left.Ordinal;
            }
        }

        return null;
    }

    /// <summary>Kinds whose output rows each come from one probe row, with its columns unchanged.</summary>
    private static bool KeepsProbeRows(ExecJoinKind kind) => kind switch
    {
        ExecJoinKind.Inner or ExecJoinKind.LeftOuter or ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark or ExecJoinKind.LeftSingle => true,
        ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti => false,
    };
}
