using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Logical;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Identifies a filter made from a join's build side and applied in scans of its probe side.</summary>
public readonly record struct RuntimeFilterId(int Value);

/// <summary>A scan's column that a runtime filter restricts.</summary>
/// <param name="Id">Which filter; it is complete before the scan's stage starts, or absent.</param>
/// <param name="ReadOrdinal">Position in <see cref="ScanExec.ReadColumns"/>.</param>
public sealed record RuntimeFilterTarget(RuntimeFilterId Id, int ReadOrdinal);

/// <summary>Reads a table: prunes by statistics, applies every filter itself, materializes late.</summary>
/// <param name="Table">What is read.</param>
/// <param name="TableOrdinals">Positions in the table of the columns read.</param>
/// <param name="ReadColumns">Those columns.</param>
/// <param name="Filters">Conjuncts over <paramref name="ReadColumns"/>, all applied by the scan.</param>
/// <param name="OutputOrdinals">Which of the read columns come out, in order; may be empty (count(*)).</param>
/// <param name="Limit">Stops after so many rows per query, -1: never. Any rows will do.</param>
/// <param name="RuntimeFilters">Filters from join build sides: they drop rows that cannot match, not necessarily all of them.</param>
public sealed record ScanExec(
    ITable Table, NodeList<int> TableOrdinals, NodeList<ExecColumn> ReadColumns, NodeList<Expression> Filters, NodeList<int> OutputOrdinals, long Limit,
    NodeList<RuntimeFilterTarget> RuntimeFilters) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => OutputOrdinals.Map(ordinal => ReadColumns[ordinal]);
}

/// <summary>Literal rows; expressions have no column references. In a stage of several partitions only the first one produces them.</summary>
public sealed record ValuesExec(NodeList<NodeList<Expression>> Rows, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;
}

/// <summary>Reads the rows that <see cref="WithExec"/> keeps for a common table expression; rows are handed out to tasks as they ask.</summary>
public sealed record CteScanExec(CteId Id, string Name, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;
}

/// <summary>Computes a common table expression once, before the body starts.</summary>
public sealed record WithExec(CteId Id, string Name, ExecPlan Definition, ExecPlan Body) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Body.Output;

    public override NodeList<ExecPlan> Children => [Definition, Body];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Definition = children[0], Body = children[1] };
}

/// <summary>The last iteration's rows inside <see cref="RecursiveUnionExec.Recursive"/>.</summary>
public sealed record WorkingTableScanExec(CteId Id, string Name, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;
}

/// <summary>WITH RECURSIVE in one task: the recursive plan (free of exchanges) is run anew for each iteration.</summary>
public sealed record RecursiveUnionExec(CteId Id, bool IsAll, ExecPlan Base, ExecPlan Recursive, NodeList<ExecColumn> Columns) : ExecPlan
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;

    public override NodeList<ExecPlan> Children => [Base, Recursive];

    public override ExecPlan WithChildren(NodeList<ExecPlan> children) => this with { Base = children[0], Recursive = children[1] };
}

/// <summary>Runs table functions for each input row: see <see cref="TableFunctionScan"/>. Output: input columns, function columns, ordinality.</summary>
public sealed record TableFunctionExec(
    NodeList<Call> Functions, NodeList<NodeList<ExecColumn>> FunctionColumns, ExecColumn? Ordinality, bool IsOuter, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() =>
        [.. Input.Output, .. FunctionColumns.SelectMany(static columns => columns), .. Ordinality is null ? NodeList<ExecColumn>.Empty : [Ordinality]];
}
