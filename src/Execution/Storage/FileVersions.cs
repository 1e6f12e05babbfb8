using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace SqlCluster.Execution.Storage;

/// <summary>Tells whether files are as they were.</summary>
internal static class FileVersions
{
    /// <summary>A short text that differs when a path, a size or a time of the last write does. Costs a look at each file's directory entry.</summary>
    public static string Of(IEnumerable<string> paths)
    {
        var text = new StringBuilder();
        foreach (string path in paths)
        {
            var file = new FileInfo(path);
            text.Append(path).Append('\0');
            if (file.Exists)
            {
                text.Append(CultureInfo.InvariantCulture, $"{file.Length} {file.LastWriteTimeUtc.Ticks}\0");
            }
        }

        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())).AsSpan(0, 16));
    }
}
