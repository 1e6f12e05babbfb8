using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pages;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Takes values from a page and writes them in the engine's form, without gaps for nulls.</summary>
internal static class LeafValues
{
    /// <summary>Writes the next values of a page that holds neither codes nor bits.</summary>
    /// <param name="type">What the values become.</param>
    /// <param name="column">What they are.</param>
    /// <param name="values">The page.</param>
    /// <param name="count">How many to take.</param>
    /// <param name="target">As many slots of the engine type's width, followed by 64 writable bytes.</param>
    /// <param name="account">Charged for scratch memory while the call lasts.</param>
    /// <exception cref="ParquetException">A value is damaged or out of range.</exception>
    public static void Fill(LeafType type, ColumnDescriptor column, PackedValues values, int count, Span<byte> target, MemoryAccount account)
    {
        if (count == 0)
            return;
        if (type.Conversion == ValueConversion.View)
        {
            FillViews(column, values, count, MemoryMarshal.Cast<byte, StringView>(target)[..count]);
            return;
        }

        if (values.Form is PackedForm.Fixed)
        {
            ReadOnlySpan<byte> stored = values.Take(count);
            if (type.Conversion == ValueConversion.None)
                stored.CopyTo(target);
            else
                ValueConverter.Convert(type.Conversion, stored, column.ValueSizeBytes, target[..(count * type.Arrow.Width)]);
            return;
        }

        // Decimals in byte strings.
        NativeBuffer scratch = NativeBuffer.Allocate((long)count * 16, account);
        try
        {
            Span<StringView> views = scratch.Span<StringView>(0, count);
            FillViews(column, values, count, views);
            ValueConverter.Convert(type.Conversion, views, target[..(count * type.Arrow.Width)]);
        }
        finally
        {
            scratch.Release();
        }
    }

    private static void FillViews(ColumnDescriptor column, PackedValues values, int count, Span<StringView> target)
    {
        switch (values.Form)
        {
            case PackedForm.PlainStrings:
                values.TakeStrings(target);
                break;
            case PackedForm.Views:
                MemoryMarshal.Cast<byte, StringView>(values.Take(count)).CopyTo(target);
                break;
            default:
                ByteArrayViews.FromFixed(values.Take(count), column.TypeLength, target);
                break;
        }
    }
}
