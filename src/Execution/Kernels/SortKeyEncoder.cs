using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels;

/// <summary>One key of an order.</summary>
/// <param name="Type">Type by declaration; a wide decimal's vectors may be narrower.</param>
/// <param name="Descending">Greatest first.</param>
/// <param name="NullsFirst">Where nulls go.</param>
/// <param name="IsNullable">Whether there may be nulls; if not, none may come.</param>
internal readonly record struct SortDirection(ArrowType Type, bool Descending, bool NullsFirst, bool IsNullable = true);

/// <summary>Turns sort keys into bytes whose order, compared as unsigned bytes, is the order of the rows.</summary>
/// <remarks><code>
/// integers, floats, dates   | null mark |  value, big-endian, sign bit flipped |           no mark where there are no nulls
/// wide decimals, intervals  | sign and number of significant bytes, or null | those bytes, left-aligned | zeros |
/// text                      | null mark | first bytes | zeros |
/// </code>
/// The null mark is 0, 1 or 2: null first, value, null last. Descending values are complemented; a row is padded with zeros to a multiple of 8. Small numbers differ in the first
/// 8 bytes of a row whatever their type: that is what sorting looks at first.
/// Where a key is not encoded whole (a long text, a list), the encoding decides up to there (<see cref="UsableBytes"/>), and values are compared from that key on (<see cref="CompareRest"/>).
/// </remarks>
internal sealed unsafe class SortKeyEncoder
{
    private const int TextBytes = 12;

    /// <summary>Text up to this size is encoded whole when the first rows have none that is longer.</summary>
    private const int MostTextBytes = 24;

    private const int WideBytes = 16;
    private readonly SortDirection[] _keys;
    private readonly Cell[] _cells;
    private readonly int _usedBytes;
    private int _firstOpen;

    /// <summary>An encoder whose encodings compare with those of any other for the same keys: it ends behind the first text.</summary>
    public SortKeyEncoder(SortDirection[] keys)
        : this(keys, null)
    {
    }

    private SortKeyEncoder(SortDirection[] keys, int[]? textBytes)
    {
        _keys = keys;
        _firstOpen = keys.Length;
        var cells = new List<Cell>();
        int offset = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            KeyKind kind = KindOf(keys[i].Type);
            var cell = new Cell(kind, offset, (keys[i].IsNullable || kind == KeyKind.Null) && kind != KeyKind.Wide, kind == KeyKind.Text ? textBytes?[i] ?? TextBytes : Width(keys[i].Type, kind));
            cells.Add(cell);
            offset = cell.End;
            if (kind == KeyKind.Nested || (kind == KeyKind.Text && textBytes == null))
            {
                _firstOpen = i;
                break;
            }
        }

        _cells = [.. cells];
        _usedBytes = offset;
        Stride = Math.Max(8, (offset + 7) & ~7);
    }

    /// <summary>An encoder for the rows of one sort, with room for texts as long as those seen first. Its encodings compare with each other only.</summary>
    public static SortKeyEncoder Fitting(SortDirection[] keys, ReadOnlySpan<Vector> first, ReadOnlySpan<int> rows, int count)
    {
        var textBytes = new int[keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (KindOf(keys[i].Type) == KeyKind.Text)
            {
                int longest = LongestText(first[i], rows, count);
                textBytes[i] = keys[i].Type.Id == ArrowTypeId.Utf8 && longest <= MostTextBytes ? Math.Max(longest, 4) : TextBytes;
            }
        }

        return new SortKeyEncoder(keys, textBytes);
    }

    /// <summary>Bytes a row: a multiple of 8.</summary>
    public int Stride { get; }

    /// <summary>Leading bytes of a row that decide, for all rows encoded so far.</summary>
    public int UsableBytes => IsExact ? _usedBytes : _cells[_firstOpen].End;

    /// <summary>Whether rows of equal encoding are equal, for all rows encoded so far.</summary>
    public bool IsExact => _firstOpen == _keys.Length;

    /// <summary>Whether the values of a key may be needed to decide.</summary>
    public static bool MayBeOpen(ArrowType type) => KindOf(type) is KeyKind.Text or KeyKind.Nested;

    /// <summary>Encodes rows.</summary>
    /// <param name="keys">Key vectors, any encoding.</param>
    /// <param name="rows">Rows to encode; empty with <paramref name="count"/>: the first count rows.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="output">count * <see cref="Stride"/> bytes.</param>
    public void Encode(ReadOnlySpan<Vector> keys, ReadOnlySpan<int> rows, int count, Span<byte> output)
    {
        output = output[..(count * Stride)];
        output.Clear();
        fixed (byte* start = output)
        {
            for (int i = 0; i < _cells.Length; i++)
            {
                Check.SameLength(rows.IsEmpty ? Math.Min(keys[i].Length, count) : rows.Length, count);
                if (!TryEncodePlain(keys[i], in _keys[i], in _cells[i], rows, count, start) && EncodeEach(keys[i], in _keys[i], in _cells[i], rows, count, start))
                {
                    _firstOpen = Math.Min(_firstOpen, i);
                }
            }
        }
    }

    /// <summary>Compares the keys that equal encodings leave open. Negative, zero or positive.</summary>
    public int CompareRest(VectorReader[] left, int leftRow, VectorReader[] right, int rightRow)
    {
        for (int i = _firstOpen; i < _keys.Length; i++)
        {
            bool leftNull = left[i].IsNull(leftRow), rightNull = right[i].IsNull(rightRow);
            if (leftNull || rightNull)
            {
                if (leftNull != rightNull)
                {
                    return leftNull == _keys[i].NullsFirst ? -1 : 1;
                }

                continue;
            }

            int order = RowOrder.Compare(in left[i], leftRow, in right[i], rightRow);
            if (order != 0)
            {
                return _keys[i].Descending ? -order : order;
            }
        }

        return 0;
    }

    private static KeyKind KindOf(ArrowType type) => type.Id switch
    {
        ArrowTypeId.Utf8 or ArrowTypeId.Binary => KeyKind.Text,
        ArrowTypeId.Boolean => KeyKind.Boolean,
        ArrowTypeId.Decimal128 or ArrowTypeId.Interval => KeyKind.Wide,
        ArrowTypeId.Float32 or ArrowTypeId.Float64 => KeyKind.Float,
        ArrowTypeId.FixedSizeBinary => KeyKind.Bytes,
        ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map or ArrowTypeId.DenseUnion => KeyKind.Nested,
        ArrowTypeId.Null => KeyKind.Null,
        _ => KeyKind.Integer,
    };

    private static int Width(ArrowType type, KeyKind kind) => kind switch
    {
        KeyKind.Boolean => 1,
        KeyKind.Wide => 1 + WideBytes,
        KeyKind.Float => 8,
        KeyKind.Nested or KeyKind.Null => 0,
        _ => type.Width,
    };

    private static int LongestText(Vector column, ReadOnlySpan<int> rows, int count)
    {
        var reader = new VectorReader(column);
        int longest = 0;
        for (int n = 0; n < count; n++)
        {
            int row = rows.IsEmpty ? n : rows[n];
            longest = reader.IsNull(row) ? longest : Math.Max(longest, reader.Bytes(row).Length);
        }

        return longest;
    }

    /// <summary>Flat numbers of four or eight bytes without nulls: most keys.</summary>
    private bool TryEncodePlain(Vector vector, in SortDirection key, in Cell cell, ReadOnlySpan<int> rows, int count, byte* output)
    {
        if (cell.Kind != KeyKind.Integer || cell.Width < 4 || vector is not FixedVector { HasNulls: false } numbers || vector.Type.Id is ArrowTypeId.UInt32 or ArrowTypeId.Decimal128)
        {
            return false;
        }

        byte* target = output + cell.Value;
        ulong flip = key.Descending ? ~(1UL << 63) : 1UL << 63;
        if (vector.Type.Width == 8 && cell.Width == 8)
        {
            ReadOnlySpan<ulong> values = numbers.Values<ulong>();
            for (int n = 0; n < count; n++, target += Stride)
            {
                Unsafe.WriteUnaligned(target, BinaryPrimitives.ReverseEndianness(values[rows.IsEmpty ? n : rows[n]] ^ flip));
            }
        }
        else if (vector.Type.Width == 4 && cell.Width == 4)
        {
            ReadOnlySpan<uint> values = numbers.Values<uint>();
            for (int n = 0; n < count; n++, target += Stride)
            {
                Unsafe.WriteUnaligned(target, BinaryPrimitives.ReverseEndianness(values[rows.IsEmpty ? n : rows[n]] ^ (uint)(flip >> 32)));
            }
        }
        else
        {
            return false;
        }

        if (cell.HasMark)
        {
            byte* mark = output + cell.Offset;
            for (int n = 0; n < count; n++, mark += Stride)
            {
                *mark = 1;
            }
        }

        return true;
    }

    /// <returns>Whether some value was not encoded whole.</returns>
    private bool EncodeEach(Vector vector, in SortDirection key, in Cell cell, ReadOnlySpan<int> rows, int count, byte* output)
    {
        var reader = new VectorReader(vector);
        bool isOpen = cell.Kind == KeyKind.Nested || (cell.Kind == KeyKind.Text && key.Type.Id == ArrowTypeId.Binary);
        for (int n = 0; n < count; n++, output += Stride)
        {
            int row = rows.IsEmpty ? n : rows[n];
            if (reader.IsNull(row))
            {
                output[cell.Offset] = key.NullsFirst ? (byte)0 : cell.Kind == KeyKind.Wide ? byte.MaxValue : (byte)2;
                continue;
            }

            if (cell.HasMark)
            {
                output[cell.Offset] = 1;
            }

            var value = new Span<byte>(output + cell.Value, cell.Width);
            switch (cell.Kind)
            {
                case KeyKind.Integer: WriteInteger(reader.Id == ArrowTypeId.Decimal128 ? (long)reader.Decimal(row) : reader.Integer(row), value); break;
                case KeyKind.Float: WriteFloat(reader.Double(row), value); break;
                case KeyKind.Boolean: value[0] = reader.Boolean(row) ? (byte)1 : (byte)0; break;
                case KeyKind.Wide: WriteWide(reader.Id == ArrowTypeId.Interval ? reader.Value<Interval>(row).ComparisonKey : reader.Decimal(row), value); break;
                case KeyKind.Bytes: ((FixedVector)reader.Flat).ValueBytes.Slice(reader.Slot(row) * cell.Width, cell.Width).CopyTo(value); break;
                case KeyKind.Text:
                    ReadOnlySpan<byte> text = reader.Bytes(row);
                    isOpen |= text.Length > cell.Width;
                    text[..Math.Min(text.Length, cell.Width)].CopyTo(value);
                    break;
            }

            if (key.Descending)
            {
                foreach (ref byte part in value)
                {
                    part = (byte)~part;
                }
            }
        }

        return isOpen;
    }

    private static void WriteInteger(long value, Span<byte> cell)
    {
        switch (cell.Length)
        {
            case 8: BinaryPrimitives.WriteUInt64BigEndian(cell, (ulong)value ^ (1UL << 63)); break;
            case 4: BinaryPrimitives.WriteUInt32BigEndian(cell, (uint)value ^ (1U << 31)); break;
            case 2: BinaryPrimitives.WriteUInt16BigEndian(cell, (ushort)((ushort)value ^ (1U << 15))); break;
            default: cell[0] = (byte)((byte)value ^ 0x80); break;
        }
    }

    private static void WriteFloat(double value, Span<byte> cell)
    {
        ulong bits = value == 0 ? 0 : double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(value);
        BinaryPrimitives.WriteUInt64BigEndian(cell, (long)bits < 0 ? ~bits : bits ^ (1UL << 63));
    }

    /// <summary>A header of 0x80 + n for a number of n significant bytes, 0x7F - n for a negative one, then those bytes: numbers of few bytes differ in the first eight.</summary>
    private static void WriteWide(Int128 value, Span<byte> cell)
    {
        UInt128 magnitude = (UInt128)(value < 0 ? ~value : value);
        int bytes = WideBytes - ((int)UInt128.LeadingZeroCount(magnitude) / 8);
        cell[0] = (byte)(value < 0 ? 0x7F - bytes : 0x80 + bytes);
        BinaryPrimitives.WriteUInt128BigEndian(cell[1..], bytes == 0 ? 0 : (UInt128)value << (8 * (WideBytes - bytes)));
    }

    private enum KeyKind
    {
        Integer,
        Float,
        Boolean,
        /// <summary>128-bit numbers.</summary>
        Wide,
        /// <summary>Fixed size, compared byte by byte.</summary>
        Bytes,
        /// <summary>Text and byte strings.</summary>
        Text,
        Nested,
        /// <summary>Nothing but nulls.</summary>
        Null,
    }

    /// <summary>Where a key stands in a row.</summary>
    private readonly record struct Cell(KeyKind Kind, int Offset, bool HasMark, int Width)
    {
        public int Value => Offset + (HasMark ? 1 : 0);

        public int End => Value + Width;
    }
}
