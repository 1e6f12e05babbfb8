using System.Diagnostics;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Vectors;

/// <summary>Rows that survive a filter: ascending row numbers (int32) of the vectors they belong to.</summary>
public sealed class SelectionVector(NativeBuffer rows, int count)
{
    public int Count { get; } = count;

    public NativeBuffer Buffer { get; } = rows;

    /// <summary>Row numbers, strictly ascending; 64 bytes behind the last one may be read.</summary>
    public ReadOnlySpan<int> Rows => Buffer.Span<int>(0, Count);
}

/// <summary>Some rows of several columns, and which of them count.</summary>
/// <remarks>
/// A batch and all it points to stays valid until its maker is asked for the next batch or disposed. Who keeps it longer calls <see cref="Retain"/>
/// (and later <see cref="Release"/>) or copies. Batches with no columns carry rows all the same (count(*)).
/// </remarks>
public sealed class Batch
{
    /// <summary>Rows that operators put in a batch unless the setting batch_size says otherwise.</summary>
    public const int DefaultRows = 4096;

    public Batch(Vector[] columns, int length, SelectionVector? selection = null)
    {
        Columns = columns;
        Length = length;
        Selection = selection;
        Debug.Assert(Array.TrueForAll(columns, column => column.Length == length), "columns of unequal length");
        Debug.Assert(selection == null || selection.Count == 0 || selection.Rows[^1] < length, "selected row beyond the batch");
    }

    public Vector[] Columns { get; }

    /// <summary>Rows of each column, selected or not.</summary>
    public int Length { get; }

    /// <summary>The rows that count; null: all.</summary>
    public SelectionVector? Selection { get; }

    /// <summary>Rows that count.</summary>
    public int RowCount => Selection?.Count ?? Length;

    /// <summary>The same rows with other columns of the same length.</summary>
    public Batch WithColumns(Vector[] columns) => new(columns, Length, Selection);

    /// <summary>Adds a reference to every buffer.</summary>
    /// <returns>This batch.</returns>
    public Batch Retain()
    {
        foreach (Vector column in Columns)
        {
            column.Retain();
        }

        Selection?.Buffer.Retain();
        return this;
    }

    /// <summary>Drops the references that one <see cref="Retain"/> took.</summary>
    public void Release()
    {
        foreach (Vector column in Columns)
        {
            column.Release();
        }

        Selection?.Buffer.Release();
    }
}
