using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>An aggregate over any frames: each frame of a batch is a group, fed from rows at its edges and, between them, from a tree of partial states.</summary>
/// <remarks>
/// <code>
/// frame         [ rows |  states of 16 rows  | states of 256 rows |  states of 16 rows  | rows )
/// </code>
/// After Leis, Kundhikanjana, Kemper and Neumann, "Efficient Processing of Window Functions in Analytical SQL Queries" (2015). One tree over all partitions: frames end
/// inside their partition, so they never use a node that reaches beyond it. A whole batch of frames is fed in one call per level. Consecutive rows with one frame (peers)
/// share a group. Aggregates without partial states (array_agg) are fed every row of every frame.
/// </remarks>
internal sealed class FrameAggregateColumn : AggregateColumn
{
    private const int FanOut = 16;
    private const int MinRowsForTree = 4 * FanOut;

    /// <summary>Blocks of a level that are in memory when the level is on disk: frames need the surroundings of their two ends.</summary>
    private const int LevelBlocks = 4;
    private readonly FrameCursor _frame;
    private readonly WindowRows _rows;
    private readonly bool _usesTree;
    private readonly RowList _leaves;
    private readonly VectorGatherer _gatherer;
    private readonly List<Level> _levels = [];
    private NativeBuffer? _groups;
    private bool _hasBegun;

    public FrameAggregateColumn(WindowCall call, FrameCursor frame, WindowRows rows, TaskContext context)
        : base(call, rows, context)
    {
        _frame = frame;
        _rows = rows;
        _usesTree = call.Function.StateTypes != null && frame.MaxRows >= MinRowsForTree;
        _leaves = new RowList(context.Account);
        _gatherer = new VectorGatherer(context.Account);
    }

    public override Vector Compute(int start, int count)
    {
        if (!_hasBegun)
        {
            _hasBegun = true;
            Begin();
            BuildTree();
        }

        // Room for as many groups as there are rows; equal neighbouring frames leave some unused.
        Accumulator.Clear();
        Accumulator.Resize(count);
        Span<int> groups = NativeBuffer.Reuse(ref _groups, (count + 16) * 4L, Context.Account).Span<int>(0, count);
        int group = -1;
        RowRange first = default, second = default, third = default;
        for (int i = 0; i < count; i++)
        {
            _frame.MoveTo(start + i);
            if (group < 0 || _frame.First != first || _frame.Second != second || _frame.Third != third)
            {
                group++;
                (first, second, third) = (_frame.First, _frame.Second, _frame.Third);
                Add(first, group, count);
                Add(second, group, count);
                Add(third, group, count);
            }

            groups[i] = group;
        }

        _leaves.UpdateInto(Accumulator, Arguments, count);
        foreach (Level level in _levels)
        {
            level.Pending.MergeInto(Accumulator, level.States!, count);
        }

        Vector results = Accumulator.Finish(0, group + 1);
        return group + 1 == count ? results : _gatherer.Take(results, groups);
    }

    public override void Dispose()
    {
        base.Dispose();
        _leaves.Dispose();
        _gatherer.Dispose();
        _levels.ForEach(static level => level.Dispose());
        _groups?.Release();
        _groups = null;
    }

    private void Add(RowRange range, int group, int groupCount)
    {
        int start = range.Start, end = range.End;
        if (_levels.Count == 0 || end - start < 2 * FanOut)
        {
            AddRows(start, end, group, groupCount);
            return;
        }

        int firstNode = (start + FanOut - 1) / FanOut, endNode = end / FanOut;
        AddRows(start, firstNode * FanOut, group, groupCount);
        AddRows(endNode * FanOut, end, group, groupCount);
        for (int i = 0; firstNode < endNode; i++)
        {
            int above = (firstNode + FanOut - 1) / FanOut, endAbove = endNode / FanOut;
            if (i + 1 == _levels.Count || above >= endAbove)
            {
                AddNodes(_levels[i], firstNode, endNode, group, groupCount);
                return;
            }

            AddNodes(_levels[i], firstNode, above * FanOut, group, groupCount);
            AddNodes(_levels[i], endAbove * FanOut, endNode, group, groupCount);
            (firstNode, endNode) = (above, endAbove);
        }
    }

    private void AddRows(int start, int end, int group, int groupCount)
    {
        for (int row = start; row < end; row++)
        {
            if (Counts(row) && _leaves.Add(row, group))
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                _leaves.UpdateInto(Accumulator, Arguments, groupCount);
            }
        }
    }

    private void AddNodes(Level level, int start, int end, int group, int groupCount)
    {
        for (int node = start; node < end; node++)
        {
            if (level.Pending.Add(node, group))
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                level.Pending.MergeInto(Accumulator, level.States!, groupCount);
            }
        }
    }

    /// <summary>Levels up to the one with a single node; none when frames are short.</summary>
    private void BuildTree()
    {
        if (!_usesTree || _rows.Count < MinRowsForTree)
        {
            return;
        }

        SqlType[] types = AggregateCall.Function.StateTypes!([.. AggregateCall.Arguments.Select(static argument => argument.Type)]);
        for (int below = _rows.Count; below > FanOut; below = (below + FanOut - 1) / FanOut)
        {
            var level = new Level(types.Length, _rows.MakeColumns(LevelBlocks), Context.Account);
            Level? source = _levels.Count == 0 ? null : _levels[^1];
            _levels.Add(level);
            for (int start = 0; start < below; start += Context.BatchSize * FanOut)
            {
                Context.Cancellation.ThrowIfCancellationRequested();
                int end = (int)Math.Min((long)start + (Context.BatchSize * FanOut), below);
                BuildNodes(level, source, start, end);
            }

            level.Complete();
        }
    }

    /// <summary>Makes nodes of the rows, or of the nodes of the level below, from <paramref name="start"/> to <paramref name="end"/>.</summary>
    private void BuildNodes(Level level, Level? source, int start, int end)
    {
        int nodes = (end - start + FanOut - 1) / FanOut;
        Accumulator.Clear();
        Accumulator.Resize(nodes);
        for (int i = start; i < end; i++)
        {
            int node = (i - start) / FanOut;
            if (source == null ? Counts(i) && _leaves.Add(i, node) : _leaves.Add(i, node))
            {
                Feed();
            }
        }

        Feed();
        level.Append(Accumulator, nodes);

        void Feed()
        {
            if (source == null)
            {
                _leaves.UpdateInto(Accumulator, Arguments, nodes);
            }
            else
            {
                _leaves.MergeInto(Accumulator, source.States!, nodes);
            }
        }
    }

    /// <summary>One level of the tree: state columns, a row a node, and the nodes that wait to be merged into frames.</summary>
    private sealed class Level(int stateCount, SpilledColumns? stored, MemoryAccount account) : IDisposable
    {
        private readonly Vector[] _scratch = new Vector[stateCount];
        private ColumnAppender[]? _columns;

        public RowList Pending { get; } = new(account);

        /// <summary>Once the level is complete.</summary>
        public FeedColumns? States { get; private set; }

        public void Append(Functions.Aggregate.Accumulator accumulator, int nodes)
        {
            accumulator.States(0, nodes, _scratch);
            if (stored != null)
            {
                stored.Append(_scratch, nodes);
                return;
            }

            _columns ??= Array.ConvertAll(_scratch, state => ColumnAppender.Create(state.Type, account));
            for (int i = 0; i < _columns.Length; i++)
            {
                _columns[i].AppendRange(_scratch[i], 0, nodes);
            }
        }

        public void Complete() => States = new FeedColumns(
            stored != null ? [.. _scratch.Select((state, index) => new WindowValues(stored, index, state.Type))] : Array.ConvertAll(_columns!, static column => new WindowValues(column.Build())), account);

        public void Dispose()
        {
            Pending.Dispose();
            States?.Dispose();
            stored?.Dispose();
            Array.ForEach(_columns ?? [], static column => column.Dispose());
        }
    }
}
