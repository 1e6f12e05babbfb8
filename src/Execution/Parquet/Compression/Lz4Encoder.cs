using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Calls the system's liblz4 for single blocks without a frame (LZ4_RAW).</summary>
internal static unsafe partial class Lz4Encoder
{
    private const string Library = "liblz4.so.1";

    /// <summary>Whether the library is there: writers with a choice of codecs ask first.</summary>
    public static bool IsAvailable { get; } = NativeLibrary.TryLoad(Library, typeof(Lz4Encoder).Assembly, null, out _);

    public static int MaxLength(int inputLength) => checked(inputLength + (inputLength / 255) + 16);

    /// <summary>Compresses into <paramref name="output"/> of at least <see cref="MaxLength"/> bytes and returns the length.</summary>
    public static int Compress(ReadOnlySpan<byte> input, Span<byte> output)
    {
        byte nothing;
        fixed (byte* source = input, target = output)
        {
            try
            {
                int count = LZ4_compress_default(source is null ? &nothing : source, target, input.Length, output.Length);
                return count > 0 ? count : throw new InvalidOperationException("lz4 refused to compress a page");
            }
            catch (DllNotFoundException error)
            {
                throw new ParquetException($"codec Lz4Raw needs {Library}, which is not installed", ParquetException.Unsupported, error);
            }
        }
    }

    [LibraryImport(Library)]
    private static partial int LZ4_compress_default(byte* source, byte* target, int sourceLength, int targetCapacity);
}
