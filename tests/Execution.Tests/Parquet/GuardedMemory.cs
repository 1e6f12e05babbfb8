using System.Runtime.InteropServices;

namespace SqlCluster.Execution.Tests.Parquet;

/// <summary>Holds bytes between two inaccessible pages, so that a decoder that leaves its memory crashes the test run.</summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int PageBytes = 4096;
    private const int NoAccess = 0, ReadWrite = 3, PrivateAnonymous = 0x22;

    private readonly byte* _mapping;
    private readonly nuint _mappingBytes;
    private readonly byte* _start;

    /// <param name="length">Bytes of the span.</param>
    /// <param name="padding">Accessible bytes after the span; the inaccessible page follows them at once, unless <paramref name="atStart"/>.</param>
    /// <param name="atStart">Put the span right behind the first inaccessible page instead.</param>
    public GuardedMemory(int length, int padding, bool atStart = false)
    {
        Length = length;
        nuint inner = (nuint)((length + padding + PageBytes - 1) / PageBytes * PageBytes);
        inner = inner == 0 ? PageBytes : inner;
        _mappingBytes = inner + (2 * PageBytes);
        nint mapped = mmap(0, _mappingBytes, NoAccess, PrivateAnonymous, -1, 0);
        Assert.NotEqual(-1, mapped);
        _mapping = (byte*)mapped;
        Assert.Equal(0, mprotect(_mapping + PageBytes, inner, ReadWrite));
        _start = atStart ? _mapping + PageBytes : _mapping + PageBytes + inner - (nuint)(length + padding);
    }

    public int Length { get; }

    public Span<byte> Span => new(_start, Length);

    public static GuardedMemory Copy(ReadOnlySpan<byte> bytes, int padding, bool atStart = false)
    {
        GuardedMemory memory = new(bytes.Length, padding, atStart);
        bytes.CopyTo(memory.Span);
        new Span<byte>(memory._start + bytes.Length, atStart ? 0 : padding).Fill(0xA5);
        return memory;
    }

    public Span<T> As<T>()
        where T : unmanaged => new(_start, Length / sizeof(T));

    public void Dispose() => _ = munmap(_mapping, _mappingBytes);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint mmap(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int mprotect(byte* address, nuint length, int protection);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int munmap(byte* address, nuint length);
}
