using System.IO.Compression;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Decompresses pages of every codec the format names, except LZO, which no writer of today uses.</summary>
/// <remarks>Safe to call from any thread: native contexts are kept per thread and reused.</remarks>
internal static unsafe class PageDecompressor
{
    /// <summary>Fills <paramref name="output"/> exactly with what <paramref name="input"/> decompresses to.</summary>
    /// <param name="codec">How the input is compressed.</param>
    /// <param name="input">The compressed page. Nothing after its end is read.</param>
    /// <param name="output">Memory of the size that the page header states. Nothing after its end is written.</param>
    /// <exception cref="ParquetException">The input is damaged, has another length, or its codec is not supported.</exception>
    public static void Decompress(CompressionCodec codec, ReadOnlySpan<byte> input, Span<byte> output)
    {
        switch (codec)
        {
            case CompressionCodec.Uncompressed:
                if (input.Length != output.Length)
                    ParquetException.ThrowCorrupted($"uncompressed page has {input.Length} bytes, its header states {output.Length}");
                input.CopyTo(output);
                break;
            case CompressionCodec.Snappy:
                if (!SnappyDecoder.TryDecompress(input, output))
                    Damaged(codec, output.Length);
                break;
            case CompressionCodec.Gzip:
                Gzip(input, output);
                break;
            case CompressionCodec.Brotli:
                if (output.IsEmpty ? input.Length > MaxEmptyBytes : !BrotliDecoder.TryDecompress(input, output, out int written) || written != output.Length)
                    Damaged(codec, output.Length);
                break;
            case CompressionCodec.Zstd:
                if (!ZstdDecoder.TryDecompress(input, output))
                    Damaged(codec, output.Length);
                break;
            case CompressionCodec.Lz4Raw:
                if (!Lz4Decoder.TryDecompressBlock(input, output))
                    Damaged(codec, output.Length);
                break;
            case CompressionCodec.Lz4:
                if (!Lz4Decoder.TryDecompressHadoop(input, output) && !Lz4Decoder.TryDecompressBlock(input, output))
                    Damaged(codec, output.Length);
                break;
            case CompressionCodec.Lzo:
            default:
                ParquetException.ThrowUnsupported($"compression codec {codec}");
                break;
        }
    }

    // What a Brotli stream of no bytes can take; its content is not worth checking.
    private const int MaxEmptyBytes = 16;

    private static void Gzip(ReadOnlySpan<byte> input, Span<byte> output)
    {
        if (input.IsEmpty)
            Damaged(CompressionCodec.Gzip, output.Length);
        fixed (byte* start = input)
        {
            try
            {
                using UnmanagedMemoryStream compressed = new(start, input.Length);
                using GZipStream stream = new(compressed, CompressionMode.Decompress);
                int count = stream.ReadAtLeast(output, output.Length, throwOnEndOfStream: false);
                Span<byte> further = stackalloc byte[1];
                if (count != output.Length || stream.Read(further) != 0)
                    Damaged(CompressionCodec.Gzip, output.Length);
            }
            catch (InvalidDataException error)
            {
                throw new ParquetException("page does not decompress with Gzip", cause: error);
            }
        }
    }

    private static void Damaged(CompressionCodec codec, int length) =>
        ParquetException.ThrowCorrupted($"page does not decompress with {codec} to the {length} bytes that its header states");
}
