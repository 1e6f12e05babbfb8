using System.Diagnostics;
using SqlCluster.Arrow.Memory;
using SqlCluster.Execution.Parquet.Compression;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Pages;

/// <summary>Walks the pages of one column chunk after the other: finds headers, passes over pages unread, decompresses the wanted ones.</summary>
/// <remarks>
/// Bytes come through a window that slides over the chunk and grows up to <see cref="WindowBytes"/> while reading goes on, so small chunks take one read and
/// large ones bounded memory, little of it for who takes a few rows; a page that is passed over and lies beyond the window is never read. Pages of uncompressed chunks stay where the window has them.
/// The window is given back with the chunk's last page. A page's buffers may be overwritten at the next <see cref="Next"/> unless somebody holds a reference.
/// </remarks>
/// <param name="file">Where the bytes are.</param>
/// <param name="account">Charged for window and page.</param>
/// <param name="verifyChecksums">Whether pages that carry a CRC are compared with it.</param>
internal sealed class ChunkPages(IRandomAccessFile file, MemoryAccount account, bool verifyChecksums) : IDisposable
{
    /// <summary>Fits a pool block of 4 MiB with its padding.</summary>
    private const int WindowBytes = (4 << 20) - NativeBuffer.PaddingBytes;

    /// <summary>What is read first; twice as much with every read from then on.</summary>
    private const int FirstWindowBytes = (256 << 10) - NativeBuffer.PaddingBytes;

    /// <summary>Read to see the next header after a page that nobody wanted: the one behind it may be passed over as well.</summary>
    private const int SkippingWindowBytes = 64 * 1024;

    private const int FirstHeaderBytes = 512;

    private readonly byte[] _firstHeader = new byte[FirstHeaderBytes];
    private ColumnChunk? _chunk;
    private NativeBuffer? _window;
    private long _windowStart;
    private int _windowLength;
    private NativeBuffer? _page;
    private NativeBuffer? _dictionary;
    private long _position;
    private long _bodyPosition;
    private long _end;
    private int _windowBytes = FirstWindowBytes;
    private int _readAheadBytes = FirstWindowBytes;
    private bool _isLoaded;

    /// <summary>Gets the number of the current page within its chunk, dictionary page included; -1 before the first.</summary>
    public int PageNumber { get; private set; }

    public PageHeader Header { get; private set; }

    /// <summary>Gets the bytes read from the file so far, over all chunks.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Moves to the start of a chunk.</summary>
    /// <exception cref="ParquetException">The chunk lies outside the file or is kept elsewhere.</exception>
    public void Open(ColumnChunk chunk)
    {
        FileRange range = chunk.Pages;
        if (chunk.FilePath is not null)
            ParquetException.ThrowUnsupported($"column chunk in another file (\"{chunk.FilePath}\")");
        if (range.Offset < 0 || range.LengthBytes < 0 || range.Offset > file.LengthBytes - range.LengthBytes)
            ParquetException.ThrowCorrupted($"column chunk at byte {range.Offset} with {range.LengthBytes} bytes lies outside the file");
        _chunk = chunk;
        _position = range.Offset;
        _end = range.End;
        _windowLength = 0;
        _readAheadBytes = _windowBytes;
        _isLoaded = true;
        PageNumber = -1;
    }

    /// <summary>Moves to the next page and reads its header. False at the end of the chunk.</summary>
    /// <exception cref="ParquetException">The header is damaged or the page reaches beyond the chunk.</exception>
    public bool Next()
    {
        if (_position >= _end)
            return false;
        PageNumber++;
        if (!_isLoaded)
            _readAheadBytes = SkippingWindowBytes;
        _isLoaded = false;
        Header = ReadHeader(out int headerBytes);
        _bodyPosition = _position + headerBytes;
        if (Header.CompressedSizeBytes > _end - _bodyPosition && !TryExtend(_bodyPosition + Header.CompressedSizeBytes))
            ParquetException.ThrowCorrupted($"page of {Header.CompressedSizeBytes} bytes reaches beyond its column chunk");
        _position = _bodyPosition + Header.CompressedSizeBytes;
        return true;
    }

    /// <summary>Announces that the next pages will rather be passed over, so that little is read to see their headers.</summary>
    public void ExpectSkipping() => _readAheadBytes = SkippingWindowBytes;

    /// <summary>Moves on so that the next page is one that the offset index names; what lies between is not read.</summary>
    /// <exception cref="ParquetException">The index points outside the chunk or backwards.</exception>
    public void Seek(in PageLocation page, int pageNumber)
    {
        if (page.Offset < _position || page.Offset > _end)
            ParquetException.ThrowCorrupted("offset index points outside the column chunk or backwards");
        _position = page.Offset;
        PageNumber = pageNumber - 1;
        _isLoaded = false;
    }

    /// <summary>Brings the current page into memory, decompressed.</summary>
    /// <exception cref="ParquetException">The page is damaged or not supported.</exception>
    public PageBody Load()
    {
        PageHeader header = Header;
        CompressionCodec codec = _chunk!.Codec;
        _isLoaded = true;
        if (header.Type != PageType.Dictionary)
            _readAheadBytes = _windowBytes;
        int offset = Require(_bodyPosition, header.CompressedSizeBytes);
        NativeBuffer window = _window!;
        Span<byte> stored = window.Span<byte>(offset, header.CompressedSizeBytes);
        if (verifyChecksums && header.Crc is { } expected && Crc32.Compute(stored) != expected)
            ParquetException.ThrowCorrupted("page has a wrong checksum");
        int levels = header.Type == PageType.DataV2 ? header.DefinitionLengthBytes + header.RepetitionLengthBytes : 0;
        bool isCompressed = codec != CompressionCodec.Uncompressed && (header.Type != PageType.DataV2 || header.IsCompressed);
        int valueBytes = header.UncompressedSizeBytes - levels;
        int storedValueBytes = header.CompressedSizeBytes - levels;
        if (!isCompressed)
        {
            if (storedValueBytes != valueBytes)
                ParquetException.ThrowCorrupted($"uncompressed page has {storedValueBytes} bytes, its header states {valueBytes}");
            NativeBuffer inPlace = header.Type == PageType.Dictionary ? Keep(stored) : window;
            return new PageBody(window, offset, inPlace, header.Type == PageType.Dictionary ? 0 : offset + levels, valueBytes);
        }

        CheckRatio(codec, stored[levels..], valueBytes);
        ref NativeBuffer? slot = ref header.Type == PageType.Dictionary ? ref _dictionary : ref _page;
        NativeBuffer page = NativeBuffer.Reuse(ref slot, valueBytes, account);
        Span<byte> values = page.Span<byte>(0, valueBytes);
        if (storedValueBytes == 0 && valueBytes == 0)
            return new PageBody(window, offset, page, 0, 0);
        PageDecompressor.Decompress(codec, stored[levels..], values);
        if (_position < _end || levels > 0)
            return new PageBody(window, offset, page, 0, valueBytes);

        // The chunk's last page has been decompressed: nothing is left to take from the window, and a client that reads slowly would hold it for long.
        window.Release();
        _window = null;
        _windowLength = 0;
        return new PageBody(page, 0, page, 0, valueBytes);
    }

    public void Dispose()
    {
        _window?.Release();
        _page?.Release();
        _dictionary?.Release();
        _window = _page = _dictionary = null;
    }

    // Old parquet-mr leaves the dictionary's header out of the chunk's size (PARQUET-816).
    private bool TryExtend(long end)
    {
        const int MaxMissingBytes = 100;
        if (end > Math.Min(_chunk!.Pages.End + MaxMissingBytes, file.LengthBytes))
            return false;
        _end = end;
        return true;
    }

    // The dictionary outlives the window's next move, so an uncompressed one is copied.
    private NativeBuffer Keep(ReadOnlySpan<byte> stored)
    {
        NativeBuffer dictionary = NativeBuffer.Reuse(ref _dictionary, stored.Length, account);
        stored.CopyTo(dictionary.Span<byte>(0, stored.Length));
        return dictionary;
    }

    // A header may claim any size; no codec reaches these ratios on real pages, and below the floor memory is no concern.
    private static void CheckRatio(CompressionCodec codec, ReadOnlySpan<byte> stored, int valueBytes)
    {
        const long Floor = 1 << 20, CeilingFloor = 64 << 20;
        long limit = codec switch
        {
            CompressionCodec.Snappy => Math.Max(Floor, stored.Length * 32L),
            CompressionCodec.Lz4 or CompressionCodec.Lz4Raw => Math.Max(Floor, stored.Length * 256L),
            CompressionCodec.Gzip => Math.Max(Floor, stored.Length * 1040L),
            _ => Math.Max(CeilingFloor, stored.Length * 1024L),
        };
        if (valueBytes > limit)
            ParquetException.ThrowCorrupted($"page of {stored.Length} bytes cannot hold the {valueBytes} bytes that its header states");
    }

    private PageHeader ReadHeader(out int headerBytes)
    {
        // A header is tens of bytes, unless it carries statistics of long strings.
        int length = (int)Math.Min(FirstHeaderBytes, _end - _position);
        int offset = Require(_position, length);
        _window!.Span<byte>(offset, length).CopyTo(_firstHeader);
        try
        {
            return PageHeader.Parse(_firstHeader.AsMemory(0, length), out headerBytes);
        }
        catch (ParquetException) when (_end - _position > length)
        {
            length = (int)Math.Min(WindowBytes, _end - _position);
            offset = Require(_position, length);
            return PageHeader.Parse(_window.Span<byte>(offset, length).ToArray(), out headerBytes);
        }
    }

    // Returns where in the window a range of the file begins, after reading what is missing.
    private int Require(long position, int length)
    {
        long offset = position - _windowStart;
        if (_windowLength > 0 && offset >= 0 && offset + length <= _windowLength)
            return (int)offset;
        int wanted = (int)Math.Min(Math.Max(length, _readAheadBytes), _end - position);
        Debug.Assert(length <= wanted, "range beyond the chunk");
        int kept = _windowLength > 0 && offset >= 0 && offset < _windowLength ? _windowLength - (int)offset : 0;
        NativeBuffer? old = _window;
        if (kept > 0)
        {
            NativeBuffer grown = NativeBuffer.Allocate(wanted, account);
            old!.Span<byte>((int)offset, kept).CopyTo(grown.Span<byte>(0, kept));
            old.Release();
            _window = grown;
        }
        else
        {
            NativeBuffer.Reuse(ref _window, wanted, account);
        }

        _windowLength = 0;
        file.Read(position + kept, _window!.Span<byte>(kept, wanted - kept));
        BytesRead += wanted - kept;
        _windowStart = position;
        _windowLength = wanted;
        if (_readAheadBytes >= FirstWindowBytes)
            _readAheadBytes = _windowBytes = Math.Min(WindowBytes, 2 * _windowBytes);
        return 0;
    }
}

/// <summary>Says where a page's levels and values lie.</summary>
/// <param name="LevelBuffer">Holds the levels of a version 2 page; in version 1 they lie before the values.</param>
/// <param name="LevelOffset">Where they begin.</param>
/// <param name="ValueBuffer">Holds the values.</param>
/// <param name="ValueOffset">Where they begin.</param>
/// <param name="ValueLength">Their bytes.</param>
internal readonly record struct PageBody(NativeBuffer LevelBuffer, int LevelOffset, NativeBuffer ValueBuffer, int ValueOffset, int ValueLength);
