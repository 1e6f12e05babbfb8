using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>A key column of a hash table: its type, and whether nulls can occur.</summary>
/// <param name="Type">Type by declaration; a decimal's vectors may be narrower.</param>
/// <param name="IsNullable">Whether null is a key value of its own (grouping, IS NOT DISTINCT FROM); joins that drop null keys say false.</param>
internal readonly record struct KeyColumn(ArrowType Type, bool IsNullable);

/// <summary>Packs the key columns of a row into one or two 64-bit words, so that equal words mean equal keys.</summary>
/// <remarks><code>
/// word 0  | column a, 4 bytes | column b, 2 bytes | null flags, 1 byte | 0 |
/// word 1  | column c, 8 bytes                                             |
/// </code>
/// A null leaves its field zero and sets its flag. -0 is packed as 0 and every NaN as one. A single 8-byte column has no room for a flag: <see cref="HasNullsAside"/>,
/// the caller keeps its null group by itself.
/// </remarks>
internal sealed class KeyLayout
{
    private readonly KeyColumn[] _columns;
    private readonly Field[] _fields;
    private readonly int _flagWord;
    private readonly int _flagShift;

    private KeyLayout(KeyColumn[] columns, Field[] fields, int words, int flagWord, int flagShift, bool hasNullsAside)
    {
        _columns = columns;
        _fields = fields;
        WordCount = words;
        _flagWord = flagWord;
        _flagShift = flagShift;
        HasNullsAside = hasNullsAside;
    }

    /// <summary>64-bit words a key: 1 or 2.</summary>
    public int WordCount { get; }

    /// <summary>Whether null keys must not be packed but have a group of their own.</summary>
    public bool HasNullsAside { get; }

    /// <summary>Whether word 0 is the value of one integer-like column, sign-extended.</summary>
    public bool IsOneInteger => _fields.Length == 1 && _flagWord < 0 && _fields[0].Kind == FieldKind.Integer;

    /// <summary>The layout for some columns, or null when they do not fit 16 bytes or are no fixed-width values.</summary>
    public static KeyLayout? TryCreate(ReadOnlySpan<KeyColumn> columns)
    {
        var fields = new Field[columns.Length];
        Span<int> used = [0, 0];
        bool hasNullable = false;
        for (int i = 0; i < columns.Length; i++)
        {
            if (KindOf(columns[i].Type) is not { } kind)
            {
                return null;
            }

            int bytes = kind == FieldKind.Boolean ? 1 : columns[i].Type.Width;
            hasNullable |= columns[i].IsNullable;
            if (bytes == 16)
            {
                if (used[0] != 0 || used[1] != 0)
                {
                    return null;
                }

                used[0] = used[1] = 8;
                fields[i] = new Field(kind, 0, 0, 16);
                continue;
            }

            int word = used[0] + bytes <= 8 ? 0 : 1;
            if (used[word] + bytes > 8)
            {
                return null;
            }

            fields[i] = new Field(kind, word, used[word] * 8, bytes);
            used[word] += bytes;
        }

        int flagWord = -1, flagShift = 0;
        bool hasNullsAside = false;
        if (hasNullable && columns.Length == 1 && used[0] == 8 && used[1] == 0)
        {
            hasNullsAside = true;
        }
        else if (hasNullable)
        {
            flagWord = used[0] < 8 ? 0 : 1;
            if (used[flagWord] == 8 || columns.Length > 8)
            {
                return null;
            }

            flagShift = used[flagWord]++ * 8;
        }

        if (columns.Length == 1 && flagWord < 0 && fields[0].Kind == FieldKind.Integer)
        {
            fields[0] = fields[0] with { Bytes = 8 };       // one integer alone is kept sign-extended: tables may use it as an index
        }

        return new KeyLayout(columns.ToArray(), fields, used[1] > 0 ? 2 : 1, flagWord, flagShift, hasNullsAside);
    }

    /// <summary>Writes the words of some rows.</summary>
    /// <param name="columns">The key columns.</param>
    /// <param name="rows">Row numbers; empty: rows 0 to <paramref name="count"/> - 1.</param>
    /// <param name="count">Rows to pack.</param>
    /// <param name="low">Word 0 of each.</param>
    /// <param name="high">Word 1 of each; not written when there is none.</param>
    public void Pack(ReadOnlySpan<Vector> columns, ReadOnlySpan<int> rows, int count, Span<ulong> low, Span<ulong> high)
    {
        Debug.Assert(columns.Length == _fields.Length, "a vector for each key column");
        bool startsLow = false, startsHigh = false;
        for (int i = 0; i < _fields.Length; i++)
        {
            Field field = _fields[i];
            if (field.Bytes == 16)
            {
                PackWide(columns[i], field, rows, count, low, high);
                continue;
            }

            ref bool started = ref field.Word == 0 ? ref startsLow : ref startsHigh;
            Span<ulong> target = (field.Word == 0 ? low : high)[..count];
            if (!started && field.Shift == 0 && (!columns[i].HasNulls || !_columns[i].IsNullable) && TryCopy(columns[i], field, rows, target))
            {
                started = true;
                continue;
            }

            if (!started)
            {
                target.Clear();
                started = true;
            }

            PackField(columns[i], field, rows, target);
        }

        if (_flagWord < 0)
        {
            return;
        }

        Span<ulong> flags = (_flagWord == 0 ? low : high)[..count];
        if (_flagWord == 1 && !startsHigh)
        {
            flags.Clear();
        }

        for (int i = 0; i < _fields.Length; i++)
        {
            FlagNulls(columns[i], 1UL << (_flagShift + i), rows, flags);
        }
    }

    /// <summary>Turns words back into key columns; buffers are those of <paramref name="output"/>.</summary>
    public Vector[] Unpack(ReadOnlySpan<ulong> low, ReadOnlySpan<ulong> high, int nullRow, KeyOutput output)
    {
        var vectors = new Vector[_fields.Length];
        for (int i = 0; i < vectors.Length; i++)
        {
            vectors[i] = UnpackColumn(i, low, high, nullRow, output);
        }

        return vectors;
    }

    private Vector UnpackColumn(int column, ReadOnlySpan<ulong> low, ReadOnlySpan<ulong> high, int nullRow, KeyOutput output)
    {
        Field field = _fields[column];
        int count = low.Length, nulls = 0;
        NativeBuffer? validity = null;
        if (nullRow >= 0 || (_flagWord >= 0 && _columns[column].IsNullable))
        {
            validity = output.Validity(column, count);
            Span<byte> bitmap = validity.Span<byte>(0, Bits.WordCount(count) * 8);
            bitmap.Fill(0xFF);
            ReadOnlySpan<ulong> flags = _flagWord == 1 ? high : low;
            for (int i = 0; i < count; i++)
            {
                bool isNull = _flagWord >= 0 ? (flags[i] >> (_flagShift + column) & 1) != 0 : i == nullRow;
                if (isNull)
                {
                    Bits.Clear(bitmap, i);
                    nulls++;
                }
            }
        }

        ArrowType type = _columns[column].Type;
        ReadOnlySpan<ulong> words = field.Word == 0 ? low : high;
        if (field.Kind == FieldKind.Boolean)
        {
            NativeBuffer bits = output.Values(column, Bits.WordCount(count) * 8L);
            Span<byte> bitmap = bits.Span<byte>(0, Bits.WordCount(count) * 8);
            bitmap.Clear();
            for (int i = 0; i < count; i++)
            {
                if ((words[i] >> field.Shift & 1) != 0)
                {
                    Bits.Set(bitmap, i);
                }
            }

            return new BooleanVector(count, bits, validity, nulls);
        }

        NativeBuffer values = output.Values(column, (long)count * type.Width);
        switch (type.Width)
        {
            case 1: Narrow(words, field.Shift, values.Span<byte>(0, count)); break;
            case 2: Narrow(words, field.Shift, values.Span<ushort>(0, count)); break;
            case 4: Narrow(words, field.Shift, values.Span<uint>(0, count)); break;
            case 8: words[..count].CopyTo(values.Span<ulong>(0, count)); break;
            default:
                Span<ulong> pairs = values.Span<ulong>(0, count * 2);
                for (int i = 0; i < count; i++)
                {
                    pairs[2 * i] = low[i];
                    pairs[(2 * i) + 1] = high[i];
                }

                break;
        }

        return new FixedVector(type, count, values, 0, validity, nulls);
    }

    private static void Narrow<T>(ReadOnlySpan<ulong> words, int shift, Span<T> values)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = T.CreateTruncating(words[i] >> shift);
        }
    }

    private static FieldKind? KindOf(ArrowType type) => type.Id switch
    {
        ArrowTypeId.Boolean => FieldKind.Boolean,
        ArrowTypeId.Int8 or ArrowTypeId.Int16 or ArrowTypeId.Int32 or ArrowTypeId.Int64 or ArrowTypeId.UInt8 or ArrowTypeId.UInt16 or ArrowTypeId.UInt32
            or ArrowTypeId.UInt64 or ArrowTypeId.Date32 or ArrowTypeId.Time64 or ArrowTypeId.Timestamp or ArrowTypeId.Decimal64 => FieldKind.Integer,
        ArrowTypeId.Float32 => FieldKind.Float,
        ArrowTypeId.Float64 => FieldKind.Double,
        ArrowTypeId.Decimal128 => FieldKind.Wide,
        ArrowTypeId.FixedSizeBinary when type.ByteWidth == 16 => FieldKind.Bytes16,
        _ => null,
    };

    /// <summary>The common case without a loop over readers: whole flat column, first field of its word, all 8 bytes of it.</summary>
    private static bool TryCopy(Vector column, Field field, ReadOnlySpan<int> rows, Span<ulong> target)
    {
        if (column is not FixedVector flat || field.Kind != FieldKind.Integer || field.Bytes != 8)
        {
            return false;
        }

        switch (flat.Type.Id)
        {
            case ArrowTypeId.Int64 or ArrowTypeId.Decimal64 or ArrowTypeId.Timestamp or ArrowTypeId.Time64:
                if (rows.IsEmpty)
                {
                    flat.Values<ulong>()[..target.Length].CopyTo(target);
                }
                else
                {
                    GatherKernels.Run(flat.Values<ulong>(), rows, target);
                }

                return true;
            case ArrowTypeId.Int32 or ArrowTypeId.Date32:
                ReadOnlySpan<int> values = flat.Values<int>();
                if (rows.IsEmpty)
                {
                    for (int i = 0; i < target.Length; i++)
                    {
                        target[i] = (ulong)(long)values[i];
                    }
                }
                else
                {
                    for (int i = 0; i < target.Length; i++)
                    {
                        target[i] = (ulong)(long)values[rows[i]];
                    }
                }

                return true;
            default:
                return false;
        }
    }

    private static void PackField(Vector column, Field field, ReadOnlySpan<int> rows, Span<ulong> target)
    {
        if (column is ConstantVector { IsNullConstant: true })
        {
            return;
        }

        var reader = new VectorReader(column);
        ulong mask = field.Bytes == 8 ? ulong.MaxValue : (1UL << (field.Bytes * 8)) - 1;
        bool isDecimal = reader.Id is ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128;
        for (int i = 0; i < target.Length; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (reader.IsNull(row))
            {
                continue;
            }

            ulong value = field.Kind switch
            {
                FieldKind.Boolean => reader.Boolean(row) ? 1u : 0u,
                FieldKind.Float => BitConverter.SingleToUInt32Bits((float)Canonical(reader.Double(row))),
                FieldKind.Double => BitConverter.DoubleToUInt64Bits(Canonical(reader.Double(row))),
                _ => isDecimal ? (ulong)reader.Decimal(row) : (ulong)reader.Integer(row),
            };
            target[i] |= (value & mask) << field.Shift;
        }
    }

    private static void PackWide(Vector column, Field field, ReadOnlySpan<int> rows, int count, Span<ulong> low, Span<ulong> high)
    {
        low[..count].Clear();
        high[..count].Clear();
        if (column is ConstantVector { IsNullConstant: true })
        {
            return;
        }

        var reader = new VectorReader(column);
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            if (reader.IsNull(row))
            {
                continue;
            }

            UInt128 value = field.Kind == FieldKind.Wide ? (UInt128)reader.Decimal(row) : reader.Value<UInt128>(row);
            low[i] = (ulong)value;
            high[i] = (ulong)(value >> 64);
        }
    }

    private static void FlagNulls(Vector column, ulong flag, ReadOnlySpan<int> rows, Span<ulong> flags)
    {
        if (!column.HasNulls)
        {
            return;
        }

        var reader = new VectorReader(column);
        for (int i = 0; i < flags.Length; i++)
        {
            flags[i] |= reader.IsNull(rows.IsEmpty ? i : rows[i]) ? flag : 0;
        }
    }

    private static double Canonical(double value) => double.IsNaN(value) ? double.NaN : value == 0 ? 0 : value;

    private enum FieldKind
    {
        Integer,
        Boolean,
        Float,
        Double,
        Wide,
        Bytes16,
    }

    private readonly record struct Field(FieldKind Kind, int Word, int Shift, int Bytes);
}

/// <summary>The buffers of key columns that a table hands out; reused at the next batch.</summary>
internal sealed class KeyOutput(int columns, MemoryAccount account) : IDisposable
{
    private readonly NativeBuffer?[] _values = new NativeBuffer?[columns];
    private readonly NativeBuffer?[] _validity = new NativeBuffer?[columns];

    public NativeBuffer Values(int column, long sizeBytes) => NativeBuffer.Reuse(ref _values[column], Math.Max(sizeBytes, 8), account);

    public NativeBuffer Validity(int column, int rows) => NativeBuffer.Reuse(ref _validity[column], Math.Max(Bits.WordCount(rows) * 8L, 8), account);

    public void Dispose()
    {
        for (int i = 0; i < _values.Length; i++)
        {
            _values[i]?.Release();
            _validity[i]?.Release();
            _values[i] = _validity[i] = null;
        }
    }
}
