using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Reads some columns of one row group in step, batch by batch.</summary>
/// <remarks>
/// The caller decides per batch which columns to read: <see cref="NextRows"/>, then <see cref="Read"/> for the columns it wants, then
/// <see cref="Advance"/>. Columns that were not read fall behind and pass over what they missed when they are read next, without
/// decompressing pages that lie wholly within it. A batch that lies across the end of a page is copied together; all others are slices of pages.
/// Vectors are valid until the next batch is read. Errors carry file, row group, column and page. Not thread-safe.
/// </remarks>
internal sealed class RowGroupReader : IDisposable
{
    private readonly ParquetFile _file;
    private readonly FieldReader[] _readers;
    private readonly RowStitcher?[] _stitchers;
    private readonly ArrowType[] _types;
    private readonly long[] _position;
    private readonly int[] _leaves;
    private readonly MemoryAccount _account;
    private int _rowGroup = -1;
    private long _rowCount;
    private long _row;

    /// <param name="file">The file.</param>
    /// <param name="columns">Positions in <see cref="ParquetFile.Columns"/>.</param>
    /// <param name="account">Charged for pages and vectors.</param>
    /// <param name="options">Settings of the read.</param>
    public RowGroupReader(ParquetFile file, IReadOnlyList<int> columns, MemoryAccount account, ReadOptions options)
    {
        _file = file;
        _account = account;
        _readers = [.. columns.Select(column => file.CreateReader(column, account, options))];
        _types = [.. columns.Select(column => file.Columns[column].Arrow)];
        _stitchers = new RowStitcher?[_readers.Length];
        _position = new long[_readers.Length];
        _leaves = [.. columns.Select(column => file.Columns[column].Field).SelectMany(static field => Enumerable.Range(field.FirstLeaf, field.LeafCount))];
    }

    /// <summary>Gets the bytes read from the file so far.</summary>
    public long BytesRead => _readers.Sum(static reader => reader.BytesRead);

    /// <summary>Moves to the first row of a row group. Announces what may be needed, but reads nothing yet.</summary>
    public void Open(int rowGroup)
    {
        _file.Source.WillNeed(_leaves.Select(leaf => _file.MetaData.RowGroups[rowGroup].Columns[leaf].Pages).ToArray());
        _rowGroup = rowGroup;
        _rowCount = _file.MetaData.RowGroups[rowGroup].RowCount;
        _row = 0;
        Array.Fill(_position, -1);
    }

    /// <summary>Gets the dictionary of a column when it holds every value of the row group; only before the column's first rows are read.</summary>
    /// <param name="column">Position among the reader's columns.</param>
    public Vector? WholeDictionary(int column)
    {
        FieldReader reader = _readers[column];
        try
        {
            Open(column, reader);
            return reader.WholeDictionary();
        }
        catch (Exception error) when (error is ParquetException or EndOfStreamException)
        {
            throw Located(error, reader);
        }
    }

    /// <summary>Gets the rows of the next batch; 0 at the end.</summary>
    public int NextRows(int maxRows) => (int)Math.Min(maxRows, _rowCount - _row);

    /// <summary>Reads a column's next rows.</summary>
    /// <param name="column">Position among the reader's columns.</param>
    /// <param name="rowCount">What <see cref="NextRows"/> returned.</param>
    public Vector Read(int column, int rowCount)
    {
        FieldReader reader = _readers[column];
        try
        {
            Open(column, reader);
            if (_position[column] < _row)
                reader.Skip(_row - _position[column]);
            _position[column] = _row + rowCount;
            return reader.Available() >= rowCount ? reader.Read(rowCount) : Stitch(column, reader, rowCount);
        }
        catch (Exception error) when (error is ParquetException or EndOfStreamException)
        {
            throw Located(error, reader);
        }
    }

    /// <summary>Moves all columns on; those that were not read will pass over these rows.</summary>
    public void Advance(long rowCount) => _row += rowCount;

    public void Dispose()
    {
        foreach (FieldReader reader in _readers)
            reader.Dispose();
        foreach (RowStitcher? stitcher in _stitchers)
            stitcher?.Dispose();
    }

    private void Open(int column, FieldReader reader)
    {
        if (_position[column] >= 0)
            return;
        reader.Open(_file.MetaData.RowGroups[_rowGroup]);
        _position[column] = 0;
    }

    private Vector Stitch(int column, FieldReader reader, int rowCount)
    {
        RowStitcher stitcher = _stitchers[column] ??= new RowStitcher(_types[column], _account);
        stitcher.Begin();
        while (rowCount > 0)
        {
            int count = Math.Min(rowCount, reader.Available());
            if (count == 0)
                ParquetException.ThrowCorrupted("column chunk ends before its row group");
            stitcher.Add(reader.Read(count));
            rowCount -= count;
        }

        return stitcher.Build();
    }

    private ParquetException Located(Exception error, FieldReader reader)
    {
        (string column, int page) = reader.Place;
        ParquetException located = error as ParquetException ?? new ParquetException("file became shorter while it was read", cause: error);
        return located.At(_file.Source.Path, _rowGroup, column, page < 0 ? null : page);
    }
}
