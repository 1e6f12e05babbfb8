using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Kernels.Grouping;

/// <summary>One value a group, off the heap; groups that were added since hold zero.</summary>
internal struct StateArray<T>(MemoryAccount account) : IDisposable
    where T : unmanaged
{
    private NativeBuffer? _buffer;
    private int _count;

    public readonly long ReservedBytes => _buffer?.SizeBytes ?? 0;

    /// <summary>Groups.</summary>
    public readonly int Count => _count;

    public readonly Span<T> Values => _buffer == null ? default : _buffer.Span<T>(0, _count);

    /// <summary>Makes sure that <paramref name="count"/> groups exist; never takes any away.</summary>
    public void Resize(int count)
    {
        if (count <= _count)
        {
            return;
        }

        long size = (long)count * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();
        if (_buffer == null || _buffer.SizeBytes < size)
        {
            NativeBuffer larger = NativeBuffer.Allocate(Math.Max(size, (_buffer?.SizeBytes ?? 1024) * 2), account);
            Values.CopyTo(larger.Span<T>(0, _count));
            _buffer?.Release();
            _buffer = larger;
        }

        int old = _count;
        _count = count;
        Values[old..].Clear();
    }

    /// <summary>Forgets the values from <paramref name="count"/> on.</summary>
    public void Truncate(int count) => _count = Math.Min(_count, count);

    /// <summary>No groups; keeps the memory.</summary>
    public void Clear() => _count = 0;

    public void Dispose()
    {
        _buffer?.Release();
        _buffer = null;
        _count = 0;
    }
}
