using System.Security.Cryptography;

namespace SqlCluster.Server.Security;

/// <summary>What was read from files, read again when they have changed. Thread-safe.</summary>
/// <remarks>Files that cannot be read while they are being replaced leave what was last read in place.</remarks>
/// <typeparam name="T">What they hold.</typeparam>
internal sealed class WatchedFiles<T>
{
    private static readonly TimeSpan CheckEvery = TimeSpan.FromSeconds(1);
    private readonly Func<T> _read;
    private readonly string[] _files;
    private readonly Lock _lock = new();
    private FileStamp?[] _stamps;
    private T _value;
    private long _checked;

    /// <param name="read">Reads the files; fails where they are no good.</param>
    /// <param name="files">Which are looked at, at most once a second.</param>
    public WatchedFiles(Func<T> read, params string[] files)
    {
        _read = read;
        _files = files;
        _stamps = Stamps();
        _value = read();
        _checked = TimeProvider.System.GetTimestamp();
    }

    public T Value
    {
        get
        {
            lock (_lock)
            {
                if (TimeProvider.System.GetElapsedTime(_checked) > CheckEvery)
                {
                    _checked = TimeProvider.System.GetTimestamp();
                    Refresh();
                }

                return _value;
            }
        }
    }

    private void Refresh()
    {
        try
        {
            FileStamp?[] stamps = Stamps();
            if (!stamps.AsSpan().SequenceEqual(_stamps))
            {
                _value = _read();
                _stamps = stamps;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            // Half replaced: the next check reads it whole.
        }
    }

    private FileStamp?[] Stamps() => [.. _files.Select(FileStamp.Of)];
}
