using System.Text;
using SqlCluster.Arrow.Memory;

namespace SqlCluster.Execution.Storage;

/// <summary>Knows where records of a text format begin and end. Called under the source's lock, so it should be quick.</summary>
internal interface IRecordFormat
{
    /// <summary>Bytes before the first record of a file (skipped lines, a header, an opening bracket); -1: more bytes are needed to tell.</summary>
    int PrologueLength(ReadOnlySpan<byte> bytes, bool isWhole);

    /// <summary>Looks at what stands before a file's first record.</summary>
    /// <exception cref="Parser.Errors.QueryException">It is not what the files of this table have there.</exception>
    void CheckPrologue(ReadOnlySpan<byte> prologue, string path)
    {
    }

    /// <summary>Where the last complete record ends, in bytes that begin with a record; 0 when none is complete.</summary>
    int LastRecordEnd(ReadOnlySpan<byte> bytes);

    /// <summary>Whether a file may end as these bytes do: those of its last block.</summary>
    bool IsWholeEnd(ReadOnlySpan<byte> lastBytes);
}

/// <summary>Whole records of a file.</summary>
/// <param name="Path">The file.</param>
/// <param name="LengthBytes">Bytes in the buffer; a line feed is added behind a last record without one.</param>
/// <param name="FirstLine">Line of the first record, from 1.</param>
internal readonly record struct TextBlock(string Path, int LengthBytes, long FirstLine);

/// <summary>Cuts text files into blocks of whole records and hands them to whichever task asks next. Thread-safe.</summary>
/// <remarks>
/// Reading and finding the last record's end happen under one lock, in the order of the file: so quotes are never misjudged, and compressed files, which can only
/// be read from front to back, share their parsing all the same. Only the parsing, which is many times slower, runs in parallel: among executors too, each of which reads
/// all and parses the blocks of its share.
/// </remarks>
internal sealed class TextBlockSource(IReadOnlyList<string> files, IRecordFormat format, int blockBytes, Executors.ScanShare share) : IDisposable
{
    /// <summary>Size of blocks where no test sets another.</summary>
    public const int DefaultBlockBytes = 512 * 1024;

    /// <summary>Longest record.</summary>
    public const int LargestRecordBytes = 256 << 20;

    /// <summary>Read at a time.</summary>
    private const int ReadBytes = 4 << 20;

    private readonly Lock _lock = new();
    private int _file = -1;
    private Stream? _stream;
    private FileVersion _version;
    private byte[] _carry = [];
    private int _carryLength;
    private bool _isAtStart;
    private bool _isAtEnd;
    private bool _isFinished;
    private long _line;
    private long _blocks;

    /// <summary>Fills a buffer with the next whole records; false at the end of the last file.</summary>
    /// <param name="buffer">Is reused or replaced.</param>
    /// <param name="account">Charged for the buffer.</param>
    /// <param name="block">What the buffer holds then; zeros or line feeds may follow.</param>
    /// <param name="cancellation">Heard between the parts of a large record.</param>
    /// <exception cref="Parser.Errors.QueryException">The file is missing, may not be read, has changed or is damaged.</exception>
    public bool TryFill(ref NativeBuffer? buffer, MemoryAccount account, out TextBlock block, CancellationToken cancellation = default)
    {
        lock (_lock)
        {
            while (_stream != null || OpenNext())
            {
                string path = files[_file];
                try
                {
                    int length = _isFinished ? 0 : Fill(ref buffer, account, path, cancellation);
                    if (_version != FileVersion.Of(path))
                    {
                        throw TextFileErrors.Changed(path);
                    }

                    block = new TextBlock(path, length, _line);
                    if (length > 0)
                    {
                        _line += buffer!.Span<byte>(0, length).Count((byte)'\n');
                        if (share.Has(_blocks++))
                        {
                            return true;
                        }

                        continue;
                    }

                    Close();
                }
                catch (InvalidDataException error)
                {
                    throw TextFileErrors.Damaged(path, _line, error);
                }
                catch (IOException error)
                {
                    throw TextFileErrors.InputOutput(path, error);
                }
            }

            block = default;
            return false;
        }
    }

    /// <summary>Opens a file for reading from its start, unpacked when its ending says it is packed.</summary>
    public static Stream OpenRead(string path)
    {
        SpecialFiles.CheckReadable(path);
        try
        {
            FileStream file = FileHandles.Keep(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0));
            return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GzipFileStream(file)
                : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? new ZstdFileStream(file)
                : file;
        }
        catch (UnauthorizedAccessException error)
        {
            throw TextFileErrors.NotAllowed(path, error);
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            throw TextFileErrors.Missing(path);
        }
        catch (IOException error)
        {
            throw TextFileErrors.InputOutput(path, error);
        }
    }

    /// <summary>The first bytes of a file, fewer than asked for only when it is shorter, without a byte order mark.</summary>
    public static (byte[] Bytes, bool IsWhole) ReadSample(string path, int sizeBytes)
    {
        using Stream stream = OpenRead(path);
        try
        {
            var bytes = new byte[sizeBytes];
            int length = stream.ReadAtLeast(bytes, sizeBytes, throwOnEndOfStream: false);
            int start = MarkLength(bytes.AsSpan(0, length), path);
            return (bytes[start..length], length < sizeBytes);
        }
        catch (InvalidDataException error)
        {
            throw TextFileErrors.Damaged(path, 1, error);
        }
        catch (IOException error)
        {
            throw TextFileErrors.InputOutput(path, error);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            Close();
            _file = files.Count;
        }
    }

    private static int MarkLength(ReadOnlySpan<byte> bytes, string path)
    {
        ReadOnlySpan<byte> mark = Encoding.UTF8.Preamble;
        return bytes is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..] ? throw TextFileErrors.NotUtf8(path, 1) : bytes.StartsWith(mark) ? mark.Length : 0;
    }

    private bool OpenNext()
    {
        if (_file + 1 >= files.Count)
        {
            return false;
        }

        string path = files[++_file];
        _version = FileVersion.Of(path);
        _stream = OpenRead(path);
        _carryLength = 0;
        _isAtStart = true;
        _isAtEnd = false;
        _isFinished = false;
        _line = 1;
        return true;
    }

    private void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private int Fill(ref NativeBuffer? buffer, MemoryAccount account, string path, CancellationToken cancellation)
    {
        int capacity = Math.Max(blockBytes, _carryLength + Math.Min(blockBytes, 4096)), length = _carryLength;
        _carry.AsSpan(0, length).CopyTo(NativeBuffer.Reuse(ref buffer, capacity + 1, account).Span<byte>(0, capacity + 1));
        while (true)
        {
            Span<byte> bytes = buffer!.Span<byte>(0, capacity + 1);
            while (!_isAtEnd && length < capacity)
            {
                cancellation.ThrowIfCancellationRequested();
                int part = Math.Min(capacity - length, ReadBytes), read = _stream!.ReadAtLeast(bytes.Slice(length, part), part, throwOnEndOfStream: false);
                _isAtEnd = read < part;
                length += read;
            }

            int start = _isAtStart ? Prologue(bytes[..length], path) : 0;
            int end = start < 0 ? 0 : _isAtEnd ? length : start + format.LastRecordEnd(bytes[start..length]);
            if (start >= 0 && (end > start || _isAtEnd))
            {
                _line += _isAtStart ? bytes[..start].Count((byte)'\n') : 0;
                _isAtStart = false;
                _isFinished = _isAtEnd;
                Carry(bytes[end..length]);
                bytes[start..end].CopyTo(bytes);
                int blockLength = end - start;
                if (_isAtEnd && !format.IsWholeEnd(bytes[..blockLength]))
                {
                    throw TextFileErrors.Malformed(path, _line + bytes[..blockLength].Count((byte)'\n'), "the file ends too early");
                }

                if (_isAtEnd && blockLength > 0 && bytes[blockLength - 1] != (byte)'\n')
                {
                    bytes[blockLength++] = (byte)'\n';
                }

                return blockLength;
            }

            if (capacity >= LargestRecordBytes)
            {
                throw TextFileErrors.RecordTooLong(path, _line);
            }

            capacity = Math.Min(capacity * 2, LargestRecordBytes);
            NativeBuffer larger = NativeBuffer.Allocate(capacity + 1, account);
            new Kernels.Pulse(cancellation).Copy(bytes[..length], larger.Span<byte>(0, length));
            buffer.Release();
            buffer = larger;
        }
    }

    private int Prologue(ReadOnlySpan<byte> bytes, string path)
    {
        if (bytes.Length < 3 && !_isAtEnd)
        {
            return -1;
        }

        int mark = MarkLength(bytes, path);
        int prologue = format.PrologueLength(bytes[mark..], _isAtEnd);
        if (prologue > 0)
        {
            format.CheckPrologue(bytes.Slice(mark, prologue), path);
        }

        return prologue < 0 ? -1 : mark + prologue;
    }

    private void Carry(ReadOnlySpan<byte> bytes)
    {
        if (_carry.Length < bytes.Length)
        {
            _carry = new byte[Math.Max(bytes.Length, 2 * _carry.Length)];
        }

        bytes.CopyTo(_carry);
        _carryLength = bytes.Length;
    }
}
