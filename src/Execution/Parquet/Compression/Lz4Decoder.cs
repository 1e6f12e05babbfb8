using System.Buffers.Binary;
using System.Runtime.InteropServices;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Calls the system's liblz4 for single blocks, and reads the framing that Hadoop's writers put around them.</summary>
internal static unsafe partial class Lz4Decoder
{
    private const string Library = "liblz4.so.1";

    /// <summary>Decompresses one block into exactly <paramref name="output"/>. False on damaged input or another length.</summary>
    public static bool TryDecompressBlock(ReadOnlySpan<byte> input, Span<byte> output)
    {
        byte nothing;
        fixed (byte* source = input, target = output)
        {
            try
            {
                return LZ4_decompress_safe(source, target is null ? &nothing : target, input.Length, output.Length) == output.Length;
            }
            catch (DllNotFoundException error)
            {
                throw new ParquetException($"codec Lz4 needs {Library}, which is not installed", ParquetException.Unsupported, error);
            }
        }
    }

    /// <summary>Decompresses Hadoop's framing of the deprecated LZ4 codec. False when the input is not framed so, or damaged.</summary>
    /// <remarks>
    /// <code>
    /// repeated: [bytes when decompressed: u32 big-endian] repeated until these are there: [bytes of block: u32 big-endian] [block]
    /// </code>
    /// </remarks>
    public static bool TryDecompressHadoop(ReadOnlySpan<byte> input, Span<byte> output)
    {
        while (!input.IsEmpty)
        {
            if (!TryReadLength(ref input, output.Length, out int frameLength))
                return false;
            Span<byte> frame = output[..frameLength];
            output = output[frameLength..];
            while (!frame.IsEmpty)
            {
                if (!TryReadLength(ref input, int.MaxValue, out int blockLength) || blockLength > input.Length)
                    return false;
                int written = DecompressSome(input[..blockLength], frame);
                if (written <= 0)
                    return false;
                input = input[blockLength..];
                frame = frame[written..];
            }
        }

        return output.IsEmpty;
    }

    private static bool TryReadLength(ref ReadOnlySpan<byte> input, int max, out int length)
    {
        length = 0;
        if (input.Length < sizeof(uint))
            return false;
        uint value = BinaryPrimitives.ReadUInt32BigEndian(input);
        input = input[sizeof(uint)..];
        length = (int)value;
        return value <= (uint)max;
    }

    private static int DecompressSome(ReadOnlySpan<byte> input, Span<byte> output)
    {
        fixed (byte* source = input, target = output)
            return LZ4_decompress_safe(source, target, input.Length, output.Length);
    }

    [LibraryImport(Library)]
    private static partial int LZ4_decompress_safe(byte* source, byte* target, int sourceLength, int targetCapacity);
}
