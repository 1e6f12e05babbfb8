using System.Diagnostics;
using System.Runtime.CompilerServices;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Trees;

namespace SqlCluster.Execution.Kernels;

/// <summary>Appends text and bytes at addresses that never move, and hands out views of them.</summary>
/// <remarks>Owns its chunks. <see cref="Reset"/> keeps the newest chunk for the next batch unless somebody retained it.</remarks>
internal sealed unsafe class ByteHeap(MemoryAccount account) : IDisposable
{
    private const int FirstChunkBytes = 4096;
    private const int LargestChunkBytes = 1 << 20;
    private readonly List<NativeBuffer> _chunks = [];
    private NativeBuffer[]? _buffers;
    private byte* _next;
    private byte* _end;

    /// <summary>The chunks that views point into; the same array until a chunk is added.</summary>
    public NativeBuffer[] Buffers => _buffers ??= [.. _chunks];

    /// <summary>Bytes in all chunks.</summary>
    public long ReservedBytes { get; private set; }

    /// <summary>Copies bytes and returns their view; short values need no heap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StringView Add(ReadOnlySpan<byte> bytes)
    {
        fixed (byte* source = bytes)
        {
            return bytes.Length <= StringView.InlineBytes ? StringView.Create(source, bytes.Length) : AddLong(source, bytes.Length);
        }
    }

    /// <summary>As <see cref="Add(ReadOnlySpan{byte})"/>, for the part of a text from <paramref name="start"/> to <paramref name="end"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StringView AddPart(ReadOnlySpan<byte> text, int start, int end)
    {
        Debug.Assert(start >= 0 && start <= end && end <= text.Length, "a part outside its text");
        fixed (byte* source = text)
        {
            int length = end - start;
            return length > StringView.InlineBytes ? AddLong(source + start, length)
                : start + StringView.InlineBytes <= text.Length ? StringView.CreatePadded(source + start, length)
                : StringView.Create(source + start, length);
        }
    }

    /// <summary>Copies what a view points to, if it is long.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public StringView Add(in StringView view) => view.Length <= StringView.InlineBytes ? view : AddLong((byte*)view.Tail, view.Length);

    /// <summary>Room for a value of at most <paramref name="maxBytes"/> bytes; follow with <see cref="Commit"/>.</summary>
    public Span<byte> Reserve(int maxBytes)
    {
        Ensure(maxBytes);
        return new Span<byte>(_next, maxBytes);
    }

    /// <summary>The view of the first <paramref name="length"/> bytes of the room last reserved.</summary>
    public StringView Commit(int length)
    {
        StringView view = StringView.Create(_next, length);
        if (length > StringView.InlineBytes)
        {
            _next += length;
        }

        return view;
    }

    /// <summary>Forgets all values. Chunks that others retained stay theirs.</summary>
    public void Reset()
    {
        for (int i = 0; i < _chunks.Count - 1; i++)
        {
            _chunks[i].Release();
        }

        NativeBuffer? kept = _chunks.Count > 0 ? _chunks[^1] : null;
        if (kept is { IsShared: true })
        {
            kept.Release();
            kept = null;
        }

        if (_chunks.Count > (kept == null ? 0 : 1) || kept == null)
        {
            _buffers = null;
        }

        _chunks.Clear();
        _next = _end = null;
        ReservedBytes = 0;
        if (kept != null)
        {
            Use(kept);
        }
    }

    public void Dispose()
    {
        foreach (NativeBuffer chunk in _chunks)
        {
            chunk.Release();
        }

        Detach();
    }

    /// <summary>Gives the chunks away: the caller owns their references.</summary>
    public NativeBuffer[] Detach()
    {
        NativeBuffer[] buffers = Buffers;
        _chunks.Clear();
        _buffers = null;
        _next = _end = null;
        ReservedBytes = 0;
        return buffers;
    }

    private StringView AddLong(byte* source, int length)
    {
        Ensure(length);
        if (length <= GrowingBuffer.StretchBytes)
        {
            Unsafe.CopyBlockUnaligned(_next, source, (uint)length);
        }
        else
        {
            CopyLarge(source, length);
        }

        StringView view = StringView.Create(_next, length);
        _next += length;
        return view;
    }

    private void CopyLarge(byte* source, int length)
    {
        for (int copied = 0; copied < length; copied += GrowingBuffer.StretchBytes)
        {
            Interruption.Ask();
            Unsafe.CopyBlockUnaligned(_next + copied, source + copied, (uint)Math.Min(length - copied, GrowingBuffer.StretchBytes));
        }
    }

    private void Ensure(int bytes)
    {
        if (_end - _next < bytes)
        {
            long size = Math.Max(bytes, Math.Clamp(ReservedBytes, FirstChunkBytes, LargestChunkBytes));
            Use(NativeBuffer.Allocate(size, account));
            _buffers = null;
        }
    }

    private void Use(NativeBuffer chunk)
    {
        _chunks.Add(chunk);
        _next = chunk.Address;
        _end = _next + chunk.SizeBytes;
        ReservedBytes += chunk.SizeBytes;
    }
}
