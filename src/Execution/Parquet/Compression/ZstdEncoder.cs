using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Calls the system's libzstd, with one compression context per thread.</summary>
internal static unsafe partial class ZstdEncoder
{
    private const string Library = "libzstd.so.1";

    [ThreadStatic]
    private static Context? s_context;

    public static int MaxLength(int inputLength) => checked(inputLength + (inputLength >> 8) + 256);

    /// <summary>Compresses into <paramref name="output"/> of at least <see cref="MaxLength"/> bytes and returns the length.</summary>
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output, int level)
    {
        Context context = s_context ??= Context.Create();
        byte nothing;
        fixed (byte* source = input, target = output)
        {
            nuint count = ZSTD_compressCCtx(
                context.DangerousGetHandle(), target, (nuint)output.Length, source is null ? &nothing : source, (nuint)input.Length, level);
            GC.KeepAlive(context);
            if (ZSTD_isError(count) != 0)
                throw new InvalidOperationException("zstd refused to compress a page");
            return (int)count;
        }
    }

    [LibraryImport(Library)]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_compressCCtx(nint context, byte* target, nuint targetCapacity, byte* source, nuint sourceLength, int level);

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
                var context = new Context();
                context.SetHandle(ZSTD_createCCtx());
                return context.IsInvalid ? throw new OutOfMemoryException("no memory for a zstd context") : context;
            }
            catch (DllNotFoundException error)
            {
                throw new ParquetException($"codec Zstd needs {Library}, which is not installed", ParquetException.Unsupported, error);
            }
        }

        protected override bool ReleaseHandle()
        {
            ZSTD_freeCCtx(handle);
            return true;
        }
    }
}
