using SqlCluster.Execution.Parquet.Encodings;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Holds byte strings end to end.</summary>
internal sealed class BytesList
{
    private readonly ByteBuilder _bytes = new();
    private int[] _ends = new int[256];

    public int Count { get; private set; }

    public long SizeBytes => _bytes.Length;

    public ReadOnlySpan<byte> this[int index]
    {
        get
        {
            int start = Start(index);
            return _bytes.Written[start.._ends[index]];
        }
    }

    public void Clear()
    {
        Count = 0;
        _bytes.Clear();
    }

    public void Append(ReadOnlySpan<byte> value)
    {
        _bytes.Append(value);
        if (Count == _ends.Length)
            Array.Resize(ref _ends, _ends.Length * 2);
        _ends[Count++] = _bytes.Length;
    }

    public int LengthOf(int index) => _ends[index] - Start(index);

    /// <summary>Gets the bytes of consecutive values without anything between them.</summary>
    public ReadOnlySpan<byte> Slice(int first, int count) => count == 0 ? default : _bytes.Written[Start(first).._ends[first + count - 1]];

    /// <summary>Appends values in PLAIN: each with its length in front, or bare where all have the same length.</summary>
    public void WritePlain(int first, int count, bool withLengths, ByteBuilder output)
    {
        if (!withLengths)
        {
            output.Append(Slice(first, count));
            return;
        }

        for (int i = first; i < first + count; i++)
        {
            ReadOnlySpan<byte> value = this[i];
            output.AppendInt32(value.Length);
            output.Append(value);
        }
    }

    private int Start(int index) => index == 0 ? 0 : _ends[index - 1];
}
