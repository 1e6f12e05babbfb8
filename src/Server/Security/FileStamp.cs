namespace SqlCluster.Server.Security;

/// <summary>Tells one version of a file from another: where its links lead to, when that was written, and its bytes.</summary>
/// <remarks>Links count because secrets are often mounted behind one that is turned to another folder when they change.</remarks>
internal sealed record FileStamp(string Path, DateTime Written, long Bytes)
{
    /// <summary>The stamp of a file; null when there is none.</summary>
    public static FileStamp? Of(string file)
    {
        var info = new FileInfo(file);
        info = info.LinkTarget == null ? info : info.ResolveLinkTarget(true) as FileInfo ?? info;
        string? folder = info.Directory?.ResolveLinkTarget(true)?.FullName;
        return info.Exists ? new FileStamp(folder == null ? info.FullName : System.IO.Path.Combine(folder, info.Name), info.LastWriteTimeUtc, info.Length) : null;
    }
}
