using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Physical;

/// <summary>Keeps rows for which the predicate is true; batches keep their columns and get a selection.</summary>
public sealed record FilterExec(Expression Predicate, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Input.Output;
}

/// <summary>Computes expressions; plain references cost nothing.</summary>
public sealed record ProjectExec(NodeList<Expression> Expressions, NodeList<ExecColumn> Columns, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;
}

/// <summary>Which half of an aggregation a node does.</summary>
public enum AggregateMode
{
    /// <summary>Rows in, results out: the input holds all rows of a group in one partition.</summary>
    Single,
    /// <summary>Rows in, keys and states out; the same key may come out more than once.</summary>
    Partial,
    /// <summary>Keys and states in (as Partial puts them out), results out.</summary>
    Final,
    /// <summary>Keys and states in, the keys of grouping sets and states out: the sets are made of groups by all keys, which are fewer than rows.</summary>
    Merge,
}

/// <summary>Groups by hashing.</summary>
/// <param name="Mode">Which half.</param>
/// <param name="Keys">Group keys over the input; in Final and Merge mode references to the first input columns. Empty: one group, which exists even without rows (in Partial mode only if there were rows).</param>
/// <param name="Calls">Aggregates. Single and Partial: arguments over the input. Final and Merge: arguments are ignored, states are taken in order from the columns behind the keys.</param>
/// <param name="GroupingSets">
/// As in the logical plan; not in Final mode. The set's position is then one more (bigint) key column behind the keys. The empty set's group exists even without
/// rows, in Partial and Merge mode too (each task puts its state out), so that a Final above always makes its row.
/// </param>
/// <param name="Columns">Single, Final: keys, results. Partial, Merge: keys, then each call's state columns (<see cref="Catalog.FunctionSignature.StateTypes"/>).</param>
/// <param name="Input">Rows or states.</param>
public sealed record HashAggregateExec(
    AggregateMode Mode, NodeList<Expression> Keys, NodeList<AggregateCall> Calls, NodeList<NodeList<int>>? GroupingSets, NodeList<ExecColumn> Columns, ExecPlan Input)
    : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Columns;
}

/// <summary>Orders the rows of each partition.</summary>
public sealed record SortExec(NodeList<SortKey> Keys, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Input.Output;
}

/// <summary>The first rows of each partition by the keys, in order. Limit and offset are bigint expressions without columns; null offset: 0.</summary>
/// <param name="Keys">Order.</param>
/// <param name="Limit">Rows to keep.</param>
/// <param name="Offset">Rows to skip; only in a plan's one gathered partition.</param>
/// <param name="WithTies">Keeps rows that tie with the last.</param>
/// <param name="Input">Rows.</param>
public sealed record TopNExec(NodeList<SortKey> Keys, Expression Limit, Expression? Offset, bool WithTies, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Input.Output;
}

/// <summary>Skips and stops, in each partition by itself. Null limit: all rows.</summary>
public sealed record LimitExec(Expression? Limit, Expression? Offset, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Input.Output;
}

/// <summary>The first row of each run of equal keys in sorted input (DISTINCT ON).</summary>
public sealed record DistinctOnExec(NodeList<Expression> On, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Input.Output;
}

/// <summary>Adds window function columns. Calls share partition and order keys; the input holds whole window partitions, in any order.</summary>
public sealed record WindowExec(NodeList<WindowCall> Calls, NodeList<ExecColumn> CallColumns, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => [.. Input.Output, .. CallColumns];
}

/// <summary>How an exchange spreads rows over the partitions of the next stage.</summary>
public enum ExchangeKind
{
    /// <summary>By hash of the keys.</summary>
    Hash,
    /// <summary>Evenly, whole batches.</summary>
    RoundRobin,
    /// <summary>Every partition gets all rows; in one process the rows are shared.</summary>
    Broadcast,
    /// <summary>All rows to one partition; with sort keys, the sorted inputs are merged in order.</summary>
    Gather,
}

/// <summary>A stage boundary.</summary>
/// <param name="Kind">How rows are spread.</param>
/// <param name="Keys">Hash: keys over the input.</param>
/// <param name="SortKeys">Gather: order to merge by; empty: none.</param>
/// <param name="Input">The stage below.</param>
public sealed record ExchangeExec(ExchangeKind Kind, NodeList<Expression> Keys, NodeList<SortKey> SortKeys, ExecPlan Input) : UnaryExec(Input)
{
    protected override NodeList<ExecColumn> MakeOutput() => Input.Output;
}
