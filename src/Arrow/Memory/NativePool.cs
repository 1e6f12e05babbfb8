using System.Numerics;
using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Memory;

/// <summary>The process's one pool of off-heap blocks: power-of-two size classes from 128 bytes, 64-byte aligned.</summary>
/// <remarks>
/// First touch of fresh memory costs about 2 µs a 4 KiB page on virtual machines, 50 times what clearing an owned page costs, so blocks are kept
/// for the next query. What nobody has needed for <see cref="IdleTime"/> goes back to the operating system (on Linux); its addresses stay the pool's. Blocks of 2 MiB and more are aligned to 2 MiB and ask for huge pages; smaller ones are cut from 2 MiB slabs.
/// Blocks below a page (constants, results of a few rows) lie together and stay the pool's: a page goes back only as a whole.
/// Thread-safe: one lock a size class.
/// </remarks>
public static unsafe partial class NativePool
{
    private const int SmallestClass = 7;
    private const int PageClass = 12;
    private const int LargestClass = 46;
    private const long HugePage = 2L << 20;

    /// <summary>How long a block lies unused before its memory goes back, at least; at most twice as long.</summary>
    public static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(30);

    /// <summary>As <see cref="IdleTime"/>, after <see cref="TrimSoon"/>.</summary>
    private static readonly TimeSpan ShortIdleTime = TimeSpan.FromSeconds(2);

    private static readonly SizeClass[] Classes = CreateClasses();
    private static readonly Lock SlabLock = new();
    private static Slab _pages;
    private static Slab _parts;
    private static long _reservedBytes;
    private static Timer? _trimming;
    private static int _trimsSoon;

    /// <summary>Bytes that the operating system has given, in use or waiting for reuse.</summary>
    public static long ReservedBytes => Interlocked.Read(ref _reservedBytes);

    /// <summary>Bytes of the block that a request of <paramref name="sizeBytes"/> receives.</summary>
    public static long BlockSize(long sizeBytes) => 1L << ClassOf(sizeBytes);

    /// <summary>Takes a block of at least <paramref name="sizeBytes"/> bytes, content undefined.</summary>
    /// <exception cref="OutOfMemoryException">The operating system refuses more memory.</exception>
    internal static byte* Rent(long sizeBytes)
    {
        int sizeClass = ClassOf(sizeBytes);
        SizeClass free = Classes[sizeClass];
        lock (free)
        {
            if (free.TryTake(out nint block, out bool isBare))
            {
                Interlocked.Add(ref _reservedBytes, isBare ? 1L << sizeClass : 0);
                return (byte*)block;
            }
        }

        return 1L << sizeClass >= HugePage ? Map(1L << sizeClass) : CutFromSlab(1 << sizeClass);
    }

    internal static void Return(byte* block, long sizeBytes)
    {
        SizeClass free = Classes[ClassOf(sizeBytes)];
        lock (free)
        {
            free.Put((nint)block);
        }
    }

    /// <summary>Gives memory back to the operating system that nobody has needed since the last call.</summary>
    /// <returns>Bytes given back.</returns>
    internal static long Trim()
    {
        const int AdviseDontNeed = 4;
        long bytes = 0;
        for (int sizeClass = PageClass; OperatingSystem.IsLinux() && sizeClass < Classes.Length; sizeClass++)
        {
            SizeClass free = Classes[sizeClass];
            nint[] idle;
            lock (free)
            {
                idle = free.TakeIdle();
            }

            foreach (nint block in idle)
            {
                _ = AdviseMemory(block, (nuint)1 << sizeClass, AdviseDontNeed);      // refused: the memory stays, and so does all else
            }

            bytes += (long)idle.Length << sizeClass;
            lock (free)
            {
                free.PutBare(idle);
            }
        }

        Interlocked.Add(ref _reservedBytes, -bytes);
        return bytes;
    }

    /// <summary>Says that much was returned which is not likely to be needed again at once: what lies unused for some seconds from now on goes back to the operating system.</summary>
    public static void TrimSoon()
    {
        if (Interlocked.Exchange(ref _trimsSoon, 2) == 0)
        {
            Volatile.Read(ref _trimming)?.Change(ShortIdleTime, IdleTime);
        }
    }

    private static void OnTimer()
    {
        Trim();
        int left = Volatile.Read(ref _trimsSoon);
        if (left > 0 && Interlocked.CompareExchange(ref _trimsSoon, left - 1, left) is var found && (found != left || left > 1))
        {
            // The first one only marks what is free; a second one sees what has stayed so.
            _trimming!.Change(ShortIdleTime, IdleTime);
        }
    }

    private static int ClassOf(long sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sizeBytes);
        int sizeClass = sizeBytes <= 1L << SmallestClass ? SmallestClass : 64 - BitOperations.LeadingZeroCount((ulong)sizeBytes - 1);
        return sizeClass <= LargestClass ? sizeClass : throw new OutOfMemoryException($"one buffer cannot hold {sizeBytes} bytes");
    }

    private static byte* CutFromSlab(int blockSize)
    {
        lock (SlabLock)
        {
            ref Slab slab = ref blockSize < 1 << PageClass ? ref _parts : ref _pages;
            if (slab.End - slab.Next < blockSize)
            {
                slab.Next = Map(HugePage);
                slab.End = slab.Next + HugePage;
            }

            byte* block = slab.Next;
            slab.Next += blockSize;
            return block;
        }
    }

    private static byte* Map(long sizeBytes)
    {
        const int ReadWrite = 3, PrivateAnonymous = 0x22, AdviseHugePage = 14;
        byte* raw;
        LazyInitializer.EnsureInitialized(ref _trimming, static () => new Timer(static _ => OnTimer(), null, IdleTime, IdleTime));
        if (OperatingSystem.IsLinux())
        {
            raw = (byte*)MapMemory(0, (nuint)(sizeBytes + HugePage), ReadWrite, PrivateAnonymous, -1, 0);
            if ((nint)raw == -1)
            {
                throw new OutOfMemoryException($"the operating system refused {sizeBytes} bytes");
            }
        }
        else
        {
            raw = (byte*)NativeMemory.AlignedAlloc((nuint)(sizeBytes + HugePage), 64);
        }

        byte* aligned = (byte*)(((nuint)raw + (nuint)HugePage - 1) & ~((nuint)HugePage - 1));
        if (OperatingSystem.IsLinux())
        {
            _ = AdviseMemory((nint)aligned, (nuint)sizeBytes, AdviseHugePage);   // advice only: a refusal costs speed, nothing else
        }

        Interlocked.Add(ref _reservedBytes, sizeBytes);
        return aligned;
    }

    private static SizeClass[] CreateClasses()
    {
        var classes = new SizeClass[LargestClass + 1];
        for (int i = 0; i < classes.Length; i++)
        {
            classes[i] = new SizeClass();
        }

        return classes;
    }

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint MapMemory(nint address, nuint length, int protection, int flags, int file, long offset);

    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int AdviseMemory(nint address, nuint length, int advice);

    /// <summary>Memory that blocks are cut from.</summary>
    private struct Slab
    {
        public byte* Next;
        public byte* End;
    }

    /// <summary>Free blocks of one size: those used last are taken first, so that the others can be seen to be idle.</summary>
    private sealed class SizeClass
    {
        private readonly List<nint> _blocks = [];
        private readonly Stack<nint> _bare = new();

        /// <summary>Least number of free blocks since the idle ones were last taken.</summary>
        private int _least;

        /// <summary>Takes a free block; a bare one has no memory until it is touched.</summary>
        public bool TryTake(out nint block, out bool isBare)
        {
            isBare = _blocks.Count == 0;
            if (isBare)
            {
                return _bare.TryPop(out block);
            }

            block = _blocks[^1];
            _blocks.RemoveAt(_blocks.Count - 1);
            _least = Math.Min(_least, _blocks.Count);
            return true;
        }

        public void Put(nint block) => _blocks.Add(block);

        public void PutBare(nint[] blocks) => Array.ForEach(blocks, _bare.Push);

        /// <summary>Takes the blocks out that have been free since the last call.</summary>
        public nint[] TakeIdle()
        {
            nint[] idle = [.. _blocks[.._least]];
            _blocks.RemoveRange(0, _least);
            _least = _blocks.Count;
            return idle;
        }
    }
}
