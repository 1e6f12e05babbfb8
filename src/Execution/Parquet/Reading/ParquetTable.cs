using SqlCluster.Arrow.Schema;
using SqlCluster.Catalyst;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pruning;
using SqlCluster.Execution.Storage;
using TableColumnStatistics = SqlCluster.Catalyst.Catalog.ColumnStatistics;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>How Parquet files are read.</summary>
/// <param name="BinaryAsString">Whether byte arrays without annotation are text.</param>
/// <param name="VerifyChecksums">Whether pages that carry a CRC are compared with it.</param>
public sealed record ParquetTableOptions(bool BinaryAsString = false, bool VerifyChecksums = false)
{
    public static readonly ParquetTableOptions Default = new();
}

/// <summary>One or more Parquet files as a table.</summary>
/// <remarks>
/// The first file decides the columns; further files are matched by name, may order their columns differently, and read as NULL where they lack
/// one. Every filter without subqueries or volatile functions can be pushed down. Immutable and thread-safe.
/// </remarks>
public sealed class ParquetTable : IScannableTable
{
    private readonly ParquetFile[] _files;
    private readonly Lazy<TableStatistics> _statistics;

    private ParquetTable(string name, ParquetFile[] files, ParquetTableOptions options)
    {
        Name = name;
        Options = options;
        _files = files;
        _statistics = new Lazy<TableStatistics>(ReadStatistics, LazyThreadSafetyMode.PublicationOnly);      // who was cancelled leaves no error behind
        Columns = [.. files[0].Columns.Select(column => new TableColumn(column.Name, column.Sql, column.IsNullable || files.Length > 1))];
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public TableStatistics Statistics => _statistics.Value;

    public string ContentVersion => FileVersions.Of(_files.Select(static file => file.Source.Path));

    public ParquetTableOptions Options { get; }

    internal IReadOnlyList<ParquetFile> Files => _files;

    /// <summary>Opens files as one table.</summary>
    /// <param name="name">Name for EXPLAIN and errors.</param>
    /// <param name="paths">At least one; all footers are read now, unless they are known.</param>
    /// <param name="options">How to read them.</param>
    /// <exception cref="Parser.Errors.QueryException">A file is missing, may not be read, is damaged, or has other column types than the first.</exception>
    public static ParquetTable Open(string name, IReadOnlyList<string> paths, ParquetTableOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(paths);
        ArgumentOutOfRangeException.ThrowIfZero(paths.Count);
        options ??= ParquetTableOptions.Default;
        ParquetFile[] files = [.. paths.Select(path => ParquetFileCache.Shared.Open(path, options.BinaryAsString))];
        ParquetTable table = new(name, files, options);
        for (int i = 1; i < files.Length; i++)
            table.CheckTypes(files[i]);
        return table;
    }

    public bool CanPushFilter(Expression predicate) => !predicate.HasSubquery() && !predicate.IsVolatile();

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new ParquetScanSource(this, scan, query.Share);

    /// <summary>Finds a table column in a file; -1 when the file lacks it.</summary>
    internal int FindColumn(ParquetFile file, int tableOrdinal)
    {
        string name = Columns[tableOrdinal].Name;
        if (tableOrdinal < file.Columns.Count && file.Columns[tableOrdinal].Name == name)
            return tableOrdinal;
        for (int i = 0; i < file.Columns.Count; i++)
        {
            if (file.Columns[i].Name == name)
                return i;
        }

        return -1;
    }

    /// <summary>A file may lack columns, which are NULL there, but not all of them: then it belongs to another table.</summary>
    private void CheckTypes(ParquetFile file)
    {
        bool isOfTable = Columns.IsEmpty;
        for (int i = 0; i < Columns.Count; i++)
        {
            int column = FindColumn(file, i);
            isOfTable |= column >= 0;
            if (column >= 0 && file.Columns[column].Sql != Columns[i].Type)
            {
                throw ParquetErrors.OtherType(
                    Columns[i].Name, Columns[i].Type.ToString(), file.Source.Path, file.Columns[column].Sql.ToString());
            }
        }

        if (!isOfTable)
        {
            throw ParquetErrors.OtherTable(file.Source.Path, _files[0].Source.Path);
        }
    }

    private TableStatistics ReadStatistics() => new(
        _files.Sum(static file => file.MetaData.RowCount),
        IsExact: true,
        [.. Enumerable.Range(0, Columns.Count).Select(ReadColumnStatistics)]);

    private TableColumnStatistics ReadColumnStatistics(int ordinal)
    {
        Bound? min = null, max = null;
        long nulls = 0, values = 0, bytes = 0, mostDistinct = 0, mostRows = 0, distinct = 0;
        bool isBounded = true, isFirst = true;
        var sweep = Columns[ordinal].Type is { IsInteger: true } or { Kind: TypeKind.Date } ? new DistinctSweep() : null;
        foreach (ParquetFile file in _files)
        {
            Interruption.Ask();
            int found = FindColumn(file, ordinal);
            if (found < 0 || file.Columns[found].Field is not LeafField { Column: var column })
                return new TableColumnStatistics(null, null, AverageBytes: Columns[ordinal].Type.IsNested ? 32 : 8);
            LeafType type = file.LeafTypes[column.Index];
            foreach (RowGroup group in file.MetaData.RowGroups)
            {
                ColumnChunk chunk = group.Columns[column.Index];
                ColumnBounds bounds = BoundsReader.Read(chunk.Statistics, chunk.ValueCount, column, type);
                nulls = chunk.Statistics?.NullCount is { } count && nulls >= 0 ? nulls + count : column.MaxDefinitionLevel == 0 ? nulls : -1;
                long? groupDistinct = chunk.Statistics?.DistinctCount;
                distinct = groupDistinct is { } some && distinct >= 0 ? distinct + some : -1;
                mostDistinct = Math.Max(mostDistinct, groupDistinct ?? 0);
                mostRows = Math.Max(mostRows, group.RowCount);
                values += chunk.ValueCount;
                bytes += chunk.UncompressedSizeBytes;
                if (bounds.IsAllNull || chunk.ValueCount == 0)
                    continue;
                isBounded &= bounds.Min is not null && bounds.Max is not null && !bounds.MayHaveNan;
                if (!isBounded)
                    continue;
                min = isFirst || Bound.Compare(bounds.Min!.Value, min!.Value) < 0 ? bounds.Min : min;
                max = isFirst || Bound.Compare(bounds.Max!.Value, max!.Value) > 0 ? bounds.Max : max;
                isFirst = false;
                sweep?.Add(bounds.Min!.Value.Number, bounds.Max!.Value.Number, groupDistinct ?? 0);
            }
        }

        ArrowType arrow = _files[0].Columns[ordinal].Arrow;
        double averageBytes = arrow.IsView ? Math.Clamp(values == 0 ? 16 : bytes / (double)values, 4, 4096) : Math.Max(arrow.Width, 1);
        SqlType sql = Columns[ordinal].Type;

        // Few distinct values among many rows are taken to be the same ones in every row group, as far as their bounds allow, many to be others.
        double distinctCount = values == 0 || distinct < 0 ? -1
            : mostDistinct * 10 > mostRows ? distinct
            : sweep != null && isBounded ? Math.Max(mostDistinct, sweep.Count())
            : mostDistinct;
        return new TableColumnStatistics(
            isBounded && !isFirst ? ToLiteral(min!.Value, sql) : null, isBounded && !isFirst ? ToLiteral(max!.Value, sql) : null, nulls, distinctCount, averageBytes);
    }

    /// <summary>A bound as a value of a column; null where the type has none.</summary>
    internal static Literal? ToLiteral(Bound bound, SqlType type) => type.Kind switch
    {
        TypeKind.Boolean => new Literal(bound.Number != 0, type),
        TypeKind.SmallInt or TypeKind.Integer or TypeKind.BigInt or TypeKind.Date or TypeKind.Time or TypeKind.Timestamp or TypeKind.TimestampTz
            when bound.Number >= long.MinValue && bound.Number <= long.MaxValue => new Literal((long)bound.Number, type),
        TypeKind.Numeric => new Literal(bound.Number, type),
        TypeKind.Real or TypeKind.DoublePrecision when bound.Real is { } real => new Literal(real, type),
        TypeKind.Text when bound.Bytes is { } bytes => new Literal(System.Text.Encoding.UTF8.GetString(bytes.Span), type),
        _ => null,
    };
}
