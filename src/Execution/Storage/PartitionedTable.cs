using SqlCluster.Catalyst;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Files that share the values of the columns which are not in them.</summary>
/// <param name="Table">The files.</param>
/// <param name="Values">A value for each column of the partitioned table that comes from folder names, or is the file's name.</param>
internal sealed record FilePartition(IScannableTable Table, NodeList<Literal> Values);

/// <summary>Files of any format with columns that are not in the files: folder names such as year=2024, or the file's name. Columns are matched by name.</summary>
/// <remarks>
/// A scan puts a partition's values into its filters: those that are false then drop the partition unread, those that are true are gone, the rest goes to the files' own
/// scan. Columns that a partition's files lack are NULL. Immutable and thread-safe.
/// </remarks>
internal sealed class PartitionedTable : IScannableTable
{
    private readonly NodeList<TableColumn> _fileColumns;
    private readonly ITable _whole;
    private readonly TableStatistics _fileStatistics;
    private readonly int[] _statisticsOf;

    /// <param name="whole">All files as one table, for statistics.</param>
    /// <param name="fileColumns">Columns that come from the files.</param>
    /// <param name="valueColumns">Columns that do not; they come last.</param>
    /// <param name="partitions">The files.</param>
    /// <exception cref="QueryException">42804: a column has another type in the files than declared.</exception>
    public PartitionedTable(ITable whole, NodeList<TableColumn> fileColumns, NodeList<TableColumn> valueColumns, IReadOnlyList<FilePartition> partitions)
    {
        Name = whole.Name;
        Columns = [.. fileColumns, .. valueColumns];
        Partitions = partitions;
        _whole = whole;
        _fileColumns = fileColumns;
        _fileStatistics = whole.Statistics;
        _statisticsOf = [.. fileColumns.Select(column => Find(whole, column))];
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public string ContentVersion => _whole.ContentVersion;

    public IReadOnlyList<FilePartition> Partitions { get; }

    public TableStatistics Statistics => _fileStatistics with
    {
        Columns =
        [
            .. _statisticsOf.Select(ordinal => ordinal < 0 ? new ColumnStatistics(null, null) : _fileStatistics.Columns[ordinal]),
            .. Enumerable.Range(0, Columns.Count - _fileColumns.Count).Select(ValueStatistics),
        ],
    };

    public bool CanPushFilter(Expression predicate) => !predicate.HasSubquery() && !predicate.IsVolatile();

    public IScanSource OpenScan(ScanExec scan, QueryContext query)
    {
        IConstantEvaluator evaluator = query.Settings.CreateConstantEvaluator();
        var scans = new List<PartitionScan>();
        foreach (FilePartition partition in Partitions)
        {
            if (Restrict(scan, partition, evaluator) is { } restricted)
            {
                scans.Add(restricted);
            }
        }

        return new PartitionedScanSource(scan, scans, Partitions.Count - scans.Count, query);
    }

    private static int Find(ITable table, TableColumn column)
    {
        for (int i = 0; i < table.Columns.Count; i++)
        {
            if (table.Columns[i].Name == column.Name)
            {
                return table.Columns[i].Type == column.Type ? i : throw new QueryException(
                    "42804", ErrorKind.User, $"column \"{column.Name}\" is {table.Columns[i].Type} in the files of \"{table.Name}\", not {column.Type}");
            }
        }

        return -1;
    }

    private static Expression Replace(Expression expression, Func<InputReference, Expression> replacement) => expression is InputReference input
        ? replacement(input)
        : expression.Children.IsEmpty ? expression : expression.WithChildren(expression.Children.Map(child => Replace(child, replacement)));

    private static bool HasInput(Expression expression) => expression is InputReference || expression.Children.Any(HasInput);

    private ColumnStatistics ValueStatistics(int index)
    {
        int distinct = Partitions.Select(partition => partition.Values[index]).Distinct().Count();
        return new ColumnStatistics(null, null, Partitions.Any(partition => partition.Values[index].Value is null) ? -1 : 0, distinct);
    }

    // The scan of one partition's files, null when its values rule it out.
    private PartitionScan? Restrict(ScanExec scan, FilePartition partition, IConstantEvaluator evaluator)
    {
        var ordinals = new List<int>();
        var read = new int[scan.ReadColumns.Count];
        var values = new Literal?[read.Length];
        for (int i = 0; i < read.Length; i++)
        {
            int ordinal = scan.TableOrdinals[i];
            int inFile = ordinal < _fileColumns.Count ? Find(partition.Table, _fileColumns[ordinal]) : -1;
            values[i] = inFile >= 0 ? null : ordinal < _fileColumns.Count ? Literal.Null(_fileColumns[ordinal].Type) : partition.Values[ordinal - _fileColumns.Count];
            read[i] = inFile >= 0 ? ordinals.Count : -1;
            if (inFile >= 0)
            {
                ordinals.Add(inFile);
            }
        }

        var filters = new List<Expression>();
        foreach (Expression filter in scan.Filters)
        {
            Expression replaced = Replace(filter, input => values[input.Ordinal] is { } value ? value : input with { Ordinal = read[input.Ordinal] });
            if (HasInput(replaced) || !TryEvaluate(evaluator, replaced, out bool isTrue))
            {
                filters.Add(replaced);
            }
            else if (!isTrue)
            {
                return null;
            }
        }

        ScanExec restricted = scan with
        {
            Table = partition.Table,
            TableOrdinals = NodeList.From(ordinals),
            ReadColumns = [.. scan.ReadColumns.Where((_, i) => values[i] == null)],
            Filters = NodeList.From(filters),
            OutputOrdinals = [.. scan.OutputOrdinals.Where(ordinal => values[ordinal] == null).Select(ordinal => read[ordinal])],
            RuntimeFilters = [.. scan.RuntimeFilters.Where(target => values[target.ReadOrdinal] == null).Select(target => target with { ReadOrdinal = read[target.ReadOrdinal] })],
        };
        return new PartitionScan(restricted, [.. scan.OutputOrdinals.Select(ordinal => values[ordinal])]);
    }

    private static bool TryEvaluate(IConstantEvaluator evaluator, Expression expression, out bool isTrue)
    {
        try
        {
            isTrue = evaluator.Evaluate(expression).Value is true;
            return true;
        }
        catch (QueryException)
        {
            isTrue = false;
            return false;
        }
    }
}
