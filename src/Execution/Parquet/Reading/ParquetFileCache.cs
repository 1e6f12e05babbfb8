using System.Collections.Concurrent;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Reading;

/// <summary>Keeps opened files, footers parsed, across queries, as long as their size and time stay what they were. Thread-safe.</summary>
/// <remarks>A file that has been replaced is opened anew; readers of the old one finish with it, and its handle closes when the collector finds it.</remarks>
internal sealed class ParquetFileCache
{
    /// <summary>Files beyond which the cache starts over, to bound open handles.</summary>
    private const int MaxFiles = 512;

    private readonly ConcurrentDictionary<(string Path, bool BinaryAsString), ParquetFile> _files = new();

    /// <summary>Gets the cache of this process.</summary>
    public static ParquetFileCache Shared { get; } = new();

    /// <exception cref="Parser.Errors.QueryException">The file is missing, may not be read, is damaged, or is no Parquet file.</exception>
    public ParquetFile Open(string path, bool binaryAsString)
    {
        try
        {
            FileInfo info = new(path);
            if (!info.Exists)
                throw ParquetErrors.Missing(path);
            if (_files.TryGetValue((path, binaryAsString), out ParquetFile? known)
                && known.Source.LengthBytes == info.Length && known.Source.Version == info.LastWriteTimeUtc.Ticks)
            {
                return known;
            }

            ParquetFile file = ParquetFile.Open(OpenFile(path), binaryAsString);
            if (_files.Count >= MaxFiles)
                _files.Clear();
            _files[(path, binaryAsString)] = file;
            return file;
        }
        catch (ParquetException error)
        {
            throw ParquetErrors.Unreadable(error);
        }
        catch (UnauthorizedAccessException error)
        {
            throw ParquetErrors.NotAllowed(path, error);
        }
        catch (IOException error)
        {
            throw ParquetErrors.InputOutput(path, error);
        }
    }

    // The handles that are missing may be the cache's, or those of files that nobody has any more and the collector has not found.
    private LocalFile OpenFile(string path)
    {
        try
        {
            return LocalFile.Open(path);
        }
        catch (IOException error) when (FileHandles.AreUsedUp(error))
        {
            _files.Clear();
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return LocalFile.Open(path);
        }
    }
}
