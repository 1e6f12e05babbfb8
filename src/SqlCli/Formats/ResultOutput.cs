using System.Text;

namespace SqlCluster.SqlCli.Formats;

/// <summary>Where results go: standard output, or a file that appears under its name when everything is written.</summary>
internal sealed class ResultOutput : IDisposable
{
    private readonly string? _path;
    private readonly string? _unfinished;

    public ResultOutput(string? path)
    {
        _path = path;
        _unfinished = path == null ? null : path + ".unfinished";
        Stream stream = _unfinished == null ? Console.OpenStandardOutput() : File.Create(_unfinished);
        Writer = new StreamWriter(stream, new UTF8Encoding(false), 1 << 16) { NewLine = "\n" };
    }

    public StreamWriter Writer { get; }

    /// <summary>Everything is written: puts the file under its name.</summary>
    public void Complete()
    {
        Writer.Dispose();
        if (_path != null)
        {
            File.Move(_unfinished!, _path, true);
        }
    }

    public void Dispose()
    {
        Writer.Dispose();
        if (_unfinished != null)
        {
            File.Delete(_unfinished);
        }
    }
}
