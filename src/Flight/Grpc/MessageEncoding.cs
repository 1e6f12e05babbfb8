using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using Google.Protobuf;

namespace SqlCluster.Flight.Grpc;

/// <summary>Length-prefixed messages: one byte compressed flag, four bytes length in big-endian order, then the message (gRPC, PROTOCOL-HTTP2.md).</summary>
internal static class MessageEncoding
{
    public const int PrefixBytes = 5;
    public const string Gzip = "gzip";
    public const string Accepted = "identity,gzip";

    public static bool IsKnown(string? encoding) => encoding is null or "identity" or Gzip;

    public static bool Accepts(string? acceptEncoding) =>
        acceptEncoding?.Split(',', StringSplitOptions.TrimEntries).Contains(Gzip, StringComparer.OrdinalIgnoreCase) == true;

    public static (byte Flag, long Length) ReadPrefix(ReadOnlySpan<byte> prefix) => (prefix[0], BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));

    /// <summary>Whether a flag means a compressed message.</summary>
    /// <exception cref="GrpcStatusException">The flag is unknown, or the call has no encoding.</exception>
    public static bool IsCompressed(byte flag, string? encoding) => flag switch
    {
        0 => false,
        1 when encoding == Gzip => true,
        1 => throw GrpcErrors.NotCompressed(),
        _ => throw GrpcErrors.BadFlag(flag),
    };

    /// <summary>Writes prefix and message; compressed into memory first when asked, because the length comes before the bytes.</summary>
    public static void Write(IBufferWriter<byte> writer, IMessage message, bool compress)
    {
        if (compress)
        {
            using var compressed = new MemoryStream();
            using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
            {
                message.WriteTo(gzip);
            }

            WritePrefix(writer, 1, compressed.Length);
            writer.Write(compressed.GetBuffer().AsSpan(0, (int)compressed.Length));
        }
        else
        {
            WritePrefix(writer, 0, message.CalculateSize());
            message.WriteTo(writer);
        }
    }

    public static void WritePrefix(IBufferWriter<byte> writer, byte flag, long length)
    {
        Span<byte> prefix = writer.GetSpan(PrefixBytes);
        prefix[0] = flag;
        BinaryPrimitives.WriteUInt32BigEndian(prefix[1..], checked((uint)length));
        writer.Advance(PrefixBytes);
    }

    /// <summary>Inflates a message, never beyond the limit.</summary>
    /// <exception cref="GrpcStatusException">Damaged, or larger than <paramref name="limitBytes"/>.</exception>
    public static byte[] Decompress(ReadOnlySequence<byte> message, long limitBytes)
    {
        using var gzip = new GZipStream(new MemoryStream(message.ToArray()), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        byte[] block = ArrayPool<byte>.Shared.Rent(16 * 1024);
        try
        {
            int count;
            while ((count = gzip.Read(block)) > 0)
            {
                if (plain.Length + count > limitBytes)
                {
                    throw GrpcErrors.InflatesTooFar(limitBytes);
                }

                plain.Write(block, 0, count);
            }
        }
        catch (InvalidDataException)
        {
            throw GrpcErrors.DoesNotDecompress();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return plain.ToArray();
    }
}
