using System.Buffers.Binary;
using System.Buffers.Text;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Server.PgWire.Messages;

namespace SqlCluster.Server.PgWire.Types;

internal sealed class TextIntegerWriter : ValueWriter
{
    private const int MaxDigits = 20;
    private long[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.LoadIntegers(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row)
    {
        Span<byte> target = writer.GetSpan(4 + MaxDigits);
        Utf8Formatter.TryFormat(_values[row], target[4..], out int written);
        BinaryPrimitives.WriteInt32BigEndian(target, written);
        writer.Advance(4 + written);
    }
}

/// <summary>Integers, oids and times in 2, 4 or 8 bytes.</summary>
/// <param name="size">Bytes on the wire.</param>
/// <param name="epoch">Subtracted from each value.</param>
internal sealed class BinaryIntegerWriter(int size, long epoch) : ValueWriter
{
    private long[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.LoadIntegers(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row)
    {
        long value = _values[row] - epoch;
        Span<byte> target = writer.GetSpan(4 + size);
        BinaryPrimitives.WriteInt32BigEndian(target, size);
        switch (size)
        {
            case 2: BinaryPrimitives.WriteInt16BigEndian(target[4..], (short)value); break;
            case 4: BinaryPrimitives.WriteInt32BigEndian(target[4..], unchecked((int)value)); break;
            default: BinaryPrimitives.WriteInt64BigEndian(target[4..], value); break;
        }

        writer.Advance(4 + size);
    }
}

internal sealed class TextNumericWriter(int scale) : ValueWriter
{
    /// <summary>Sign, 39 digits, point, zeros in front of the point.</summary>
    private const int MaxLength = 48;
    private Int128[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.LoadDecimals(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row)
    {
        Int128 value = _values[row];
        UInt128 rest = value < 0 ? (UInt128)(-value) : (UInt128)value;
        Span<byte> text = stackalloc byte[MaxLength];
        int position = MaxLength;
        int digits = 0;
        while (rest > ulong.MaxValue)
        {
            (rest, UInt128 digit) = UInt128.DivRem(rest, 10);
            Put(text, ref position, ref digits, (int)digit);
        }

        for (var small = (ulong)rest; small > 0 || digits <= scale; small /= 10)
        {
            Put(text, ref position, ref digits, (int)(small % 10));
        }

        if (value < 0)
        {
            text[--position] = (byte)'-';
        }

        writer.Value(text[position..]);
    }

    private void Put(Span<byte> text, ref int position, ref int digits, int digit)
    {
        text[--position] = (byte)('0' + digit);
        if (++digits == scale)
        {
            text[--position] = (byte)'.';
        }
    }
}

/// <summary>numeric in base-10000 digits: their count, weight of the first, sign, digits shown after the point, the digits.</summary>
internal sealed class BinaryNumericWriter(int scale) : ValueWriter
{
    private const int MaxGroups = 12;
    private static readonly int[] Powers = [1, 10, 100, 1000, 10_000];
    private readonly int _fractionGroups = (scale + 3) / 4;
    private Int128[] _values = [];

    protected override void Load(Vector vector) => ColumnValues.LoadDecimals(vector, ref _values);

    protected override void WriteValue(PgWriter writer, int row)
    {
        Int128 value = _values[row];
        UInt128 rest = value < 0 ? (UInt128)(-value) : (UInt128)value;

        // Groups from the last one on; the last one is filled up with zeros to four digits.
        Span<short> groups = stackalloc short[MaxGroups];
        int count = 0;
        if (scale % 4 is var partial and > 0)
        {
            (rest, UInt128 last) = UInt128.DivRem(rest, (UInt128)Powers[partial]);
            groups[count++] = (short)((int)last * Powers[4 - partial]);
        }

        while (rest > ulong.MaxValue)
        {
            (rest, UInt128 group) = UInt128.DivRem(rest, 10_000);
            groups[count++] = (short)group;
        }

        for (var small = (ulong)rest; small > 0; small /= 10_000)
        {
            groups[count++] = (short)(small % 10_000);
        }

        int weight = count - _fractionGroups - 1;
        while (count > 0 && groups[count - 1] == 0)
        {
            count--;
            weight--;
        }

        int first = 0;
        while (first < count && groups[first] == 0)
        {
            first++;
        }

        int kept = count - first;
        writer.Int32(8 + (2 * kept)).Int16(kept).Int16(kept == 0 ? 0 : weight).Int16(value < 0 ? 0x4000 : 0).Int16(scale);
        for (int i = count - 1; i >= first; i--)
        {
            writer.Int16(groups[i]);
        }
    }
}
