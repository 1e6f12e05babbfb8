using Microsoft.Win32.SafeHandles;
using SqlCluster.Arrow.Schema;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Spill;

/// <summary>A temporary file of blocks: appended by any thread, read by any thread at the places that appending gave.</summary>
/// <remarks>
/// The file has no name once it is open (where the system allows that; elsewhere it is deleted as it closes), so nothing is left behind however the process ends.
/// Space is given back when the file is closed, not block by block.
/// </remarks>
internal sealed class SpillFile : IDisposable
{
    private readonly SpillArea? _area;
    private readonly SafeFileHandle _handle;
    private readonly OperatorMetrics _metrics;
    private readonly Lock _typeLock = new();
    private readonly List<ArrowType> _types = [];
    private long _end;

    public SpillFile(SpillArea? area, (SafeFileHandle Handle, string Path) opened, OperatorMetrics metrics)
    {
        _area = area;
        (_handle, Path) = opened;
        _metrics = metrics;
    }

    /// <summary>What the file was called when it was made, for errors.</summary>
    public string Path { get; }

    /// <summary>Opens a new file that nobody else can open.</summary>
    public static (SafeFileHandle Handle, string Path) Open(string folder, string name)
    {
        string path = System.IO.Path.Combine(folder, name);
        try
        {
            Directory.CreateDirectory(folder);
            bool deletesOnClose = OperatingSystem.IsWindows();
            SafeFileHandle handle = File.OpenHandle(
                path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, deletesOnClose ? FileOptions.RandomAccess | FileOptions.DeleteOnClose : FileOptions.RandomAccess);
            if (!deletesOnClose)
            {
                File.Delete(path);
            }

            return (FileHandles.Keep(handle), path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException or ArgumentException)
        {
            throw SpillErrors.CannotWrite(path, error);
        }
    }

    /// <summary>Writes bytes behind everything else.</summary>
    /// <returns>Where they begin.</returns>
    public long Append(ReadOnlySpan<byte> bytes)
    {
        long offset = Interlocked.Add(ref _end, bytes.Length) - bytes.Length;
        try
        {
            RandomAccess.Write(_handle, bytes, offset);
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw SpillErrors.CannotWrite(Path, error);
        }

        _metrics.Add("spilled bytes", bytes.Length);
        _area?.CountWritten(bytes.Length);
        return offset;
    }

    /// <summary>Reads bytes that were appended.</summary>
    public void Read(long offset, Span<byte> bytes)
    {
        int read = 0;
        try
        {
            while (read < bytes.Length)
            {
                int count = RandomAccess.Read(_handle, bytes[read..], offset + read);
                if (count == 0)
                {
                    throw SpillErrors.Damaged(Path, offset, "it ends early");
                }

                read += count;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw SpillErrors.CannotRead(Path, error);
        }

        _metrics.Add("spilled bytes read", bytes.Length);
        _area?.CountRead(bytes.Length);
    }

    /// <summary>A number for a type, by which blocks of this file name it.</summary>
    public int TypeNumber(ArrowType type)
    {
        lock (_typeLock)
        {
            int number = _types.IndexOf(type);
            if (number < 0)
            {
                number = _types.Count;
                _types.Add(type);
            }

            return number;
        }
    }

    /// <summary>The type of a number, or null when there is none.</summary>
    public ArrowType? TypeOf(int number)
    {
        lock (_typeLock)
        {
            return (uint)number < (uint)_types.Count ? _types[number] : null;
        }
    }

    public void Dispose()
    {
        _area?.Forget(this);
        _handle.Dispose();
    }
}
