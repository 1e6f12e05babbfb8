using System.Runtime.InteropServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Execution.Executors;

namespace SqlCluster.Execution.Operators.Windows;

/// <summary>A list of row numbers, such as where partitions begin; of a window on disk only its end is in memory.</summary>
internal sealed class RowNumbers : IDisposable
{
    private const int PartLength = 4096;
    private readonly SpilledColumns? _stored;
    private readonly TaskContext? _context;
    private readonly List<int> _numbers;

    public RowNumbers(List<int> numbers) => _numbers = numbers;

    /// <param name="stored">Takes the numbers that are too many for memory, and is disposed with this; null: none are.</param>
    /// <param name="context">The task.</param>
    public RowNumbers(SpilledColumns? stored, TaskContext context)
    {
        _stored = stored;
        _context = context;
        _numbers = [];
    }

    public int Count => _numbers.Count + (_stored?.Count ?? 0);

    public void Add(int number)
    {
        _numbers.Add(number);
        if (_stored != null && _numbers.Count == PartLength)
        {
            NativeBuffer buffer = NativeBuffer.Allocate(PartLength * 4L, _context!.Account);
            CollectionsMarshal.AsSpan(_numbers).CopyTo(buffer.Span<int>(0, PartLength));
            _stored.Append([new FixedVector(ArrowType.Int32, PartLength, buffer, 0, null, 0)], PartLength);
            buffer.Release();
            _numbers.Clear();
        }
    }

    /// <summary>A reader of its own, once all numbers are there.</summary>
    public Reader Read() => new(this);

    public void Dispose() => _stored?.Dispose();

    /// <summary>Reads numbers by their place.</summary>
    internal sealed class Reader(RowNumbers numbers)
    {
        private readonly int _stored = numbers._stored?.Count ?? 0;
        private readonly RowReader? _blocks = numbers._stored?.Read(0);

        public int this[int index] => index >= _stored ? numbers._numbers[index - _stored] : (int)_blocks!.Integer(index);
    }
}
