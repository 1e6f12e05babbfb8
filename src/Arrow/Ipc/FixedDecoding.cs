using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Fixed-width columns: shared with the body where the engine keeps them alike, else converted.</summary>
internal static class FixedDecoding
{
    private const long MicrosecondsPerMillisecond = 1000, MicrosecondsPerSecond = 1_000_000, NanosecondsPerMicrosecond = 1000, MillisecondsPerDay = 86_400_000;

    private delegate bool Conversion<TSource, TTarget>(TSource value, out TTarget result);

    public static FixedVector Read(BodyReader body, IpcField field, int length, NativeBuffer? validity, int nullCount)
    {
        var target = new Target(body, field.Engine.Type, length, validity, nullCount);
        IpcType type = field.Type;
        return type.Id switch
        {
            IpcTypeId.FloatingPoint when type.Width == 0 => Convert<Half, float>(target, static (Half value, out float result) => Set(out result, (float)value)),
            IpcTypeId.Decimal => Decimal(target, type.Width),
            IpcTypeId.Date when type.Unit == 1 => Convert<long, int>(target, ToDays),
            IpcTypeId.Time when type.Unit == (int)IpcTimeUnit.Second => Convert<int, long>(target, static (int value, out long result) => Set(out result, value * MicrosecondsPerSecond)),
            IpcTypeId.Time when type.Unit == (int)IpcTimeUnit.Millisecond => Convert<int, long>(target, static (int value, out long result) => Set(out result, value * MicrosecondsPerMillisecond)),
            IpcTypeId.Time or IpcTypeId.Timestamp => type.Unit == (int)IpcTimeUnit.Microsecond ? Shared(target) : Convert(target, ToMicroseconds(type.Unit)),
            IpcTypeId.Duration => Convert<long, Interval>(target, ToInterval(type.Unit)),
            IpcTypeId.Interval => IntervalOf(target, type.Unit),
            _ => Shared(target),
        };
    }

    private static FixedVector Shared(Target target)
    {
        int width = target.Type.Width;
        BodySlice slice = target.Body.NextBuffer(target.Length, width);
        if ((slice.OffsetBytes & 7) == 0)
        {
            return target.Vector(target.Body.Hold(slice.Buffer), slice.OffsetBytes);
        }

        NativeBuffer copy = target.Body.Allocate((long)target.Length * width);
        slice.Span<byte>(checked(target.Length * width)).CopyTo(copy.Span<byte>(0, target.Length * width));
        return target.Vector(copy, 0);
    }

    private static FixedVector Convert<TSource, TTarget>(Target target, Conversion<TSource, TTarget> convert)
        where TSource : unmanaged
        where TTarget : unmanaged
    {
        ReadOnlySpan<TSource> source = target.Body.NextBuffer(target.Length, System.Runtime.CompilerServices.Unsafe.SizeOf<TSource>()).Span<TSource>(target.Length);
        NativeBuffer buffer = target.Body.Allocate((long)target.Length * System.Runtime.CompilerServices.Unsafe.SizeOf<TTarget>());
        Span<TTarget> values = buffer.Span<TTarget>(0, target.Length);
        ReadOnlySpan<byte> validity = target.Validity == null ? default : target.Validity.Span<byte>(0, Bits.WordCount(target.Length) * 8);
        for (int i = 0; i < values.Length; i++)
        {
            if (!convert(source[i], out values[i]) && (validity.IsEmpty || Bits.Get(validity, i)))
            {
                throw new IpcException($"a value is out of range for {target.Type}");
            }
        }

        return target.Vector(buffer, 0);
    }

    private static FixedVector Decimal(Target target, int bits) => (bits, target.Type.Id) switch
    {
        (32, _) => Convert<int, long>(target, static (int value, out long result) => Set(out result, value)),
        (64, _) => Shared(target),
        (128, ArrowTypeId.Decimal128) => Shared(target),
        (128, _) => Convert<Int128, long>(target, static (Int128 value, out long result) => Set(out result, unchecked((long)value)) && result == value),
        (_, ArrowTypeId.Decimal128) => Convert<Wide, Int128>(target, static (Wide value, out Int128 result) => Set(out result, value.Low) && value.High == value.Low >> 127),
        _ => Convert<Wide, long>(target, static (Wide value, out long result) => Set(out result, unchecked((long)value.Low)) && result == value.Low && value.High == value.Low >> 127),
    };

    private static FixedVector IntervalOf(Target target, int unit) => unit switch
    {
        0 => Convert<int, Interval>(target, static (int value, out Interval result) => Set(out result, new Interval(value, 0, 0))),
        1 => Convert<(int Days, int Milliseconds), Interval>(
            target, static ((int Days, int Milliseconds) value, out Interval result) => Set(out result, new Interval(0, value.Days, value.Milliseconds * MicrosecondsPerMillisecond))),
        _ => Convert<WireInterval, Interval>(target, static (WireInterval value, out Interval result) => Set(out result, value.ToEngine())),
    };

    private static bool ToDays(long milliseconds, out int days)
    {
        long floor = FloorDivide(milliseconds, MillisecondsPerDay);
        days = unchecked((int)floor);
        return days == floor;
    }

    private static Conversion<long, long> ToMicroseconds(int unit) => (IpcTimeUnit)unit switch
    {
        IpcTimeUnit.Nanosecond => static (long value, out long result) => Set(out result, FloorDivide(value, NanosecondsPerMicrosecond)),
        IpcTimeUnit.Second => static (long value, out long result) => Multiply(value, MicrosecondsPerSecond, out result),
        _ => static (long value, out long result) => Multiply(value, MicrosecondsPerMillisecond, out result),
    };

    private static Conversion<long, Interval> ToInterval(int unit)
    {
        Conversion<long, long>? convert = unit == (int)IpcTimeUnit.Microsecond ? null : ToMicroseconds(unit);
        return (long value, out Interval result) =>
        {
            long microseconds = value;
            bool fits = convert == null || convert(value, out microseconds);
            result = new Interval(0, 0, microseconds);
            return fits;
        };
    }

    private static bool Set<T>(out T result, T value)
    {
        result = value;
        return true;
    }

    private static bool Multiply(long value, long factor, out long result)
    {
        result = unchecked(value * factor);
        return Math.BigMul(value, factor, out _) == result >> 63;
    }

    private static long FloorDivide(long value, long divisor)
    {
        (long quotient, long rest) = Math.DivRem(value, divisor);
        return rest < 0 ? quotient - 1 : quotient;
    }

    /// <summary>A decimal of 256 bits, little endian.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Wide(Int128 Low, Int128 High);

    /// <summary>The vector that is being made.</summary>
    private readonly record struct Target(BodyReader Body, ArrowType Type, int Length, NativeBuffer? Validity, int NullCount)
    {
        public FixedVector Vector(NativeBuffer values, long offsetBytes) => new(Type, Length, values, offsetBytes, Validity, NullCount);
    }
}
