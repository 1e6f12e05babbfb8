using System.Numerics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using Vector = SqlCluster.Arrow.Vectors.Vector;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Columns of codes and of runs: both become dictionary vectors, whose dictionaries are flat, not empty and without nulls.</summary>
internal static class DictionaryDecoding
{
    public static Vector Codes(
        BodyReader body, IpcField field, IpcDictionary encoding, Vector? dictionary, int length, NativeBuffer? validity, int nullCount)
    {
        BodySlice slice = body.NextBuffer(length, encoding.Index.Width / 8);
        NativeBuffer codes = body.Allocate(length * 4L);
        Span<int> target = codes.Span<int>(0, length);
        switch (encoding.Index.Width, encoding.Index.IsSigned)
        {
            case (8, true): Widen(slice.Span<sbyte>(length), target); break;
            case (8, false): Widen(slice.Span<byte>(length), target); break;
            case (16, true): Widen(slice.Span<short>(length), target); break;
            case (16, false): Widen(slice.Span<ushort>(length), target); break;
            case (32, true): Widen(slice.Span<int>(length), target); break;
            case (32, false): Widen(slice.Span<uint>(length), target); break;
            case (64, true): Widen(slice.Span<long>(length), target); break;
            default: Widen(slice.Span<ulong>(length), target); break;
        }

        ReadOnlySpan<byte> bits = validity == null ? default : validity.Span<byte>(0, Bits.ByteCount(length));
        for (int i = 0; i < length; i++)
        {
            target[i] = !bits.IsEmpty && !Bits.Get(bits, i) ? -1 : target[i] >= 0 ? target[i] : throw NoValue();
        }

        if (validity != null)
        {
            body.Drop(validity);
        }

        if (dictionary != null && !dictionary.Type.Equals(field.Engine.Type))
        {
            throw new IpcException("a dictionary has another type than a field that uses it");
        }

        return nullCount == length || dictionary == null || dictionary.Length == 0
            ? AllNull(body, field.Engine.Type, codes, nullCount == length, length)
            : Lookup(body, dictionary, codes, length, isOwned: false);
    }

    /// <summary>Runs of equal values: <paramref name="ends"/> holds the row behind each run.</summary>
    public static Vector Runs(BodyReader body, Vector ends, Vector values, int length)
    {
        body.Expand(length);
        NativeBuffer codes = body.Allocate(length * 4L);
        Span<int> target = codes.Span<int>(0, length);
        int row = 0;
        for (int run = 0; row < length && run < ends.Length; run++)
        {
            long end = ends is FixedVector { HasNulls: false } numbers ? End(numbers, run) : throw new IpcException("run ends are null");
            if (end <= row || run >= values.Length)
            {
                throw new IpcException("run ends do not rise, or there are more of them than values");
            }

            int count = (int)Math.Min(end - row, length - row);
            target.Slice(row, count).Fill(run);
            row += count;
        }

        if (row < length)
        {
            throw new IpcException("the last run ends before the column does");
        }

        ends.VisitBuffers(body.Drop);
        if (length == 0)
        {
            values.VisitBuffers(body.Drop);
            return AllNull(body, values.Type, codes, true, 0);
        }

        return Lookup(body, values, codes, length, isOwned: true);
    }

    private static long End(FixedVector ends, int run) => ends.Type.Width switch { 2 => ends.Values<short>()[run], 4 => ends.Values<int>()[run], _ => ends.Values<long>()[run] };

    private static void Widen<T>(ReadOnlySpan<T> source, Span<int> target)
        where T : unmanaged, IBinaryInteger<T>
    {
        for (int i = 0; i < target.Length; i++)
        {
            target[i] = long.CreateSaturating(source[i]) is var code and >= 0 and <= int.MaxValue ? (int)code : -1;
        }
    }

    private static Vector AllNull(BodyReader body, ArrowType type, NativeBuffer codes, bool isRight, int length)
    {
        body.Drop(codes);
        return isRight ? NullVectors.Create(body, type, length) : throw NoValue();
    }

    /// <summary>The values that codes stand for; -1 stands for null.</summary>
    /// <param name="body">Keeps the books.</param>
    /// <param name="values">In any encoding and with nulls.</param>
    /// <param name="codes">One int32 a row, replaced by codes of a flat dictionary.</param>
    /// <param name="length">Rows.</param>
    /// <param name="isOwned">Whether the references of <paramref name="values"/> are the caller's to give away; otherwise the result takes its own.</param>
    private static Vector Lookup(BodyReader body, Vector values, NativeBuffer codes, int length, bool isOwned)
    {
        if (values is ConstantVector { IsNullConstant: true } && isOwned)
        {
            body.Drop(codes);
            return new ConstantVector(((ConstantVector)values).Value, length);
        }

        NativeBuffer bitmap = body.AllocateZeroed(Bits.WordCount(length) * 8L);
        Span<byte> bits = bitmap.Span<byte>(0, Bits.WordCount(length) * 8);
        Span<int> target = codes.Span<int>(0, length);
        int nulls = 0;
        for (int i = 0; i < length; i++)
        {
            int code = target[i];
            if (code >= values.Length)
            {
                throw NoValue();
            }

            if (code < 0 || values.IsNull(code))
            {
                nulls++;
                target[i] = 0;
                continue;
            }

            Bits.Set(bits, i);
            target[i] = values switch { DictionaryVector inner => inner.Code(code), ConstantVector => 0, _ => code };
        }

        Vector flat = values switch { DictionaryVector inner => inner.Dictionary, ConstantVector constant => constant.Value, _ => values };
        Vector dictionary = WithoutNulls(flat);
        if (isOwned)
        {
            values.VisitBuffers(body.Drop);
        }

        dictionary.VisitBuffers(buffer => body.Hold(buffer));
        if (nulls == 0)
        {
            body.Drop(bitmap);
        }

        return new DictionaryVector(length, codes, 0, 4, dictionary, nulls == 0 ? null : bitmap, nulls);
    }

    private static Vector WithoutNulls(Vector vector) => !vector.HasNulls ? vector : vector switch
    {
        FixedVector values => new FixedVector(values.Type, values.Length, values.ValuesBuffer, values.OffsetBytes),
        ViewVector text => new ViewVector(text.Type, text.Length, text.ViewsBuffer, text.OffsetBytes, text.DataBuffers),
        BooleanVector booleans => new BooleanVector(booleans.Length, booleans.ValuesBuffer),
        ListVector lists => new ListVector(lists.Type, lists.Length, lists.OffsetsBuffer, lists.Child),
        StructVector structs => new StructVector(structs.Type, structs.Length, structs.Children),
        _ => vector,
    };

    private static IpcException NoValue() => new("a code has no value in its dictionary");
}
