using System.Buffers.Binary;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Reads the footer at the end of a Parquet file.</summary>
/// <remarks>
/// <code>
/// PAR1 ... row groups ... page indexes ... [footer: Thrift FileMetaData][length: u32][PAR1]
/// </code>
/// One read of <see cref="TailBytes"/> brings most footers whole; a longer one costs a second read.
/// </remarks>
internal static class FooterReader
{
    public const int TailBytes = 64 * 1024;

    private const int TrailerBytes = 8;

    private const int MagicBytes = 4;

    /// <exception cref="ParquetException">The file is not Parquet, is encrypted or is damaged; the exception names the file.</exception>
    public static FileMetaData Read(IRandomAccessFile file)
    {
        try
        {
            return FileMetaData.Parse(ReadFooter(file));
        }
        catch (ParquetException error)
        {
            throw error.At(file: file.Path);
        }
        catch (EndOfStreamException error)
        {
            throw new ParquetException("file became shorter while it was read", cause: error).At(file: file.Path);
        }
    }

    private static ReadOnlyMemory<byte> ReadFooter(IRandomAccessFile file)
    {
        long length = file.LengthBytes;
        if (length < MagicBytes + TrailerBytes)
            throw new ParquetException("file is too short to be a Parquet file");
        byte[] tail = new byte[(int)Math.Min(length, TailBytes)];
        file.Read(length - tail.Length, tail);
        ReadOnlySpan<byte> magic = tail.AsSpan(tail.Length - MagicBytes);
        if (magic.SequenceEqual("PARE"u8))
            throw new ParquetException("footer is encrypted", ParquetException.Unsupported);
        if (!magic.SequenceEqual("PAR1"u8))
            throw new ParquetException("file does not end in PAR1: not a Parquet file, or cut short");
        uint footerLength = BinaryPrimitives.ReadUInt32LittleEndian(tail.AsSpan(tail.Length - TrailerBytes));
        if (footerLength == 0 || footerLength > length - MagicBytes - TrailerBytes || footerLength > int.MaxValue / 2)
            throw new ParquetException($"footer length {footerLength} does not fit the file's {length} bytes");
        int start = tail.Length - TrailerBytes - (int)footerLength;
        if (start >= 0)
            return tail.AsMemory(start, (int)footerLength);
        byte[] footer = new byte[footerLength];
        file.Read(length - TrailerBytes - footerLength, footer);
        return footer;
    }
}
