using System.Buffers.Binary;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Arrow.Ipc;

/// <summary>Compressed buffers: 8 bytes with the length before compression, then a frame; length -1 means that what follows is not compressed (Message.fbs).</summary>
internal static class BodyCompression
{
    private const int PrefixBytes = 8;
    private const long Uncompressed = -1;

    /// <summary>Bytes that a short input may always unfold to, and how many times its length a longer one may.</summary>
    private const long SmallBytes = 64 << 20;
    private const long MostRatio = 8192;

    /// <param name="codec">Lz4 or Zstd.</param>
    /// <param name="source">Holds what is compressed; one frame takes up to 2 GB.</param>
    /// <param name="offsetBytes">Where that begins.</param>
    /// <param name="lengthBytes">How much it is; afterwards the bytes of the result that count.</param>
    /// <param name="account">Charged for the result, which the caller owns.</param>
    public static NativeBuffer Compress(IpcCompression codec, NativeBuffer source, long offsetBytes, ref long lengthBytes, MemoryAccount account)
    {
        ReadOnlySpan<byte> input = source.Span<byte>(offsetBytes, checked((int)lengthBytes));
        int bound = codec == IpcCompression.Zstd ? ZstdFrame.MaxLength(input.Length) : Lz4Frame.MaxLength(input.Length);
        NativeBuffer result = NativeBuffer.Allocate(PrefixBytes + (long)bound, account);
        try
        {
            Span<byte> output = result.Span<byte>(PrefixBytes, bound);
            int length = codec == IpcCompression.Zstd ? ZstdFrame.Compress(input, output) : Lz4Frame.Compress(input, output);
            bool isSmaller = length < input.Length;
            if (!isSmaller)
            {
                input.CopyTo(output);
                length = input.Length;
            }

            BinaryPrimitives.WriteInt64LittleEndian(result.Span<byte>(0, PrefixBytes), isSmaller ? input.Length : Uncompressed);
            lengthBytes = PrefixBytes + length;
            return result;
        }
        catch
        {
            result.Release();
            throw;
        }
    }

    /// <summary>Undoes <see cref="Compress"/>; the caller owns the result, whose first <paramref name="lengthBytes"/> bytes from <paramref name="offsetBytes"/> on count.</summary>
    /// <exception cref="IpcException">Damaged, or longer than the limits allow.</exception>
    public static NativeBuffer Decompress(IpcCompression codec, NativeBuffer source, ref long offsetBytes, ref long lengthBytes, IpcLimits limits, MemoryAccount account)
    {
        if (lengthBytes < PrefixBytes)
        {
            throw new IpcException("a compressed buffer is cut off");
        }

        long length = BinaryPrimitives.ReadInt64LittleEndian(source.Span<byte>(offsetBytes, PrefixBytes));
        offsetBytes += PrefixBytes;
        lengthBytes -= PrefixBytes;
        if (length == Uncompressed)
        {
            lengthBytes = Math.Max(lengthBytes, 0);
            return source.Retain();
        }

        if (length < 0 || length > limits.MaxBodyBytes || length > int.MaxValue || lengthBytes > int.MaxValue || length > Math.Max(SmallBytes, lengthBytes * MostRatio))
        {
            throw new IpcException("a compressed buffer has an impossible length");
        }

        ReadOnlySpan<byte> input = source.Span<byte>(offsetBytes, (int)lengthBytes);
        NativeBuffer result = NativeBuffer.Allocate(length, account);
        try
        {
            Span<byte> output = result.Span<byte>(0, (int)length);
            bool isWhole = length == 0 || (codec == IpcCompression.Zstd ? ZstdFrame.TryDecompress(input, output) : Lz4Frame.TryDecompress(input, output));
            if (!isWhole)
            {
                throw new IpcException("a compressed buffer is damaged");
            }
        }
        catch
        {
            result.Release();
            throw;
        }

        offsetBytes = 0;
        lengthBytes = length;
        return result;
    }
}
