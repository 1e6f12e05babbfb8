using System.Text;
using BenchmarkDotNet.Attributes;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Bench.Micro;

/// <summary>Filters and arithmetic over one batch that stays in the cache.</summary>
public class ExpressionBenchmarks
{
    private const int Rows = 8192;
    private readonly MemoryAccount _account = new("micro");
    private readonly int[] _dates = new int[Rows];
    private readonly long[] _prices = new long[Rows];
    private readonly long[] _discounts = new long[Rows];
    private readonly long[] _keys = new long[Rows];
    private readonly long[] _result = new long[Rows];
    private readonly byte[] _codes = new byte[Rows];
    private readonly ulong[] _bits = new ulong[Rows / 64];
    private readonly int[] _rows = new int[Rows];
    private readonly ulong[] _entries = [0x5555];
    private readonly ulong[] _keyBits = new ulong[KeyBitmap.WordCount(200_000)];
    private ViewVector _comments = null!;
    private LikePattern _pattern = null!;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(2);
        string[] words = ["carefully ", "final ", "special ", "requests ", "quick ", "even deposits "];
        var heap = new ByteHeap(_account);
        NativeBuffer views = NativeBuffer.AllocateZeroed(Rows * 16L, _account);
        for (int i = 0; i < Rows; i++)
        {
            _dates[i] = 8000 + random.Next(2500);
            _prices[i] = random.Next(10_000_000);
            _discounts[i] = random.Next(11);
            _keys[i] = random.Next(200_000);
            _codes[i] = (byte)random.Next(16);
            views.Span<StringView>(0, Rows)[i] = heap.Add(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Range(0, 6).Select(_ => words[random.Next(words.Length)]))));
        }

        for (int i = 0; i < 200; i++)
        {
            KeyBitmap.Add([random.Next(200_000)], 0, _keyBits);
        }

        _comments = new ViewVector(ArrowType.Utf8, Rows, views, 0, heap.Buffers, null, 0);
        _pattern = LikePattern.Compile("%special%requests%", null, ignoreCase: false);
    }

    [Benchmark, Rows(Rows)]
    public int DateLessThanConstant()
    {
        CompareKernels.Run<int, LessThan<int>>(_dates, 9000, false, _bits);
        return Bitmaps.ToRows(_bits, Rows, _rows);
    }

    [Benchmark, Rows(Rows)]
    public int PredicateOnCodes()
    {
        CodeLookupKernels.Run(_codes, _entries, 16, _bits);
        return Bitmaps.ToRows(_bits, Rows, _rows);
    }

    [Benchmark, Rows(Rows)]
    public int RuntimeFilterBitmap() => KeyBitmap.Test(_keys, default, 0, 200_000, _keyBits, _rows);

    [Benchmark, Rows(Rows)]
    public void NotLikeTwoWords() => _pattern.Run(new VectorReader(_comments), Rows, false, default, true, _bits);

    /// <summary>price * (1 - discount), as hundredths.</summary>
    [Benchmark, Rows(Rows)]
    public void DiscountedPrice()
    {
        ArithmeticKernels.Run<long, Subtract<long>>(100, _discounts, _result);
        ArithmeticKernels.Run<long, Multiply<long>>(_prices, _result, _result);
    }
}
