using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels;

/// <summary>One key of an order.</summary>
internal readonly record struct SortDirection(ArrowType Type, bool Descending, bool NullsFirst);

/// <summary>Turns sort keys into bytes whose order, compared as unsigned bytes, is the order of the rows.</summary>
/// <remarks><code>
/// | null mark | value, big-endian, sign bit flipped | null mark | value ... | zeros up to a multiple of 8 |
/// </code>
/// The null mark is 0, 1 or 2: null first, value, null last. Descending values are complemented. Text puts in its first 12 bytes; the encoding ends
/// behind the first key that it does not hold whole (<see cref="EncodedKeys"/>), and equal encodings are then decided by comparing values.
/// </remarks>
internal sealed unsafe class SortKeyEncoder
{
    private const int TextBytes = 12;
    private readonly SortDirection[] _keys;
    private readonly int[] _offsets;

    public SortKeyEncoder(SortDirection[] keys)
    {
        _keys = keys;
        _offsets = new int[keys.Length];
        int offset = 0, encoded = 0;
        while (encoded < keys.Length)
        {
            _offsets[encoded] = offset;
            offset += 1 + Width(keys[encoded].Type);
            if (!IsWhole(keys[encoded++].Type))
            {
                IsExact = false;
                break;
            }
        }

        EncodedKeys = encoded;
        IsExact = encoded == keys.Length && (keys.Length == 0 || IsWhole(keys[^1].Type));
        Stride = Math.Max(8, (offset + 7) & ~7);
    }

    /// <summary>Bytes a row: a multiple of 8.</summary>
    public int Stride { get; }

    /// <summary>Keys that the encoding covers; the last of them perhaps only in part.</summary>
    public int EncodedKeys { get; }

    /// <summary>Whether rows of equal encoding are equal.</summary>
    public bool IsExact { get; }

    /// <summary>Encodes rows.</summary>
    /// <param name="keys">Key vectors, any encoding.</param>
    /// <param name="rows">Rows to encode; empty with <paramref name="count"/>: the first count rows.</param>
    /// <param name="count">Number of rows.</param>
    /// <param name="output">count * <see cref="Stride"/> bytes.</param>
    public void Encode(ReadOnlySpan<Vector> keys, ReadOnlySpan<int> rows, int count, Span<byte> output)
    {
        output[..(count * Stride)].Clear();
        for (int i = 0; i < EncodedKeys; i++)
        {
            var reader = new VectorReader(keys[i]);
            SortDirection key = _keys[i];
            int width = Width(key.Type);
            for (int n = 0; n < count; n++)
            {
                int row = rows.IsEmpty ? n : rows[n];
                Span<byte> cell = output.Slice((n * Stride) + _offsets[i], 1 + width);
                if (reader.IsNull(row))
                {
                    cell[0] = (byte)(key.NullsFirst ? 0 : 2);
                    continue;
                }

                cell[0] = 1;
                WriteValue(in reader, row, cell[1..]);
                if (key.Descending)
                {
                    Complement(cell[1..]);
                }
            }
        }
    }

    /// <summary>Compares the keys that equal encodings leave open. Negative, zero or positive.</summary>
    public int CompareRest(VectorReader[] left, int leftRow, VectorReader[] right, int rightRow)
    {
        for (int i = IsExact ? _keys.Length : EncodedKeys - 1; i < _keys.Length; i++)
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

    private static bool IsWhole(ArrowType type) => !type.IsView && type.Id is not (ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map);

    private static int Width(ArrowType type) => type.Id switch
    {
        ArrowTypeId.Utf8 or ArrowTypeId.Binary => TextBytes,
        ArrowTypeId.Boolean => 1,
        ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => 16,   // one column may come in either width
        ArrowTypeId.Float32 => 8,
        ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map or ArrowTypeId.Null or ArrowTypeId.DenseUnion => 0,
        _ => type.Width,
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void WriteValue(in VectorReader reader, int row, Span<byte> cell)
    {
        switch (reader.Id)
        {
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                ReadOnlySpan<byte> bytes = reader.Bytes(row);
                bytes[..Math.Min(bytes.Length, TextBytes)].CopyTo(cell);
                break;
            case ArrowTypeId.Boolean:
                cell[0] = reader.Boolean(row) ? (byte)1 : (byte)0;
                break;
            case ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128:
                BinaryPrimitives.WriteUInt128BigEndian(cell, (UInt128)reader.Decimal(row) ^ ((UInt128)1 << 127));
                break;
            case ArrowTypeId.Float32 or ArrowTypeId.Float64:
                double value = reader.Double(row);
                ulong bits = value == 0 ? 0 : double.IsNaN(value) ? 0x7FF8_0000_0000_0000 : BitConverter.DoubleToUInt64Bits(value);
                BinaryPrimitives.WriteUInt64BigEndian(cell, (long)bits < 0 ? ~bits : bits ^ (1UL << 63));
                break;
            case ArrowTypeId.Interval:
                BinaryPrimitives.WriteUInt128BigEndian(cell, (UInt128)reader.Value<Interval>(row).ComparisonKey ^ ((UInt128)1 << 127));
                break;
            case ArrowTypeId.FixedSizeBinary:
                int width = reader.Flat.Type.Width;
                ((FixedVector)reader.Flat).ValueBytes.Slice(reader.Slot(row) * width, width).CopyTo(cell);
                break;
            case ArrowTypeId.List or ArrowTypeId.Struct or ArrowTypeId.Map or ArrowTypeId.Null:
                break;
            default:
                WriteInteger(reader.Integer(row), cell);
                break;
        }
    }

    private static void WriteInteger(long value, Span<byte> cell)
    {
        ulong flipped = (ulong)value ^ (1UL << 63);
        switch (cell.Length)
        {
            case 8: BinaryPrimitives.WriteUInt64BigEndian(cell, flipped); break;
            case 4: BinaryPrimitives.WriteUInt32BigEndian(cell, (uint)value ^ (1U << 31)); break;
            case 2: BinaryPrimitives.WriteUInt16BigEndian(cell, (ushort)((ushort)value ^ (1U << 15))); break;
            default: cell[0] = (byte)((byte)value ^ 0x80); break;
        }
    }

    private static void Complement(Span<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)~bytes[i];
        }
    }
}
