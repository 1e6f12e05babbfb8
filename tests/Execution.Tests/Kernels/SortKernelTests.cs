using System.Globalization;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Encoded keys and the radix sort over them, against a stable sort of the values.</summary>
public sealed class SortKernelTests
{
    private static readonly MemoryAccount Account = new("test");

    /// <summary>Each side of the sizes at which the method changes.</summary>
    private static readonly int[] Sizes = [0, 1, 2, 31, 32, 33, 500, 32_768, 32_769, 70_000];

    public static TheoryData<string> Kinds => [.. Makers.Keys];

    private static readonly Dictionary<string, Func<Random, int, bool, Vector>> Makers = new()
    {
        ["smallint"] = (random, count, nulls) => Fixed(ArrowType.Int16, random, count, nulls, static random => (short)random.Next(short.MinValue, short.MaxValue + 1)),
        ["integer of few values"] = (random, count, nulls) => Fixed(ArrowType.Int32, random, count, nulls, static random => random.Next(-3, 3)),
        ["integer"] = (random, count, nulls) => Fixed(ArrowType.Int32, random, count, nulls, static random => random.Next(4) == 0 ? int.MinValue : random.Next(int.MinValue, int.MaxValue)),
        ["bigint"] = (random, count, nulls) => Fixed(ArrowType.Int64, random, count, nulls, static random => random.NextInt64(long.MinValue, long.MaxValue)),
        ["bigint of one range"] = (random, count, nulls) => Fixed(ArrowType.Int64, random, count, nulls, static random => 1_000_000_000_000 + random.NextInt64(0, 300)),
        ["double precision"] = (random, count, nulls) => Fixed(ArrowType.Float64, random, count, nulls, static random => random.Next(6) switch
        {
            0 => double.NaN, 1 => -0.0, 2 => 0.0, 3 => double.NegativeInfinity, 4 => double.PositiveInfinity, _ => (random.NextDouble() - 0.5) * 1e9,
        }),
        ["real"] = (random, count, nulls) => Fixed(ArrowType.Float32, random, count, nulls, static random => random.Next(3) == 0 ? float.NaN : random.Next(-9, 9) / 4f),
        ["numeric(15,2)"] = (random, count, nulls) => Fixed(ArrowType.Decimal64(15, 2), random, count, nulls, static random => random.NextInt64(-1_000_000, 1_000_000)),
        ["numeric(38,2)"] = (random, count, nulls) => Fixed(ArrowType.Decimal128(38, 2), random, count, nulls, static random => random.Next(5) switch
        {
            0 => (Int128)0, 1 => (Int128)random.Next(-300, 300), 2 => ((Int128)1 << random.Next(126)) * (random.Next(2) == 0 ? 1 : -1), 3 => -((Int128)1 << random.Next(126)) - 1, _ => (Int128)random.NextInt64(long.MinValue, long.MaxValue) * random.Next(-1000, 1000),
        }),
        ["numeric(38,2) in eight bytes"] = (random, count, nulls) => Fixed(ArrowType.Decimal64(18, 2), random, count, nulls, static random => random.NextInt64(-70_000, 70_000)),
        ["interval"] = (random, count, nulls) => Fixed(ArrowType.Interval, random, count, nulls, static random => new Interval(random.Next(-2, 2), random.Next(-40, 40), random.NextInt64(-90_000_000_000, 90_000_000_000))),
        ["boolean"] = (random, count, nulls) => TestVectors.Booleans(Values<bool>(random, count, nulls, static random => random.Next(2) == 0), Account),
        ["short text"] = (random, count, nulls) => Text(random, count, nulls, static random => new string('a', random.Next(3)) + (char)('a' + random.Next(4))),
        ["text with one beginning"] = (random, count, nulls) => Text(random, count, nulls, static random => "Clerk#000000" + random.Next(300).ToString("000", CultureInfo.InvariantCulture)),
        ["long text"] = (random, count, nulls) => Text(random, count, nulls, static random => new string('x', random.Next(60)) + random.Next(10).ToString(CultureInfo.InvariantCulture)),
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public void OneKeySortsAsItsValues(string kind)
    {
        var random = new Random(1);
        foreach (int size in Sizes)
        {
            bool nulls = random.Next(2) == 0;
            Check([Makers[kind](random, size, nulls)], [Declared(kind, Makers[kind](random, 1, false).Type, random, nulls)], $"{kind}, {size} rows");
        }
    }

    [Fact]
    public void SeveralKeysDecideInTurn()
    {
        var random = new Random(2);
        string[] kinds = [.. Makers.Keys];
        for (int round = 0; round < 200; round++)
        {
            int size = random.Next(1, 400);
            string[] chosen = [.. Enumerable.Range(0, random.Next(2, 5)).Select(_ => kinds[random.Next(kinds.Length)])];
            bool nulls = random.Next(2) == 0;
            Vector[] keys = [.. chosen.Select(kind => Makers[kind](random, size, nulls))];
            Check([.. keys.Select(key => random.Next(3) == 0 && key is not BooleanVector ? TestVectors.AsDictionary(key, random, Account) : key)], [.. keys.Select((key, i) => Declared(chosen[i], key.Type, random, nulls))], string.Join(", ", chosen));
        }
    }

    /// <summary>Texts that outgrow what the first batch made room for are compared by value, and only from that key on.</summary>
    [Fact]
    public void LaterTextsMayBeLonger()
    {
        Vector first = TestVectors.Text(["ab", "b"], Account), later = TestVectors.Text(["abcdefgh2", "abcdefgh1", "ab"], Account);
        Vector numbers = TestVectors.Fixed<int>(ArrowType.Int32, [1, 2, 3, 4, 5], Account);
        SortDirection[] keys = [new(ArrowType.Utf8, false, false), new(ArrowType.Int32, true, false)];
        SortKeyEncoder encoder = SortKeyEncoder.Fitting(keys, [first, numbers], default, 2);
        NativeBuffer encoded = NativeBuffer.Allocate(5 * encoder.Stride, Account);
        encoder.Encode([first, numbers], default, 2, encoded.Span<byte>(0, 2 * encoder.Stride));
        Assert.True(encoder.IsExact);
        encoder.Encode([later, numbers], [0, 1, 2], 3, encoded.Span<byte>(2 * encoder.Stride, 3 * encoder.Stride));
        Assert.False(encoder.IsExact);
        Vector all = TestVectors.Text(["ab", "b", "abcdefgh2", "abcdefgh1", "ab"], Account), allNumbers = TestVectors.Fixed<int>(ArrowType.Int32, [1, 2, 1, 2, 3], Account);
        Assert.Equal([4, 0, 3, 2, 1], Order(new SortEntryComparer(encoder, encoded, [new VectorReader(all), new VectorReader(allNumbers)]), 5));
    }

    [Fact]
    public void ACancelledSortEnds()
    {
        Vector keys = Makers["bigint"](new Random(3), 70_000, false);
        SortKeyEncoder encoder = SortKeyEncoder.Fitting([new SortDirection(ArrowType.Int64, false, false)], [keys], default, keys.Length);
        NativeBuffer encoded = NativeBuffer.Allocate(keys.Length * encoder.Stride, Account);
        encoder.Encode([keys], default, keys.Length, encoded.Span<byte>());
        var comparer = new SortEntryComparer(encoder, encoded, []);
        Assert.Throws<OperationCanceledException>(() => Order(comparer, keys.Length, new CancellationToken(canceled: true)));
    }

    private static SortDirection Declared(string kind, ArrowType type, Random random, bool nulls) =>
        new(kind.EndsWith("in eight bytes", StringComparison.Ordinal) ? ArrowType.Decimal128(38, 2) : type, random.Next(2) == 0, random.Next(2) == 0, nulls || random.Next(2) == 0);

    private static void Check(Vector[] keys, SortDirection[] directions, string what)
    {
        int count = keys[0].Length;
        int[] rows = [.. Enumerable.Range(0, count)];
        VectorReader[] readers = Array.ConvertAll(keys, static key => new VectorReader(key));
        int Compare(int left, int right)
        {
            for (int i = 0; i < keys.Length; i++)
            {
                bool leftNull = readers[i].IsNull(left), rightNull = readers[i].IsNull(right);
                int order = leftNull || rightNull ? (leftNull == rightNull ? 0 : leftNull == directions[i].NullsFirst ? -1 : 1)
                    : RowOrder.Compare(in readers[i], left, in readers[i], right) * (directions[i].Descending ? -1 : 1);
                if (order != 0)
                {
                    return order;
                }
            }

            return left.CompareTo(right);
        }

        int[] expected = [.. rows];
        Array.Sort(expected, Compare);
        foreach (SortKeyEncoder encoder in (SortKeyEncoder[])[new(directions), SortKeyEncoder.Fitting(directions, keys, rows.Length < 5 ? rows : rows[..5], Math.Min(5, count))])
        {
            NativeBuffer encoded = NativeBuffer.Allocate(Math.Max(1, count) * encoder.Stride, Account);
            encoder.Encode(keys, default, count, encoded.Span<byte>());
            Assert.True(expected.AsSpan().SequenceEqual(Order(new SortEntryComparer(encoder, encoded, readers), count)), what);
            encoded.Release();
        }
    }

    private static int[] Order(SortEntryComparer comparer, int count, CancellationToken cancellation = default)
    {
        var entries = new SortEntry[count];
        for (int row = 0; row < count; row++)
        {
            entries[row] = comparer.Entry(row);
        }

        SortKernel.Sort(entries, new SortEntry[count], in comparer, cancellation);
        return Array.ConvertAll(entries, static entry => entry.Row);
    }

    private static T?[] Values<T>(Random random, int count, bool nulls, Func<Random, T> make)
        where T : struct => [.. Enumerable.Range(0, count).Select(_ => nulls && random.Next(5) == 0 ? (T?)null : make(random))];

    private static Vector Fixed<T>(ArrowType type, Random random, int count, bool nulls, Func<Random, T> make)
        where T : unmanaged => TestVectors.Fixed(type, Values(random, count, nulls, make), Account);

    private static Vector Text(Random random, int count, bool nulls, Func<Random, string> make) =>
        TestVectors.Text([.. Enumerable.Range(0, count).Select(_ => nulls && random.Next(5) == 0 ? null : make(random))], Account);
}
