using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>A join's build side, in memory or on disk, and how many tasks still probe it.</summary>
internal sealed class JoinBuild : IDisposable
{
    /// <summary>What the key table takes besides the columns, a row: number, place in the row list, slots.</summary>
    private const int KeyTableBytes = 32;

    private int _probesLeft;

    private JoinBuild(JoinTable? table, SpilledBuild? spilled, bool[] needed, int probes)
    {
        Table = table;
        Spilled = spilled;
        Needed = needed;
        _probesLeft = probes;
    }

    /// <summary>The build side, when it fits.</summary>
    public JoinTable? Table { get; }

    /// <summary>The build side, when it does not.</summary>
    public SpilledBuild? Spilled { get; }

    /// <summary>Right columns that tables keep, by ordinal.</summary>
    public bool[] Needed { get; }

    /// <summary>Reads the build side to its end.</summary>
    /// <param name="plan">The join.</param>
    /// <param name="input">The build side.</param>
    /// <param name="isWhole">Whether it holds the rows that any task will ask for.</param>
    /// <param name="probes">Tasks that probe it.</param>
    /// <param name="context">The task that builds.</param>
    /// <param name="metrics">Of the join.</param>
    public static JoinBuild Read(HashJoinExec plan, Operator input, bool isWhole, int probes, TaskContext context, OperatorMetrics metrics)
    {
        long start = Stopwatch.GetTimestamp();
        bool[] needed = JoinOutput.RightColumns(plan.Left.Output.Count, plan.Right.Output.Count, [.. plan.OutputOrdinals, .. JoinCondition.Ordinals(plan.Residual)]);
        var batches = new List<Batch>();
        SpilledBuild? spilled = null;
        try
        {
            long bytes = 0, rows = 0;
            while (input.Next() is { } batch)
            {
                if (spilled != null)
                {
                    spilled.Append(batch);
                    continue;
                }

                batches.Add(batch.Retain());
                bytes += BatchRun.BytesOf(batch);
                rows += batch.RowCount;
                if (!context.Query.Memory.IsCalm && context.Query.Memory.MustSpill(bytes, bytes + (rows * KeyTableBytes)))
                {
                    spilled = MoveOut(plan, batches, context, metrics);
                }
            }

            JoinTable? table = spilled == null ? TryBuild(plan, needed, batches, bytes, isWhole, context) : null;
            if (table == null)
            {
                spilled ??= MoveOut(plan, batches, context, metrics);
                spilled.Complete();
            }

            metrics.Add("build rows", table?.RowCount ?? spilled!.RowCount);
            metrics.Add("build microseconds", (long)Stopwatch.GetElapsedTime(start).TotalMicroseconds);
            return new JoinBuild(table, spilled, needed, probes);
        }
        catch
        {
            spilled?.Dispose();
            throw;
        }
        finally
        {
            batches.ForEach(static batch => batch.Release());
        }
    }

    /// <summary>Books the end of one task's probe side.</summary>
    /// <returns>Whether it was the last: that task puts out what is left of the build side.</returns>
    public bool EndProbe() => Interlocked.Decrement(ref _probesLeft) == 0;

    public void Dispose()
    {
        Table?.Dispose();
        Spilled?.Dispose();
    }

    private static JoinTable? TryBuild(HashJoinExec plan, bool[] needed, List<Batch> batches, long bytes, bool isWhole, TaskContext context)
    {
        var rows = new KeptBuildRows(batches);
        if (!context.Query.Memory.IsCalm && context.Query.Memory.IsShortOf(bytes + (rows.RowCount * KeyTableBytes)))
        {
            return null;
        }

        try
        {
            JoinTable table = JoinTable.Build(plan, needed, rows, isWhole || context.TaskCount == 1, context);
            if (context.Query.Memory.IsForced || !context.Query.Memory.IsShortOf(-bytes))
            {
                return table;
            }

            table.Dispose();        // larger than it was taken to be: what runs beside it needs room too
            return null;
        }
        catch (MemoryLimitException) when (rows.RowCount > 0)
        {
            return null;
        }
    }

    private static SpilledBuild MoveOut(HashJoinExec plan, List<Batch> batches, TaskContext context, OperatorMetrics metrics)
    {
        var spilled = new SpilledBuild(plan, context, metrics);
        try
        {
            foreach (Batch batch in batches)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                spilled.Append(batch);
                batch.Release();
            }
        }
        finally
        {
            batches.Clear();    // what an error left unreleased goes with the query
        }

        return spilled;
    }
}
