using System.Runtime.InteropServices;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Calls the system's liblz4 for frames (lz4_Frame_format.md), with one decompression context per thread.</summary>
internal static partial class Lz4Frame
{
    private const string Library = "liblz4.so.1";
    private const uint Version = 100;

    [ThreadStatic]
    private static Decompressor? s_decompressor;

    public static int MaxLength(int inputLength) => checked((int)Guarded(() => LZ4F_compressFrameBound((nuint)inputLength, 0)));

    /// <summary>Compresses what is not empty into <paramref name="output"/> of <see cref="MaxLength"/> bytes and returns the length.</summary>
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        nuint count = LZ4F_compressFrame(output, (nuint)output.Length, input, (nuint)input.Length, 0);
        return LZ4F_isError(count) == 0 ? (int)count : throw new InvalidOperationException("lz4 refused to compress a buffer");
    }

    /// <summary>Decompresses one frame into exactly <paramref name="output"/>, which is not empty. False on damaged input or another length.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Decompressor context = s_decompressor ??= Create();
        LZ4F_resetDecompressionContext(context);
        nuint hint = 1;
        while (hint != 0)
        {
            nuint produced = (nuint)output.Length, consumed = (nuint)input.Length;

            // The library wants addresses even for nothing: after the last byte of output only the end mark is left to read.
            byte nothing = 0;
            Span<byte> target = output.IsEmpty ? new Span<byte>(ref nothing) : output;
            hint = LZ4F_decompress(context, target, ref produced, input, ref consumed, 0);
            if (LZ4F_isError(hint) != 0 || (produced == 0 && consumed == 0) || input.IsEmpty)
            {
                return false;
            }

            output = output[(int)produced..];
            input = input[(int)consumed..];
            if (hint != 0 && input.IsEmpty)
            {
                return false;
            }
        }

        return output.IsEmpty && input.IsEmpty;
    }

    private static Decompressor Create() => Guarded(static () =>
    {
        var context = new Decompressor();
        if (LZ4F_createDecompressionContext(out nint handle, Version) != 0)
        {
            throw new OutOfMemoryException("no memory for an lz4 context");
        }

        context.Set(handle);
        return context;
    });

    private static T Guarded<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (DllNotFoundException error)
        {
            throw new IpcException($"lz4 compression needs {Library}, which is not installed", error);
        }
    }

    [LibraryImport(Library)]
    private static partial nuint LZ4F_compressFrameBound(nuint sourceLength, nint preferences);

    [LibraryImport(Library)]
    private static partial nuint LZ4F_compressFrame(Span<byte> target, nuint targetCapacity, ReadOnlySpan<byte> source, nuint sourceLength, nint preferences);

    [LibraryImport(Library)]
    private static partial nuint LZ4F_createDecompressionContext(out nint context, uint version);

    [LibraryImport(Library)]
    private static partial nuint LZ4F_freeDecompressionContext(nint context);

    [LibraryImport(Library)]
    private static partial void LZ4F_resetDecompressionContext(Decompressor context);

    [LibraryImport(Library)]
    private static partial nuint LZ4F_decompress(
        Decompressor context, Span<byte> target, ref nuint targetLength, ReadOnlySpan<byte> source, ref nuint sourceLength, nint options);

    [LibraryImport(Library)]
    private static partial uint LZ4F_isError(nuint code);

    // Frees the context when its thread has ended and the collector finds it.
    private sealed class Decompressor() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public void Set(nint context) => SetHandle(context);

        protected override bool ReleaseHandle()
        {
            LZ4F_freeDecompressionContext(handle);
            return true;
        }
    }
}
