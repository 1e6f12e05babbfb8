using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;

namespace SqlCluster.Arrow.Tests.Ipc;

/// <summary>Batches of random values of any type, in every encoding of vectors; the same seed makes the same.</summary>
internal sealed class RandomBatches(int seed, MemoryAccount account)
{
    private readonly Random _random = new(seed);

    /// <summary>Every type that the engine has, and some nested ones.</summary>
    public static readonly ArrowType[] Types =
    [
        ArrowType.Null, ArrowType.Boolean, ArrowType.Int8, ArrowType.Int16, ArrowType.Int32, ArrowType.Int64, ArrowType.UInt8, ArrowType.UInt16, ArrowType.UInt32, ArrowType.UInt64,
        ArrowType.Float32, ArrowType.Float64, ArrowType.Decimal64(9, 2), ArrowType.Decimal64(18, 0), ArrowType.Decimal128(38, 10), ArrowType.Date32, ArrowType.Time64, ArrowType.Timestamp,
        ArrowType.TimestampUtc, ArrowType.Interval, ArrowType.Utf8, ArrowType.Binary, ArrowType.Uuid,
        ArrowType.List(ArrowType.Int32), ArrowType.List(ArrowType.List(ArrowType.Utf8)), ArrowType.Map(ArrowType.Utf8, ArrowType.Decimal64(10, 1)),
        ArrowType.Struct(new ArrowField("a", ArrowType.Int64), new ArrowField("b", ArrowType.List(ArrowType.Boolean)), new ArrowField("c", ArrowType.Struct(new ArrowField("d", ArrowType.Utf8)))),
        ArrowType.List(ArrowType.Map(ArrowType.Int32, ArrowType.List(ArrowType.Interval))),
    ];

    public static ArrowSchema Schema(params IEnumerable<ArrowType> types) => new([.. types.Select(static (type, i) => new ArrowField($"c{i}", type))]);

    /// <summary>A batch in which columns are flat, dictionaries or constants at random, with or without a selection.</summary>
    public Batch Next(ArrowSchema schema, int length, bool isPlain = false)
    {
        Vector[] columns = [.. schema.Fields.Select(field => Column(field.Type, length, isPlain ? 0 : _random.Next(4)))];
        if (isPlain || _random.Next(2) == 0)
        {
            return new Batch(columns, length);
        }

        int[] rows = [.. Enumerable.Range(0, length).Where(_ => _random.Next(3) > 0)];
        NativeBuffer selected = NativeBuffer.Allocate(rows.Length * 4L, account);
        rows.CopyTo(selected.Span<int>(0, rows.Length));
        return new Batch(columns, length, new SelectionVector(selected, rows.Length));
    }

    public object? Value(ArrowType type, double nulls = 0.2) => _random.NextDouble() < nulls || type.Id == ArrowTypeId.Null ? null : type.Id switch
    {
        ArrowTypeId.Boolean => _random.Next(2) == 0,
        ArrowTypeId.Int8 => (sbyte)_random.Next(),
        ArrowTypeId.Int16 => (short)_random.Next(),
        ArrowTypeId.Int32 => _random.Next(int.MinValue, int.MaxValue),
        ArrowTypeId.Date32 => _random.Next(-1_000_000, 1_000_000),
        ArrowTypeId.Int64 => _random.NextInt64(long.MinValue, long.MaxValue),
        ArrowTypeId.Timestamp => _random.NextInt64(-60_000_000_000_000_000, 200_000_000_000_000_000),
        ArrowTypeId.Time64 => _random.NextInt64(0, 86_400_000_000),
        ArrowTypeId.UInt8 => (byte)_random.Next(),
        ArrowTypeId.UInt16 => (ushort)_random.Next(),
        ArrowTypeId.UInt32 => (uint)_random.NextInt64(),
        ArrowTypeId.UInt64 => (ulong)_random.NextInt64(long.MinValue, long.MaxValue),
        ArrowTypeId.Float32 => _random.Next(20) == 0 ? float.NaN : (float)(_random.NextDouble() * 1e6),
        ArrowTypeId.Float64 => _random.Next(20) == 0 ? double.NegativeInfinity : _random.NextDouble() * 1e12,
        ArrowTypeId.Decimal64 => (Int128)_random.NextInt64(-999_999_999, 999_999_999),
        ArrowTypeId.Decimal128 => _random.NextInt64() * (Int128)_random.NextInt64(-1_000_000_000_000, 1_000_000_000_000),
        ArrowTypeId.Interval => new Interval(_random.Next(-500, 500), _random.Next(-5000, 5000), _random.NextInt64(-1_000_000_000_000, 1_000_000_000_000)),
        ArrowTypeId.Utf8 => string.Concat(Enumerable.Range(0, _random.Next(_random.Next(2) == 0 ? 4 : 30)).Select(_ => _random.Next(10) == 0 ? "ß€😀" : ((char)_random.Next('a', 'z')).ToString())),
        ArrowTypeId.Binary => Bytes(_random.Next(40)),
        ArrowTypeId.FixedSizeBinary => Bytes(type.ByteWidth),
        ArrowTypeId.List => Items(type.Children![0].Type, 0.2),
        ArrowTypeId.Map => Array.ConvertAll(new object?[_random.Next(4)], _ => (object?)new[] { Value(type.Children![0].Type.Children![0].Type, 0), Value(type.Children[0].Type.Children![1].Type) }),
        ArrowTypeId.Struct => type.Children!.Select(child => Value(child.Type)).ToArray(),
        _ => throw new InvalidOperationException($"no random values of {type}"),
    };

    private Vector Column(ArrowType type, int length, int encoding)
    {
        if (type.Id == ArrowTypeId.Null)
        {
            return new ConstantVector(VectorBuilder.Of(type, account, [null]), length);
        }

        double nulls = _random.Next(3) == 0 ? 0 : 0.2;
        switch (encoding)
        {
            case 1:
                return new ConstantVector(VectorBuilder.Of(type, account, [Value(type, nulls)]), length);
            case 2:
                Vector dictionary = VectorBuilder.Of(type, account, Values(type, _random.Next(1, 20), 0));
                int width = _random.Next(3) switch { 0 => 1, 1 => 2, _ => 4 };
                NativeBuffer codes = NativeBuffer.AllocateZeroed(length * (long)width, account), validity = NativeBuffer.AllocateZeroed(Bits.WordCount(length) * 8L, account);
                int nullCount = 0;
                for (int i = 0; i < length; i++)
                {
                    if (_random.NextDouble() < nulls)
                    {
                        nullCount++;
                        continue;
                    }

                    Bits.Set(validity.Span<byte>(0, Bits.WordCount(length) * 8), i);
                    codes.Span<byte>(i * (long)width, 1)[0] = (byte)_random.Next(dictionary.Length);
                }

                return new DictionaryVector(length, codes, 0, width, dictionary, validity, nullCount);
            default:
                return VectorBuilder.Of(type, account, Values(type, length, nulls));
        }
    }

    private IEnumerable<object?> Values(ArrowType type, int count, double nulls) => Enumerable.Range(0, count).Select(_ => Value(type, nulls));

    private object?[] Items(ArrowType type, double nulls) => [.. Values(type, _random.Next(5), nulls)];

    private byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        _random.NextBytes(bytes);
        return bytes;
    }
}
