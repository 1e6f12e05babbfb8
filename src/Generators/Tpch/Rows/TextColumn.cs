using System.Buffers.Text;
using System.Diagnostics;

namespace SqlCluster.Generators.Tpch.Rows;

/// <summary>Holds the texts of one column end to end, with the offset of each end.</summary>
public sealed class TextColumn
{
    private int[] _ends = new int[1024];
    private byte[] _bytes = new byte[32 * 1024];

    public int Count { get; private set; }

    /// <summary>All bytes of all texts, in order.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, Count == 0 ? 0 : _ends[Count - 1]);

    /// <summary>Where each text ends in <see cref="Bytes"/>; it starts where the one before ended.</summary>
    public ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    public ReadOnlySpan<byte> this[int row]
    {
        get
        {
            int start = row == 0 ? 0 : _ends[row - 1];
            return _bytes.AsSpan(start, _ends[row] - start);
        }
    }

    internal void Clear() => Count = 0;

    internal void Append(ReadOnlySpan<byte> text) => text.CopyTo(Reserve(text.Length));

    /// <summary>Appends a text of the given length and returns its bytes to be written.</summary>
    internal Span<byte> Reserve(int length)
    {
        int start = Count == 0 ? 0 : _ends[Count - 1];
        if (start + length > _bytes.Length)
            Array.Resize(ref _bytes, Math.Max(start + length, _bytes.Length * 2));
        if (Count == _ends.Length)
            Array.Resize(ref _ends, _ends.Length * 2);
        _ends[Count++] = start + length;
        return _bytes.AsSpan(start, length);
    }

    /// <summary>Appends a prefix and a number filled up with zeros to nine digits.</summary>
    internal void AppendNumbered(ReadOnlySpan<byte> prefix, long number)
    {
        Span<byte> digits = stackalloc byte[20];
        bool written = Utf8Formatter.TryFormat(number, digits, out int length, new System.Buffers.StandardFormat('D', 9));
        Debug.Assert(written, "20 digits hold any number");
        Span<byte> text = Reserve(prefix.Length + length);
        prefix.CopyTo(text);
        digits[..length].CopyTo(text[prefix.Length..]);
    }
}
