using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Memory;

/// <summary>A reference-counted off-heap block: 64-byte aligned, with <see cref="PaddingBytes"/> readable and writable bytes behind its size.</summary>
/// <remarks>
/// Created with one reference, which the creator owns. <see cref="Retain"/> and <see cref="Release"/> are thread-safe; the content is not guarded.
/// Whoever holds a span must hold a reference: there is no finalizer, the account frees what was forgotten when its query ends.
/// </remarks>
public sealed unsafe class NativeBuffer
{
    /// <summary>Bytes behind <see cref="SizeBytes"/> that kernels may read and overwrite, so that loops need no scalar tail.</summary>
    public const int PaddingBytes = 64;

    private readonly MemoryAccount _account;
    private byte* _address;
    private int _references = 1;

    private NativeBuffer(byte* address, long sizeBytes, long blockBytes, MemoryAccount account)
    {
        _address = address;
        SizeBytes = sizeBytes;
        BlockBytes = blockBytes;
        _account = account;
    }

    /// <summary>Usable bytes: at least what was asked for.</summary>
    public long SizeBytes { get; }

    /// <summary>What the buffer is charged to.</summary>
    public MemoryAccount Account => _account;

    /// <summary>Whether somebody besides the creator holds a reference; then the content must not be overwritten.</summary>
    public bool IsShared => Volatile.Read(ref _references) > 1;

    /// <summary>First byte. Only for code in the folders where unsafe code is allowed.</summary>
    public byte* Address
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            Debug.Assert(_address != null, "buffer used after its release");
            return _address;
        }
    }

    internal long BlockBytes { get; }

    /// <summary>Who took the buffer; null: nobody that is measured.</summary>
    internal MemoryUse? Use { get; set; }

    internal NativeBuffer? NextInAccount { get; set; }

    internal NativeBuffer? PreviousInAccount { get; set; }

    /// <summary>Takes a block from the pool, charged to <paramref name="account"/>; content undefined.</summary>
    /// <exception cref="MemoryLimitException">The account's limit would be exceeded.</exception>
    public static NativeBuffer Allocate(long sizeBytes, MemoryAccount account)
    {
        long blockBytes = NativePool.BlockSize(sizeBytes + PaddingBytes);
        var buffer = new NativeBuffer(null, blockBytes - PaddingBytes, blockBytes, account);
        account.Add(buffer);
        try
        {
            buffer._address = NativePool.Rent(blockBytes);
        }
        catch
        {
            account.Remove(buffer);
            throw;
        }

        return buffer;
    }

    /// <summary>As <see cref="Allocate"/>, with the first <paramref name="sizeBytes"/> bytes and the padding behind them cleared.</summary>
    public static NativeBuffer AllocateZeroed(long sizeBytes, MemoryAccount account)
    {
        NativeBuffer buffer = Allocate(sizeBytes, account);
        NativeMemory.Clear(buffer._address, (nuint)(sizeBytes + PaddingBytes));
        return buffer;
    }

    /// <summary>Makes <paramref name="buffer"/> writable with at least <paramref name="sizeBytes"/> bytes: reuses it when nobody else holds it, replaces it otherwise. Content undefined.</summary>
    /// <returns>The buffer, which is also stored back.</returns>
    public static NativeBuffer Reuse(ref NativeBuffer? buffer, long sizeBytes, MemoryAccount account)
    {
        if (buffer != null)
        {
            if (buffer.SizeBytes >= sizeBytes && !buffer.IsShared)
            {
                return buffer;
            }

            buffer.Release();
            buffer = null;
        }

        return buffer = Allocate(sizeBytes, account);
    }

    /// <summary>All usable bytes as elements of <typeparamref name="T"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Span<T>()
        where T : unmanaged => new(Address, checked((int)Math.Min(SizeBytes / sizeof(T), int.MaxValue)));

    /// <summary><paramref name="length"/> elements from byte <paramref name="offsetBytes"/> on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Span<T>(long offsetBytes, int length)
        where T : unmanaged
    {
        Debug.Assert(offsetBytes >= 0 && length >= 0 && offsetBytes + ((long)length * sizeof(T)) <= SizeBytes + PaddingBytes, "span beyond its buffer");
        return new(Address + offsetBytes, length);
    }

    /// <summary><paramref name="length"/> bytes from <paramref name="offsetBytes"/> on as memory that asynchronous reads and writes take. The caller holds a reference meanwhile.</summary>
    public Memory<byte> AsMemory(long offsetBytes, int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes + length, SizeBytes + PaddingBytes);
        return new NativeBufferMemory(this, offsetBytes, length).Memory;
    }

    /// <summary>Adds a reference.</summary>
    /// <returns>This buffer.</returns>
    public NativeBuffer Retain()
    {
        int references = Interlocked.Increment(ref _references);
        Debug.Assert(references > 1, "buffer retained after its release");
        return this;
    }

    /// <summary>Drops a reference; the last one returns the block to the pool.</summary>
    public void Release()
    {
        int references = Interlocked.Decrement(ref _references);
        Debug.Assert(references >= 0, "buffer released twice");
        if (references == 0 && _account.Remove(this))
        {
            Free();
        }
    }

    internal void FreeByAccount()
    {
        NextInAccount = PreviousInAccount = null;
        Free();
    }

    private void Free()
    {
        byte* block = _address;
        _address = null;
        if (block != null)
        {
            NativePool.Return(block, BlockBytes);
        }
    }
}
