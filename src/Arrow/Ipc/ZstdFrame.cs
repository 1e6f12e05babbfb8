using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Calls the system's libzstd, with one context of each kind per thread.</summary>
internal static partial class ZstdFrame
{
    private const string Library = "libzstd.so.1";

    /// <summary>As fast as the wire needs; higher levels gain little on columns.</summary>
    private const int Level = 1;

    [ThreadStatic]
    private static Compressor? s_compressor;

    [ThreadStatic]
    private static Decompressor? s_decompressor;

    public static int MaxLength(int inputLength) => checked(inputLength + (inputLength >> 8) + 256);

    /// <summary>Compresses what is not empty into <paramref name="output"/> of <see cref="MaxLength"/> bytes and returns the length.</summary>
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Compressor context = s_compressor ??= Create<Compressor>(ZSTD_createCCtx);
        nuint count = ZSTD_compressCCtx(context, output, (nuint)output.Length, input, (nuint)input.Length, Level);
        return ZSTD_isError(count) == 0 ? (int)count : throw new InvalidOperationException("zstd refused to compress a buffer");
    }

    /// <summary>Decompresses into exactly <paramref name="output"/>, which is not empty. False on damaged input or another length.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Decompressor context = s_decompressor ??= Create<Decompressor>(ZSTD_createDCtx);
        nuint count = ZSTD_decompressDCtx(context, output, (nuint)output.Length, input, (nuint)input.Length);
        return ZSTD_isError(count) == 0 && count == (nuint)output.Length;
    }

    private static T Create<T>(Func<nint> create)
        where T : Context, new()
    {
        try
        {
            var context = new T();
            context.Set(create());
            return context.IsInvalid ? throw new OutOfMemoryException("no memory for a zstd context") : context;
        }
        catch (DllNotFoundException error)
        {
            throw new IpcException($"zstd compression needs {Library}, which is not installed", error);
        }
    }

    [LibraryImport(Library)]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_compressCCtx(Compressor context, Span<byte> target, nuint targetCapacity, ReadOnlySpan<byte> source, nuint sourceLength, int level);

    [LibraryImport(Library)]
    private static partial nint ZSTD_createDCtx();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompressDCtx(Decompressor context, Span<byte> target, nuint targetCapacity, ReadOnlySpan<byte> source, nuint sourceLength);

    [LibraryImport(Library)]
    private static partial uint ZSTD_isError(nuint code);

    // Frees the context when its thread has ended and the collector finds it.
    private abstract class Context() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public void Set(nint context) => SetHandle(context);
    }

    private sealed class Compressor : Context
    {
        protected override bool ReleaseHandle() => ZSTD_freeCCtx(handle) == 0;
    }

    private sealed class Decompressor : Context
    {
        protected override bool ReleaseHandle() => ZSTD_freeDCtx(handle) == 0;
    }
}
