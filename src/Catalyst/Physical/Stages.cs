namespace SqlCluster.Catalyst.Physical;

/// <summary>Identifies a stage within one query; a stage's inputs have lower ids.</summary>
public readonly record struct StageId(int Value);

/// <summary>Reads what another stage has put out, at the place where the exchange was cut. Each task reads its own partition, or those of its <see cref="PartitionRange"/> (nothing, where the exchange has fewer partitions than the stage tasks); a broadcast is read whole, whatever partitions it was written in.</summary>
/// <param name="Stage">The stage that wrote.</param>
/// <param name="Exchange">The exchange that was cut, without its input.</param>
/// <param name="Columns">Columns of the rows.</param>
public sealed record ShuffleReadExec(StageId Stage, Exchange Exchange, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;

    /// <summary>Whether tasks that share a range take turns at its rows; else each of them reads all.</summary>
    public bool TakesTurns { get; init; }
}

/// <summary>How a stage's rows are spread.</summary>
/// <param name="Kind">How.</param>
/// <param name="Keys">Hash keys over the stage's output.</param>
/// <param name="SortKeys">Order of each task's rows, to be merged by the reader of a Gather.</param>
/// <param name="Partitions">Partitions of the stage that reads.</param>
public sealed record Exchange(ExchangeKind Kind, NodeList<Expressions.Expression> Keys, NodeList<Expressions.SortKey> SortKeys, int Partitions);

/// <summary>What a stage's rows are for.</summary>
public enum StagePurpose
{
    /// <summary>Another stage's <see cref="ShuffleReadExec"/> reads them.</summary>
    Shuffle,
    /// <summary>Kept for the scans of a common table expression.</summary>
    Cte,
    /// <summary>Streamed to the client.</summary>
    Result,
    /// <summary>For nobody any more: adaptive execution has left out what would have read them.</summary>
    Skipped,
}

/// <summary>A part of the plan without exchanges: its tasks run independently, one a partition.</summary>
/// <param name="Id">Which.</param>
/// <param name="Purpose">Where its rows go.</param>
/// <param name="Plan">Operators; leaves are scans, values and <see cref="ShuffleReadExec"/>s.</param>
/// <param name="Output">How rows are spread; null unless the purpose is Shuffle.</param>
/// <param name="Cte">The common table expression; null unless the purpose is Cte.</param>
/// <param name="Tasks">Number of tasks.</param>
/// <param name="Inputs">Stages that must have ended before this one starts.</param>
/// <param name="Ranges">Partitions that each task reads of the stage's hash exchanges, which then have the same number of them; null: a partition a task.</param>
public sealed record Stage(
    StageId Id, StagePurpose Purpose, ExecPlan Plan, Exchange? Output, Logical.CteId? Cte, int Tasks, NodeList<StageId> Inputs, NodeList<PartitionRange>? Ranges = null);

/// <summary>A plan cut at its exchanges, in an order in which the stages can run; the last one streams the result.</summary>
public sealed record StagePlan(NodeList<Stage> Stages)
{
    /// <summary>Text form of EXPLAIN (STAGES).</summary>
    public override string ToString() => string.Concat(Stages.Select(static stage =>
        $"Stage {stage.Id.Value} [{stage.Purpose}{(stage.Output is null ? "" : $" {stage.Output.Kind} into {stage.Output.Partitions}")}] {stage.Tasks} task{(stage.Tasks == 1 ? "" : "s")}\n"
        + string.Concat(stage.Plan.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => $"  {line}\n"))));
}
