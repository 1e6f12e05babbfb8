namespace SqlCluster.Execution.Storage;

/// <summary>Tells one state of a file from the next.</summary>
/// <param name="LengthBytes">Its length; -1: it is not there.</param>
/// <param name="Ticks">Time of its last change.</param>
internal readonly record struct FileVersion(long LengthBytes, long Ticks)
{
    /// <summary>The state of what the path names now.</summary>
    public static FileVersion Of(string path)
    {
        var info = new FileInfo(path);
        return info.Exists ? new FileVersion(info.Length, info.LastWriteTimeUtc.Ticks) : new FileVersion(-1, 0);
    }

    /// <summary>The state of an open file, whatever its name is by now.</summary>
    public static FileVersion Of(FileStream file) => new(RandomAccess.GetLength(file.SafeFileHandle), File.GetLastWriteTimeUtc(file.SafeFileHandle).Ticks);
}
