using System.Text;
using System.Text.RegularExpressions;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Turns what users write for files into lists of files.</summary>
public static class FilePaths
{
    /// <summary>Opens a file for reading from its start, unpacked when its ending says it is packed.</summary>
    /// <exception cref="Parser.Errors.QueryException">The file cannot be read (58P01, 42501, 42809, 58030).</exception>
    public static Stream OpenRead(string path) => TextBlockSource.OpenRead(path);

    private static readonly char[] GlobCharacters = ['*', '?', '['];

    private static readonly (string Ending, FileFormat Format)[] Endings =
    [
        (".parquet", FileFormat.Parquet), (".parq", FileFormat.Parquet), (".csv", FileFormat.Csv), (".tsv", FileFormat.Csv), (".csv.gz", FileFormat.Csv),
        (".tsv.gz", FileFormat.Csv), (".tbl", FileFormat.Csv), (".tbl.gz", FileFormat.Csv), (".json", FileFormat.Json), (".jsonl", FileFormat.Json), (".ndjson", FileFormat.Json),
        (".csv.zst", FileFormat.Csv), (".tsv.zst", FileFormat.Csv), (".tbl.zst", FileFormat.Csv), (".json.zst", FileFormat.Json), (".jsonl.zst", FileFormat.Json), (".ndjson.zst", FileFormat.Json),
        (".json.gz", FileFormat.Json), (".jsonl.gz", FileFormat.Json), (".ndjson.gz", FileFormat.Json),
        (".arrow", FileFormat.Arrow), (".feather", FileFormat.Arrow), (".ipc", FileFormat.Arrow),
    ];

    /// <summary>Whether the engine reads files with this ending.</summary>
    public static bool IsTableFile(string path) => FindFormat(path) != null;

    /// <summary>Whether a text file is compressed, by its ending.</summary>
    internal static bool IsPacked(string path) => path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".zst", StringComparison.OrdinalIgnoreCase);

    /// <exception cref="QueryException">0A000: no format has this ending.</exception>
    public static FileFormat FormatOf(string path) => FindFormat(path)
        ?? throw new QueryException("0A000", ErrorKind.Unsupported, $"not a table file: '{path}'")
        {
            Hint = $"Files that can be read end in {string.Join(", ", Endings.Select(static pair => pair.Ending))}.",
        };

    /// <summary>Checks that files which are to be one table are of one kind, as far as their endings say.</summary>
    /// <exception cref="QueryException">42809: they are of several kinds.</exception>
    internal static void CheckOneFormat(IReadOnlyList<string> files)
    {
        FileFormat? first = FindFormat(files[0]);
        for (int i = 1; i < files.Count; i++)
        {
            if (first is { } one && FindFormat(files[i]) is { } other && one != other)
            {
                throw TextFileErrors.MixedFormats(files[0], one, files[i], other);
            }
        }
    }

    /// <summary>The files that a path stands for, in the order of their names: a file, all table files of a folder and its sub-folders, or the matches of a glob (* ? [a-z] and ** for any folders).</summary>
    /// <exception cref="QueryException">58P01: there is no such file, or no file matches; 42501: a folder cannot be read.</exception>
    public static IReadOnlyList<string> Expand(string path)
    {
        try
        {
            if (File.Exists(path))
            {
                return [Path.GetFullPath(path)];
            }

            string[] files = Directory.Exists(path)
                ? [.. FolderWalk.Files(path).Where(file => IsTableFile(file) && !IsHidden(path, file))]
                : path.IndexOfAny(GlobCharacters) >= 0 ? Match(path) : [];
            if (files.Length == 0 && !Directory.Exists(path) && path.IndexOfAny(GlobCharacters) < 0)
            {
                // Says why there is nothing: a folder on the way may not be searched.
                File.GetAttributes(path);
            }

            if (files.Length == 0)
            {
                throw new QueryException("58P01", ErrorKind.User, $"no such file or folder, or no table file in it: '{path}'");
            }

            Array.Sort(files, StringComparer.Ordinal);
            return files;
        }
        catch (UnauthorizedAccessException error)
        {
            throw new QueryException("42501", ErrorKind.User, $"permission denied: '{path}'", inner: error);
        }
        catch (PathTooLongException error)
        {
            throw new QueryException("42602", ErrorKind.User, $"file name too long: '{path}'", inner: error);
        }
        catch (IOException error) when (FileHandles.AreUsedUp(error))
        {
            throw FileHandleErrors.NoneLeft(path, error);
        }
        catch (IOException error)
        {
            throw new QueryException("58P01", ErrorKind.User, $"no such file or folder, or no table file in it: '{path}'", inner: error);
        }
    }

    private static FileFormat? FindFormat(string path)
    {
        foreach ((string ending, FileFormat format) in Endings)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        return null;
    }

    /// <summary>Files and folders that begin with a dot or underscore are other programs' notes (_SUCCESS, _delta_log).</summary>
    private static bool IsHidden(string root, string file) =>
        Path.GetRelativePath(root, file).Split(Path.DirectorySeparatorChar).Any(static part => part[0] is '.' or '_');

    private static string[] Match(string glob)
    {
        string full = Path.GetFullPath(glob);
        int fixedLength = full.LastIndexOf(Path.DirectorySeparatorChar, full.IndexOfAny(GlobCharacters));
        string root = fixedLength <= 0 ? Path.DirectorySeparatorChar.ToString() : full[..fixedLength];
        if (!Directory.Exists(root))
        {
            return [];
        }

        var pattern = new Regex(Translate(full), RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        bool isDeep = full.AsSpan(fixedLength + 1).Contains(Path.DirectorySeparatorChar) || full.Contains("**", StringComparison.Ordinal);
        return [.. (isDeep ? FolderWalk.Files(root) : Directory.EnumerateFiles(root)).Where(file => pattern.IsMatch(file))];
    }

    private static string Translate(string glob)
    {
        var regex = new StringBuilder("^");
        for (int i = 0; i < glob.Length; i++)
        {
            if (glob.AsSpan(i).StartsWith("**/"))
            {
                regex.Append("(.*/)?");
                i += 2;
            }
            else if (glob.AsSpan(i).StartsWith("**"))
            {
                regex.Append(".*");
                i++;
            }
            else if (glob[i] == '[' && glob.IndexOf(']', i + 1) is var end and > 0)
            {
                string set = glob[(i + 1)..end].Replace("\\", "\\\\", StringComparison.Ordinal);
                regex.Append('[').Append(set.StartsWith('!') ? "^" + set[1..] : set).Append(']');
                i = end;
            }
            else
            {
                regex.Append(glob[i] switch { '*' => "[^/]*", '?' => "[^/]", var other => Regex.Escape(other.ToString()) });
            }
        }

        return regex.Append('$').ToString();
    }
}
