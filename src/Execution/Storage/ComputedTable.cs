using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Storage;

/// <summary>A table whose rows are objects in memory that are turned into columns when a query asks, and only the columns it asks for: system catalogs.</summary>
public abstract class ComputedTable : IScannableTable
{
    public abstract string Name { get; }

    public abstract NodeList<TableColumn> Columns { get; }

    public abstract TableStatistics Statistics { get; }

    public bool CanPushFilter(Expression predicate) => false;

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new ComputedScan(scan, OpenRows(), Columns);

    /// <summary>The rows of this moment.</summary>
    protected abstract ComputedRows OpenRows();
}

/// <summary>Rows of a <see cref="ComputedTable"/>, as one query sees them.</summary>
public abstract class ComputedRows
{
    public abstract int Count { get; }

    /// <summary>Writes a column's values of consecutive rows.</summary>
    /// <param name="ordinal">Column of the table.</param>
    /// <param name="start">First row.</param>
    /// <param name="cells">Where they go; its rows count from 0.</param>
    /// <param name="count">Rows.</param>
    public abstract void Fill(int ordinal, int start, CellWriter cells, int count);
}

/// <summary>Takes a column's values row after row; what is not set is null.</summary>
public sealed class CellWriter
{
    private readonly ResultColumn _column;

    internal CellWriter(ResultColumn column) => _column = column;

    public SqlType Type => _column.Type;

    /// <summary>Chooses the row that is set next; rows ascend.</summary>
    public void MoveTo(int row) => _column.MoveTo(row);

    public void Set(long value) => _column.SetLong(value);

    public void Set(bool value) => _column.SetBoolean(value);

    public void Set(double value) => _column.SetDouble(value);

    /// <summary>Null leaves the cell null.</summary>
    public void Set(string? value)
    {
        if (value != null)
        {
            _column.SetText(value);
        }
    }

    /// <summary>A value of a literal; null leaves the cell null.</summary>
    public void SetValue(object? value) => LiteralVectors.Set(_column, new Literal(value, _column.Type));
}

/// <summary>One reader gets all rows; they are few.</summary>
internal sealed class ComputedScan(ScanExec scan, ComputedRows rows, NodeList<TableColumn> columns) : IScanSource
{
    private int _taken;

    public Operator CreateReader(TaskContext context, OperatorMetrics metrics) =>
        new Reader(scan, Interlocked.Exchange(ref _taken, 1) == 0 ? rows : null, columns, context, metrics);

    public void Dispose()
    {
    }

    private sealed class Reader : Operator
    {
        private readonly int[] _ordinals;
        private readonly ResultColumn[] _columns;
        private readonly CellWriter[] _cells;
        private readonly ComputedRows? _rows;
        private int _next;

        public Reader(ScanExec scan, ComputedRows? rows, NodeList<TableColumn> columns, TaskContext context, OperatorMetrics metrics)
            : base(context, metrics)
        {
            _rows = rows;
            _ordinals = [.. scan.OutputOrdinals.Select(ordinal => scan.TableOrdinals[ordinal])];
            _columns = Array.ConvertAll(_ordinals, ordinal => new ResultColumn(columns[ordinal].Type, context.Account));
            _cells = Array.ConvertAll(_columns, static column => new CellWriter(column));
        }

        protected override Batch? NextCore()
        {
            int count = _rows == null ? 0 : Math.Min(_rows.Count - _next, Context.BatchSize);
            if (count == 0)
            {
                return null;
            }

            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].Start(count);
                _rows!.Fill(_ordinals[i], _next, _cells[i], count);
            }

            _next += count;
            return new Batch(Array.ConvertAll(_columns, static column => column.Build()), count);
        }

        public override void Dispose() => Array.ForEach(_columns, static column => column.Dispose());
    }
}
