using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Converts stored values of fixed width, or decimals in byte strings, to the engine's.</summary>
internal static class ValueConverter
{
    private const int JulianDayOfEpoch = 2_440_588;
    private const long MicrosecondsPerDay = 86_400_000_000;
    private const int Int96Bytes = 12;

    /// <summary>Converts values that lie one behind the other.</summary>
    /// <param name="conversion">Not None, Boolean or View.</param>
    /// <param name="source">The stored values, <paramref name="sizeBytes"/> each.</param>
    /// <param name="sizeBytes">Bytes of a stored value.</param>
    /// <param name="target">The engine's values, as many.</param>
    /// <exception cref="ParquetException">A value is beyond the engine type's range.</exception>
    public static void Convert(ValueConversion conversion, ReadOnlySpan<byte> source, int sizeBytes, Span<byte> target)
    {
        switch (conversion)
        {
            case ValueConversion.Int8: Each<int, short>(source, target, static value => (sbyte)value); break;
            case ValueConversion.UInt8: Each<int, short>(source, target, static value => (byte)value); break;
            case ValueConversion.Int16: Each<int, short>(source, target, static value => (short)value); break;
            case ValueConversion.UInt16: Each<int, int>(source, target, static value => (ushort)value); break;
            case ValueConversion.UInt32: Each<uint, long>(source, target, static value => value); break;
            case ValueConversion.UInt64: Each<ulong, Int128>(source, target, static value => value); break;
            case ValueConversion.Int32ToInt64: Widen(MemoryMarshal.Cast<byte, int>(source), MemoryMarshal.Cast<byte, long>(target)); break;
            case ValueConversion.Int32ToInt128: Each<int, Int128>(source, target, static value => value); break;
            case ValueConversion.Int64ToInt128: Each<long, Int128>(source, target, static value => value); break;
            case ValueConversion.Float16: Each<Half, float>(source, target, static value => (float)value); break;
            case ValueConversion.Millis32: Each<int, long>(source, target, static value => value * 1000L); break;
            case ValueConversion.Millis64: Each<long, long>(source, target, Millis); break;
            case ValueConversion.Nanos: Each<long, long>(source, target, static value => FloorDivide(value, 1000)); break;
            case ValueConversion.Int96: Each<Int96, long>(source, target, FromInt96); break;
            case ValueConversion.Interval: Each<StoredInterval, Interval>(source, target, FromInterval); break;
            case ValueConversion.BigEndianToInt64: BigEndian<long>(source, sizeBytes, target); break;
            case ValueConversion.BigEndianToInt128: BigEndian<Int128>(source, sizeBytes, target); break;
            case ValueConversion.None or ValueConversion.Boolean or ValueConversion.View:
                throw new ArgumentOutOfRangeException(nameof(conversion));
        }
    }

    /// <summary>Converts decimals stored as byte strings.</summary>
    /// <exception cref="ParquetException">A value is beyond the engine type's range.</exception>
    public static void Convert(ValueConversion conversion, ReadOnlySpan<StringView> source, Span<byte> target)
    {
        if (conversion == ValueConversion.BigEndianToInt64)
        {
            Span<long> values = MemoryMarshal.Cast<byte, long>(target);
            for (int i = 0; i < source.Length; i++)
                values[i] = Narrow(FromBigEndian(StringView.Bytes(in source[i])));
        }
        else
        {
            Span<Int128> values = MemoryMarshal.Cast<byte, Int128>(target);
            for (int i = 0; i < source.Length; i++)
                values[i] = FromBigEndian(StringView.Bytes(in source[i]));
        }
    }

    /// <summary>Reads a big-endian two's complement number of any length.</summary>
    /// <exception cref="ParquetException">The number takes more than 128 bits.</exception>
    public static Int128 FromBigEndian(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
            return 0;
        bool negative = bytes[0] >= 0x80;
        byte sign = negative ? (byte)0xFF : (byte)0;
        while (bytes.Length > 16)
        {
            if (bytes[0] != sign)
                throw new ParquetException("decimal takes more than 128 bits", ParquetException.OutOfRange);
            bytes = bytes[1..];
        }

        Span<byte> full = stackalloc byte[16];
        full.Fill(sign);
        bytes.CopyTo(full[(16 - bytes.Length)..]);
        Int128 value = BinaryPrimitives.ReadInt128BigEndian(full);
        if (Int128.IsNegative(value) != negative)
            throw new ParquetException("decimal takes more than 128 bits", ParquetException.OutOfRange);
        return value;
    }

    private delegate TTarget Conversion<TSource, TTarget>(TSource value);

    // The delegate costs 1 to 2 ns a value, which these rare types can bear; what is common has a loop of its own.
    private static void Each<TSource, TTarget>(ReadOnlySpan<byte> source, Span<byte> target, Conversion<TSource, TTarget> convert)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        ReadOnlySpan<TSource> from = MemoryMarshal.Cast<byte, TSource>(source);
        Span<TTarget> to = MemoryMarshal.Cast<byte, TTarget>(target)[..from.Length];
        for (int i = 0; i < from.Length; i++)
            to[i] = convert(from[i]);
    }

    private static void Widen(ReadOnlySpan<int> source, Span<long> target)
    {
        target = target[..source.Length];
        for (int i = 0; i < source.Length; i++)
            target[i] = source[i];
    }

    private static void BigEndian<T>(ReadOnlySpan<byte> source, int sizeBytes, Span<byte> target)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        Span<T> values = MemoryMarshal.Cast<byte, T>(target);
        int resultBytes = System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        for (int i = 0; i < values.Length; i++)
        {
            ReadOnlySpan<byte> bytes = source.Slice(i * sizeBytes, sizeBytes);
            values[i] = sizeBytes <= resultBytes
                ? T.ReadBigEndian(bytes, isUnsigned: false)
                : typeof(T) == typeof(long) ? T.CreateTruncating(Narrow(FromBigEndian(bytes))) : T.CreateTruncating(FromBigEndian(bytes));
        }
    }

    private static long Narrow(Int128 value) => value >= long.MinValue && value <= long.MaxValue
        ? (long)value
        : throw new ParquetException("decimal exceeds the precision of its type", ParquetException.OutOfRange);

    private static long Millis(long value)
    {
        long result = unchecked(value * 1000);
        return value is >= long.MinValue / 1000 and <= long.MaxValue / 1000
            ? result
            : throw new ParquetException("timestamp exceeds the range of microseconds", ParquetException.OutOfRange);
    }

    private static long FloorDivide(long value, long divisor) => (value / divisor) - (value % divisor < 0 ? 1 : 0);

    // Wraps around as Spark's own arithmetic does: it writes days beyond 32 bits truncated, and only wrapping gives its value back.
    private static long FromInt96(Int96 value) =>
        unchecked(((value.JulianDay - (long)JulianDayOfEpoch) * MicrosecondsPerDay) + FloorDivide(value.Nanoseconds, 1000));

    private static Interval FromInterval(StoredInterval value) => new((int)value.Months, (int)value.Days, value.Milliseconds * 1000L);

    [StructLayout(LayoutKind.Sequential, Pack = 4, Size = Int96Bytes)]
    private readonly record struct Int96(long Nanoseconds, int JulianDay);

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct StoredInterval(uint Months, uint Days, uint Milliseconds);
}
