using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Decompresses zstd piece by piece with the system's libzstd: one or more frames, of any length.</summary>
internal sealed unsafe partial class ZstdStreamDecoder : IDisposable
{
    private const string Library = "libzstd.so.1";
    private readonly Handle _context = Handle.Create();

    /// <summary>Whether the input so far ends where a frame ends.</summary>
    public bool IsAtFrameEnd { get; private set; } = true;

    /// <summary>Takes what it can of the input and gives what it can of the output.</summary>
    /// <exception cref="InvalidDataException">The input is no zstd.</exception>
    public void Decompress(ReadOnlySpan<byte> input, Span<byte> output, out int taken, out int given)
    {
        byte nothing;
        fixed (byte* source = input, target = output)
        {
            var from = new Piece { Address = source is null ? &nothing : source, Length = (nuint)input.Length };
            var to = new Piece { Address = target is null ? &nothing : target, Length = (nuint)output.Length };
            nuint left = ZSTD_decompressStream(_context.DangerousGetHandle(), &to, &from);
            GC.KeepAlive(_context);
            if (ZSTD_isError(left) != 0)
            {
                throw new InvalidDataException("damaged zstd data");
            }

            (taken, given) = ((int)from.Position, (int)to.Position);
            IsAtFrameEnd = left == 0 || (IsAtFrameEnd && taken == 0);
        }
    }

    public void Dispose() => _context.Dispose();

    [LibraryImport(Library)]
    private static partial nint ZSTD_createDStream();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeDStream(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompressStream(nint context, Piece* output, Piece* input);

    [LibraryImport(Library)]
    private static partial uint ZSTD_isError(nuint code);

    // ZSTD_inBuffer and ZSTD_outBuffer: an address, a length, and how far the library came.
    [StructLayout(LayoutKind.Sequential)]
    private struct Piece
    {
        public byte* Address;
        public nuint Length;
        public nuint Position;
    }

    private sealed class Handle : SafeHandle
    {
        private Handle()
            : base(0, ownsHandle: true)
        {
        }

        public override bool IsInvalid => handle == 0;

        public static Handle Create()
        {
            try
            {
                Handle context = new();
                context.SetHandle(ZSTD_createDStream());
                return context.IsInvalid ? throw new OutOfMemoryException("no memory for a zstd context") : context;
            }
            catch (DllNotFoundException error)
            {
                throw new ParquetException($"codec Zstd needs {Library}, which is not installed", ParquetException.Unsupported, error);
            }
        }

        protected override bool ReleaseHandle()
        {
            ZSTD_freeDStream(handle);
            return true;
        }
    }
}
