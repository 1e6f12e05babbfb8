using System.Text;

namespace SqlCluster.Flight.Http2;

/// <summary>Decodes header blocks of one connection in the order they arrive (RFC 7541); holds the connection's dynamic table.</summary>
internal sealed class HpackDecoder(int tableLimitBytes, int listLimitBytes)
{
    private readonly List<HeaderField> _table = [];   // newest last
    private int _tableBytes;
    private int? _tableCapacity;                      // null: the limit, until the server chooses less

    /// <summary>The fields of a complete header block.</summary>
    /// <exception cref="Http2ProtocolException">The block is malformed, or its fields together exceed the limit.</exception>
    public List<HeaderField> Decode(ReadOnlySpan<byte> block)
    {
        var fields = new List<HeaderField>();
        int at = 0, listBytes = 0;
        while (at < block.Length)
        {
            byte first = block[at];
            HeaderField field;
            if (first >= 0x80)
            {
                field = Indexed(Integer(block, ref at, 7));
            }
            else if (first >= 0x40)
            {
                field = Literal(block, ref at, 6);
                Remember(field);
            }
            else if (first >= 0x20)
            {
                if (fields.Count > 0)
                {
                    throw Http2Errors.BadHeaderBlock("table size update behind a field");
                }

                Resize(Integer(block, ref at, 5));
                continue;
            }
            else
            {
                field = Literal(block, ref at, 4);
            }

            listBytes += field.SizeBytes;
            if (listBytes > listLimitBytes)
            {
                throw Http2Errors.HeadersTooLarge(listLimitBytes);
            }

            fields.Add(field);
        }

        return fields;
    }

    /// <summary>An integer whose first byte has <paramref name="prefixBits"/> bits of it (RFC 7541, 5.1).</summary>
    private static int Integer(ReadOnlySpan<byte> block, ref int at, int prefixBits)
    {
        int mask = (1 << prefixBits) - 1;
        long value = block[at++] & mask;
        if (value < mask)
        {
            return (int)value;
        }

        for (int shift = 0; shift <= 28; shift += 7)
        {
            if (at == block.Length)
            {
                throw Http2Errors.BadHeaderBlock("integer cut short");
            }

            byte next = block[at++];
            value += (long)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value <= int.MaxValue ? (int)value : throw Http2Errors.BadHeaderBlock("integer too large");
            }
        }

        throw Http2Errors.BadHeaderBlock("integer too long");
    }

    private static string Text(ReadOnlySpan<byte> block, ref int at)
    {
        if (at == block.Length)
        {
            throw Http2Errors.BadHeaderBlock("string missing");
        }

        bool isHuffman = block[at] >= 0x80;
        int length = Integer(block, ref at, 7);
        if (length > block.Length - at)
        {
            throw Http2Errors.BadHeaderBlock("string cut short");
        }

        ReadOnlySpan<byte> bytes = block.Slice(at, length);
        at += length;
        return Encoding.Latin1.GetString(isHuffman ? HuffmanCode.Decode(bytes) : bytes);
    }

    private HeaderField Literal(ReadOnlySpan<byte> block, ref int at, int prefixBits)
    {
        int index = Integer(block, ref at, prefixBits);
        string name = index == 0 ? Text(block, ref at) : Indexed(index).Name;
        return new HeaderField(name, Text(block, ref at));
    }

    private HeaderField Indexed(int index)
    {
        if (index >= 1 && index <= HpackStaticTable.Count)
        {
            return HpackStaticTable.Fields[index - 1];
        }

        int dynamic = index - HpackStaticTable.Count;   // 1 is the newest
        return dynamic >= 1 && dynamic <= _table.Count ? _table[^dynamic] : throw Http2Errors.BadHeaderBlock($"no table entry {index}");
    }

    private void Remember(HeaderField field)
    {
        int capacity = _tableCapacity ?? tableLimitBytes;
        Evict(capacity - field.SizeBytes);
        if (field.SizeBytes <= capacity)
        {
            _table.Add(field);
            _tableBytes += field.SizeBytes;
        }
    }

    private void Resize(int capacity)
    {
        if (capacity > tableLimitBytes)
        {
            throw Http2Errors.BadHeaderBlock($"table of {capacity} bytes, allowed are {tableLimitBytes}");
        }

        _tableCapacity = capacity;
        Evict(capacity);
    }

    private void Evict(int capacity)
    {
        int count = 0;
        while (_tableBytes > capacity && count < _table.Count)
        {
            _tableBytes -= _table[count++].SizeBytes;
        }

        _table.RemoveRange(0, count);
    }
}
