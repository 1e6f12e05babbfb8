using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>64-bit hashes of rows: equal for equal values whatever the encoding (flat, dictionary, constant), integer width or decimal width.</summary>
/// <remarks>
/// Top bits are as good as low bits. Nulls have one hash. -0 hashes as 0, every NaN alike, intervals by their comparison key. Decimals must have one scale on
/// both sides. Text is hashed by its bytes (character(n) is kept without its trailing blanks).
/// </remarks>
internal static class HashKernels
{
    private const ulong NullHash = 0x9E3779B97F4A7C15;
    private const ulong MultiplierA = 0xD6E8FEB86659FD93;
    private const ulong MultiplierB = 0xA0761D6478BD642F;

    /// <summary>Hashes the rows of <paramref name="columns"/>: result[i] is row i's hash, or the i-th selected row's.</summary>
    /// <param name="columns">At least one, of equal length.</param>
    /// <param name="selection">Rows to hash; null: all.</param>
    /// <param name="result">One slot a (selected) row.</param>
    /// <param name="account">Pays for a scratch buffer when a column is a dictionary.</param>
    public static void Hash(ReadOnlySpan<Vector> columns, SelectionVector? selection, Span<ulong> result, MemoryAccount account)
    {
        ReadOnlySpan<int> rows = selection == null ? default : selection.Rows;
        for (int i = 0; i < columns.Length; i++)
        {
            HashColumn(columns[i], selection != null, rows, result, i > 0, account);
        }
    }

    /// <summary>As the other overload, for row numbers without a selection; empty <paramref name="rows"/>: all <paramref name="count"/> rows.</summary>
    public static void Hash(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<ulong> result, MemoryAccount account)
    {
        for (int i = 0; i < columns.Length; i++)
        {
            Check.SameLength(rows.IsEmpty ? columns[i].Length : rows.Length, count);
            HashColumn(columns[i], !rows.IsEmpty, rows, result, i > 0, account);
        }
    }

    /// <summary>Hash of one integer, as a column of it would give.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Mix(ulong value)
    {
        value ^= value >> 32;
        value *= MultiplierA;
        value ^= value >> 32;
        value *= MultiplierA;
        return value ^ (value >> 32);
    }

    /// <summary>Hash of text or bytes.</summary>
    public static ulong HashView(in StringView view)
    {
        ulong hash = view.Head * MultiplierB;
        if (view.Length <= StringView.InlineBytes)
        {
            return Mix(hash ^ Rotate(view.Tail * MultiplierA));
        }

        ReadOnlySpan<byte> bytes = StringView.Bytes(in view);
        ref byte start = ref MemoryMarshal.GetReference(bytes);
        int length = bytes.Length, i = 4;
        for (; i + 8 <= length; i += 8)
        {
            hash = Fold(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, i)));
        }

        return Mix(hash ^ Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, length - 8)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong value)
    {
        ulong high = Math.BigMul(value, MultiplierB, out ulong low);
        return high ^ low;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Rotate(ulong value) => (value << 32) | (value >> 32);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Combine(ulong first, ulong second) => Mix((first * 31) + second);

    private static void HashColumn(Vector column, bool isSelected, ReadOnlySpan<int> rows, Span<ulong> result, bool combine, MemoryAccount account)
    {
        int count = isSelected ? rows.Length : column.Length;
        result = result[..count];
        switch (column)
        {
            case ConstantVector constant:
            {
                Span<ulong> one = [0];
                HashColumn(constant.Value, false, default, one, false, account);
                Store(result, combine, one[0]);
                return;
            }

            case DictionaryVector dictionary when dictionary.Dictionary.Length <= Math.Max(2 * count, 256):
            {
                NativeBuffer scratch = NativeBuffer.Allocate(dictionary.Dictionary.Length * 8L, account);
                Span<ulong> entries = scratch.Span<ulong>(0, dictionary.Dictionary.Length);
                HashColumn(dictionary.Dictionary, false, default, entries, false, account);
                var codes = new VectorReader(dictionary);
                for (int i = 0; i < count; i++)
                {
                    int row = isSelected ? rows[i] : i;
                    ulong hash = codes.IsNull(row) ? NullHash : entries[codes.Slot(row)];
                    result[i] = combine ? Combine(result[i], hash) : hash;
                }

                scratch.Release();
                return;
            }

            case FixedVector { HasNulls: false } integers when IsLongInteger(column.Type.Id) && !isSelected:
                HashLongs(integers.Values<long>(), result, combine);
                return;
            case FixedVector { HasNulls: false } integers when column.Type.Id is ArrowTypeId.Int32 or ArrowTypeId.Date32 && !isSelected:
                HashInts(integers.Values<int>(), result, combine);
                return;
            case ViewVector { HasNulls: false } text:
                ReadOnlySpan<StringView> views = text.Views;
                for (int i = 0; i < count; i++)
                {
                    ulong hash = HashView(in views[isSelected ? rows[i] : i]);
                    result[i] = combine ? Combine(result[i], hash) : hash;
                }

                return;
        }

        var reader = new VectorReader(column);
        for (int i = 0; i < count; i++)
        {
            int row = isSelected ? rows[i] : i;
            ulong hash = reader.IsNull(row) ? NullHash : HashValue(in reader, row);
            result[i] = combine ? Combine(result[i], hash) : hash;
        }
    }

    private static bool IsLongInteger(ArrowTypeId id) => id is ArrowTypeId.Int64 or ArrowTypeId.Decimal64 or ArrowTypeId.Timestamp or ArrowTypeId.Time64;

    private static void HashLongs(ReadOnlySpan<long> values, Span<ulong> result, bool combine)
    {
        if (combine)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Combine(result[i], Mix((ulong)values[i]));
            }
        }
        else
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Mix((ulong)values[i]);
            }
        }
    }

    private static void HashInts(ReadOnlySpan<int> values, Span<ulong> result, bool combine)
    {
        if (combine)
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Combine(result[i], Mix((ulong)(long)values[i]));
            }
        }
        else
        {
            for (int i = 0; i < result.Length; i++)
            {
                result[i] = Mix((ulong)(long)values[i]);
            }
        }
    }

    private static void Store(Span<ulong> result, bool combine, ulong hash)
    {
        for (int i = 0; i < result.Length; i++)
        {
            result[i] = combine ? Combine(result[i], hash) : hash;
        }
    }

    private static ulong HashValue(in VectorReader reader, int row)
    {
        switch (reader.Id)
        {
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                return HashView(reader.View(row));
            case ArrowTypeId.Boolean:
                return Mix(reader.Boolean(row) ? 1u : 0u);
            case ArrowTypeId.Float32 or ArrowTypeId.Float64:
                double number = reader.Double(row);
                return Mix(double.IsNaN(number) ? 0x7FF8000000000000 : number == 0 ? 0 : BitConverter.DoubleToUInt64Bits(number));
            case ArrowTypeId.Decimal128:
                return HashWide(reader.Value<Int128>(row));
            case ArrowTypeId.Interval:
                return HashWide(reader.Value<Interval>(row).ComparisonKey);
            case ArrowTypeId.FixedSizeBinary when reader.Flat.Type.Width == 16:
                return HashWide(reader.Value<Int128>(row));
            case ArrowTypeId.List or ArrowTypeId.Map:
            {
                var list = (ListVector)reader.Flat;
                int slot = reader.Slot(row);
                var child = new VectorReader(list.Child);
                ulong hash = Mix((ulong)(list.Offsets[slot + 1] - list.Offsets[slot]));
                for (int i = list.Offsets[slot]; i < list.Offsets[slot + 1]; i++)
                {
                    hash = Combine(hash, child.IsNull(i) ? NullHash : HashValue(in child, i));
                    if (i % RowOrder.ElementsBetweenQuestions == RowOrder.ElementsBetweenQuestions - 1)
                    {
                        Interruption.Ask();
                    }
                }

                return hash;
            }

            case ArrowTypeId.Struct:
            {
                ulong hash = 1;
                foreach (Vector field in ((StructVector)reader.Flat).Children)
                {
                    var child = new VectorReader(field);
                    int slot = reader.Slot(row);
                    hash = Combine(hash, child.IsNull(slot) ? NullHash : HashValue(in child, slot));
                }

                return hash;
            }

            case ArrowTypeId.Null:
                return NullHash;
            default:
                return Mix((ulong)reader.Integer(row));
        }
    }

    /// <summary>A 128-bit number that fits 64 bits hashes as that.</summary>
    private static ulong HashWide(Int128 value)
    {
        ulong low = (ulong)value, high = (ulong)(value >> 64);
        return high == (ulong)((long)low >> 63) ? Mix(low) : Mix(low ^ Mix(high));
    }
}
