namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Writes stages; read by <see cref="StageReader"/>.</summary>
internal sealed class StageWriter(PlanOutput output, ITableReferences tables) : PlanWriter(output, tables)
{
    public void Write(StagePlan plan) => Output.List(plan.Stages, Write);

    private void Write(Stage stage)
    {
        Output.Count(stage.Id.Value);
        Output.Byte((byte)stage.Purpose);
        Write(stage.Plan);
        Output.Optional(stage.Output, Write);
        Output.Count(stage.Cte is { } cte ? cte.Value + 1 : 0);
        Output.Count(stage.Tasks);
        Output.List(stage.Inputs, input => Output.Count(input.Value));
        Output.Optional(stage.Ranges, ranges => Output.List(ranges, Write));
    }

    private void Write(PartitionRange range)
    {
        Output.Count(range.Start);
        Output.Count(range.End);
        Output.Count(range.Sharers);
    }
}
