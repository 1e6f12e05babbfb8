using System.Buffers;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Adds a column's nodes and buffers to a message (Columnar.rst, "Recordbatch message").</summary>
/// <remarks>
/// Ranges of flat vectors are shared, not copied. Copied are: rows taken by number (selections, constants, dictionaries), text (views become offsets and
/// data), decimals kept in 64 bits, intervals, and bits that do not begin at a whole byte.
/// </remarks>
internal sealed class ColumnEncoder(BodyBuilder body, IpcOptions options)
{
    public void Encode(IpcField field, Vector vector, RowSet rows)
    {
        if (field.Type.Id == IpcTypeId.Null)
        {
            body.AddNode(rows.Count, rows.Count);
            return;
        }

        switch (vector)
        {
            case ConstantVector constant:
                EncodeConstant(field, constant, rows);
                return;
            case DictionaryVector dictionary:
                EncodeDictionary(field, dictionary, rows);
                return;
        }

        if (vector is DenseUnionVector union)
        {
            body.AddNode(rows.Count, 0);       // unions have no validity of their own
            EncodeUnion(field, union, rows);
            return;
        }

        EncodeValidity(vector, rows);
        EncodeFlat(field, vector, rows);
    }

    /// <summary>The codes of a column whose dictionary has been sent.</summary>
    public void EncodeCodes(DictionaryVector vector, RowSet rows)
    {
        EncodeValidity(vector, rows);
        if (rows.IsRange && vector.CodeWidth == 4)
        {
            body.AddShared(vector.CodesBuffer, vector.OffsetBytes + (rows.Start * 4L), rows.Count * 4L);
            return;
        }

        NativeBuffer codes = NativeBuffer.Allocate(rows.Count * 4L, body.Account);
        Span<int> target = codes.Span<int>(0, rows.Count);
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = rows[i] is var row and >= 0 ? vector.Code(row) : 0;
        }

        body.AddOwned(codes, 0, rows.Count * 4L);
    }

    private void EncodeConstant(IpcField field, ConstantVector constant, RowSet rows)
    {
        int[] zeros = ArrayPool<int>.Shared.Rent(rows.Count);
        try
        {
            Span<int> slots = zeros.AsSpan(0, rows.Count);
            slots.Fill(constant.IsNullConstant ? -1 : 0);
            for (int i = 0; !rows.IsRange && i < slots.Length; i++)
            {
                slots[i] = rows[i] < 0 ? -1 : slots[i];
            }

            Encode(field, constant.Value, RowSet.Of(slots));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(zeros);
        }
    }

    private void EncodeDictionary(IpcField field, DictionaryVector dictionary, RowSet rows)
    {
        int[] codes = ArrayPool<int>.Shared.Rent(rows.Count);
        try
        {
            Span<int> slots = codes.AsSpan(0, rows.Count);
            switch (dictionary.CodeWidth)
            {
                case 1:
                    Slots(dictionary.Codes8, dictionary, rows, slots);
                    break;
                case 2:
                    Slots(dictionary.Codes16, dictionary, rows, slots);
                    break;
                default:
                    Slots(dictionary.Codes32, dictionary, rows, slots);
                    break;
            }

            Encode(field, dictionary.Dictionary, RowSet.Of(slots));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(codes);
        }
    }

    private static void Slots<TCode>(ReadOnlySpan<TCode> codes, DictionaryVector vector, RowSet rows, Span<int> slots)
        where TCode : unmanaged, System.Numerics.IBinaryInteger<TCode>
    {
        if (rows.IsRange && !vector.HasNulls)
        {
            codes = codes.Slice(rows.Start, rows.Count);
            for (int i = 0; i < slots.Length; i++)
            {
                slots[i] = int.CreateTruncating(codes[i]);
            }

            return;
        }

        ReadOnlySpan<byte> validity = vector.Validity;
        for (int i = 0; i < slots.Length; i++)
        {
            int row = rows[i];
            slots[i] = row < 0 || (!validity.IsEmpty && !Bits.Get(validity, row)) ? -1 : int.CreateTruncating(codes[row]);
        }
    }

    private void EncodeValidity(Vector vector, RowSet rows)
    {
        int count = rows.Count, nulls = CountNulls(vector, rows);
        body.AddNode(count, nulls);
        if (nulls == 0)
        {
            body.AddEmpty();
            return;
        }

        ReadOnlySpan<byte> source = vector.Validity;
        if (rows.IsRange)
        {
            EncodeBits(vector.ValidityBuffer!, source, rows);
            return;
        }

        NativeBuffer bitmap = NativeBuffer.AllocateZeroed(Bits.ByteCount(count), body.Account);
        Span<byte> target = bitmap.Span<byte>(0, Bits.ByteCount(count));
        for (int i = 0; i < count; i++)
        {
            int row = rows[i];
            if (row >= 0 && (source.IsEmpty || Bits.Get(source, row)))
            {
                Bits.Set(target, i);
            }
        }

        body.AddOwned(bitmap, 0, target.Length);
    }

    private static int CountNulls(Vector vector, RowSet rows)
    {
        if (rows.IsRange)
        {
            return !vector.HasNulls ? 0
                : rows.Count == vector.Length ? vector.NullCount
                : rows.Count - (Bits.CountSet(vector.Validity, rows.Start + rows.Count) - Bits.CountSet(vector.Validity, rows.Start));
        }

        ReadOnlySpan<byte> validity = vector.Validity;
        int nulls = 0;
        for (int i = 0; i < rows.Count; i++)
        {
            int row = rows[i];
            nulls += row < 0 || (!validity.IsEmpty && !Bits.Get(validity, row)) ? 1 : 0;
        }

        return nulls;
    }

    /// <summary>A range of a bitmap: shared from a whole byte on, else moved.</summary>
    private void EncodeBits(NativeBuffer buffer, ReadOnlySpan<byte> bits, RowSet range)
    {
        int bytes = Bits.ByteCount(range.Count);
        if ((range.Start & 7) == 0)
        {
            body.AddShared(buffer, range.Start >> 3, bytes);
            return;
        }

        NativeBuffer moved = NativeBuffer.Allocate(bytes, body.Account);
        Bits.CopyFrom(bits, range.Start, moved.Span<byte>(0, bytes), range.Count);
        body.AddOwned(moved, 0, bytes);
    }

    private void EncodeFlat(IpcField field, Vector vector, RowSet rows)
    {
        switch (vector)
        {
            case FixedVector values:
                EncodeFixed(field.Type, values, rows);
                break;
            case BooleanVector booleans:
                EncodeBooleans(booleans, rows);
                break;
            case ViewVector text when field.Type.Id is IpcTypeId.Utf8View or IpcTypeId.BinaryView:
                TextEncoding.AddViews(body, text, rows);
                break;
            case ViewVector text:
                TextEncoding.AddOffsets(body, text, rows);
                break;
            case ListVector lists:
                EncodeLists(field, lists, rows);
                break;
            case StructVector structs:
                for (int i = 0; i < structs.Children.Length; i++)
                {
                    Encode(field.Children[i], structs.Children[i], rows);
                }

                break;
            default:
                throw new ArgumentException($"a column of type {field.Engine.Type} cannot be written from a {vector.GetType().Name}", nameof(vector));
        }
    }

    private void EncodeFixed(IpcType type, FixedVector vector, RowSet rows)
    {
        int count = rows.Count;
        switch (vector.Type.Id)
        {
            case ArrowTypeId.Decimal64:
                FixedEncoding.Add<long, Int128>(body, vector.Values<long>(), rows, static value => value);
                break;
            case ArrowTypeId.Interval:
                FixedEncoding.Add<Interval, WireInterval>(body, vector.Values<Interval>(), rows, static value => WireInterval.Of(value));
                break;
            case ArrowTypeId.Timestamp when options.TimestampUnit is IpcTimeUnit.Second or IpcTimeUnit.Millisecond:
                long divisor = options.TimestampUnit == IpcTimeUnit.Second ? 1_000_000 : 1000;
                FixedEncoding.Add<long, long>(body, vector.Values<long>(), rows, value => long.DivRem(value, divisor) is var (quotient, rest) && rest < 0 ? quotient - 1 : value / divisor);
                break;
            case ArrowTypeId.Timestamp when options.TimestampUnit == IpcTimeUnit.Nanosecond:
                FixedEncoding.Add<long, long>(body, vector.Values<long>(), rows, static value => (long)Int128.Clamp((Int128)value * 1000, long.MinValue, long.MaxValue));
                break;
            case ArrowTypeId.FixedSizeBinary when type.Id == IpcTypeId.Utf8:
                TextEncoding.AddUuids(body, vector, rows);
                break;
            case var _ when rows.IsRange:
                int width = vector.Type.Width;
                body.AddShared(vector.ValuesBuffer, vector.OffsetBytes + ((long)rows.Start * width), (long)count * width);
                break;
            default:
                FixedEncoding.Gather(body, vector, rows);
                break;
        }
    }

    private void EncodeBooleans(BooleanVector vector, RowSet rows)
    {
        if (rows.IsRange)
        {
            EncodeBits(vector.ValuesBuffer, vector.Values, rows);
            return;
        }

        int bytes = Bits.ByteCount(rows.Count);
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(bytes, body.Account);
        Span<byte> target = buffer.Span<byte>(0, bytes);
        ReadOnlySpan<byte> source = vector.Values;
        for (int i = 0; i < rows.Count; i++)
        {
            if (rows[i] is var row and >= 0 && Bits.Get(source, row))
            {
                Bits.Set(target, i);
            }
        }

        body.AddOwned(buffer, 0, bytes);
    }

    private void EncodeLists(IpcField field, ListVector vector, RowSet rows)
    {
        int count = rows.Count;
        ReadOnlySpan<int> source = vector.Offsets;
        if (rows.IsRange && source[rows.Start] == 0)
        {
            body.AddShared(vector.OffsetsBuffer, rows.Start * 4L, (count + 1) * 4L);
            Encode(field.Children[0], vector.Child, RowSet.Range(0, source[rows.Start + count]));
            return;
        }

        NativeBuffer buffer = NativeBuffer.Allocate((count + 1) * 4L, body.Account);
        Span<int> offsets = buffer.Span<int>(0, count + 1);
        if (rows.IsRange)
        {
            int first = source[rows.Start], last = source[rows.Start + count];
            for (int i = 0; i <= count; i++)
            {
                offsets[i] = source[rows.Start + i] - first;
            }

            body.AddOwned(buffer, 0, (count + 1) * 4L);
            Encode(field.Children[0], vector.Child, RowSet.Range(first, last - first));
            return;
        }

        offsets[0] = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows[i];
            offsets[i + 1] = checked(offsets[i] + (row < 0 || vector.IsNull(row) ? 0 : source[row + 1] - source[row]));
        }

        int total = offsets[count];
        int[] elements = ArrayPool<int>.Shared.Rent(total);
        try
        {
            for (int i = 0, next = 0; i < count; i++)
            {
                int length = offsets[i + 1] - offsets[i];
                for (int k = 0; k < length; k++)
                {
                    elements[next++] = source[rows[i]] + k;
                }
            }

            body.AddOwned(buffer, 0, (count + 1) * 4L);
            Encode(field.Children[0], vector.Child, RowSet.Of(elements.AsSpan(0, total)));
        }
        finally
        {
            ArrayPool<int>.Shared.Return(elements);
        }
    }

    private void EncodeUnion(IpcField field, DenseUnionVector vector, RowSet rows)
    {
        NativeBuffer selectors = NativeBuffer.Allocate(rows.Count, body.Account), offsets = NativeBuffer.Allocate(rows.Count * 4L, body.Account);
        Span<byte> selectorTarget = selectors.Span<byte>(0, rows.Count);
        Span<int> offsetTarget = offsets.Span<int>(0, rows.Count);
        for (int i = 0; i < rows.Count; i++)
        {
            selectorTarget[i] = vector.Selectors[rows[i]];
            offsetTarget[i] = vector.Offsets[rows[i]];
        }

        body.AddOwned(selectors, 0, rows.Count);
        body.AddOwned(offsets, 0, rows.Count * 4L);
        for (int i = 0; i < vector.Children.Length; i++)
        {
            Encode(field.Children[i], vector.Children[i], RowSet.Range(0, vector.Children[i].Length));
        }
    }
}
