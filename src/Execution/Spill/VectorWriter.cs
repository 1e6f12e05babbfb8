using System.Buffers;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Spill;

/// <summary>How the values of a column in a block are laid out.</summary>
internal enum SpilledEncoding
{
    Flat,
    Dictionary,
    Constant,
}

/// <summary>Writes rows of a vector into a block.</summary>
/// <remarks><code>
/// column       type number, encoding (int32 each), then by encoding:
///   flat         nulls (int32), validity words if there are any, values
///   dictionary   nulls, validity words, code width, codes, entries, dictionary as a flat column
///   constant     its one row as a flat column
/// values       fixed width: bytes · boolean: words · text: where each value ends (int32), then the bytes · list: where each ends, elements, child · struct: children
/// </code></remarks>
internal static class VectorWriter
{
    /// <param name="vector">Any encoding.</param>
    /// <param name="rows">Rows to write; empty: the first <paramref name="count"/>.</param>
    /// <param name="count">How many.</param>
    /// <param name="file">Numbers the types.</param>
    /// <param name="output">Where they go.</param>
    public static void Write(Vector vector, ReadOnlySpan<int> rows, int count, SpillFile file, BlockPayload output)
    {
        output.Add(file.TypeNumber(vector.Type));
        switch (vector)
        {
            case ConstantVector constant:
                output.Add((int)SpilledEncoding.Constant);
                WriteFlat(constant.Value, default, 1, file, output);
                break;
            case DictionaryVector dictionary:
                WriteDictionary(dictionary, rows, count, file, output);
                break;
            default:
                output.Add((int)SpilledEncoding.Flat);
                WriteFlat(vector, rows, count, file, output);
                break;
        }
    }

    private static void WriteFlat(Vector vector, ReadOnlySpan<int> rows, int count, SpillFile file, BlockPayload output)
    {
        WriteValidity(vector, rows, count, output);
        WriteValues(vector, rows, count, file, output);
    }

    private static void WriteDictionary(DictionaryVector vector, ReadOnlySpan<int> rows, int count, SpillFile file, BlockPayload output)
    {
        // A dictionary larger than the rows would be written again and again: its values take its place.
        bool keepsCodes = vector.Dictionary.Length <= count;
        output.Add((int)(keepsCodes ? SpilledEncoding.Dictionary : SpilledEncoding.Flat));
        WriteValidity(vector, rows, count, output);
        int[] codes = ArrayPool<int>.Shared.Rent(count);
        for (int i = 0; i < count; i++)
        {
            codes[i] = vector.Code(rows.IsEmpty ? i : rows[i]);
        }

        if (!keepsCodes)
        {
            WriteValues(vector.Dictionary, codes.AsSpan(0, count), count, file, output);
        }
        else
        {
            output.Add(vector.CodeWidth);
            WriteCodes(codes.AsSpan(0, count), vector.CodeWidth, output);
            output.Add(vector.Dictionary.Length);
            WriteFlat(vector.Dictionary, default, vector.Dictionary.Length, file, output);
        }

        ArrayPool<int>.Shared.Return(codes);
    }

    private static void WriteCodes(ReadOnlySpan<int> codes, int width, BlockPayload output)
    {
        Span<byte> target = output.Take(codes.Length * width);
        switch (width)
        {
            case 1:
                for (int i = 0; i < codes.Length; i++)
                {
                    target[i] = (byte)codes[i];
                }

                break;
            case 2:
                Span<ushort> shorts = MemoryMarshal.Cast<byte, ushort>(target);
                for (int i = 0; i < codes.Length; i++)
                {
                    shorts[i] = (ushort)codes[i];
                }

                break;
            default:
                MemoryMarshal.AsBytes(codes).CopyTo(target);
                break;
        }
    }

    private static void WriteValidity(Vector vector, ReadOnlySpan<int> rows, int count, BlockPayload output)
    {
        if (!vector.HasNulls)
        {
            output.Add(0);
            return;
        }

        int at = output.Length, nulls = 0;
        output.Add(0);
        Span<byte> bits = output.Take(Bits.WordCount(count) * 8);
        bits.Fill(0xFF);
        for (int i = 0; i < count; i++)
        {
            if (vector.IsNull(rows.IsEmpty ? i : rows[i]))
            {
                Bits.Clear(bits, i);
                nulls++;
            }
        }

        output.SetInt(at, nulls);
        if (nulls == 0)
        {
            output.Truncate(at + 4);
        }
    }

    private static void WriteValues(Vector vector, ReadOnlySpan<int> rows, int count, SpillFile file, BlockPayload output)
    {
        switch (vector)
        {
            case FixedVector values:
                WriteFixed(values, rows, count, output);
                break;
            case BooleanVector values:
                WriteBooleans(values, rows, count, output);
                break;
            case ViewVector values:
                WriteViews(values, rows, count, output);
                break;
            case ListVector values:
                WriteLists(values, rows, count, file, output);
                break;
            case StructVector values:
                foreach (Vector child in values.Children)
                {
                    Write(child, rows, count, file, output);
                }

                break;
            default:
                throw ExecutionErrors.Internal($"a {vector.GetType().Name} cannot be spilled");
        }
    }

    private static void WriteFixed(FixedVector values, ReadOnlySpan<int> rows, int count, BlockPayload output)
    {
        int width = values.Type.Width;
        Span<byte> target = output.Take(count * width);
        if (rows.IsEmpty)
        {
            values.ValueBytes[..target.Length].CopyTo(target);
        }
        else
        {
            GatherKernels.RunBytes(values.ValueBytes, width, rows, target);
        }
    }

    private static void WriteBooleans(BooleanVector values, ReadOnlySpan<int> rows, int count, BlockPayload output)
    {
        Span<byte> target = output.Take(Bits.WordCount(count) * 8);
        target.Clear();
        for (int i = 0; i < count; i++)
        {
            if (values.Value(rows.IsEmpty ? i : rows[i]))
            {
                Bits.Set(target, i);
            }
        }
    }

    private static void WriteViews(ViewVector values, ReadOnlySpan<int> rows, int count, BlockPayload output)
    {
        ReadOnlySpan<StringView> views = values.Views;
        Span<int> ends = MemoryMarshal.Cast<byte, int>(output.Take(count * 4));
        int end = 0;
        for (int i = 0; i < count; i++)
        {
            end = checked(end + views[rows.IsEmpty ? i : rows[i]].Length);
            ends[i] = end;
        }

        Span<byte> bytes = output.Take(end);
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> value = StringView.Bytes(in views[rows.IsEmpty ? i : rows[i]]);
            value.CopyTo(bytes);
            bytes = bytes[value.Length..];
        }
    }

    private static void WriteLists(ListVector values, ReadOnlySpan<int> rows, int count, SpillFile file, BlockPayload output)
    {
        ReadOnlySpan<int> offsets = values.Offsets;
        Span<int> ends = MemoryMarshal.Cast<byte, int>(output.Take(count * 4));
        int end = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            end = checked(end + (values.IsNull(row) ? 0 : offsets[row + 1] - offsets[row]));
            ends[i] = end;
        }

        output.Add(end);
        if (end == 0)
        {
            Write(values.Child, default, 0, file, output);
            return;
        }

        int[] elements = ArrayPool<int>.Shared.Rent(end);
        int next = 0;
        for (int i = 0; i < count; i++)
        {
            int row = rows.IsEmpty ? i : rows[i];
            for (int element = values.IsNull(row) ? offsets[row + 1] : offsets[row]; element < offsets[row + 1]; element++)
            {
                elements[next++] = element;
            }
        }

        Write(values.Child, elements.AsSpan(0, end), end, file, output);
        ArrayPool<int>.Shared.Return(elements);
    }
}
