using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Reads splits of a Parquet table until none is left: prunes, filters, and materializes late.</summary>
/// <remarks>
/// Per split: statistics, Bloom filters and page index rule out rows; then the dictionaries of filtered columns may rule out the rest. Per batch: the
/// columns of one filter after the other are read, and the remaining columns only if rows are left; pages in which no row is left are never decompressed.
/// </remarks>
internal sealed class ParquetScanReader : Operator
{
    /// <summary>Bytes of rows that a batch holds at most, about.</summary>
    private const long LargestBatchBytes = 1 << 20;

    private readonly ParquetScanSource _source;
    private readonly ScanExec _scan;
    private readonly ScanFilter[] _filters;
    private readonly Vector?[] _columns;
    private readonly ConstantNulls _nulls;
    private readonly bool _pushdown;
    private readonly ScanRuntimeFilters _runtimeFilters;
    private ParquetFile? _file;
    private int[] _fileColumns = [];
    private int[] _readerColumns = [];
    private int[] _present = [];
    private ParquetSplit _split;
    private int _batchRows;
    private RowGroupReader? _reader;
    private SplitPruner? _pruner;
    private List<(long First, long End)> _ranges = [];
    private int _range;
    private long _row;
    private NativeBuffer? _limitRows;
    private long _bytesReported;

    public ParquetScanReader(ParquetScanSource source, TaskContext context, OperatorMetrics metrics)
        : base(context, metrics)
    {
        _source = source;
        _scan = source.Scan;
        _pushdown = context.Query.Settings.ScanPushdown;
        _columns = new Vector?[_scan.ReadColumns.Count];
        _nulls = new ConstantNulls(context.Account);
        _filters = ScanFilter.Compile(_scan.Filters, context.Evaluation);
        _runtimeFilters = new ScanRuntimeFilters(_scan, context, metrics);
    }

    public override void Dispose()
    {
        foreach (ScanFilter filter in _filters)
            filter.Dispose();
        _runtimeFilters.Dispose();
        _reader?.Dispose();
        _nulls.Dispose();
        _limitRows?.Release();
        _limitRows = null;
    }

    /// <summary>Drops windows, pages and dictionaries; they are read again from the row on that comes next.</summary>
    public override void Rest()
    {
        ReportBytes();
        _reader?.Dispose();
        _reader = null;
        _bytesReported = 0;
    }

    protected override Batch? NextCore()
    {
        try
        {
            while (true)
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                if (_range == _ranges.Count && !NextSplit())
                    return null;
                if (NextBatch() is { } batch)
                    return batch;
            }
        }
        catch (ParquetException error)
        {
            throw ParquetErrors.Unreadable(error);
        }
        catch (IOException error)
        {
            throw ParquetErrors.InputOutput(_file?.Source.Path ?? _source.Table.Name, error);
        }
        finally
        {
            ReportBytes();
        }
    }

    // Opens splits until one has rows that the filters may accept.
    private bool NextSplit()
    {
        while (_source.TryTake(out ParquetSplit split))
        {
            Context.Cancellation.ThrowIfCancellationRequested();
            OpenFile(split.File);
            if (split.File.Source.HasChanged())
                throw ParquetErrors.Changed(split.File.Source.Path);
            _range = 0;
            _ranges = _pushdown ? _pruner!.Prune(split) : [(split.FirstRow, split.EndRow)];
            if (_ranges.Count > 0 && _pushdown && !_runtimeFilters.MightMatch(ordinal => _pruner!.Bounds(split.RowGroup, ordinal)))
            {
                Metrics.Add("row groups pruned by runtime filter", 1);
                _ranges = [];
            }

            if (_ranges.Count == 0)
                continue;
            _split = split;
            _batchRows = BatchRows(split.File.MetaData.RowGroups[split.RowGroup]);
            _row = 0;
            OpenReader();
            if (_pushdown && IsRuledOutByDictionaries(split))
            {
                Metrics.Add("row groups pruned by dictionary", 1);
                _ranges = [];
                continue;
            }

            Metrics.Add("row groups read", 1);
            return true;
        }

        _ranges = [];
        _range = 0;
        return false;
    }

    private void OpenFile(ParquetFile file)
    {
        if (ReferenceEquals(file, _file))
            return;
        ReportBytes();
        _reader?.Dispose();
        _reader = null;
        _bytesReported = 0;
        _file = file;
        _fileColumns = [.. _scan.TableOrdinals.Select(ordinal => _source.Table.FindColumn(file, ordinal))];
        _present = [.. _fileColumns.Where(static column => column >= 0).Distinct()];
        _readerColumns = [.. _fileColumns.Select(column => Array.IndexOf(_present, column))];
        _pruner = new SplitPruner(file, _fileColumns, _filters, Metrics);
    }

    /// <summary>Opens the split's row group at the current row.</summary>
    private void OpenReader()
    {
        _reader ??= new RowGroupReader(_file!, _present, Context.Account, new ReadOptions(_source.Table.Options.VerifyChecksums));
        _reader.Open(_split.RowGroup);
        _reader.Advance(_row);
    }

    /// <summary>Rows of a batch: as many as the session says, fewer where rows are so wide that such a batch would be large.</summary>
    private int BatchRows(RowGroup group)
    {
        long bytes = 0;
        foreach (int column in _present)
        {
            ParquetField field = _file!.Columns[column].Field;
            for (int leaf = field.FirstLeaf; leaf < field.FirstLeaf + field.LeafCount; leaf++)
                bytes += group.Columns[leaf].UncompressedSizeBytes;
        }

        long rowBytes = Math.Max(1, bytes / Math.Max(1, group.RowCount));
        return (int)Math.Clamp(LargestBatchBytes / rowBytes, 1, Context.BatchSize);
    }

    // A filter that rejects every entry of a whole dictionary, and nulls, rejects the row group.
    private bool IsRuledOutByDictionaries(in ParquetSplit split)
    {
        RowGroup group = split.File.MetaData.RowGroups[split.RowGroup];
        foreach (ScanFilter filter in _filters)
        {
            if (filter.Ordinals.Length != 1 || filter.MayFail || _readerColumns[filter.Ordinals[0]] < 0)
                continue;
            int ordinal = filter.Ordinals[0];
            if (split.File.Columns[_fileColumns[ordinal]].Field is not LeafField { Column: var column })
                continue;
            bool mayHaveNulls = column.MaxDefinitionLevel > 0 && group.Columns[column.Index].Statistics?.NullCount != 0;
            if (mayHaveNulls && filter.AcceptsAny(_nulls.OfOneRow(split.File.Columns[_fileColumns[ordinal]].Arrow)))
                continue;
            Vector? dictionary = _reader!.WholeDictionary(_readerColumns[ordinal]);
            if (dictionary is not null && dictionary.Length <= group.RowCount && !filter.AcceptsAny(dictionary))
                return true;
        }

        return false;
    }

    private Batch? NextBatch()
    {
        (long first, long end) = _ranges[_range];
        if (_reader is null)
            OpenReader();
        if (_row < first)
        {
            _reader!.Advance(first - _row);
            _row = first;
        }

        int rowCount = (int)Math.Min(_reader!.NextRows(_batchRows), end - _row);
        Array.Clear(_columns);
        if (!_pushdown)
            ReadAll(rowCount);
        Batch? batch = Filter(rowCount, out SelectionVector? selection) ? Output(rowCount, selection) : null;
        _reader.Advance(rowCount);
        _row += rowCount;
        if (_row == end)
            _range++;
        return batch;
    }

    private bool Filter(int rowCount, out SelectionVector? selection)
    {
        selection = null;
        foreach (ScanFilter filter in _filters)
        {
            foreach (int ordinal in filter.Ordinals)
                ReadColumn(ordinal, rowCount);
            selection = filter.Apply(_columns, rowCount, selection);
            if (selection is { Count: 0 })
                return false;
        }

        for (int i = 0; i < _runtimeFilters.Count; i++)
        {
            int ordinal = _runtimeFilters.Ordinal(i);
            if (_runtimeFilters.IsWorthwhile(i))
                selection = _runtimeFilters.Apply(i, ReadColumn(ordinal, rowCount), selection);
            if (selection is { Count: 0 })
                return false;
        }

        return rowCount > 0;
    }

    private Batch? Output(int rowCount, SelectionVector? selection)
    {
        int selected = selection?.Count ?? rowCount;
        int granted = _source.TakeRows(selected);
        if (granted == 0)
            return null;
        Vector[] output = new Vector[_scan.OutputOrdinals.Count];
        for (int i = 0; i < output.Length; i++)
            output[i] = ReadColumn(_scan.OutputOrdinals[i], rowCount);
        return new Batch(output, rowCount, granted < selected ? Cut(selection, granted) : selection);
    }

    private SelectionVector Cut(SelectionVector? selection, int count)
    {
        if (selection is not null)
            return new SelectionVector(selection.Buffer, count);
        NativeBuffer rows = NativeBuffer.Reuse(ref _limitRows, (count + 16L) * sizeof(int), Context.Account);
        Span<int> numbers = rows.Span<int>(0, count);
        for (int i = 0; i < numbers.Length; i++)
            numbers[i] = i;
        return new SelectionVector(rows, count);
    }

    private void ReadAll(int rowCount)
    {
        for (int ordinal = 0; ordinal < _columns.Length; ordinal++)
            ReadColumn(ordinal, rowCount);
    }

    private Vector ReadColumn(int ordinal, int rowCount)
    {
        if (_columns[ordinal] is { } known)
            return known;
        int column = _readerColumns[ordinal];
        for (int i = 0; i < ordinal && column >= 0; i++)
        {
            // A column that is read under two ordinals is read once.
            if (_readerColumns[i] == column && _columns[i] is { } same)
                return _columns[ordinal] = same;
        }

        Vector vector = column >= 0
            ? _reader!.Read(column, rowCount)
            : new ConstantVector(_nulls.OfOneRow(ArrowTypes.Of(_scan.ReadColumns[ordinal].Type)), rowCount);
        return _columns[ordinal] = vector;
    }

    private void ReportBytes()
    {
        long bytes = _reader?.BytesRead ?? 0;
        if (bytes > _bytesReported)
            Metrics.Add("bytes read", bytes - _bytesReported);
        _bytesReported = bytes;
    }

    // One-row null vectors by type.
    private sealed class ConstantNulls(MemoryAccount account) : IDisposable
    {
        private readonly Dictionary<Arrow.Schema.ArrowType, ColumnAppender> _vectors = [];

        public Vector OfOneRow(Arrow.Schema.ArrowType type)
        {
            if (!_vectors.TryGetValue(type, out ColumnAppender? appender))
            {
                appender = ColumnAppender.Create(type, account);
                appender.AppendNulls(1);
                _vectors.Add(type, appender);
            }

            return appender.Build();
        }

        public void Dispose()
        {
            foreach (ColumnAppender appender in _vectors.Values)
                appender.Dispose();
        }
    }
}
