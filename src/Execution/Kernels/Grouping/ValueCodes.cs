using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>Turns a text column of few distinct values into codes over a dictionary of them, so that what gathers it moves a byte or two a row and what groups by it needs no hashing.</summary>
internal static class ValueCodes
{
    private const int MostValues = 1024;
    private const int Part = 4096;

    /// <summary>The column as codes, or null when it is no text, or has many values. The caller releases it once.</summary>
    public static DictionaryVector? TryEncode(Vector column, MemoryAccount account, CancellationToken cancellation)
    {
        int length = column.Length;
        if (column is not ViewVector || length == 0 || column.NullCount == length)
        {
            return null;
        }

        using var table = new RowGroupTable([new KeyColumn(column.Type, false)], account);
        var reader = new VectorReader(column);
        var rows = new int[Math.Min(Part, length)];
        var found = new int[rows.Length];
        NativeBuffer? numberBuffer = null;
        Span<int> numbers = default;
        bool isFew = true;
        for (int start = 0; start < length && isFew; start += Part)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = 0, end = Math.Min(length, start + Part);
            for (int row = start; row < end; row++)
            {
                rows[count] = row;
                count += reader.IsNull(row) ? 0 : 1;
            }

            table.FindOrAdd([column], rows.AsSpan(0, count), count, found);
            isFew = table.Count <= MostValues && (table.Count <= end / 2 || end <= 64);
            if (isFew && numberBuffer == null)
            {
                numberBuffer = NativeBuffer.AllocateZeroed(length * 4L, account);
                numbers = numberBuffer.Span<int>(0, length);
            }

            for (int i = 0; i < count && isFew; i++)
            {
                numbers[rows[i]] = found[i];
            }
        }

        DictionaryVector? result = isFew ? Make(column, table, numbers, account) : null;
        numberBuffer?.Release();
        return result;
    }

    private static DictionaryVector Make(Vector column, RowGroupTable table, ReadOnlySpan<int> numbers, MemoryAccount account)
    {
        ColumnAppender values = ColumnAppender.Create(column.Type, account);
        values.AppendRange(table.Keys(0, table.Count)[0], 0, table.Count);
        Vector dictionary = values.Build();
        dictionary.Retain();
        values.Dispose();
        int width = table.Count <= 256 ? 1 : 2;
        NativeBuffer codes = NativeBuffer.Allocate((long)numbers.Length * width, account);
        if (width == 1)
        {
            Span<byte> narrow = codes.Span<byte>(0, numbers.Length);
            for (int i = 0; i < narrow.Length; i++)
            {
                narrow[i] = (byte)numbers[i];
            }
        }
        else
        {
            Span<ushort> wide = codes.Span<ushort>(0, numbers.Length);
            for (int i = 0; i < wide.Length; i++)
            {
                wide[i] = (ushort)numbers[i];
            }
        }

        if (column.NullCount > 0)
        {
            column.ValidityBuffer!.Retain();
        }

        return new DictionaryVector(numbers.Length, codes, 0, width, dictionary, column.ValidityBuffer, column.NullCount);
    }
}
