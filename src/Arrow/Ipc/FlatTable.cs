using System.Buffers.Binary;
using System.Text;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Reads one table of a FlatBuffers buffer; every offset and length is checked against the buffer.</summary>
/// <remarks>Tables may refer to each other at will, so who walks a tree of them bounds depth and number himself.</remarks>
internal readonly ref struct FlatTable
{
    private static readonly UTF8Encoding Utf8 = new(false, true);

    private readonly ReadOnlySpan<byte> _buffer;
    private readonly int _position;
    private readonly int _vtable;
    private readonly int _vtableLength;
    private readonly int _tableLength;

    private FlatTable(ReadOnlySpan<byte> buffer, long position)
    {
        _buffer = buffer;
        _position = Checked(buffer, position, 4);
        _vtable = Checked(buffer, position - BinaryPrimitives.ReadInt32LittleEndian(buffer[_position..]), 4);
        _vtableLength = BinaryPrimitives.ReadUInt16LittleEndian(buffer[_vtable..]);
        _tableLength = BinaryPrimitives.ReadUInt16LittleEndian(buffer[(_vtable + 2)..]);
        Checked(buffer, _vtable, _vtableLength);
        Checked(buffer, _position, _tableLength);
    }

    /// <summary>The table that the buffer is about.</summary>
    /// <exception cref="IpcException">Here and in all that reads from it: an offset or length leads out of the buffer.</exception>
    public static FlatTable Root(ReadOnlySpan<byte> buffer)
    {
        Checked(buffer, 0, 4);
        return new FlatTable(buffer, BinaryPrimitives.ReadUInt32LittleEndian(buffer));
    }

    public bool Has(int slot) => FieldAt(slot, 1) >= 0;

    public byte Byte(int slot, byte missing = 0) => FieldAt(slot, 1) is var at and >= 0 ? _buffer[at] : missing;

    public bool Boolean(int slot) => Byte(slot) != 0;

    public short Int16(int slot, short missing = 0) => FieldAt(slot, 2) is var at and >= 0 ? BinaryPrimitives.ReadInt16LittleEndian(_buffer[at..]) : missing;

    public int Int32(int slot, int missing = 0) => FieldAt(slot, 4) is var at and >= 0 ? BinaryPrimitives.ReadInt32LittleEndian(_buffer[at..]) : missing;

    public long Int64(int slot, long missing = 0) => FieldAt(slot, 8) is var at and >= 0 ? BinaryPrimitives.ReadInt64LittleEndian(_buffer[at..]) : missing;

    /// <summary>A table that must be there.</summary>
    public FlatTable Table(int slot) => new(_buffer, Target(Present(slot)));

    /// <summary>Text, or null when the field is missing.</summary>
    public string? String(int slot)
    {
        int at = FieldAt(slot, 4);
        if (at < 0)
        {
            return null;
        }

        (int start, int length) = Vector(at, 1);
        try
        {
            return Utf8.GetString(_buffer.Slice(start, length));
        }
        catch (DecoderFallbackException error)
        {
            throw new IpcException("a text in the metadata is not UTF-8", error);
        }
    }

    /// <summary>Bytes of a text, without reading it.</summary>
    public int StringBytes(int slot) => FieldAt(slot, 4) is var at and >= 0 ? Vector(at, 1).Length : 0;

    /// <summary>Entries of a vector of tables; 0 when the field is missing.</summary>
    public int TableCount(int slot) => FieldAt(slot, 4) is var at and >= 0 ? Vector(at, 4).Length : 0;

    public FlatTable TableAt(int slot, int index) => new(_buffer, Target(Vector(Present(slot), 4).Start + (4 * index)));

    public int Int32Count(int slot) => TableCount(slot);

    public int[] Int32s(int slot)
    {
        (int start, int length) = FieldAt(slot, 4) is var at and >= 0 ? Vector(at, 4) : default;
        int[] values = new int[length];
        for (int i = 0; i < length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt32LittleEndian(_buffer[(start + (4 * i))..]);
        }

        return values;
    }

    /// <summary>A vector of structs of int64 fields, field by field; empty when missing.</summary>
    public long[] Int64Structs(int slot, int fieldsPerStruct)
    {
        (int start, int length) = FieldAt(slot, 4) is var at and >= 0 ? Vector(at, 8 * fieldsPerStruct) : default;
        long[] values = new long[length * fieldsPerStruct];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadInt64LittleEndian(_buffer[(start + (8 * i))..]);
        }

        return values;
    }

    private static int Checked(ReadOnlySpan<byte> buffer, long position, long length) =>
        position >= 0 && length >= 0 && position + length <= buffer.Length ? (int)position : throw new IpcException("an offset in the metadata leads out of it");

    /// <summary>Where a field is, or -1 when it is missing.</summary>
    private int FieldAt(int slot, int size)
    {
        int entry = 4 + (2 * slot);
        if (entry + 2 > _vtableLength)
        {
            return -1;
        }

        int offset = BinaryPrimitives.ReadUInt16LittleEndian(_buffer[(_vtable + entry)..]);
        return offset == 0 ? -1
            : offset + size <= _tableLength ? _position + offset
            : throw new IpcException("a field in the metadata lies outside its table");
    }

    private int Present(int slot) => FieldAt(slot, 4) is var at and >= 0 ? at : throw new IpcException("a required field of the metadata is missing");

    private long Target(int at) => at + (long)BinaryPrimitives.ReadUInt32LittleEndian(_buffer[at..]);

    private (int Start, int Length) Vector(int at, int elementSize)
    {
        int start = Checked(_buffer, Target(at), 4);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(_buffer[start..]);
        Checked(_buffer, start + 4L, (long)length * elementSize);
        return (start + 4, (int)length);
    }
}
