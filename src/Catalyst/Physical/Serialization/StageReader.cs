using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical.Serialization;

/// <summary>Reads what <see cref="StageWriter"/> wrote.</summary>
internal sealed class StageReader(PlanInput input, ITableReferences tables, IFunctionCatalog functions) : PlanReader(input, tables, functions)
{
    public new StagePlan Read() => new(Input.List(Stage));

    private Stage Stage() => new(
        new StageId(Input.Count()), Input.Code<StagePurpose>(), base.Read(), Input.Optional(Exchange), Input.Count() is var cte and > 0 ? new CteId(cte - 1) : null, Input.Count(),
        Input.List(() => new StageId(Input.Count())), Input.Optional(() => Input.List(Range)));

    private PartitionRange Range() => new(Input.Count(), Input.Count(), Input.Count());
}
