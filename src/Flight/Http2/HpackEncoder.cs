using System.Text;

namespace SqlCluster.Flight.Http2;

/// <summary>Encodes the header blocks of one connection in the order in which they are sent (RFC 7541). A field is written out once; from then on its place in the server's table says it.</summary>
/// <remarks>Entries stay as long as the connection: once the table is full, fields that are not in it are written out each time. Credentials never go into it (RFC 7541, 7.1.3).</remarks>
/// <param name="tableBytes">Size of the server's table, as HPACK counts; 0: it is not used.</param>
internal sealed class HpackEncoder(int tableBytes)
{
    private const byte Indexed = 0x80, Remembered = 0x40, SizeUpdate = 0x20, NeverIndexed = 0x10, NotIndexed = 0;

    private readonly Dictionary<HeaderField, int> _table = [];     // with how many were there before
    private readonly int _tableBytes = tableBytes;
    private int _freeBytes = tableBytes;
    private bool _shrinks;

    /// <summary>Takes in SETTINGS_HEADER_TABLE_SIZE: with a smaller table than ours we do without.</summary>
    public void Limit(uint bytes)
    {
        if (bytes < _tableBytes && !_shrinks && (_freeBytes > 0 || _table.Count > 0))
        {
            _table.Clear();
            _freeBytes = 0;
            _shrinks = true;
        }
    }

    /// <summary>Adds a header block.</summary>
    public void Encode(IEnumerable<HeaderField> fields, List<byte> block)
    {
        if (_shrinks)
        {
            block.Add(SizeUpdate);
            _shrinks = false;
        }

        foreach (HeaderField field in fields)
        {
            int known = _table.TryGetValue(field, out int before) ? HpackStaticTable.Count + _table.Count - before : HpackStaticTable.Find(field);
            if (known > 0)
            {
                Integer(Indexed, 7, known, block);
            }
            else
            {
                Literal(field, block);
            }
        }
    }

    private void Literal(HeaderField field, List<byte> block)
    {
        bool isSecret = field.Name is "authorization" or "cookie";
        bool isRemembered = !isSecret && field.SizeBytes <= _freeBytes;
        int name = HpackStaticTable.FindName(field.Name);
        Integer(isRemembered ? Remembered : isSecret ? NeverIndexed : NotIndexed, isRemembered ? 6 : 4, name, block);
        if (name == 0)
        {
            Text(field.Name, block);
        }

        Text(field.Value, block);
        if (isRemembered)
        {
            _table.Add(field, _table.Count);
            _freeBytes -= field.SizeBytes;
        }
    }

    private static void Text(string text, List<byte> block)
    {
        byte[] bytes = Encoding.Latin1.GetBytes(text);
        Integer(0, 7, bytes.Length, block);
        block.AddRange(bytes);
    }

    /// <summary>An integer whose first byte has <paramref name="prefixBits"/> bits of it, below the bits of <paramref name="kind"/> (RFC 7541, 5.1).</summary>
    private static void Integer(byte kind, int prefixBits, int value, List<byte> block)
    {
        int most = (1 << prefixBits) - 1;
        block.Add((byte)(kind | Math.Min(value, most)));
        if (value < most)
        {
            return;
        }

        for (value -= most; value >= 0x80; value >>= 7)
        {
            block.Add((byte)(value | 0x80));
        }

        block.Add((byte)value);
    }
}
