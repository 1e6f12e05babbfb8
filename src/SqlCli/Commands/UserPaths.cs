namespace SqlCluster.SqlCli.Commands;

/// <summary>Paths as people type them.</summary>
internal static class UserPaths
{
    /// <summary>A path with ~ replaced by the user's folder.</summary>
    public static string Expand(string path) =>
        path == "~" || path.StartsWith("~/", StringComparison.Ordinal) ? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile) + path[1..] : path;
}
