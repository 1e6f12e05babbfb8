using System.IO.Compression;
using SqlCluster.Execution.Parquet.Encodings;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Compression;

/// <summary>Compresses pages with every codec that is not deprecated. Safe to call from any thread.</summary>
internal static class PageCompressor
{
    private const int BrotliWindowBits = 22;

    /// <summary>A gzip member that holds no bytes (RFC 1952).</summary>
    private static ReadOnlySpan<byte> EmptyGzip => [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    /// <summary>Appends the compressed form of <paramref name="input"/> to <paramref name="output"/>.</summary>
    /// <param name="codec">Uncompressed, Snappy, Gzip, Brotli, Zstd or Lz4Raw.</param>
    /// <param name="level">Effort in the codec's own scale; Snappy and LZ4 have none.</param>
    /// <exception cref="ParquetException">The codec's library is not installed, or the codec cannot be written.</exception>
    public static void Compress(CompressionCodec codec, int level, ReadOnlySpan<byte> input, ByteBuilder output)
    {
        switch (codec)
        {
            case CompressionCodec.Uncompressed:
                output.Append(input);
                break;
            case CompressionCodec.Snappy:
                output.Advance(SnappyEncoder.Compress(input, output.Room(SnappyEncoder.MaxLength(input.Length))));
                break;
            case CompressionCodec.Gzip:
                Gzip(level, input, output);
                break;
            case CompressionCodec.Brotli:
                Span<byte> room = output.Room(BrotliEncoder.GetMaxCompressedLength(input.Length));
                if (!BrotliEncoder.TryCompress(input, room, out int written, level, BrotliWindowBits))
                    throw new InvalidOperationException("brotli exceeded its own bound");
                output.Advance(written);
                break;
            case CompressionCodec.Zstd:
                output.Advance(ZstdEncoder.Compress(input, output.Room(ZstdEncoder.MaxLength(input.Length)), level));
                break;
            case CompressionCodec.Lz4Raw:
                output.Advance(Lz4Encoder.Compress(input, output.Room(Lz4Encoder.MaxLength(input.Length))));
                break;
            case CompressionCodec.Lzo or CompressionCodec.Lz4:
            default:
                throw new ParquetException($"writing with compression codec {codec}", ParquetException.Unsupported);
        }
    }

    private static void Gzip(int level, ReadOnlySpan<byte> input, ByteBuilder output)
    {
        if (input.IsEmpty)
        {
            output.Append(EmptyGzip);                                           // the framework's stream would write nothing at all
            return;
        }

        using var target = new ByteBuilderStream(output);
        using var stream = new GZipStream(target, new ZLibCompressionOptions { CompressionLevel = level });
        stream.Write(input);
    }

    /// <summary>Appends what is written to a <see cref="ByteBuilder"/>.</summary>
    private sealed class ByteBuilderStream(ByteBuilder output) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => output.Length;

        public override long Position
        {
            get => output.Length;
            set => throw new NotSupportedException();
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => output.Append(buffer.AsSpan(offset, count));

        public override void Write(ReadOnlySpan<byte> buffer) => output.Append(buffer);
    }
}
