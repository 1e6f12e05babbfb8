using System.Numerics;
using System.Text.RegularExpressions;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Tests.Kernels;

/// <summary>Value kernels against plain loops, at every length around the vector widths. Run the suite with SQLCLUSTER_SIMD=scalar, avx2 and avx512 for all paths.</summary>
public sealed class ValueKernelTests
{
    private static readonly int Seed = Environment.TickCount;

    private static readonly int[] Lengths = [0, 1, 3, 7, 8, 15, 16, 31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 200, 1000];

    [Fact]
    public void Arithmetic_equals_a_loop()
    {
        CheckArithmetic<short>(static random => (short)random.Next(-100, 100));
        CheckArithmetic<int>(static random => random.Next(-30000, 30000));
        CheckArithmetic<long>(static random => random.NextInt64(-1_000_000_000, 1_000_000_000));
        CheckArithmetic<float>(static random => random.Next(-1000, 1000) / 8f);
        CheckArithmetic<double>(static random => random.Next(-1000, 1000) / 8.0);
        CheckArithmetic<Int128>(static random => (Int128)random.NextInt64() * 7);
    }

    [Fact]
    public void Comparisons_equal_a_loop()
    {
        CheckComparisons<short>(static random => (short)random.Next(-3, 3));
        CheckComparisons<int>(static random => random.Next(-3, 3));
        CheckComparisons<long>(static random => random.NextInt64(-3, 3));
        CheckComparisons<float>(static random => random.Next(4) switch { 0 => float.NaN, 1 => -0f, 2 => 0f, _ => random.Next(-2, 2) });
        CheckComparisons<double>(static random => random.Next(5) switch { 0 => double.NaN, 1 => -0.0, 2 => 0, 3 => double.PositiveInfinity, _ => random.Next(-2, 2) });
        CheckComparisons<Int128>(static random => (Int128)random.Next(-2, 2) << 70);
    }

    [Fact]
    public void Range_is_the_least_and_greatest()
    {
        var random = new Random(Seed);
        foreach (int length in Lengths.Where(static length => length > 0))
        {
            long[] longs = [.. Enumerable.Range(0, length).Select(_ => random.NextInt64(long.MinValue, long.MaxValue))];
            Assert.Equal((longs.Min(), longs.Max()), ArithmeticKernels.Range<long>(longs));
            short[] shorts = [.. longs.Select(static value => (short)value)];
            Assert.Equal((shorts.Min(), shorts.Max()), ArithmeticKernels.Range<short>(shorts));
            Int128[] wide = [.. longs.Select(static value => (Int128)value << 60)];
            Assert.Equal((wide.Min(), wide.Max()), ArithmeticKernels.Range<Int128>(wide));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(200)]
    [InlineData(256)]
    [InlineData(3000)]
    public void Codes_are_looked_up(int entries)
    {
        var random = new Random(Seed);
        foreach (int length in Lengths)
        {
            var bitmap = new ulong[Bits.WordCount(entries) + 1];
            random.NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(bitmap.AsSpan()));
            int[] codes = [.. Enumerable.Range(0, length).Select(_ => random.Next(entries))];
            bool[] expected = [.. codes.Select(code => (bitmap[code >> 6] >> (code & 63) & 1) != 0)];
            var table = new byte[entries];
            CodeLookupKernels.FillTable(bitmap, entries, table);
            var result = new ulong[Bits.WordCount(length)];
            CodeLookupKernels.Run(codes, table, result);
            Assert.Equal(expected, ToBooleans(result, length));
            CodeLookupKernels.Run([.. codes.Select(static code => (ushort)code)], table, result);
            Assert.Equal(expected, ToBooleans(result, length));
            if (entries <= 256)
            {
                CodeLookupKernels.Run([.. codes.Select(static code => (byte)code)], bitmap, entries, result);
                Assert.Equal(expected, ToBooleans(result, length));
            }
        }
    }

    [Fact]
    public void Substring_search_finds_the_first_place()
    {
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        int found = 0;
        for (int round = 0; round < 3000; round++)
        {
            NativeBuffer buffer = NativeBuffer.Allocate(300, account);
            Span<byte> text = buffer.Span<byte>(0, random.Next(300));
            for (int i = 0; i < text.Length; i++)
            {
                text[i] = (byte)('a' + random.Next(2));
            }

            byte[] needle = [.. Enumerable.Range(0, random.Next(1, 12)).Select(_ => (byte)('a' + random.Next(2)))];
            int start = random.Next(text.Length + 1);
            int expected = text[start..].IndexOf(needle);
            found += expected >= 0 ? 1 : 0;
            Assert.Equal(expected < 0 ? -1 : expected + start, new SubstringSearch(needle).Find(text, start));
            buffer.Release();
        }

        Assert.InRange(found, 100, 2900);
    }

    [Fact]
    public void Like_equals_a_regular_expression()
    {
        var random = new Random(Seed);
        using var account = new MemoryAccount("test");
        int matched = 0;
        for (int round = 0; round < 4000; round++)
        {
            string pattern = string.Concat(Enumerable.Range(0, random.Next(7)).Select(_ => "ab%_é%"[random.Next(6)]));
            string text = string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => "abé"[random.Next(3)]));
            var vector = (ViewVector)TestVectors.Text([text], account);
            string regex = "^" + string.Concat(pattern.Select(static c => c == '%' ? ".*" : c == '_' ? "." : Regex.Escape(c.ToString()))) + "$";
            bool expected = Regex.IsMatch(text, regex, RegexOptions.Singleline);
            matched += expected ? 1 : 0;
            Assert.True(expected == LikePattern.Compile(pattern, '\\', false).IsMatch(vector.Bytes(0)), $"'{text}' LIKE '{pattern}', seed {Seed}");
        }

        Assert.InRange(matched, 100, 3900);
    }

    private static bool[] ToBooleans(ulong[] words, int length) => [.. Enumerable.Range(0, length).Select(i => (words[i >> 6] >> (i & 63) & 1) != 0)];

    private static void CheckArithmetic<T>(Func<Random, T> make)
        where T : unmanaged, INumber<T>
    {
        var random = new Random(Seed);
        foreach (int length in Lengths)
        {
            T[] left = [.. Enumerable.Range(0, length).Select(_ => make(random))], right = [.. Enumerable.Range(0, length).Select(_ => make(random))];
            T constant = make(random);
            Check<Add<T>>(static (a, b) => unchecked(a + b));
            Check<Subtract<T>>(static (a, b) => unchecked(a - b));
            Check<Multiply<T>>(static (a, b) => unchecked(a * b));

            void Check<TKernel>(Func<T, T, T> plain)
                where TKernel : struct, IBinaryKernel<T>
            {
                var result = new T[length];
                ArithmeticKernels.Run<T, TKernel>(left, right, result);
                Assert.Equal(left.Zip(right, plain), result);
                ArithmeticKernels.Run<T, TKernel>(left, constant, result);
                Assert.Equal(left.Select(value => plain(value, constant)), result);
                ArithmeticKernels.Run<T, TKernel>(constant, right, result);
                Assert.Equal(right.Select(value => plain(constant, value)), result);
            }
        }
    }

    private static void CheckComparisons<T>(Func<Random, T> make)
        where T : unmanaged, IComparable<T>, IEquatable<T>
    {
        var random = new Random(Seed);
        foreach (int length in Lengths)
        {
            T[] left = [.. Enumerable.Range(0, length).Select(_ => make(random))], right = [.. Enumerable.Range(0, length).Select(_ => make(random))];
            T constant = make(random);
            foreach (bool negate in (bool[])[false, true])
            {
                Check<EqualTo<T>>(static (a, b) => Order(a, b) == 0);
                Check<LessThan<T>>(static (a, b) => Order(a, b) < 0);
                Check<AtMost<T>>(static (a, b) => Order(a, b) <= 0);

                void Check<TKernel>(Func<T, T, bool> plain)
                    where TKernel : struct, ICompareKernel<T>
                {
                    var result = new ulong[Bits.WordCount(length)];
                    CompareKernels.Run<T, TKernel>(left, right, negate, result);
                    Assert.Equal(left.Zip(right, plain).Select(holds => holds != negate), ToBooleans(result, length));
                    CompareKernels.Run<T, TKernel>(left, constant, negate, result);
                    Assert.Equal(left.Select(value => plain(value, constant) != negate), ToBooleans(result, length));
                }
            }
        }

        // PostgreSQL's order: NaN is equal to itself and the largest.
        static int Order(T a, T b) => a is double x && b is double y ? RowOrder.CompareDoubles(x, y) : a is float v && b is float w ? RowOrder.CompareDoubles(v, w) : a.CompareTo(b);
    }
}
