using System.Globalization;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Gather, append, hash and row equality against plain loops, over every encoding.</summary>
public sealed class RowMovementTests
{
    private static readonly int Seed = Environment.TickCount;

    public static TheoryData<string> Types => ["int16", "int32", "int64", "double", "decimal64", "decimal128", "text", "boolean", "interval", "uuid", "list", "struct"];

    [Theory]
    [MemberData(nameof(Types))]
    public void Gather_gives_the_rows_asked_for(string type)
    {
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        foreach (int length in (int[])[1, 3, 64, 65, 1000])
        {
            foreach (Vector source in Encodings(type, length, random, account))
            {
                int[] rows = [.. Enumerable.Range(0, length * 2).Select(_ => random.Next(-1, length))];
                using var gatherer = new VectorGatherer(account);
                Vector taken = gatherer.Take(source, rows);
                Assert.Equal(rows.Select(row => row < 0 ? "NULL" : Value(source, row)), Values(taken));
                using var flattener = new VectorGatherer(account);
                Vector flat = flattener.Flatten(taken);
                Assert.Equal(VectorEncoding.Flat, flat.Encoding);
                Assert.Equal(Values(taken), Values(flat));
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Append_collects_what_was_appended(string type)
    {
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        Vector first = Encodings(type, 1, random, account)[0];
        using var appender = ColumnAppender.Create(first.Type, account);
        for (int round = 0; round < 2; round++)
        {
            var expected = new List<string>();
            foreach (int length in (int[])[1, 3, 64, 65, 700])
            {
                foreach (Vector source in Encodings(type, length, random, account))
                {
                    int[] rows = [.. Enumerable.Range(0, length).Select(_ => random.Next(-1, length))];
                    appender.Append(source, rows);
                    expected.AddRange(rows.Select(row => row < 0 ? "NULL" : Value(source, row)));
                    appender.AppendRange(source, length / 3, length - (length / 3));
                    expected.AddRange(Enumerable.Range(length / 3, length - (length / 3)).Select(row => Value(source, row)));
                    appender.AppendNulls(2);
                    expected.AddRange(["NULL", "NULL"]);
                }
            }

            Assert.Equal(expected, Values(appender.Build()));
            appender.Reset();
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Hash_and_equality_agree_over_encodings(string type)
    {
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        const int Length = 500;
        var hashes = new ulong[Length];
        Vector[] encodings = Encodings(type, Length, random, account, sameRows: true);
        var expected = new ulong[Length];
        HashKernels.Hash([encodings[0]], null, expected, account);
        Assert.True(expected.Distinct().Count() >= Values(encodings[0]).Distinct().Count());
        int[] rows = [.. Enumerable.Range(0, Length)];
        int[] shifted = [.. rows.Select(static row => (row + 1) % Length)];
        foreach (Vector source in encodings)
        {
            HashKernels.Hash([source], null, hashes, account);
            Assert.Equal(expected, hashes);
            foreach (int[] other in (int[][])[rows, shifted])
            {
                var equal = new ulong[Bits.WordCount(Length)];
                Bitmaps.SetAll(equal, Length);
                RowEquality.Narrow(encodings[0], rows, source, other, nullsEqual: true, equal);
                for (int i = 0; i < Length; i++)
                {
                    Assert.Equal(Value(encodings[0], i) == Value(source, other[i]), (equal[i >> 6] >> (i & 63) & 1) != 0);
                }
            }
        }
    }

    [Fact]
    public void Decimals_hash_and_compare_alike_in_both_widths()
    {
        using var account = new MemoryAccount("test");
        long?[] values = [0, 1, -1, null, long.MaxValue, long.MinValue];
        Vector narrow = TestVectors.Fixed(ArrowType.Decimal64(18, 2), values, account);
        Vector wide = TestVectors.Fixed<Int128>(ArrowType.Decimal128(38, 2), [.. values.Select(static value => value == null ? (Int128?)null : value.Value)], account);
        ulong[] left = new ulong[6], right = new ulong[6];
        HashKernels.Hash([narrow], null, left, account);
        HashKernels.Hash([wide], null, right, account);
        Assert.Equal(left, right);
        ulong[] equal = [63];
        RowEquality.Narrow(narrow, [0, 1, 2, 3, 4, 5], wide, [0, 1, 2, 3, 4, 5], nullsEqual: false, equal);
        Assert.Equal(0b110111UL, equal[0]);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(4096)]
    public void Bitmap_and_rows_turn_into_each_other(int length)
    {
        foreach (double density in (double[])[0, 0.02, 0.5, 1])
        {
            var random = new Random(Seed);
            int[] expected = [.. Enumerable.Range(0, length).Where(_ => random.NextDouble() < density)];
            var bitmap = new ulong[Bits.WordCount(length) + 1];
            Bitmaps.FromSelection(expected, bitmap);
            Assert.Equal(expected.Length, Bitmaps.Count(bitmap, length));
            var rows = new int[length + 16];
            int count = Bitmaps.ToRows(bitmap, length, rows);
            Assert.Equal(expected, rows[..count]);
            int[] all = [.. Enumerable.Range(0, length), .. new int[16]];
            count = Bitmaps.Refine(all.AsSpan(0, length), bitmap, all);
            Assert.Equal(expected, all[..count]);
        }
    }

    internal static IEnumerable<string> Values(Vector vector) => Enumerable.Range(0, vector.Length).Select(row => Value(vector, row));

    internal static string Value(Vector vector, int row)
    {
        var reader = new VectorReader(vector);
        if (reader.IsNull(row))
        {
            return "NULL";
        }

        int slot = reader.Slot(row);
        return reader.Id switch
        {
            ArrowTypeId.Utf8 => "\"" + System.Text.Encoding.UTF8.GetString(reader.Bytes(row)) + "\"",
            ArrowTypeId.Boolean => reader.Boolean(row).ToString(),
            ArrowTypeId.Float64 => reader.Double(row).ToString("R", CultureInfo.InvariantCulture),
            ArrowTypeId.Decimal64 or ArrowTypeId.Decimal128 => reader.Decimal(row).ToString(CultureInfo.InvariantCulture),
            ArrowTypeId.Interval or ArrowTypeId.FixedSizeBinary => reader.Value<UInt128>(row).ToString(CultureInfo.InvariantCulture),
            ArrowTypeId.List => "[" + string.Join(",", Enumerable.Range(((ListVector)reader.Flat).Offsets[slot], ((ListVector)reader.Flat).Offsets[slot + 1] - ((ListVector)reader.Flat).Offsets[slot]).Select(index => Value(((ListVector)new VectorReader(vector).Flat).Child, index))) + "]",
            ArrowTypeId.Struct => "(" + string.Join(",", ((StructVector)reader.Flat).Children.Select(child => Value(child, slot))) + ")",
            _ => reader.Integer(row).ToString(CultureInfo.InvariantCulture),
        };
    }

    /// <summary>Flat, dictionary and constant vectors of a type (constants only when rows may differ between the encodings).</summary>
    internal static Vector[] Encodings(string type, int length, Random random, MemoryAccount account, bool sameRows = false)
    {
        Vector flat = Flat(type, length, random, account, random.Next(2) == 0 ? 0 : 0.3);
        Vector one = Flat(type, 1, random, account, 0);
        Vector nothing = Flat(type, 1, random, account, 1);
        Vector[] same = type is "list" or "struct" || flat.NullCount == length ? [flat] : [flat, TestVectors.AsDictionary(flat, random, account)];
        return sameRows ? same : [.. same, new ConstantVector(one, length), new ConstantVector(nothing, length)];
    }

    private static Vector Flat(string type, int length, Random random, MemoryAccount account, double nulls)
    {
        T?[] Make<T>(Func<T> value)
            where T : struct => [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < nulls ? (T?)null : value())];
        switch (type)
        {
            case "int16": return TestVectors.Fixed(ArrowType.Int16, Make(() => (short)random.Next(-300, 300)), account);
            case "int32": return TestVectors.Fixed(ArrowType.Int32, Make(() => random.Next(-300, 300)), account);
            case "int64": return TestVectors.Fixed(ArrowType.Int64, Make(() => random.NextInt64(-300, 300)), account);
            case "double": return TestVectors.Fixed(ArrowType.Float64, Make(() => Math.Round(random.NextDouble() * 100)), account);
            case "decimal64": return TestVectors.Fixed(ArrowType.Decimal64(15, 2), Make(() => random.NextInt64(-300, 300)), account);
            case "decimal128": return TestVectors.Fixed(ArrowType.Decimal128(38, 2), Make(() => (Int128)random.NextInt64(-300, 300) << random.Next(2) * 40), account);
            case "interval": return TestVectors.Fixed(ArrowType.Interval, Make(() => new Interval(0, random.Next(20), 5)), account);
            case "uuid": return TestVectors.Fixed(ArrowType.Uuid, Make(() => (UInt128)random.NextInt64(300)), account);
            case "boolean": return TestVectors.Booleans(Make(() => random.Next(2) == 0), account);
            case "text":
                return TestVectors.Text(
                    [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() < nulls ? null : new string((char)('a' + random.Next(5)), random.Next(40)))], account);
            case "list":
            {
                NativeBuffer offsets = NativeBuffer.AllocateZeroed((length + 1) * 4L, account);
                for (int i = 0; i < length; i++)
                {
                    offsets.Span<int>()[i + 1] = offsets.Span<int>()[i] + random.Next(4);
                }

                Vector child = Flat("text", offsets.Span<int>()[length], random, account, 0.2);
                (NativeBuffer? validity, int count) = TestVectors.Validity([.. Enumerable.Range(0, length).Select(_ => random.NextDouble() >= nulls)], account);
                return new ListVector(ArrowType.List(ArrowType.Utf8), length, offsets, child, validity, count);
            }

            default:
            {
                Vector[] fields = [Flat("int32", length, random, account, 0.2), Flat("text", length, random, account, 0.2)];
                (NativeBuffer? validity, int count) = TestVectors.Validity([.. Enumerable.Range(0, length).Select(_ => random.NextDouble() >= nulls)], account);
                return new StructVector(ArrowType.Struct(new ArrowField("a", ArrowType.Int32), new ArrowField("b", ArrowType.Utf8)), length, fields, validity, count);
            }
        }
    }
}
