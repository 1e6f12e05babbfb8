using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Values of an aggregate's argument without its nulls, and their groups.</summary>
internal readonly ref struct DenseValues<T>(ReadOnlySpan<T> values, ReadOnlySpan<int> groups)
    where T : unmanaged
{
    public ReadOnlySpan<T> Values { get; } = values;

    /// <summary>Group of each value; empty: all in group 0.</summary>
    public ReadOnlySpan<int> Groups { get; } = groups;
}

/// <summary>Lays an argument's values side by side, nulls and rows that do not count left out, so that kernels need one loop each. Copies only what it must.</summary>
internal sealed class DenseArgument(MemoryAccount account) : IDisposable
{
    private NativeBuffer? _values;
    private NativeBuffer? _groups;
    private NativeBuffer? _rows;

    /// <summary>Integers, dates, times and 64-bit decimals, sign-extended.</summary>
    public DenseValues<long> Longs(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = Present(argument, in rows, out ReadOnlySpan<int> groups, out int count);
        if (argument is FixedVector { Type.Width: 8 } flat)
        {
            if (picked.IsEmpty)
            {
                return new(flat.Values<long>()[..count], groups);
            }

            Span<long> gathered = Room<long>(count);
            GatherKernels.Run(flat.Values<long>(), picked[..count], gathered);
            return new(gathered, groups);
        }

        Span<long> values = Room<long>(count);
        if (argument is DictionaryVector { Type.Width: 8, CodeWidth: 1 or 2, Dictionary: FixedVector entries } dictionary)
        {
            Decode(dictionary, entries.Values<long>(), picked, values);
        }
        else if (argument is DictionaryVector { CodeWidth: 1 or 2, Dictionary: FixedVector { Type.Id: ArrowTypeId.Int32 or ArrowTypeId.Date32 } words } coded)
        {
            if (coded.CodeWidth == 1)
            {
                Widen(coded.Codes8, words.Values<int>(), picked, values);
            }
            else
            {
                Widen(coded.Codes16, words.Values<int>(), picked, values);
            }
        }
        else if (argument is FixedVector { Type.Id: ArrowTypeId.Int32 or ArrowTypeId.Date32 } narrow)
        {
            GatherKernels.Widen(picked.IsEmpty ? narrow.Values<int>()[..count] : narrow.Values<int>(), picked[..(picked.IsEmpty ? 0 : count)], values);
        }
        else
        {
            var reader = new VectorReader(argument);
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = reader.Integer(picked.IsEmpty ? i : picked[i]);
            }
        }

        return new(values, groups);
    }

    /// <summary>As <see cref="Longs"/>, for rows known not to be null.</summary>
    public ReadOnlySpan<long> LongsAt(Vector argument, ReadOnlySpan<int> rows)
    {
        Span<long> values = Room<long>(rows.Length);
        var reader = new VectorReader(argument);
        for (int i = 0; i < rows.Length; i++)
        {
            values[i] = reader.Integer(rows[i]);
        }

        return values;
    }

    /// <summary>Decimals of any width.</summary>
    public DenseValues<Int128> Decimals(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = Present(argument, in rows, out ReadOnlySpan<int> groups, out int count);
        if (picked.IsEmpty && argument is FixedVector { Type.Width: 16 } flat)
        {
            return new(flat.Values<Int128>()[..count], groups);
        }

        Span<Int128> values = Room<Int128>(count);
        var reader = new VectorReader(argument);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.Decimal(picked.IsEmpty ? i : picked[i]);
        }

        return new(values, groups);
    }

    /// <summary>real and double precision.</summary>
    public DenseValues<double> Doubles(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = Present(argument, in rows, out ReadOnlySpan<int> groups, out int count);
        if (picked.IsEmpty && argument is FixedVector { Type.Id: ArrowTypeId.Float64 } flat)
        {
            return new(flat.Values<double>()[..count], groups);
        }

        Span<double> values = Room<double>(count);
        var reader = new VectorReader(argument);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.Double(picked.IsEmpty ? i : picked[i]);
        }

        return new(values, groups);
    }

    /// <summary>Booleans as bytes 0 and 1.</summary>
    public DenseValues<byte> Booleans(Vector argument, in GroupedRows rows)
    {
        ReadOnlySpan<int> picked = Present(argument, in rows, out ReadOnlySpan<int> groups, out int count);
        Span<byte> values = Room<byte>(count);
        var reader = new VectorReader(argument);
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = reader.Boolean(picked.IsEmpty ? i : picked[i]) ? (byte)1 : (byte)0;
        }

        return new(values, groups);
    }

    /// <summary>The rows at which the argument is not null.</summary>
    /// <param name="groups">Their groups; empty: all in group 0.</param>
    /// <param name="count">How many.</param>
    /// <returns>Their numbers; empty: rows 0 to <paramref name="count"/> - 1 (or none).</returns>
    public ReadOnlySpan<int> Present(Vector argument, in GroupedRows rows, out ReadOnlySpan<int> groups, out int count)
    {
        groups = rows.Groups;
        count = rows.Count;
        if (!argument.HasNulls)
        {
            return rows.Rows;
        }

        Span<int> present = NativeBuffer.Reuse(ref _rows, (rows.Count + 16) * 4L, account).Span<int>(0, rows.Count);
        Span<int> presentGroups = rows.IsOneGroup ? default : NativeBuffer.Reuse(ref _groups, (rows.Count + 16) * 4L, account).Span<int>(0, rows.Count);
        var reader = new VectorReader(argument);
        int found = 0;
        if (rows.IsOneGroup)
        {
            for (int i = 0; i < rows.Count; i++)
            {
                int row = rows.Row(i);
                present[found] = row;
                found += reader.IsNull(row) ? 0 : 1;
            }
        }
        else
        {
            for (int i = 0; i < rows.Count; i++)
            {
                int row = rows.Row(i);
                present[found] = row;
                presentGroups[found] = rows.Groups[i];
                found += reader.IsNull(row) ? 0 : 1;
            }
        }

        groups = rows.IsOneGroup ? default : presentGroups[..found];
        count = found;
        return present[..found];
    }

    public void Dispose()
    {
        _values?.Release();
        _groups?.Release();
        _rows?.Release();
        _values = _groups = _rows = null;
    }

    private static void Decode(DictionaryVector argument, ReadOnlySpan<long> entries, ReadOnlySpan<int> picked, Span<long> values)
    {
        switch (argument.CodeWidth, picked.IsEmpty)
        {
            case (1, true): GatherKernels.Decode(argument.Codes8[..values.Length], entries, values); break;
            case (1, false): GatherKernels.Decode(argument.Codes8, picked[..values.Length], entries, values); break;
            case (_, true): GatherKernels.Decode(argument.Codes16[..values.Length], entries, values); break;
            default: GatherKernels.Decode(argument.Codes16, picked[..values.Length], entries, values); break;
        }
    }

    private static void Widen<TCode>(ReadOnlySpan<TCode> codes, ReadOnlySpan<int> entries, ReadOnlySpan<int> picked, Span<long> values)
        where TCode : unmanaged, System.Numerics.IBinaryInteger<TCode>
    {
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = entries[int.CreateTruncating(codes[picked.IsEmpty ? i : picked[i]])];
        }
    }

    private Span<T> Room<T>(int count)
        where T : unmanaged =>
        NativeBuffer.Reuse(ref _values, Math.Max((long)count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>(), 8), account).Span<T>(0, count);
}
