using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Calls the system's libzstd, with one decompression context per thread.</summary>
internal static unsafe partial class ZstdDecoder
{
    private const string Library = "libzstd.so.1";

    [ThreadStatic]
    private static Context? s_context;

    /// <summary>Decompresses one or more frames into exactly <paramref name="output"/>. False on damaged input or another length.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        Context context = s_context ??= Context.Create();
        byte nothing;
        fixed (byte* source = input, target = output)
        {
            // The library wants an address even for no output.
            nuint count = ZSTD_decompressDCtx(context.DangerousGetHandle(), target is null ? &nothing : target, (nuint)output.Length, source, (nuint)input.Length);
            GC.KeepAlive(context);
            return ZSTD_isError(count) == 0 && count == (nuint)output.Length;
        }
    }

    [LibraryImport(Library)]
    private static partial nint ZSTD_createDCtx();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompressDCtx(nint context, byte* target, nuint targetCapacity, byte* source, nuint sourceLength);

    [LibraryImport(Library)]
    private static partial uint ZSTD_isError(nuint code);

    // Frees the context when its thread has ended and the collector finds it.
    private sealed class Context : SafeHandle
    {
        private Context()
            : base(0, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == 0;

        public static Context Create()
        {
            try
            {
                Context context = new();
                context.SetHandle(ZSTD_createDCtx());
                return context.IsInvalid ? throw new OutOfMemoryException("no memory for a zstd context") : context;
            }
            catch (DllNotFoundException error)
            {
                throw new ParquetException($"codec Zstd needs {Library}, which is not installed", ParquetException.Unsupported, error);
            }
        }

        protected override bool ReleaseHandle()
        {
            ZSTD_freeDCtx(handle);
            return true;
        }
    }
}
