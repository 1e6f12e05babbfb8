using SqlCluster.Execution.Storage;
using SqlCluster.SqlCli.Commands;

namespace SqlCluster.SqlCli.Repl;

/// <summary>Completes paths of files.</summary>
internal static class PathCompletion
{
    /// <param name="before">Input up to the cursor.</param>
    /// <param name="start">Where the path starts.</param>
    /// <param name="quote">What ends a path in quotes; then only table files and folders are shown. Empty outside quotes.</param>
    public static Completion Complete(string before, int start, string quote)
    {
        string path = before[start..];
        int slash = path.LastIndexOf('/') + 1;
        string folder = path[..slash], name = path[slash..];
        string searched = folder.StartsWith("~/", StringComparison.Ordinal) && quote.Length == 0 ? UserPaths.Expand(folder) : folder.Length == 0 ? "." : folder;
        try
        {
            string[] found = [.. new DirectoryInfo(searched).EnumerateFileSystemInfos()
                .Where(entry => entry.Name.StartsWith(name, StringComparison.Ordinal) && (name.Length > 0 || entry.Name[0] != '.'))
                .Where(entry => entry is DirectoryInfo || quote.Length == 0 || FilePaths.IsTableFile(entry.Name))
                .OrderBy(static entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => entry is DirectoryInfo ? entry.Name + "/" : entry.Name + quote)];
            return new Completion(start + slash, found);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return Completion.None;
        }
    }
}
