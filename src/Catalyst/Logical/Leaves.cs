using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;

namespace SqlCluster.Catalyst.Logical;

/// <summary>A column read by a scan: which of the table's columns, under which id.</summary>
public sealed record ScanColumn(int TableOrdinal, Column Column);

/// <summary>Reads a table.</summary>
/// <param name="Table">What is read.</param>
/// <param name="Columns">Columns produced, in order.</param>
/// <param name="Filters">
/// Conjuncts that the scan applies itself, over its own columns: those of <paramref name="Columns"/> and of <paramref name="FilterColumns"/>. Empty before pushdown.
/// </param>
/// <param name="FilterColumns">Columns read only for the filters.</param>
/// <param name="Limit">At most so many rows are needed, -1 for all; any of them will do.</param>
public sealed record Scan(
    ITable Table, NodeList<ScanColumn> Columns, NodeList<Expression> Filters, NodeList<ScanColumn> FilterColumns, long Limit = -1) : LogicalPlan
{
    /// <summary>What ANALYZE found in the table, for estimates; null: it was not analyzed.</summary>
    public AnalyzedTable? Analyzed { get; init; }

    protected override NodeList<Column> MakeOutput() => [.. Columns.Select(static column => column.Column)];

    public override NodeList<Expression> Expressions => Filters;

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Filters = expressions };
}

/// <summary>Literal rows: VALUES, or one row of no columns for a SELECT without FROM, or no rows at all.</summary>
public sealed record Values(NodeList<NodeList<Expression>> Rows, NodeList<Column> Columns) : LogicalPlan
{
    /// <summary>One row without columns.</summary>
    public static readonly Values SingleRow = new([NodeList<Expression>.Empty], NodeList<Column>.Empty);

    protected override NodeList<Column> MakeOutput() => Columns;

    public override NodeList<Expression> Expressions => [.. Rows.SelectMany(static row => row)];

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions)
    {
        var rows = new NodeList<Expression>[Rows.Count];
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = NodeList.Create(expressions.AsSpan().Slice(i * Columns.Count, Columns.Count));
        }

        return this with { Rows = NodeList.Create<NodeList<Expression>>(rows) };
    }

    /// <summary>No rows with the given columns.</summary>
    public static Values Empty(NodeList<Column> columns) => new(NodeList<NodeList<Expression>>.Empty, columns);
}

/// <summary>Identifies a common table expression within one query.</summary>
public readonly record struct CteId(int Value);

/// <summary>Reads the rows of a common table expression, or of the recursive term's working table.</summary>
/// <param name="Id">Which one.</param>
/// <param name="Name">Its name, for EXPLAIN.</param>
/// <param name="Columns">This reference's own columns, one for each column of the definition, in order.</param>
/// <param name="IsWorkingTable">Inside the recursive term: the rows of the last iteration.</param>
public sealed record CteScan(CteId Id, string Name, NodeList<Column> Columns, bool IsWorkingTable = false) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() => Columns;
}

/// <summary>Rows of a table function whose arguments may depend on outer columns: unnest, generate_series, ...</summary>
/// <param name="Input">Rows for each of which the functions run (a lateral input; <see cref="Values.SingleRow"/> otherwise); its columns are passed on.</param>
/// <param name="Functions">Calls side by side (ROWS FROM, several set-returning functions in SELECT): shorter ones are padded with nulls.</param>
/// <param name="FunctionColumns">Columns of each call.</param>
/// <param name="Ordinality">Row number column of WITH ORDINALITY, or null.</param>
/// <param name="IsOuter">Keeps input rows for which no row comes back (LEFT JOIN LATERAL ... ON true).</param>
public sealed record TableFunctionScan(
    LogicalPlan Input, NodeList<Call> Functions, NodeList<NodeList<Column>> FunctionColumns, Column? Ordinality, bool IsOuter = false) : LogicalPlan
{
    protected override NodeList<Column> MakeOutput() =>
        [.. Input.Output, .. FunctionColumns.SelectMany(static columns => columns), .. Ordinality is null ? NodeList<Column>.Empty : [Ordinality]];

    public override NodeList<LogicalPlan> Children => [Input];

    public override NodeList<Expression> Expressions => [.. Functions];

    public override LogicalPlan WithChildren(NodeList<LogicalPlan> children) => this with { Input = children[0] };

    public override LogicalPlan WithExpressions(NodeList<Expression> expressions) => this with { Functions = [.. expressions.Cast<Call>()] };
}
