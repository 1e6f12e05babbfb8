using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace SqlCluster.Flight.Hosting;

/// <summary>Makes Kestrel's memory pools (one for each of its I/O queues) with blocks of one size.</summary>
internal sealed class BlockPoolFactory(int blockBytes) : IMemoryPoolFactory<byte>
{
    /// <summary>Unused bytes that a pool keeps; more are left to the garbage collector.</summary>
    private const int KeptBytes = 16 << 20;

    private readonly ConcurrentBag<WeakReference<BlockPool>> _pools = [];

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null)
    {
        var pool = new BlockPool(blockBytes, KeptBytes / blockBytes);
        _pools.Add(new WeakReference<BlockPool>(pool));
        return pool;
    }

    /// <summary>Leaves the blocks that nobody has to the garbage collector.</summary>
    /// <returns>Their bytes.</returns>
    public long Trim() => _pools.Sum(static pool => pool.TryGetTarget(out BlockPool? alive) ? alive.Trim() : 0);

    private sealed class BlockPool(int blockBytes, int keptBlocks) : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> _free = new();
        private int _freeCount;

        public override int MaxBufferSize => blockBytes;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, blockBytes);
            if (!_free.TryDequeue(out Block? block))
            {
                return new Block(this, blockBytes);
            }

            Interlocked.Decrement(ref _freeCount);
            block.IsFree = false;
            return block;
        }

        public long Trim()
        {
            long bytes = 0;
            while (_free.TryDequeue(out _))
            {
                Interlocked.Decrement(ref _freeCount);
                bytes += blockBytes;
            }

            return bytes;
        }

        protected override void Dispose(bool disposing) => _free.Clear();

        private void Return(Block block)
        {
            if (Interlocked.Increment(ref _freeCount) <= keptBlocks)
            {
                _free.Enqueue(block);
            }
            else
            {
                Interlocked.Decrement(ref _freeCount);
            }
        }

        private sealed class Block(BlockPool pool, int blockBytes) : IMemoryOwner<byte>
        {
            private int _isFree;

            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(blockBytes, pinned: true);

            public bool IsFree
            {
                set => Volatile.Write(ref _isFree, value ? 1 : 0);
            }

            public void Dispose()
            {
                if (Interlocked.Exchange(ref _isFree, 1) == 0)
                {
                    pool.Return(this);
                }
            }
        }
    }
}
