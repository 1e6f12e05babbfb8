using System.Numerics;
using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Memory;

/// <summary>The process's one pool of off-heap blocks: power-of-two size classes from 4 KiB, 64-byte aligned, never returned to the operating system.</summary>
/// <remarks>
/// First touch of fresh memory costs about 2 µs a 4 KiB page on virtual machines, 50 times what clearing an owned page costs, so blocks are kept
/// for the next query. Blocks of 2 MiB and more are aligned to 2 MiB and ask for huge pages; smaller ones are cut from 2 MiB slabs.
/// Thread-safe: one lock a size class.
/// </remarks>
public static unsafe partial class NativePool
{
    private const int SmallestClass = 12;
    private const int LargestClass = 46;
    private const long HugePage = 2L << 20;
    private static readonly SizeClass[] Classes = CreateClasses();
    private static readonly Lock SlabLock = new();
    private static byte* _slab;
    private static byte* _slabEnd;
    private static long _reservedBytes;

    /// <summary>Bytes taken from the operating system so far, in use or waiting for reuse.</summary>
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
            if (free.Blocks.TryPop(out nint block))
            {
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
            free.Blocks.Push((nint)block);
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
            if (_slabEnd - _slab < blockSize)
            {
                _slab = Map(HugePage);
                _slabEnd = _slab + HugePage;
            }

            byte* block = _slab;
            _slab += blockSize;
            return block;
        }
    }

    private static byte* Map(long sizeBytes)
    {
        const int ReadWrite = 3, PrivateAnonymous = 0x22, AdviseHugePage = 14;
        byte* raw;
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

    private sealed class SizeClass
    {
        public Stack<nint> Blocks { get; } = new();
    }
}
