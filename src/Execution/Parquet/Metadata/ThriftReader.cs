
namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Reads Thrift's compact protocol from memory that is not trusted.</summary>
/// <remarks>
/// Every read is checked against the end of the memory, nesting is limited to <see cref="MaxDepth"/>, and a list cannot announce more
/// elements than bytes are left, so the objects built stay in proportion to the input. Binary values are slices of the input,
/// not copies. A struct is read as
/// <code>
/// short outer = reader.EnterStruct();
/// while (reader.NextField(out int id))
///     switch (id) { case 1: x = reader.Int32(); break; default: reader.Skip(); break; }
/// reader.ExitStruct(outer);
/// </code>
/// Typed reads compare the field's wire type with what they expect.
/// Specification: thrift/doc/specs/thrift-compact-protocol.md of Apache Thrift.
/// </remarks>
/// <exception cref="ParquetException">Raised by every method when the bytes are not what they must be.</exception>
internal ref struct ThriftReader(ReadOnlyMemory<byte> memory)
{
    public const int MaxDepth = 64;

    private readonly ReadOnlyMemory<byte> _memory = memory;
    private readonly ReadOnlySpan<byte> _bytes = memory.Span;
    private int _position;
    private int _depth;
    private short _lastField;
    private ThriftType _type;

    /// <summary>Gets how many bytes have been read.</summary>
    public readonly int Position => _position;

    public short EnterStruct()
    {
        if (_type is not (ThriftType.Struct or ThriftType.Stop))
            Unexpected(ThriftType.Struct);
        if (++_depth > MaxDepth)
            ParquetException.ThrowCorrupted("metadata is nested too deeply");
        short outer = _lastField;
        _lastField = 0;
        return outer;
    }

    public void ExitStruct(short outer)
    {
        _depth--;
        _lastField = outer;
    }

    /// <summary>Moves to the next field of the struct. False at its end.</summary>
    public bool NextField(out int id)
    {
        byte header = NextByte();
        _type = (ThriftType)(header & 15);
        if (_type == ThriftType.Stop)
        {
            id = 0;
            return false;
        }

        int delta = header >> 4;
        _lastField = delta != 0 ? (short)(_lastField + delta) : (short)ZigZag();
        id = _lastField;
        return true;
    }

    public readonly bool Bool()
    {
        if (_type is not (ThriftType.True or ThriftType.False))
            Unexpected(ThriftType.True);
        return _type == ThriftType.True;
    }

    public sbyte Int8()
    {
        Expect(ThriftType.Byte);
        return (sbyte)NextByte();
    }

    public short Int16()
    {
        Expect(ThriftType.I16);
        return InRange<short>(ZigZag());
    }

    public int Int32()
    {
        Expect(ThriftType.I32);
        return InRange<int>(ZigZag());
    }

    public long Int64()
    {
        Expect(ThriftType.I64);
        return ZigZag();
    }

    public ReadOnlyMemory<byte> Binary()
    {
        Expect(ThriftType.Binary);
        int length = Length();
        ReadOnlyMemory<byte> value = _memory.Slice(_position, length);
        _position += length;
        return value;
    }

    public string Text() => System.Text.Encoding.UTF8.GetString(Binary().Span);

    /// <summary>Opens a list; each element is then read with a typed read or <see cref="EnterStruct"/>.</summary>
    public int BeginList(ThriftType element)
    {
        Expect(ThriftType.List);
        int count = ListHeader(out ThriftType actual);
        if (actual != element && !(element == ThriftType.True && actual == ThriftType.False))
            ParquetException.ThrowCorrupted($"metadata list holds {actual}, not {element}");
        _type = element;
        return count;
    }

    /// <summary>Reads one element of a list of booleans.</summary>
    public bool ListBool() => NextByte() == 1;

    /// <summary>Tells the reader that the next element of the open list is a struct (its fields have changed the current type).</summary>
    public short EnterListStruct()
    {
        _type = ThriftType.Struct;
        return EnterStruct();
    }

    /// <summary>Passes over the current field, whatever it holds.</summary>
    public void Skip() => SkipValue(_type, inList: false);

    private void SkipValue(ThriftType type, bool inList)
    {
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                if (inList)
                    NextByte();
                break;
            case ThriftType.Byte:
                NextByte();
                break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64:
                Varint();
                break;
            case ThriftType.Double:
                Advance(8);
                break;
            case ThriftType.Uuid:
                Advance(16);
                break;
            case ThriftType.Binary:
                Advance(Length());
                break;
            case ThriftType.List or ThriftType.Set:
                Deeper();
                int count = ListHeader(out ThriftType element);
                for (int i = 0; i < count; i++)
                    SkipValue(element, inList: true);
                _depth--;
                break;
            case ThriftType.Map:
                Deeper();
                int pairs = Length(bytesPerElement: 0);
                if (pairs > 0)
                {
                    byte types = NextByte();
                    for (int i = 0; i < pairs; i++)
                    {
                        SkipValue((ThriftType)(types >> 4), inList: true);
                        SkipValue((ThriftType)(types & 15), inList: true);
                    }
                }

                _depth--;
                break;
            case ThriftType.Struct:
                _type = ThriftType.Struct;
                short outer = EnterStruct();
                while (NextField(out _))
                    Skip();
                ExitStruct(outer);
                break;
            default:
                ParquetException.ThrowCorrupted($"metadata has an unknown wire type {(int)type}");
                break;
        }
    }

    private void Deeper()
    {
        if (++_depth > MaxDepth)
            ParquetException.ThrowCorrupted("metadata is nested too deeply");
    }

    private int ListHeader(out ThriftType element)
    {
        byte header = NextByte();
        element = (ThriftType)(header & 15);
        int count = header >> 4;
        if (count == 15)
            count = Length();
        else if (count > _bytes.Length - _position)
            Truncated();
        return count;
    }

    // A length or element count: no element takes less than a byte, so neither can exceed what is left.
    private int Length(int bytesPerElement = 1)
    {
        ulong value = Varint();
        if (value > (ulong)(_bytes.Length - _position) && (bytesPerElement != 0 || value != 0))
            Truncated();
        return (int)value;
    }

    private void Advance(int count)
    {
        if (count > _bytes.Length - _position)
            Truncated();
        _position += count;
    }

    private byte NextByte()
    {
        if ((uint)_position >= (uint)_bytes.Length)
            Truncated();
        return _bytes[_position++];
    }

    private ulong Varint()
    {
        ulong result = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            byte next = NextByte();
            result |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
                return result;
        }

        ParquetException.ThrowCorrupted("metadata has an overlong integer");
        return 0;
    }

    private long ZigZag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private static T InRange<T>(long value)
        where T : struct, System.Numerics.IBinaryInteger<T>
    {
        T narrow = T.CreateTruncating(value);
        if (long.CreateTruncating(narrow) != value)
            ParquetException.ThrowCorrupted("metadata has an integer out of range");
        return narrow;
    }

    private readonly void Expect(ThriftType type)
    {
        if (_type != type)
            Unexpected(type);
    }

    private readonly void Unexpected(ThriftType type) =>
        ParquetException.ThrowCorrupted($"metadata field {_lastField} has wire type {_type}, not {type}");

    private static void Truncated() => ParquetException.ThrowCorrupted("metadata ends too early");
}
