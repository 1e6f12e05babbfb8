using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Pages;

/// <summary>Lists the forms in which a page's values wait to be taken.</summary>
internal enum PackedForm : byte
{
    /// <summary>Stored values of one width, one behind the other.</summary>
    Fixed,

    /// <summary>A bit per boolean.</summary>
    Bits,

    /// <summary>Dictionary codes of 1, 2 or 4 bytes.</summary>
    Codes,

    /// <summary>Views of byte strings.</summary>
    Views,

    /// <summary>PLAIN byte strings, made into views only when they are taken: a page may hold more than the cache.</summary>
    PlainStrings,
}

/// <summary>Holds the values of one page that are not null, and how far they have been taken.</summary>
/// <param name="Form">What the buffer holds.</param>
/// <param name="Buffer">Owned by the decoder, or the page itself.</param>
/// <param name="Offset">Byte where the first value is.</param>
/// <param name="Width">Bytes of one value; 0 for bits and plain strings.</param>
/// <param name="Count">Values in all.</param>
/// <param name="LengthBytes">Bytes of plain strings.</param>
/// <param name="DataBuffer">Where long strings of views are.</param>
internal sealed record PackedValues(
    PackedForm Form, NativeBuffer Buffer, int Offset, int Width, int Count, int LengthBytes = 0, NativeBuffer? DataBuffer = null)
{
    private int _stringPosition;

    /// <summary>Gets how many values have been taken.</summary>
    public int Position { get; private set; }

    /// <summary>Takes the next values as bytes.</summary>
    public Span<byte> Take(int count) => Buffer.Span<byte>(TakeOffset(count), count * Width);

    /// <summary>Takes the next values where they are, and returns the byte of the buffer where they begin.</summary>
    public long TakeOffset(int count)
    {
        Debug.Assert(Width > 0 && count <= Count - Position, "more values taken than there are");
        long offset = Offset + ((long)Position * Width);
        Position += count;
        return offset;
    }

    /// <summary>Takes the next bits and returns the number of the first one, counted from <see cref="Offset"/>.</summary>
    public int TakeBits(int count)
    {
        int first = Position;
        Position += count;
        return first;
    }

    /// <summary>Takes the next strings as views of the page.</summary>
    /// <exception cref="ParquetException">A string reaches beyond the page.</exception>
    public void TakeStrings(Span<StringView> target)
    {
        _stringPosition += ByteArrayViews.ReadPlain(RestOfStrings(), target);
        Position += target.Length;
    }

    /// <exception cref="ParquetException">A string reaches beyond the page.</exception>
    public void Skip(int count)
    {
        if (Form == PackedForm.PlainStrings)
            _stringPosition += ByteArrayViews.SkipPlain(RestOfStrings(), count);
        Position += count;
    }

    private ReadOnlySpan<byte> RestOfStrings() => Buffer.Span<byte>(Offset + _stringPosition, LengthBytes - _stringPosition);
}
