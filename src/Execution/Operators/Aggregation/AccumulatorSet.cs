using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Evaluation;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Aggregate;
using SqlCluster.Execution.Kernels.Grouping;

namespace SqlCluster.Execution.Operators.Aggregation;

/// <summary>The accumulators of an aggregation's calls, and the expressions that feed them: equal arguments are computed once a batch.</summary>
internal sealed class AccumulatorSet : IDisposable
{
    private readonly CallState[] _calls;
    private readonly CallState[][] _callsOfFeed;
    private readonly Feed[] _feeds;
    private readonly CountAccumulator?[] _rowCounters;
    private readonly MemoryAccount _account;
    private readonly CancellationToken _cancellation;
    private NativeBuffer? _maskedGroups;
    private NativeBuffer? _groupOfRow;
    private NativeBuffer? _filteredGroups;

    private AccumulatorSet(CallState[] calls, CallState[][] callsOfFeed, Feed[] feeds, CountAccumulator?[] rowCounters, MemoryAccount account, CancellationToken cancellation)
    {
        _rowCounters = rowCounters;
        _calls = calls;
        _callsOfFeed = callsOfFeed;
        _feeds = feeds;
        _account = account;
        _cancellation = cancellation;
    }

    /// <summary>Bytes of all states.</summary>
    public long ReservedBytes => _calls.Sum(static call => call.Accumulator.ReservedBytes);

    /// <summary>State columns of all calls.</summary>
    public int StateCount => _calls.Sum(static call => call.StateCount);

    /// <param name="calls">Aggregate calls.</param>
    /// <param name="mode">Where states are taken, arguments are not compiled.</param>
    /// <param name="groupsMayBeEmpty">Whether a group can exist without rows.</param>
    /// <param name="context">The task.</param>
    public static AccumulatorSet Create(NodeList<AggregateCall> calls, AggregateMode mode, bool groupsMayBeEmpty, TaskContext context)
    {
        EvaluationContext evaluation = context.Evaluation;
        var feeds = new FeedPlans();
        var states = new CallState[calls.Count];
        bool takesStates = mode is AggregateMode.Final or AggregateMode.Merge;
        for (int i = 0; i < states.Length; i++)
        {
            context.Cancellation.ThrowIfCancellationRequested();
            AggregateCall call = calls[i];
            AggregateFunction function = AggregateFunctions.Of(call.Function);
            Accumulator accumulator = CallBinder.Bind(call, function, groupsMayBeEmpty, evaluation);
            SqlType[] types = [.. call.Arguments.Select(static argument => argument.Type)];
            int stateCount = accumulator.KeepsRows ? 0 : call.Function.StateTypes?.Invoke(types).Length ?? 0;
            int feed = 0;
            int[] arguments = [];
            if (!takesStates)
            {
                feed = feeds.IndexOf(call.Filter);
                arguments = [.. CallBinder.Inputs(call, function).Select(feeds.All[feed].Add)];
            }

            states[i] = new CallState(accumulator, feed, arguments, stateCount);
        }

        CallState[][] callsOfFeed = [.. states.GroupBy(static call => call.Feed).OrderBy(static calls => calls.Key).Select(static calls => calls.ToArray())];
        CountAccumulator?[] rowCounters = takesStates ? [] : [.. callsOfFeed.Select(fed => ShareParts(fed, context.Account))];
        return new AccumulatorSet(states, callsOfFeed, [.. feeds.All.Select(feed => feed.Compile(evaluation))], rowCounters, context.Account, context.Cancellation);
    }

    /// <summary>Makes sure that so many groups exist.</summary>
    public void Resize(int groupCount)
    {
        foreach (CountAccumulator? counter in _rowCounters)
        {
            counter?.Resize(groupCount);
        }

        foreach (CallState call in _calls)
        {
            call.Accumulator.Resize(groupCount);
        }
    }

    /// <summary>Computes the arguments of a batch's rows; follow with <see cref="Update"/>, for grouping sets more than once.</summary>
    public void Prepare(Batch batch)
    {
        foreach (Feed feed in _feeds)
        {
            _cancellation.ThrowIfCancellationRequested();
            feed.Evaluate(batch);
        }
    }

    /// <summary>Feeds the prepared batch to the groups.</summary>
    /// <param name="batch">The batch given to <see cref="Prepare"/>.</param>
    /// <param name="groups">Group of each (selected) row; empty: one group.</param>
    /// <param name="groupCount">Groups that exist.</param>
    public void Update(Batch batch, ReadOnlySpan<int> groups, int groupCount)
    {
        Resize(groupCount);
        for (int f = 0; f < _feeds.Length; f++)
        {
            _cancellation.ThrowIfCancellationRequested();
            Feed feed = _feeds[f];
            Batch fed = feed.Batch;
            if (fed.RowCount == 0)
            {
                continue;
            }

            ReadOnlySpan<int> fedGroups = groups.IsEmpty || feed.Filter == null ? groups : GroupsOf(batch, groups, fed);
            var rows = new GroupedRows(fedGroups, fed.Selection == null ? default : fed.Selection.Rows, fed.RowCount, groupCount, MaskedGroups(fed, fedGroups, groupCount));
            _rowCounters[f]?.Update([], in rows);
            foreach (CallState call in _callsOfFeed[f])
            {
                _cancellation.ThrowIfCancellationRequested();
                for (int i = 0; i < call.Arguments.Length; i++)
                {
                    call.Vectors[i] = feed.Values[call.Arguments[i]];
                }

                call.Accumulator.Update(call.Vectors, in rows);
            }
        }
    }

    /// <summary>Adds states of another set for the same calls.</summary>
    /// <param name="batch">Its columns from <paramref name="firstState"/> on are the states.</param>
    /// <param name="firstState">Position of the first state column.</param>
    /// <param name="groups">Group of each (selected) row; empty: one group.</param>
    /// <param name="groupCount">Groups that exist.</param>
    public void Merge(Batch batch, int firstState, ReadOnlySpan<int> groups, int groupCount)
    {
        Resize(groupCount);
        var rows = new GroupedRows(groups, batch.Selection == null ? default : batch.Selection.Rows, batch.RowCount, groupCount);
        foreach (CallState call in _calls.Where(static call => !call.Accumulator.KeepsRows))
        {
            _cancellation.ThrowIfCancellationRequested();
            call.Accumulator.Merge(batch.Columns.AsSpan(firstState, call.StateCount), in rows);
            firstState += call.StateCount;
        }
    }

    /// <summary>Calls whose states are rows, see <see cref="Accumulator.KeepsRows"/>.</summary>
    public IEnumerable<Accumulator> RowKeepers => _calls.Where(static call => call.Accumulator.KeepsRows).Select(static call => call.Accumulator);

    /// <summary>Writes the state columns of some groups.</summary>
    public void States(int start, int count, Span<Vector> columns)
    {
        foreach (CallState call in _calls)
        {
            if (!call.Accumulator.KeepsRows)
            {
                _cancellation.ThrowIfCancellationRequested();
                call.Accumulator.States(start, count, columns[..call.StateCount]);
                columns = columns[call.StateCount..];
            }
        }
    }

    /// <summary>Writes the result columns of some groups.</summary>
    public void Finish(int start, int count, Span<Vector> columns)
    {
        for (int i = 0; i < _calls.Length; i++)
        {
            _cancellation.ThrowIfCancellationRequested();
            columns[i] = _calls[i].Accumulator.Finish(start, count);
        }
    }

    /// <summary>No groups.</summary>
    public void Clear()
    {
        foreach (CountAccumulator? counter in _rowCounters)
        {
            counter?.Clear();
        }

        foreach (CallState call in _calls)
        {
            call.Accumulator.Clear();
        }
    }

    public void Dispose()
    {
        foreach (CallState call in _calls)
        {
            call.Accumulator.Dispose();
        }

        foreach (CountAccumulator? counter in _rowCounters)
        {
            counter?.Dispose();
        }

        foreach (Feed feed in _feeds)
        {
            feed.Dispose();
        }

        _groupOfRow?.Release();
        _filteredGroups?.Release();
        _maskedGroups?.Release();
        _groupOfRow = _filteredGroups = _maskedGroups = null;
    }

    /// <summary>Lets the calls of one feed keep what they have in common once: avg(x) takes the sums of sum(x), and all counts one counter of rows.</summary>
    /// <returns>The row counter, or null.</returns>
    private static CountAccumulator? ShareParts(CallState[] calls, MemoryAccount account)
    {
        var sums = new Dictionary<int, SumAccumulator>();
        var counts = new List<CountAccumulator>();
        foreach (CallState call in calls.OrderBy(static call => call.Accumulator is AverageAccumulator))
        {
            if (call.Accumulator is SumAccumulator sum)
            {
                sums.TryAdd(call.Arguments[0], sum);
            }
            else if (call.Accumulator is CountAccumulator count)
            {
                counts.Add(count);
            }
            else if (call.Accumulator is AverageAccumulator average)
            {
                counts.Add(average.Count);
                if (!sums.TryAdd(call.Arguments[0], average.Sum))
                {
                    average.ShareSum(sums[call.Arguments[0]]);
                }
            }
        }

        if (counts.Count <= 1)
        {
            return null;
        }

        var rows = new CountAccumulator(account);
        counts.ForEach(count => count.ShareRows(rows));
        return rows;
    }

    /// <summary>Groups by row, where kernels over whole vectors are worth it: few groups, most rows selected.</summary>
    private ReadOnlySpan<int> MaskedGroups(Batch batch, ReadOnlySpan<int> groups, int groupCount)
    {
        if (batch.Selection == null || groups.IsEmpty || groupCount > SumKernels.FewGroups || batch.RowCount * 2 < batch.Length)
        {
            return default;
        }

        Span<int> masked = NativeBuffer.Reuse(ref _maskedGroups, (batch.Length + 16) * 4L, _account).Span<int>(0, batch.Length);
        masked.Fill(-1);
        ReadOnlySpan<int> rows = batch.Selection.Rows;
        for (int i = 0; i < rows.Length; i++)
        {
            masked[rows[i]] = groups[i];
        }

        return masked;
    }

    /// <summary>Groups of the rows that a filter left.</summary>
    private ReadOnlySpan<int> GroupsOf(Batch batch, ReadOnlySpan<int> groups, Batch filtered)
    {
        if (filtered.Selection == null)
        {
            return groups;
        }

        ReadOnlySpan<int> groupOfRow = groups;
        if (batch.Selection != null)
        {
            Span<int> byRow = NativeBuffer.Reuse(ref _groupOfRow, batch.Length * 4L, _account).Span<int>(0, batch.Length);
            ReadOnlySpan<int> rows = batch.Selection.Rows;
            for (int i = 0; i < rows.Length; i++)
            {
                byRow[rows[i]] = groups[i];
            }

            groupOfRow = byRow;
        }

        ReadOnlySpan<int> left = filtered.Selection.Rows;
        Span<int> result = NativeBuffer.Reuse(ref _filteredGroups, (left.Length + 16) * 4L, _account).Span<int>(0, left.Length);
        for (int i = 0; i < left.Length; i++)
        {
            result[i] = groupOfRow[left[i]];
        }

        return result;
    }

    private sealed record CallState(Accumulator Accumulator, int Feed, int[] Arguments, int StateCount)
    {
        public Vector[] Vectors { get; } = new Vector[Arguments.Length];
    }

    /// <summary>The feeds of all calls: one for each FILTER, and one for the calls that have none.</summary>
    private sealed class FeedPlans
    {
        private readonly ExpressionPlaces _filters = new();

        public List<FeedPlan> All { get; } = [];

        public int IndexOf(Expression? filter)
        {
            int place = _filters.Of(filter ?? Literal.True);
            if (place == All.Count)
            {
                All.Add(new FeedPlan(filter));
            }

            return place;
        }
    }

    private sealed class FeedPlan(Expression? filter)
    {
        private readonly ExpressionPlaces _arguments = new();

        public int Add(Expression argument) => _arguments.Of(argument);

        public Feed Compile(EvaluationContext context) => new(
            filter == null ? null : ExpressionCompiler.CompilePredicate(filter, context), new ExpressionList([.. _arguments.All], context));
    }

    /// <summary>Calls with one FILTER, or with none.</summary>
    private sealed class Feed(CompiledPredicate? filter, ExpressionList arguments) : IDisposable
    {
        public CompiledPredicate? Filter => filter;

        public Batch Batch { get; private set; } = null!;

        public Vector[] Values { get; private set; } = [];

        public void Evaluate(Batch batch)
        {
            Batch = filter == null ? batch : new Batch(batch.Columns, batch.Length, filter.Filter(batch));
            if (Batch.RowCount > 0)
            {
                Values = arguments.Evaluate(Batch);
            }
        }

        public void Dispose()
        {
            filter?.Dispose();
            arguments.Dispose();
        }
    }
}
