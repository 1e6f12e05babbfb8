using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Reads one field of the table, flat or nested, row group after row group.</summary>
/// <remarks>
/// Vectors point into the reader's buffers and pages: they stay valid until <see cref="Available"/> moves to another page, that is, until the next
/// batch is asked for, unless they are retained. Not thread-safe.
/// </remarks>
internal abstract class FieldReader : IDisposable
{
    /// <summary>Gets the bytes read from the file so far.</summary>
    public abstract long BytesRead { get; }

    /// <summary>Gets where the reader is, for messages: the column's path and page number.</summary>
    public abstract (string Column, int Page) Place { get; }

    /// <summary>Moves to the first row of a row group.</summary>
    public abstract void Open(RowGroup rowGroup);

    /// <summary>Gets the rows that one <see cref="Read"/> can return, after moving to the next page where the current one is used up; 0 at the end.</summary>
    /// <exception cref="ParquetException">A page is damaged or the chunk ends early.</exception>
    public abstract int Available();

    /// <summary>Reads the next rows, at most <see cref="Available"/>.</summary>
    /// <exception cref="ParquetException">The page is damaged.</exception>
    public abstract Vector Read(int rowCount);

    /// <summary>Passes over rows; pages that are passed over whole are not decompressed.</summary>
    /// <exception cref="ParquetException">A page is damaged or the chunk ends early.</exception>
    public abstract void Skip(long rowCount);

    /// <summary>Gets the dictionary when all rows of the row group that are not null have their value in it, and null otherwise.</summary>
    public virtual Vector? WholeDictionary() => null;

    public abstract void Dispose();
}
