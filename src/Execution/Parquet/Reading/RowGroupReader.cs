using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Reads some columns of one row group in step, batch by batch.</summary>
/// <remarks>
/// A batch ends where any column's page ends, so that no vector needs to be stitched together. The caller decides per batch which columns to
/// read: <see cref="NextRows"/>, then <see cref="Read"/> for the columns it wants, then <see cref="Advance"/>, which passes over the rest.
/// Errors carry file, row group, column and page. Not thread-safe.
/// </remarks>
internal sealed class RowGroupReader : IDisposable
{
    private readonly ParquetFile _file;
    private readonly FieldReader[] _readers;
    private readonly long[] _lag;
    private readonly bool[] _isRead;
    private int _rowGroup = -1;
    private long _rowsLeft;
    private int _batchRows;

    /// <param name="file">The file.</param>
    /// <param name="columns">Positions in <see cref="ParquetFile.Columns"/>.</param>
    /// <param name="account">Charged for pages and vectors.</param>
    /// <param name="options">Settings of the read.</param>
    public RowGroupReader(ParquetFile file, IReadOnlyList<int> columns, MemoryAccount account, ReadOptions options)
    {
        _file = file;
        _readers = [.. columns.Select(column => file.CreateReader(column, account, options))];
        _lag = new long[_readers.Length];
        _isRead = new bool[_readers.Length];
    }

    /// <summary>Gets the bytes read from the file so far.</summary>
    public long BytesRead => _readers.Sum(static reader => reader.BytesRead);

    /// <summary>Moves to the first row of a row group.</summary>
    public void Open(int rowGroup)
    {
        _rowGroup = rowGroup;
        RowGroup group = _file.MetaData.RowGroups[rowGroup];
        _rowsLeft = group.RowCount;
        _batchRows = 0;
        Array.Clear(_lag);
        for (int i = 0; i < _readers.Length; i++)
        {
            FieldReader reader = _readers[i];
            Guard(reader, () => reader.Open(group));
        }
    }

    /// <summary>Gets the dictionary of a column when it holds every value of the row group; only before the first rows.</summary>
    public Vector? WholeDictionary(int column)
    {
        FieldReader reader = _readers[column];
        return Guard(reader, reader.WholeDictionary);
    }

    /// <summary>Starts the next batch: as many rows as <paramref name="maxRows"/> and the pages of the columns to be read allow; 0 at the end.</summary>
    /// <param name="maxRows">At least 1.</param>
    /// <param name="columns">The columns that will surely be read; others are brought up to the batch when they are.</param>
    public int NextRows(int maxRows, ReadOnlySpan<int> columns)
    {
        int rows = (int)Math.Min(maxRows, _rowsLeft);
        Array.Clear(_isRead);
        if (rows > 0)
        {
            foreach (int column in columns)
                rows = Math.Min(rows, CatchUp(column));
        }

        return _batchRows = rows;
    }

    /// <summary>Cuts the started batch to what another column can read too, and returns its rows. Vectors already read keep their length.</summary>
    public int Limit(int column) => CatchUp(column);

    /// <summary>Reads a column's next rows.</summary>
    public Vector Read(int column, int rowCount)
    {
        CatchUp(column);
        _isRead[column] = true;
        FieldReader reader = _readers[column];
        return Guard(reader, () => reader.Read(rowCount));
    }

    /// <summary>Ends the batch after so many of its rows: columns that were not read fall behind, to be skipped when they are needed.</summary>
    public void Advance(int rowCount)
    {
        for (int i = 0; i < _lag.Length; i++)
        {
            if (!_isRead[i])
                _lag[i] += rowCount;
        }

        Array.Clear(_isRead);
        _rowsLeft -= rowCount;
        _batchRows = 0;
    }

    /// <summary>Passes over rows of all columns.</summary>
    public void Skip(long rowCount)
    {
        for (int i = 0; i < _lag.Length; i++)
            _lag[i] += rowCount;
        _rowsLeft -= rowCount;
    }

    public void Dispose()
    {
        foreach (FieldReader reader in _readers)
            reader.Dispose();
    }

    private int CatchUp(int column)
    {
        FieldReader reader = _readers[column];
        return Guard(reader, () =>
        {
            if (_lag[column] > 0)
            {
                reader.Skip(_lag[column]);
                _lag[column] = 0;
            }

            int available = reader.Available();
            if (available == 0)
                ParquetException.ThrowCorrupted("column chunk ends before its row group");
            return available;
        });
    }

    private void Guard(FieldReader reader, Action action) => Guard(reader, () =>
    {
        action();
        return true;
    });

    private T Guard<T>(FieldReader reader, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (ParquetException error)
        {
            (string column, int page) = reader.Place;
            throw error.At(_file.Source.Path, _rowGroup, column, page < 0 ? null : page);
        }
        catch (EndOfStreamException error)
        {
            (string column, int page) = reader.Place;
            throw new ParquetException("file became shorter while it was read", cause: error)
                .At(_file.Source.Path, _rowGroup, column, page < 0 ? null : page);
        }
    }
}
