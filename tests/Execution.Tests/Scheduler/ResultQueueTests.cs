using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Scheduler;

namespace SqlCluster.Execution.Tests.Scheduler;

/// <summary>Rows that wait for a reader.</summary>
public sealed class ResultQueueTests : IDisposable
{
    private const int Capacity = 4;
    private readonly LocalExecutor _executor = new(1);
    private readonly MemoryAccount _account = new("test");
    private readonly SettableTime _time = new();
    private readonly ResultQueue _queue;
    private readonly Writer _writer = new();

    public ResultQueueTests() => _queue = new ResultQueue(_executor, Capacity, _account, _time);

    public void Dispose()
    {
        _executor.Dispose();
        _account.Dispose();
    }

    // A few rows of each of some pages wait: the pages do not, and the rows are the same.
    [Fact]
    public async Task A_reader_that_takes_nothing_has_rows_kept_without_their_pages()
    {
        const int PageRows = 100_000;
        for (int i = 0; i < Capacity; i++)
            Assert.Equal(i < Capacity - 1, _queue.Write(Slice(PageRows, first: 1000 * i, count: 500), _writer));
        Assert.True(_account.UsedBytes > Capacity * PageRows * 8);
        Assert.Equal(0, _writer.Rests);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, _writer.Rests);
        Assert.InRange(_account.UsedBytes, Capacity * 500 * 8, Capacity * 32 * 1024);

        for (int i = 0; i < Capacity; i++)
        {
            Batch batch = (await _queue.ReadAsync(TestContext.Current.CancellationToken))!;
            Assert.Equal(Enumerable.Range(1000 * i, 500).Select(static value => (long)value), ((FixedVector)batch.Columns[0]).Values<long>().ToArray());
            batch.Release();
        }

        await _writer.Resumed.Task.WaitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, _account.UsedBytes);
    }

    // Whoever comes back soon again and again finds the pages there: patience grows with every rest.
    [Fact]
    public async Task Patience_grows()
    {
        for (int round = 0; round < 40; round++)
        {
            while (_queue.Write(Slice(1000, 0, 100), _writer))
            {
            }

            _time.Advance(TimeSpan.FromMilliseconds(100));
            while (_queue.Waiting > 0)
                (await _queue.ReadAsync(TestContext.Current.CancellationToken))!.Release();
        }

        Assert.InRange(_writer.Rests, 1, 4);
        while (_queue.Write(Slice(1000, 0, 100), _writer))
        {
        }

        int before = _writer.Rests;
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before + 1, _writer.Rests);
        _queue.Complete(null);
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(before + 1, _writer.Rests);
    }

    // Rows that fill their memory are not copied.
    [Fact]
    public void Rows_that_are_alone_in_their_memory_stay_there()
    {
        Batch whole = Slice(20_000, 0, 20_000);
        Assert.Same(whole, CompactRows.Of(whole, 0, _account));
        Batch rest = CompactRows.Of(whole, 19_000, _account);
        Assert.NotSame(whole, rest);
        Assert.Equal(Enumerable.Range(19_000, 1000).Select(static value => (long)value), ((FixedVector)rest.Columns[0]).Values<long>().ToArray());
        rest.Release();
        Assert.Equal(0, _account.UsedBytes);
    }

    // Values of kilobytes in a dictionary would take more room one by one.
    [Fact]
    public void A_dictionary_of_long_texts_stays_one()
    {
        byte[] text = new byte[100_000];
        NativeBuffer data = NativeBuffer.Allocate(text.Length, _account), views = NativeBuffer.Allocate(16, _account), codes = NativeBuffer.AllocateZeroed(4096, _account);
        text.CopyTo(data.Span<byte>());
        views.Span<StringView>(0, 1)[0] = StringViews.At(data, 0, text.Length);
        var vector = new DictionaryVector(4096, codes, 0, 1, new ViewVector(ArrowType.Utf8, 1, views, 0, [data]));
        var batch = new Batch([vector], 4096);
        Assert.Same(batch, CompactRows.Of(batch, 0, _account));
        Assert.True(RowSize.OfCopy(batch) > 400_000_000);
        Assert.Equal(4096L * text.Length, RowSize.Of(batch));     // what a client is to be sent
        batch.Release();
    }

    /// <summary>Some rows of a page of counting numbers.</summary>
    private Batch Slice(int pageRows, int first, int count)
    {
        NativeBuffer page = NativeBuffer.Allocate(pageRows * 8L, _account);
        Span<long> values = page.Span<long>(0, pageRows);
        for (int i = 0; i < pageRows; i++)
            values[i] = i;
        return new Batch([new FixedVector(ArrowType.Int64, count, page, first * 8L)], count);
    }

    private sealed class Writer : IRunnable
    {
        public TaskCompletionSource Resumed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Rests { get; private set; }

        public object Query => this;

        public bool IsCancelled => false;

        public void Rest() => Rests++;

        public RunnableState Run()
        {
            Resumed.TrySetResult();
            return RunnableState.Parked;
        }
    }

    /// <summary>A clock whose timers fire when a test moves it.</summary>
    private sealed class SettableTime : TimeProvider
    {
        private readonly List<Timer> _timers = [];
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = new Timer(this, () => callback(state));
            timer.Change(dueTime, period);
            _timers.Add(timer);
            return timer;
        }

        public void Advance(TimeSpan time)
        {
            _now += time.Ticks;
            foreach (Timer timer in _timers)
                timer.FireIfDue();
        }

        private sealed class Timer(SettableTime time, Action callback) : ITimer
        {
            private long _due = long.MaxValue;

            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                _due = dueTime == Timeout.InfiniteTimeSpan ? long.MaxValue : time._now + dueTime.Ticks;
                return true;
            }

            public void FireIfDue()
            {
                if (time._now >= _due)
                {
                    _due = long.MaxValue;
                    callback();
                }
            }

            public void Dispose() => _due = long.MaxValue;

            public ValueTask DisposeAsync()
            {
                Dispose();
                return ValueTask.CompletedTask;
            }
        }
    }
}
