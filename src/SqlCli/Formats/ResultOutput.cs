using System.Text;
using SqlCluster.Execution.Storage;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Formats;

/// <summary>Where results go: standard output, or a file that appears under its name when everything is written.</summary>
internal sealed class ResultOutput : IDisposable
{
    private const string Unfinished = ".unfinished";

    private readonly string? _unfinished;
    private StreamWriter? _writer;

    /// <param name="path">The file, or null for standard output.</param>
    /// <param name="progress">Taken away before the first byte reaches standard output.</param>
    /// <exception cref="Parser.Errors.QueryException">58P01: no such folder; 42501: not allowed to write there.</exception>
    public ResultOutput(string? path, ProgressBar progress)
        : this(path == null ? new ProgressStream(Console.OpenStandardOutput(), progress) : Create(path))
    {
        Path = path;
        _unfinished = path == null || SpecialFiles.IsWrittenInPlace(path) ? null : path + Unfinished;
    }

    /// <param name="stream">Anything else, such as a pager; closed with this.</param>
    public ResultOutput(Stream stream) => _writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };

    public string? Path { get; }

    public StreamWriter Writer => _writer ?? throw new ObjectDisposedException(nameof(ResultOutput));

    /// <summary>Closes the unfinished file, so that it can be written by its name.</summary>
    public string TakeUnfinished()
    {
        Close();
        return _unfinished ?? Path!;
    }

    public Task FlushAsync() => _writer?.FlushAsync() ?? Task.CompletedTask;

    /// <summary>Everything is written: puts the file under its name.</summary>
    /// <exception cref="Parser.Errors.QueryException">The file cannot be written.</exception>
    public void Complete()
    {
        try
        {
            Close();
            if (_unfinished != null)
            {
                File.Move(_unfinished, Path!, true);
            }
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw FileWriteErrors.CannotWrite(Path ?? "standard output", error);
        }
    }

    public void Dispose()
    {
        try
        {
            Close();
        }
        catch (Exception error) when (_unfinished != null && FileWriteErrors.IsOne(error))
        {
            // What is left in the buffer does not fit on the disk, and the file goes anyway.
        }
        finally
        {
            if (_unfinished != null)
            {
                File.Delete(_unfinished);
            }
        }
    }

    private void Close()
    {
        StreamWriter? writer = _writer;
        _writer = null;
        writer?.Dispose();
    }

    private static FileStream Create(string path)
    {
        try
        {
            if (SpecialFiles.IsWrittenInPlace(path))
            {
                return File.Create(path);
            }

            return SpecialFiles.KindOf(path) is { } kind ? throw new SpecialFileException(path, kind) : File.Create(path + Unfinished);
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw FileWriteErrors.CannotOpen(path, error);
        }
    }
}
