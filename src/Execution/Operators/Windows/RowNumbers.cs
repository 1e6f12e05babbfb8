using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Kernels;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>A list of row numbers, such as where partitions begin; of a window on disk only its end is in memory.</summary>
internal sealed class RowNumbers : IDisposable
{
    private const int PartLength = 4096;
    private readonly SpilledColumns? _stored;
    private GrowingBuffer _numbers;
    private int _count;

    /// <param name="stored">Takes the numbers that are too many for memory, and is disposed with this; null: none are.</param>
    /// <param name="context">The task.</param>
    public RowNumbers(SpilledColumns? stored, TaskContext context)
    {
        _stored = stored;
        _numbers = new GrowingBuffer(context.Account);
    }

    public int Count => _count + (_stored?.Count ?? 0);

    public void Add(int number)
    {
        _numbers.Ensure((_count + 1) * 4L, _count * 4L).Span<int>(_count * 4L, 1)[0] = number;
        _count++;
        if (_stored != null && _count == PartLength)
        {
            _stored.Append([new FixedVector(ArrowType.Int32, PartLength, _numbers.Buffer, 0, null, 0)], PartLength);
            _count = 0;
        }
    }

    /// <summary>A reader of its own, once all numbers are there.</summary>
    public Reader Read() => new(this);

    public void Dispose()
    {
        _stored?.Dispose();
        _numbers.Dispose();
    }

    private int InMemory(int index) => _numbers.Buffer.Span<int>(index * 4L, 1)[0];

    /// <summary>Reads numbers by their place.</summary>
    internal sealed class Reader(RowNumbers numbers)
    {
        private readonly int _stored = numbers._stored?.Count ?? 0;
        private readonly RowReader? _blocks = numbers._stored?.Read(0);

        public int this[int index] => index >= _stored ? numbers.InMemory(index - _stored) : (int)_blocks!.Integer(index);
    }
}
