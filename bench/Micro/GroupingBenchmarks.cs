using BenchmarkDotNet.Attributes;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Bench.Micro;

/// <summary>Group numbers and sums, look-ups of a join's probe side, and sorting; batch by batch, as operators call them.</summary>
public class GroupingBenchmarks
{
    private const int Batch = 8192;
    private const int FewRows = 64 * Batch;
    private const int ClusteredKeys = 1_500_000;
    private const int ClusteredRows = ClusteredKeys / Batch * Batch * 4;
    private const int RandomRows = 128 * Batch;
    private const int SortRows = 1 << 20;
    private readonly MemoryAccount _account = new("micro");
    private readonly int[] _groups = new int[Batch];
    private readonly Int128[] _sums = new Int128[ClusteredKeys];
    private readonly long[] _fewSums = new long[SumKernels.FewGroups];
    private readonly long[] _amounts = new long[Batch];
    private readonly SortEntry[] _entries = new SortEntry[SortRows];
    private readonly SortEntry[] _room = new SortEntry[SortRows];
    private Vector[][] _few = [];
    private Vector[][] _clustered = [];
    private Vector[][] _random = [];
    private GroupTable _fewTable = null!;
    private GroupTable _clusteredTable = null!;
    private GroupTable _randomTable = null!;
    private DictionaryGroups _codeGroups = null!;
    private LookupTable _joinTable = null!;
    private LookupScratch _scratch = null!;
    private FixedVector _sortKeys = null!;
    private NativeBuffer _encoded = null!;
    private SortKeyEncoder _encoder = null!;

    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(3);
        KeyColumn key = new(ArrowType.Int64, false);
        DictionaryVector flags = Columns.Codes(FewRows, 3, _ => random.Next(3), _account), states = Columns.Codes(FewRows, 2, _ => random.Next(2), _account);
        _few = [.. Enumerable.Range(0, FewRows / Batch).Select(b => new Vector[] { Slice(flags, b), Slice(states, b) })];
        FixedVector clustered = Columns.Longs(ClusteredRows, static row => row / 4 * 3L, _account);
        _clustered = [.. Enumerable.Range(0, ClusteredRows / Batch).Select(b => new Vector[] { Slice(clustered, b) })];
        FixedVector scattered = Columns.Longs(RandomRows, _ => random.Next(200_000) * 5L, _account);
        _random = [.. Enumerable.Range(0, RandomRows / Batch).Select(b => new Vector[] { Slice(scattered, b) })];
        for (int i = 0; i < Batch; i++)
        {
            _amounts[i] = random.Next(10_000_000);
        }

        _fewTable = GroupTable.Create([key, key], _few[0], _account);
        _codeGroups = new DictionaryGroups(_fewTable, _account);
        _clusteredTable = GroupTable.Create([key], _account);
        _randomTable = GroupTable.Create([key], _account);
        _joinTable = GroupTable.Create([key], _account);
        _scratch = new LookupScratch(_account);
        foreach (Vector[] columns in _random)
        {
            _joinTable.FindOrAdd(columns, default, Batch, _groups);
        }

        _sortKeys = Columns.Longs(SortRows, _ => random.NextInt64(), _account);
        _encoder = new SortKeyEncoder([new SortDirection(ArrowType.Int64, false, false)]);
        _encoded = NativeBuffer.AllocateZeroed((long)SortRows * _encoder.Stride, _account);
    }

    [Benchmark, Rows(FewRows)]
    public void SumByTwoCodes()
    {
        foreach (Vector[] columns in _few)
        {
            _codeGroups.TryFindOrAdd(columns, default, Batch, _groups);
            SumKernels.Scatter(_amounts, _groups, _fewSums, 6);
        }
    }

    [Benchmark, Rows(ClusteredRows)]
    public void SumByClusteredKeys1500000() => Aggregate(_clusteredTable, _clustered);

    [Benchmark, Rows(RandomRows)]
    public void SumByRandomKeys200000() => Aggregate(_randomTable, _random);

    [Benchmark, Rows(RandomRows)]
    public void ProbeRandomKeys200000()
    {
        foreach (Vector[] columns in _random)
        {
            _joinTable.Find(columns, default, Batch, _groups, _scratch);
        }
    }

    [Benchmark, Rows(SortRows)]
    public void SortRandomIntegers()
    {
        _encoder.Encode([_sortKeys], default, SortRows, _encoded.Span<byte>(0, SortRows * _encoder.Stride));
        var comparer = new SortEntryComparer(_encoder, _encoded, [new VectorReader(_sortKeys)]);
        for (int row = 0; row < _entries.Length; row++)
        {
            _entries[row] = comparer.Entry(row);
        }

        SortKernel.Sort(_entries, _room, in comparer, CancellationToken.None);
    }

    private static FixedVector Slice(FixedVector column, int batch) => new(column.Type, Batch, column.ValuesBuffer, batch * Batch * 8L, null, 0);

    private static DictionaryVector Slice(DictionaryVector column, int batch) => new(Batch, column.CodesBuffer, batch * (long)Batch, 1, column.Dictionary);

    private void Aggregate(GroupTable table, Vector[][] batches)
    {
        table.Clear();
        _sums.AsSpan().Clear();
        foreach (Vector[] columns in batches)
        {
            table.FindOrAdd(columns, default, Batch, _groups);
            SumKernels.Scatter(_amounts, _groups, _sums);
        }
    }
}
