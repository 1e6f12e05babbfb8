using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Spill;

namespace SqlCluster.Execution.Operators.Joins;

/// <summary>Joins a build side on disk: spreads the probe side alike, then goes through the pairs of partitions.</summary>
/// <remarks><code>
/// pair of partitions ─ build rows fit ─▶ one table, probe rows once
///                    ├ too many ───────▶ both spread again by other bits of the hash
///                    └ one key holds them ─▶ a table of a chunk of them after the other, probe rows once a chunk
/// </code>
/// With chunks, what a probe row has found so far is remembered beside it until the last chunk.
/// </remarks>
internal sealed class SpilledProbe : IDisposable
{
    private const int KeyTableBytes = 32;
    private readonly HashJoinExec _plan;
    private readonly JoinBuild _build;
    private readonly SpilledBuild _spilled;
    private readonly TaskContext _context;
    private readonly OperatorMetrics _metrics;
    private readonly BlockWriter _writer;
    private readonly Stack<Pair> _pairs = new();
    private Pair? _pair;
    private int _nextBuildBlock;
    private int _nextProbeBlock;
    private long _flagStart;
    private long _flagEnd;
    private Batch? _batch;
    private NativeBuffer? _flags;
    private int _pairNumber;
    private bool _ownsFile = true;

    public SpilledProbe(HashJoinExec plan, JoinBuild build, TaskContext context, OperatorMetrics metrics)
    {
        _plan = plan;
        _build = build;
        _spilled = build.Spilled!;
        _context = context;
        _metrics = metrics;
        _writer = new BlockWriter(context.Query.Spill.Create(metrics));
    }

    /// <summary>The table to probe; null before the first.</summary>
    public JoinTable? Table { get; private set; }

    /// <summary>Whether the table holds a part of its partition's build rows, and the others come after it or came before.</summary>
    public bool IsChunk { get; private set; }

    /// <summary>Whether no chunk comes after this one.</summary>
    public bool IsLastChunk => _nextBuildBlock == _pair!.Build.Count;

    /// <summary>What the rows of the probe batch at hand have found in earlier chunks: found, then unknown, a byte a row. Empty when this is not remembered.</summary>
    public Span<byte> Flags => _flags == null ? default : _flags.Span<byte>(_flagStart * 2, (int)(_flagEnd - _flagStart) * 2);

    /// <summary>Spreads the probe side.</summary>
    /// <param name="probe">Read to its end.</param>
    /// <param name="putsOutBuildRows">Whether one task goes through all tasks' probe rows, so that it knows which build rows found no partner.</param>
    /// <returns>Whether this task has anything more to do.</returns>
    public bool Read(Operator probe, bool putsOutBuildRows)
    {
        using var keys = new ExpressionList(_plan.LeftKeys, _context.Evaluation);
        using var rows = new SpilledRows(_writer, 0, batch => _spilled.IsSpread ? keys.Evaluate(batch) : [], _context);
        bool nothingComesOut = (_plan.IsNullAware && _plan.Kind == ExecJoinKind.LeftAnti && _spilled.HasNullKey)
            || (_spilled.RowCount == 0 && _plan.Kind is (ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightOuter));
        while (!nothingComesOut && probe.Next() is { } batch)
        {
            rows.Append(batch);
        }

        rows.Complete();
        if (putsOutBuildRows)
        {
            _spilled.AddProbe(rows, _writer);
            _ownsFile = false;
            if (!_build.EndProbe())
            {
                return false;
            }
        }

        for (int p = SpillPartitions.Fanout - 1; p >= 0 && !nothingComesOut; p--)
        {
            _pairs.Push(new Pair(_spilled.Blocks(p), putsOutBuildRows ? _spilled.Probe(p) : rows.Blocks(p), 0, !_spilled.IsSpread));
        }

        return true;
    }

    /// <summary>Makes the next table, and begins its probe rows anew.</summary>
    /// <returns>False when all pairs are done.</returns>
    public bool NextTable()
    {
        Table?.Dispose();
        Table = null;
        while (true)
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            if (_pair != null && IsChunk && !IsLastChunk)
            {
                TakeChunk(_pair);
                return true;
            }

            EndPair();
            if (!_pairs.TryPop(out Pair? pair))
            {
                return false;
            }

            if (GivesNothing(pair))
            {
                continue;
            }

            if (StartPair(pair))
            {
                return true;
            }
        }
    }

    /// <summary>The next probe rows for the table, or null at their end.</summary>
    public Batch? NextProbe()
    {
        _batch?.Release();
        _batch = null;
        if (_pair == null || _nextProbeBlock == _pair.Probe.Count)
        {
            return null;
        }

        SpillBlock block = _pair.Probe[_nextProbeBlock++];
        _batch = BlockReader.Read(in block, _context.Account);
        _flagStart = _flagEnd;
        _flagEnd += _batch.Length;
        return _batch;
    }

    public void Dispose()
    {
        EndPair();
        Table?.Dispose();
        if (_ownsFile)
        {
            _writer.Dispose();
            _writer.File.Dispose();
        }
    }

    private bool RemembersFinds => _plan.Kind is ExecJoinKind.LeftOuter or ExecJoinKind.FullOuter or ExecJoinKind.LeftSingle
        or ExecJoinKind.LeftSemi or ExecJoinKind.LeftAnti or ExecJoinKind.LeftMark;

    private bool GivesNothing(Pair pair) =>
        (pair.Probe.Count == 0 && _plan.Kind is not (ExecJoinKind.RightOuter or ExecJoinKind.FullOuter or ExecJoinKind.RightAnti))
        || (pair.Build.Count == 0 && _plan.Kind is ExecJoinKind.Inner or ExecJoinKind.LeftSemi or ExecJoinKind.RightOuter or ExecJoinKind.RightSemi or ExecJoinKind.RightAnti);

    private void EndPair()
    {
        _batch?.Release();
        _batch = null;
        _flags?.Release();
        _flags = null;
        _pair = null;
    }

    /// <returns>False when the pair was spread again.</returns>
    private bool StartPair(Pair pair)
    {
        MemoryArbiter memory = _context.Query.Memory;
        long rows = pair.Build.Sum(static block => (long)block.Rows), bytes = pair.Build.Sum(static block => (long)block.RawBytes);
        bool isForced = memory.IsForced, maySpread = !pair.IsOneKey && pair.Level + 1 < SpillPartitions.MostLevels;
        bool isTooLarge = isForced ? pair.Level == 0 : memory.IsShortOf((2 * bytes) + (rows * KeyTableBytes));
        bool makesChunks = isForced && _pairNumber++ % 5 == 4 && pair.Build.Count > 1;      // so that the tests see chunks too
        if (maySpread && isTooLarge)
        {
            Spread(pair, rows);
            return false;
        }

        Begin(pair);
        if (!makesChunks && (isForced || !isTooLarge))
        {
            try
            {
                Table = Build(pair.Build);
                _nextBuildBlock = pair.Build.Count;
                return true;
            }
            catch (MemoryLimitException) when (rows > 1)
            {
                if (maySpread)
                {
                    EndPair();
                    Spread(pair, rows);
                    return false;
                }
            }
        }

        _metrics.Add("joins by chunks", 1);
        IsChunk = true;
        if (RemembersFinds)
        {
            _flags = NativeBuffer.AllocateZeroed(Math.Max(1, 2 * pair.Probe.Sum(static block => (long)block.Rows)), _context.Account);
        }

        TakeChunk(pair);
        return true;
    }

    private void Begin(Pair pair)
    {
        _pair = pair;
        IsChunk = false;
        _nextBuildBlock = 0;
        Rewind();
    }

    private void Rewind()
    {
        _nextProbeBlock = 0;
        _flagStart = _flagEnd = 0;
    }

    /// <summary>Makes a table of as many of the next blocks as memory has room for; of one at least.</summary>
    private void TakeChunk(Pair pair)
    {
        Rewind();
        MemoryArbiter memory = _context.Query.Memory;
        long allowed = memory.IsForced ? 0 : memory.Allowance, taken = 0;
        int first = _nextBuildBlock;
        do
        {
            SpillBlock block = pair.Build[_nextBuildBlock++];
            taken += (2L * block.RawBytes) + ((long)block.Rows * KeyTableBytes);
        }
        while (_nextBuildBlock < pair.Build.Count && taken < allowed);
        Table = Build(pair.Build.GetRange(first, _nextBuildBlock - first));
    }

    private JoinTable Build(List<SpillBlock> blocks)
    {
        JoinTable table = JoinTable.Build(_plan, _build.Needed, new SpilledBuildRows(blocks, _context.Account), publishes: false, _context);
        table.SideRowCount = _spilled.RowCount;
        table.SideHasNullKey = _spilled.HasNullKey;
        return table;
    }

    private void Spread(Pair pair, long rows)
    {
        int level = pair.Level + 1;
        using var buildKeys = new ExpressionList(_plan.RightKeys, _context.Evaluation);
        using var probeKeys = new ExpressionList(_plan.LeftKeys, _context.Evaluation);
        using SpilledRows build = Spread(pair.Build, level, buildKeys), probe = Spread(pair.Probe, level, probeKeys);
        for (int p = SpillPartitions.Fanout - 1; p >= 0; p--)
        {
            List<SpillBlock> blocks = build.Blocks(p);
            bool isOneKey = blocks.Sum(static block => (long)block.Rows) * 10 > rows * 9;
            _pairs.Push(new Pair(blocks, probe.Blocks(p), level, isOneKey));
        }

        _metrics.Add("spread again", 1);
    }

    private SpilledRows Spread(List<SpillBlock> blocks, int level, ExpressionList keys)
    {
        var rows = new SpilledRows(_writer, level, keys.Evaluate, _context);
        foreach (Batch batch in BlockReader.ReadAll(blocks, _context.Account))
        {
            _context.Cancellation.ThrowIfCancellationRequested();
            rows.Append(batch);
        }

        rows.Complete();
        return rows;
    }

    /// <param name="Build">Build rows of a partition.</param>
    /// <param name="Probe">Its probe rows.</param>
    /// <param name="Level">How often they have been spread.</param>
    /// <param name="IsOneKey">Whether spreading them again would not help.</param>
    private sealed record Pair(List<SpillBlock> Build, List<SpillBlock> Probe, int Level, bool IsOneKey);
}
