using System.Buffers.Binary;
using System.Text;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Writes FlatBuffers (flatbuffers.dev, "FlatBuffers internals"), as far as Arrow's metadata needs them.</summary>
/// <remarks>
/// Built back to front, children before parents, so that every offset points forward. An object is named by its distance from the end of the buffer; 0 names
/// nothing. One table is open at a time, and nothing else may be written until it ends.
/// </remarks>
internal sealed class FlatWriter
{
    private readonly int[] _slots = new int[8];
    private byte[] _buffer;
    private int _head;
    private int _alignment = 1;
    private int _tableStart;

    public FlatWriter(int capacity = 1024)
    {
        _buffer = new byte[capacity];
        _head = capacity;
    }

    private int Offset => _buffer.Length - _head;

    public int String(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        Prepare(4, length + 1);
        _buffer[--_head] = 0;
        _head -= length;
        Encoding.UTF8.GetBytes(text, _buffer.AsSpan(_head, length));
        Prepare(4);
        Put(length);
        return Offset;
    }

    /// <summary>A vector of tables that were written before.</summary>
    public int Tables(ReadOnlySpan<int> tables)
    {
        Prepare(4, 4 * tables.Length);
        for (int i = tables.Length - 1; i >= 0; i--)
        {
            Put(Offset + 4 - tables[i]);
        }

        Put(tables.Length);
        return Offset;
    }

    public int Int32s(ReadOnlySpan<int> values)
    {
        Prepare(4, 4 * values.Length);
        for (int i = values.Length - 1; i >= 0; i--)
        {
            Put(values[i]);
        }

        Put(values.Length);
        return Offset;
    }

    /// <summary>A vector of structs made of int64 fields.</summary>
    /// <param name="fields">Fields of the first struct, then of the second, and so on.</param>
    /// <param name="fieldsPerStruct">int64 fields of one struct; 1 for a vector of int64.</param>
    public int Int64Structs(ReadOnlySpan<long> fields, int fieldsPerStruct)
    {
        Prepare(4, 8 * fields.Length);
        Prepare(8, 8 * fields.Length);
        for (int i = fields.Length - 1; i >= 0; i--)
        {
            Put(fields[i]);
        }

        Put(fields.Length / fieldsPerStruct);
        return Offset;
    }

    public void StartTable()
    {
        Array.Clear(_slots);
        _tableStart = Offset;
    }

    public void Field(int slot, byte value)
    {
        Prepare(1);
        _buffer[--_head] = value;
        _slots[slot] = Offset;
    }

    public void Field(int slot, bool value) => Field(slot, value ? (byte)1 : (byte)0);

    public void Field(int slot, short value)
    {
        Prepare(2);
        Put(value);
        _slots[slot] = Offset;
    }

    public void Field(int slot, int value)
    {
        Prepare(4);
        Put(value);
        _slots[slot] = Offset;
    }

    public void Field(int slot, long value)
    {
        Prepare(8);
        Put(value);
        _slots[slot] = Offset;
    }

    /// <summary>A field that refers to a string, vector or table; left out when <paramref name="target"/> is 0.</summary>
    public void Reference(int slot, int target)
    {
        if (target != 0)
        {
            Prepare(4);
            Put(Offset + 4 - target);
            _slots[slot] = Offset;
        }
    }

    public int EndTable()
    {
        Prepare(4);
        Put(0);
        int table = Offset, count = _slots.Length;
        while (count > 0 && _slots[count - 1] == 0)
        {
            count--;
        }

        for (int i = count - 1; i >= 0; i--)
        {
            Prepare(2);
            Put((short)(_slots[i] == 0 ? 0 : table - _slots[i]));
        }

        Prepare(2);
        Put((short)(table - _tableStart));
        Prepare(2);
        Put((short)((count + 2) * 2));
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_buffer.Length - table), Offset - table);
        return table;
    }

    /// <summary>The finished buffer, padded to a multiple of 8 bytes.</summary>
    public byte[] Finish(int root)
    {
        Prepare(Math.Max(_alignment, 8), 4);
        Put(Offset + 4 - root);
        byte[] result = new byte[(Offset + 7) & ~7];
        _buffer.AsSpan(_head).CopyTo(result);
        return result;
    }

    /// <summary>Makes room so that, after <paramref name="following"/> more bytes, an object of <paramref name="size"/> bytes is aligned to its size.</summary>
    private void Prepare(int size, int following = 0)
    {
        _alignment = Math.Max(_alignment, size);
        int padding = -(Offset + following) & (size - 1);
        while (_head < padding + size + following)
        {
            byte[] larger = new byte[_buffer.Length * 2];
            _buffer.AsSpan(_head).CopyTo(larger.AsSpan(larger.Length - Offset));
            _head += larger.Length - _buffer.Length;
            _buffer = larger;
        }

        _head -= padding;
        _buffer.AsSpan(_head, padding).Clear();
    }

    private void Put(short value)
    {
        _head -= 2;
        BinaryPrimitives.WriteInt16LittleEndian(_buffer.AsSpan(_head), value);
    }

    private void Put(int value)
    {
        _head -= 4;
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(_head), value);
    }

    private void Put(long value)
    {
        _head -= 8;
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(_head), value);
    }
}
