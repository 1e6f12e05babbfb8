using System.IO.Enumeration;

namespace SqlCluster.Execution.Storage;

/// <summary>The files of a folder and all folders below it.</summary>
internal static class FolderWalk
{
    private static readonly EnumerationOptions Everything = new() { RecurseSubdirectories = true, AttributesToSkip = 0, IgnoreInaccessible = false };

    /// <summary>Files, as paths that begin as <paramref name="folder"/> does. A link to another folder is followed; one that leads back to a folder which it is in is not, or its files would come again at each turn.</summary>
    /// <exception cref="IOException">A folder cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A folder may not be read.</exception>
    public static IEnumerable<string> Files(string folder) => new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), Everything)
    {
        ShouldIncludePredicate = static (ref FileSystemEntry entry) => !entry.IsDirectory,
        ShouldRecursePredicate = static (ref FileSystemEntry entry) => (entry.Attributes & FileAttributes.ReparsePoint) == 0 || !LeadsBack(entry.ToFullPath()),
    };

    /// <summary>Whether the folder that a link stands for is one of those on the way to it.</summary>
    private static bool LeadsBack(string link)
    {
        string target = RealPath(link);
        for (string? folder = Path.GetDirectoryName(link); folder != null; folder = Path.GetDirectoryName(folder))
        {
            if (RealPath(folder).Equals(target, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A path without links.</summary>
    private static string RealPath(string path)
    {
        string real = Path.GetPathRoot(path) ?? "";
        foreach (string part in path[real.Length..].Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries))
        {
            real = Path.Combine(real, part);
            real = Directory.ResolveLinkTarget(real, returnFinalTarget: true)?.FullName ?? real;
        }

        return real;
    }
}
