using System.Buffers;
using System.Diagnostics;

namespace SqlCluster.Arrow.Memory;

/// <summary>A piece of a buffer as the framework's memory, for sockets and streams to fill or send. Whoever uses it holds a reference to the buffer.</summary>
internal sealed unsafe class NativeBufferMemory(NativeBuffer buffer, long offsetBytes, int length) : MemoryManager<byte>
{
    public override Span<byte> GetSpan() => buffer.Span<byte>(offsetBytes, length);

    /// <summary>The block never moves; nothing is to be pinned.</summary>
    public override MemoryHandle Pin(int elementIndex = 0)
    {
        Debug.Assert(elementIndex >= 0 && elementIndex <= length, "pinned beyond the piece");
        return new MemoryHandle(buffer.Address + offsetBytes + elementIndex);
    }

    public override void Unpin()
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
