using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Tests.Kernels;

namespace SqlCluster.Execution.Tests.Parquet.Writing;

/// <summary>Makes random values of any type, vectors of them, and the text form that tests/clients/check-parquet.mjs compares with.</summary>
/// <remarks>
/// A value is null, bool, long, ulong, double, Int128 (decimals), Interval, string, byte[], or object?[] (list elements, struct fields, map
/// entries as pairs).
/// </remarks>
internal static class RowMaker
{
    private static readonly string[] Words = ["alpha", "beta", "gamma", "delta with spaces", "", "größer", "日本", "a'b\"c"];

    public static object? Value(ArrowField field, Random random) =>
        field.Type.Id == ArrowTypeId.Null || (field.Nullable && random.Next(8) == 0) ? null : Present(field.Type, random);

    public static Vector Vector(ArrowType type, object?[] values, MemoryAccount account)
    {
        switch (type.Id)
        {
            case ArrowTypeId.Null:
                return new ConstantVector(new BooleanVector(1, NativeBuffer.AllocateZeroed(8, account), NativeBuffer.AllocateZeroed(8, account), 1), values.Length);
            case ArrowTypeId.Boolean:
                return TestVectors.Booleans([.. values.Select(static value => (bool?)value)], account);
            case ArrowTypeId.Utf8 or ArrowTypeId.Binary:
                return Views(type, values, account);
            case ArrowTypeId.FixedSizeBinary:
                return FixedBytes(type, values, account);
            case ArrowTypeId.List or ArrowTypeId.Map:
                return List(type, values, account);
            case ArrowTypeId.Struct:
                return Struct(type, values, account);
            default:
                return Fixed(type, values, account);
        }
    }

    public static JsonNode? Canonical(ArrowType type, object? value) => value switch
    {
        null => null,
        bool boolean => JsonValue.Create(boolean),
        double number => double.IsNaN(number) ? "NaN" : BitConverter.DoubleToUInt64Bits(number).ToString("x", CultureInfo.InvariantCulture),
        Interval interval => $"{interval.Months} {interval.Days} {interval.Microseconds}",
        string text => text,
        byte[] bytes => Convert.ToHexStringLower(bytes),
        object?[] items => new JsonArray([.. items.Select((item, i) => Canonical(Child(type, i), item))]),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };

    /// <summary>Describes a type for the script. A map's children are its key and its value.</summary>
    public static JsonObject Describe(ArrowType type, string name = "")
    {
        ArrowField[] children = type.Id == ArrowTypeId.Map ? type.Children![0].Type.Children! : type.Children ?? [];
        return new JsonObject
        {
            ["id"] = type.Id.ToString(),
            ["name"] = name,
            ["scale"] = type.Scale,
            ["children"] = new JsonArray([.. children.Select(child => Describe(child.Type, child.Name))]),
        };
    }

    private static ArrowType Child(ArrowType type, int index) => type.Id switch
    {
        ArrowTypeId.Struct => type.Children![index].Type,
        _ => type.Children![0].Type,
    };

    private static object Present(ArrowType type, Random random) => type.Id switch
    {
        ArrowTypeId.Boolean => random.Next(2) == 0,
        ArrowTypeId.Int8 => random.NextInt64(sbyte.MinValue, sbyte.MaxValue + 1),
        ArrowTypeId.Int16 => random.NextInt64(short.MinValue, short.MaxValue + 1),
        ArrowTypeId.Int32 => random.NextInt64(int.MinValue, int.MaxValue + 1L),
        ArrowTypeId.Int64 => random.NextInt64(long.MinValue, long.MaxValue),
        ArrowTypeId.UInt8 => random.NextInt64(0, byte.MaxValue + 1),
        ArrowTypeId.UInt16 => random.NextInt64(0, ushort.MaxValue + 1),
        ArrowTypeId.UInt32 => random.NextInt64(0, uint.MaxValue + 1L),
        ArrowTypeId.UInt64 => (ulong)random.NextInt64(long.MinValue, long.MaxValue),
        ArrowTypeId.Float32 => (double)(float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-20, 20))),
        ArrowTypeId.Float64 => (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-200, 200)),
        ArrowTypeId.Decimal64 => (Int128)random.NextInt64(-999_999_999_999, 1_000_000_000_000),
        ArrowTypeId.Decimal128 => ((Int128)random.NextInt64() * random.NextInt64() % PowerOfTen(type.Precision)) * (random.Next(2) == 0 ? 1 : -1),
        ArrowTypeId.Date32 => random.NextInt64(-50_000, 50_000),
        ArrowTypeId.Time64 => random.NextInt64(0, 86_400_000_000),
        ArrowTypeId.Timestamp => random.NextInt64(-2_000_000_000_000, 4_000_000_000_000) * 1000,
        ArrowTypeId.Interval => new Interval(random.Next(1000), random.Next(1000), random.Next(86_400_000) * 1000L),
        ArrowTypeId.Utf8 => random.Next(3) == 0 ? Words[random.Next(Words.Length)] : "text " + random.NextInt64().ToString(CultureInfo.InvariantCulture),
        ArrowTypeId.Binary => Bytes(random, random.Next(30)),
        ArrowTypeId.FixedSizeBinary => Bytes(random, type.ByteWidth),
        ArrowTypeId.List => Items(type.Children![0], random),
        ArrowTypeId.Struct => Array.ConvertAll(type.Children!, field => Value(field, random)),
        ArrowTypeId.Map => Entries(type.Children![0].Type.Children!, random),
        ArrowTypeId.Null or ArrowTypeId.DenseUnion => throw new InvalidOperationException($"no values of {type}"),
    };

    private static Int128 PowerOfTen(int exponent) => Enumerable.Repeat((Int128)10, exponent).Aggregate((Int128)1, static (power, ten) => power * ten);

    private static byte[] Bytes(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private static object?[] Items(ArrowField element, Random random) =>
        [.. Enumerable.Range(0, random.Next(5)).Select(_ => Value(element, random))];

    private static object?[] Entries(ArrowField[] entry, Random random) =>
        [.. Enumerable.Range(0, random.Next(4)).Select(key => (object?)new[] { $"key {key}", Value(entry[1], random) })];

    private static FixedVector Fixed(ArrowType type, object?[] values, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed((long)values.Length * type.Width, account);
        for (int i = 0; i < values.Length; i++)
        {
            if (values[i] is { } value)
                Write(type, value, buffer.Span<byte>((long)i * type.Width, type.Width));
        }

        (NativeBuffer? validity, int nulls) = Validity(values, account);
        return new FixedVector(type, values.Length, buffer, 0, validity, nulls);
    }

    private static void Write(ArrowType type, object value, Span<byte> target)
    {
        bool written = (type.Id, value) switch
        {
            (ArrowTypeId.Float32, double number) => BitConverter.TryWriteBytes(target, (float)number),
            (_, double number) => BitConverter.TryWriteBytes(target, number),
            (_, ulong number) => BitConverter.TryWriteBytes(target, number),
            (ArrowTypeId.Decimal64, Int128 number) => BitConverter.TryWriteBytes(target, (long)number),
            (_, Int128 number) => BitConverter.TryWriteBytes(target, number),
            (_, Interval interval) => System.Runtime.InteropServices.MemoryMarshal.TryWrite(target, in interval),
            (_, long number) when target.Length == 1 => (target[0] = unchecked((byte)number)) >= 0,
            (_, long number) when target.Length == 2 => BitConverter.TryWriteBytes(target, unchecked((short)number)),
            (_, long number) when target.Length == 4 => BitConverter.TryWriteBytes(target, unchecked((int)number)),
            (_, long number) => BitConverter.TryWriteBytes(target, number),
            _ => false,
        };
        Assert.True(written);
    }

    private static FixedVector FixedBytes(ArrowType type, object?[] values, MemoryAccount account)
    {
        NativeBuffer buffer = NativeBuffer.AllocateZeroed((long)values.Length * type.ByteWidth, account);
        for (int i = 0; i < values.Length; i++)
            ((byte[]?)values[i])?.CopyTo(buffer.Span<byte>(i * type.ByteWidth, type.ByteWidth));
        (NativeBuffer? validity, int nulls) = Validity(values, account);
        return new FixedVector(type, values.Length, buffer, 0, validity, nulls);
    }

    private static ViewVector Views(ArrowType type, object?[] values, MemoryAccount account)
    {
        var heap = new ByteHeap(account);
        NativeBuffer buffer = NativeBuffer.AllocateZeroed(values.Length * 16L, account);
        Span<StringView> views = buffer.Span<StringView>(0, values.Length);
        for (int i = 0; i < values.Length; i++)
            views[i] = values[i] is { } value ? heap.Add(value as byte[] ?? Encoding.UTF8.GetBytes((string)value)) : default;
        (NativeBuffer? validity, int nulls) = Validity(values, account);
        return new ViewVector(type, values.Length, buffer, 0, heap.Buffers, validity, nulls);
    }

    private static ListVector List(ArrowType type, object?[] values, MemoryAccount account)
    {
        NativeBuffer offsets = NativeBuffer.AllocateZeroed((values.Length + 1) * 4L, account);
        var elements = new List<object?>();
        for (int i = 0; i < values.Length; i++)
        {
            elements.AddRange((object?[]?)values[i] ?? []);
            offsets.Span<int>()[i + 1] = elements.Count;
        }

        (NativeBuffer? validity, int nulls) = Validity(values, account);
        return new ListVector(type, values.Length, offsets, Vector(type.Children![0].Type, [.. elements], account), validity, nulls);
    }

    private static StructVector Struct(ArrowType type, object?[] values, MemoryAccount account)
    {
        Vector[] children = [.. type.Children!.Select((field, i) => Vector(field.Type, Array.ConvertAll(values, value => ((object?[]?)value)?[i]), account))];
        (NativeBuffer? validity, int nulls) = Validity(values, account);
        return new StructVector(type, values.Length, children, validity, nulls);
    }

    private static (NativeBuffer? Validity, int Nulls) Validity(object?[] values, MemoryAccount account) =>
        TestVectors.Validity(Array.ConvertAll(values, static value => value is not null), account);
}
