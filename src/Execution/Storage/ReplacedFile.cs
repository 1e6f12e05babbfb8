namespace SqlCluster.Execution.Storage;

/// <summary>A file written under a temporary name beside its place and renamed into it when complete: nobody ever sees half of it.</summary>
/// <remarks>Until <see cref="Commit"/> a file that was there before stays as it is; <see cref="Dispose"/> without it removes the temporary file.</remarks>
public sealed class ReplacedFile : IDisposable
{
    private const int BufferBytes = 1 << 16;

    private readonly string _path;
    private readonly string _temporaryPath;
    private readonly FileStream _stream;
    private bool _isCommitted;

    /// <exception cref="IOException">The folder is missing or cannot be written to.</exception>
    /// <exception cref="SpecialFileException">There is a pipe, a socket or a disk in its place.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be written to, or there is a folder in the file's place.</exception>
    public ReplacedFile(string path)
    {
        _path = Path.GetFullPath(path);
        if (SpecialFiles.IsWrittenInPlace(_path))
        {
            _temporaryPath = _path;
            _isCommitted = true;
            _stream = FileHandles.Keep(new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, BufferBytes));
            return;
        }

        if (SpecialFiles.KindOf(_path) is { } kind)
        {
            throw new SpecialFileException(_path, kind);
        }

        if (Directory.Exists(_path))
        {
            throw new UnauthorizedAccessException($"there is a folder in the file's place: {_path}");
        }

        _temporaryPath = Path.Combine(Path.GetDirectoryName(_path)!, $".{Path.GetFileName(_path)}.{Guid.NewGuid():N}.tmp");
        _stream = new FileStream(_temporaryPath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, BufferBytes);
        try
        {
            FileHandles.Keep(_stream);
        }
        catch (IOException)
        {
            File.Delete(_temporaryPath);
            throw;
        }
    }

    public Stream Stream => _stream;

    /// <summary>Closes the file where it is: what is left in buffers is written, or it is an error now.</summary>
    public void Close() => _stream.Dispose();

    /// <summary>Closes the file and puts it in its place, over one that may be there.</summary>
    public void Commit()
    {
        Close();
        if (!_isCommitted)
        {
            File.Move(_temporaryPath, _path, overwrite: true);
            _isCommitted = true;
        }
    }

    public void Dispose()
    {
        try
        {
            _stream.Dispose();
        }
        catch (Exception error) when (!_isCommitted && FileWriteErrors.IsOne(error))
        {
            // What is left in the buffer does not fit on the disk: nobody wants it any more.
        }
        finally
        {
            if (!_isCommitted)
                File.Delete(_temporaryPath);
        }
    }
}
