using SqlCluster.Execution.Operators;

namespace SqlCluster.Execution.Spill;

/// <summary>Where one query keeps rows that do not fit in memory: its files, and how much went through them. Thread-safe.</summary>
/// <remarks>Files that their owners forgot are closed, and thereby gone, when the query is disposed.</remarks>
public sealed class SpillArea : IDisposable
{
    private readonly Lock _lock = new();
    private HashSet<SpillFile>? _files;
    private readonly string _folder;
    private readonly string _query;
    private bool _closed;
    private long _bytesWritten;
    private long _bytesRead;
    private int _fileCount;

    /// <param name="folder">Made when the first file is.</param>
    /// <param name="query">Query id, part of the files' names.</param>
    public SpillArea(string folder, string query)
    {
        _folder = folder;
        _query = query;
    }

    /// <summary>Bytes written so far, as they are on disk.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Bytes read so far, as they are on disk.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Files made so far.</summary>
    public int FileCount => Volatile.Read(ref _fileCount);

    /// <summary>Files that are open.</summary>
    public int OpenFiles
    {
        get
        {
            lock (_lock)
            {
                return _files?.Count ?? 0;
            }
        }
    }

    /// <summary>Makes an empty file.</summary>
    /// <param name="metrics">Of the operator that spills: counts its bytes and files.</param>
    internal SpillFile Create(OperatorMetrics metrics)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            var file = new SpillFile(this, SpillFile.Open(_folder, $"sqlcluster-{Environment.ProcessId}-{_query}-{++_fileCount}-{Guid.NewGuid():N}.spill"), metrics);
            (_files ??= []).Add(file);
            metrics.Add("spill files", 1);
            return file;
        }
    }

    internal void CountWritten(long bytes) => Interlocked.Add(ref _bytesWritten, bytes);

    internal void CountRead(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    internal void Forget(SpillFile file)
    {
        lock (_lock)
        {
            _files?.Remove(file);
        }
    }

    public void Dispose()
    {
        SpillFile[] left;
        lock (_lock)
        {
            _closed = true;
            left = _files == null ? [] : [.. _files];
        }

        Array.ForEach(left, static file => file.Dispose());
    }
}
