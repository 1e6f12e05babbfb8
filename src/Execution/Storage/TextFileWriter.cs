using System.IO.Compression;
using System.Text;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Writes text to a file that appears when it is complete, packed when its ending says so.</summary>
internal sealed class TextFileWriter : IDisposable
{
    private const int FlushCharacters = 1 << 16;

    private readonly string _path;
    private readonly ReplacedFile _file;
    private readonly Stream _stream;
    private byte[] _bytes = [];

    public TextFileWriter(string path)
    {
        _path = path;
        _file = new ReplacedFile(path);
        _stream = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(_file.Stream, CompressionLevel.Fastest, leaveOpen: true)
            : path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase) ? new ZstdPackingStream(_file.Stream)
            : _file.Stream;
    }

    /// <summary>Where text is appended; call <see cref="Flush"/> after every row.</summary>
    public StringBuilder Text { get; } = new(FlushCharacters + 4096);

    public void Flush(bool force = false)
    {
        if (Text.Length < FlushCharacters && !force)
        {
            return;
        }

        try
        {
            foreach (ReadOnlyMemory<char> chunk in Text.GetChunks())
            {
                int most = Encoding.UTF8.GetMaxByteCount(chunk.Length);
                if (_bytes.Length < most)
                {
                    _bytes = new byte[most];
                }

                _stream.Write(_bytes, 0, Encoding.UTF8.GetBytes(chunk.Span, _bytes));
            }
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw CannotWrite(error);
        }

        Text.Clear();
    }

    public void Finish()
    {
        Flush(force: true);
        try
        {
            if (!ReferenceEquals(_stream, _file.Stream))
            {
                _stream.Dispose();
            }

            _file.Commit();
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw CannotWrite(error);
        }
    }

    public void Dispose() => _file.Dispose();

    private QueryException CannotWrite(Exception error) => FileWriteErrors.CannotWrite(_path, error);
}
