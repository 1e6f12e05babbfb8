using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Storage;

/// <summary>Rows of a table version that a statement takes away, by their numbers (<see cref="TableRows"/>).</summary>
/// <param name="version">The version, held by the caller as long as this is used.</param>
public sealed class RowReplacement(TableVersion version)
{
    private readonly ulong[] _taken = new ulong[(version.RowCount + 63) / 64];

    /// <summary>Rows taken away.</summary>
    public long Count { get; private set; }

    /// <summary>Whether a row has been taken away.</summary>
    public bool IsTaken(long row) => (_taken[row >> 6] >> (int)(row & 63) & 1) != 0;

    /// <summary>Takes a row away.</summary>
    /// <returns>False when that was done before.</returns>
    public bool Take(long row)
    {
        ref ulong word = ref _taken[row >> 6];
        ulong bit = 1UL << (int)(row & 63);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        Count++;
        return true;
    }

    /// <summary>Takes the rows away whose numbers a column has, and picks those rows of its batch whose number it had for the first time.</summary>
    /// <param name="numbers">Numbers of rows; nulls are passed over.</param>
    /// <param name="batch">The batch of the column.</param>
    /// <param name="picked">Takes the rows of the batch that were picked, ascending.</param>
    public void Take(Vector numbers, Batch batch, List<int> picked)
    {
        picked.Clear();
        var reader = new VectorReader(numbers);
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection is { } selection ? selection.Rows[i] : i;
            if (!reader.IsNull(row) && Take(reader.Integer(row)))
            {
                picked.Add(row);
            }
        }
    }

    /// <summary>As <see cref="Take(Vector, Batch, List{int})"/>, and picks the rows without a number, too.</summary>
    /// <returns>False when a number came a second time.</returns>
    public bool TakeOrAdd(Vector numbers, Batch batch, List<int> picked)
    {
        picked.Clear();
        var reader = new VectorReader(numbers);
        for (int i = 0; i < batch.RowCount; i++)
        {
            int row = batch.Selection is { } selection ? selection.Rows[i] : i;
            if (!reader.IsNull(row) && !Take(reader.Integer(row)))
            {
                return false;
            }

            picked.Add(row);
        }

        return true;
    }

    /// <summary>Puts the rows that stay into a writer: batches that lost none as they are, what is left of the others copied.</summary>
    public void KeepOthers(MemoryTable.Writer writer)
    {
        long start = 0;
        var kept = new List<int>();
        foreach (Batch batch in version.Batches)
        {
            int lost = Lost(start, batch.Length);
            if (lost == 0)
            {
                writer.Keep(batch);
            }
            else if (lost < batch.Length)
            {
                kept.Clear();
                for (int i = 0; i < batch.Length; i++)
                {
                    if (!IsTaken(start + i))
                    {
                        kept.Add(i);
                    }
                }

                writer.Copy(batch, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(kept));
            }

            start += batch.Length;
        }
    }

    private int Lost(long start, int length)
    {
        int lost = 0;
        for (long row = start; row < start + length;)
        {
            int bit = (int)(row & 63), width = (int)Math.Min(64 - bit, start + length - row);
            ulong word = _taken[row >> 6] >> bit;
            lost += System.Numerics.BitOperations.PopCount(width == 64 ? word : word & ((1UL << width) - 1));
            row += width;
        }

        return lost;
    }
}
