using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Spill;

/// <summary>Makes vectors of what <see cref="VectorWriter"/> wrote. The bytes have passed their checksum: what does not fit is our own mistake.</summary>
internal ref struct BlockDecoder(ReadOnlySpan<byte> bytes, SpillFile file, MemoryAccount account)
{
    private readonly List<NativeBuffer> _buffers = [];
    private ReadOnlySpan<byte> _bytes = bytes;

    public int ReadInt()
    {
        int value = BinaryPrimitives.ReadInt32LittleEndian(_bytes);
        _bytes = _bytes[4..];
        return value;
    }

    /// <summary>The next column.</summary>
    public Vector ReadVector(int count)
    {
        ArrowType type = file.TypeOf(ReadInt()) ?? throw ExecutionErrors.Internal("a spilled column without a type");
        switch ((SpilledEncoding)ReadInt())
        {
            case SpilledEncoding.Constant:
                return new ConstantVector(ReadFlat(type, 1), count);
            case SpilledEncoding.Dictionary:
                (NativeBuffer? validity, int nulls) = ReadValidity(count);
                int width = ReadInt();
                NativeBuffer codes = ReadBuffer(count * width);
                return new DictionaryVector(count, codes, 0, width, ReadFlat(type, ReadInt()), validity, nulls);
            default:
                return ReadFlat(type, count);
        }
    }

    /// <summary>Gives up what was read, after an error.</summary>
    public readonly void Abandon() => _buffers.ForEach(static buffer => buffer.Release());

    private Vector ReadFlat(ArrowType type, int count)
    {
        (NativeBuffer? validity, int nulls) = ReadValidity(count);
        switch (type.Id)
        {
            case ArrowTypeId.Boolean or ArrowTypeId.Null:
                return new BooleanVector(count, ReadBuffer(Bits.WordCount(count) * 8), validity, nulls);
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                return ReadViews(type, count, validity, nulls);
            case ArrowTypeId.List or ArrowTypeId.Map:
                NativeBuffer offsets = Allocate((count + 1) * 4);
                Span<int> room = offsets.Span<int>(0, count + 1);
                room[0] = 0;
                MemoryMarshal.Cast<byte, int>(Take(count * 4)).CopyTo(room[1..]);
                return new ListVector(type, count, offsets, ReadVector(ReadInt()), validity, nulls);
            case ArrowTypeId.Struct:
                var children = new Vector[type.Children!.Length];
                for (int i = 0; i < children.Length; i++)
                {
                    children[i] = ReadVector(count);
                }

                return new StructVector(type, count, children, validity, nulls);
            default:
                return new FixedVector(type, count, ReadBuffer(count * type.Width), 0, validity, nulls);
        }
    }

    private ViewVector ReadViews(ArrowType type, int count, NativeBuffer? validity, int nulls)
    {
        ReadOnlySpan<int> ends = MemoryMarshal.Cast<byte, int>(Take(count * 4));
        int length = count == 0 ? 0 : ends[^1];
        NativeBuffer data = ReadBuffer(length);
        NativeBuffer views = Allocate(count * 16);
        StringViews.Create(data, ends, views.Span<StringView>(0, count));
        return new ViewVector(type, count, views, 0, [data], validity, nulls);
    }

    private (NativeBuffer? Validity, int Nulls) ReadValidity(int count)
    {
        int nulls = ReadInt();
        return nulls == 0 ? (null, 0) : (ReadBuffer(Bits.WordCount(count) * 8), nulls);
    }

    private NativeBuffer ReadBuffer(int length)
    {
        NativeBuffer buffer = Allocate(length);
        Take(length).CopyTo(buffer.Span<byte>(0, length));
        return buffer;
    }

    private readonly NativeBuffer Allocate(int length)
    {
        NativeBuffer buffer = NativeBuffer.Allocate(length, account);
        _buffers.Add(buffer);
        return buffer;
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        ReadOnlySpan<byte> taken = _bytes[..length];
        _bytes = _bytes[length..];
        return taken;
    }
}
