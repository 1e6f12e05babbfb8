using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Writes Thrift's compact protocol (thrift-compact-protocol.md). Fields of a struct come in ascending order of their ids.</summary>
internal sealed class ThriftWriter(ByteBuilder output)
{
    private const int LongestShortList = 14;

    private readonly Stack<int> _outerFields = new();
    private int _lastField;

    /// <summary>Opens a struct: the outermost one, or an element of a list.</summary>
    public void BeginStruct()
    {
        _outerFields.Push(_lastField);
        _lastField = 0;
    }

    /// <summary>Opens a struct that is a field.</summary>
    public void BeginStruct(int field)
    {
        Header(field, ThriftType.Struct);
        BeginStruct();
    }

    public void EndStruct()
    {
        output.Append((byte)ThriftType.Stop);
        _lastField = _outerFields.Pop();
    }

    /// <summary>Writes a struct without fields, such as a member of a union that says nothing more.</summary>
    public void EmptyStruct(int field)
    {
        BeginStruct(field);
        EndStruct();
    }

    public void Bool(int field, bool value) => Header(field, value ? ThriftType.True : ThriftType.False);

    public void Int8(int field, sbyte value)
    {
        Header(field, ThriftType.Byte);
        output.Append((byte)value);
    }

    public void Int16(int field, short value)
    {
        Header(field, ThriftType.I16);
        output.AppendZigZag(value);
    }

    public void Int32(int field, int value)
    {
        Header(field, ThriftType.I32);
        output.AppendZigZag(value);
    }

    public void Int64(int field, long value)
    {
        Header(field, ThriftType.I64);
        output.AppendZigZag(value);
    }

    public void Binary(int field, ReadOnlySpan<byte> value)
    {
        Header(field, ThriftType.Binary);
        BinaryElement(value);
    }

    public void Text(int field, string value)
    {
        Header(field, ThriftType.Binary);
        TextElement(value);
    }

    /// <summary>Opens a list; as many elements follow.</summary>
    public void BeginList(int field, ThriftType element, int count)
    {
        Header(field, ThriftType.List);
        if (count <= LongestShortList)
        {
            output.Append((byte)((count << 4) | (int)element));
            return;
        }

        output.Append((byte)(0xF0 | (int)element));
        output.AppendVarint((ulong)count);
    }

    public void BoolElement(bool value) => output.Append((byte)(value ? ThriftType.True : ThriftType.False));

    public void IntElement(long value) => output.AppendZigZag(value);

    public void BinaryElement(ReadOnlySpan<byte> value)
    {
        output.AppendVarint((ulong)value.Length);
        output.Append(value);
    }

    public void TextElement(string value) => BinaryElement(System.Text.Encoding.UTF8.GetBytes(value));

    private void Header(int field, ThriftType type)
    {
        int step = field - _lastField;
        _lastField = field;
        if (step is > 0 and <= 15)
        {
            output.Append((byte)((step << 4) | (int)type));
            return;
        }

        output.Append((byte)type);
        output.AppendZigZag(field);
    }
}
