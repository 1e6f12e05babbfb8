using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Keeps for each selected row of a probe batch whether it found a partner, and whether the condition was null for one.</summary>
/// <remarks>The vector of <see cref="ToVector"/> is valid until the next call of it.</remarks>
internal sealed class ProbeMarks(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _bits;
    private NativeBuffer? _validity;
    private byte[] _found = [];
    private byte[] _unknown = [];
    private int _count;

    /// <summary>1 for each selected row with a partner.</summary>
    public Span<byte> Found => _found.AsSpan(0, _count);

    /// <summary>1 for each selected row whose condition was null against a build row; counts only where <see cref="Found"/> is 0.</summary>
    public Span<byte> Unknown => _unknown.AsSpan(0, _count);

    /// <summary>Forgets the last batch.</summary>
    /// <param name="count">Selected rows of the next.</param>
    public void Start(int count)
    {
        if (_found.Length < count)
        {
            _found = new byte[count];
            _unknown = new byte[count];
        }

        _count = count;
        Found.Clear();
        Unknown.Clear();
    }

    /// <summary>Lists the rows that found a partner, or those that found none.</summary>
    /// <param name="rows">Numbers of the selected rows; empty: all rows are.</param>
    /// <param name="wanted">1 or 0.</param>
    /// <param name="selected">Takes as many row numbers as the batch has selected rows.</param>
    /// <returns>How many there are.</returns>
    public int Select(ReadOnlySpan<int> rows, byte wanted, Span<int> selected)
    {
        ReadOnlySpan<byte> found = Found;
        int count = 0;
        for (int i = 0; i < found.Length; i++)
        {
            selected[count] = rows.IsEmpty ? i : rows[i];
            count += found[i] == wanted ? 1 : 0;
        }

        return count;
    }

    /// <summary>The mark column of <paramref name="batch"/>, a value for each row: true, null or false.</summary>
    public BooleanVector ToVector(Batch batch)
    {
        int bytes = Bits.WordCount(batch.Length) * 8, nulls = 0;
        Span<byte> bits = NativeBuffer.Reuse(ref _bits, bytes, account).Span<byte>(0, bytes);
        Span<byte> validity = NativeBuffer.Reuse(ref _validity, bytes, account).Span<byte>(0, bytes);
        bits.Clear();
        validity.Fill(0xFF);
        ReadOnlySpan<int> rows = batch.Selection == null ? default : batch.Selection.Rows;
        for (int i = 0; i < _count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (_found[i] != 0)
            {
                Bits.Set(bits, row);
            }
            else if (_unknown[i] != 0)
            {
                Bits.Clear(validity, row);
                nulls++;
            }
        }

        return new BooleanVector(batch.Length, _bits!, _validity, nulls);
    }

    public void Dispose()
    {
        _bits?.Release();
        _validity?.Release();
        _bits = _validity = null;
    }
}
