using System.Text;

namespace SqlCluster.SqlCli.Repl;

/// <summary>What was entered, oldest first, kept in a file: an entry a line, line breaks as \n.</summary>
/// <remarks>Entries are appended one by one, so that programs running at the same time lose none of each other's.</remarks>
internal sealed class History
{
    private const int MaxEntries = 5000;
    private readonly string? _path;
    private readonly List<string> _entries = [];

    /// <param name="path">The file, or null to keep nothing. A file that cannot be read or written is done without.</param>
    public History(string? path)
    {
        _path = path;
        if (path != null)
        {
            Load(path);
        }
    }

    public IReadOnlyList<string> Entries => _entries;

    /// <summary>The file in the user's folder for state.</summary>
    public static string DefaultPath()
    {
        string? state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
        string root = string.IsNullOrEmpty(state) ? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state") : state;
        return Path.Combine(root, "sqlcluster", "history");
    }

    /// <summary>Remembers an entry, unless it repeats the last one or starts with a space.</summary>
    public void Add(string entry)
    {
        entry = entry.TrimEnd();
        if (entry.Length == 0 || entry[0] == ' ' || (_entries.Count > 0 && _entries[^1] == entry))
        {
            return;
        }

        _entries.Add(entry);
        if (_path != null)
        {
            Save(path => File.AppendAllText(path, Encode(entry) + "\n"));
        }
    }

    /// <summary>The nearest entry before an index that contains a text; -1 when there is none.</summary>
    public int FindBackwards(string text, int before)
    {
        for (int i = before - 1; i >= 0; i--)
        {
            if (_entries[i].Contains(text, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private void Load(string path)
    {
        try
        {
            if (!File.Exists(path))
            {
                return;
            }

            string[] lines = File.ReadAllLines(path);
            _entries.AddRange(lines.TakeLast(MaxEntries).Where(static line => line.Length > 0).Select(Decode));
            if (lines.Length > 2 * MaxEntries)
            {
                Save(target => File.WriteAllLines(target, _entries.Select(Encode)));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _entries.Clear();
        }
    }

    private void Save(Action<string> write)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_path!)!);
            if (!File.Exists(_path) && !OperatingSystem.IsWindows())
            {
                using FileStream created = new(_path!, new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite });
            }

            write(_path!);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A history that cannot be kept is no reason to stop.
        }
    }

    private static string Encode(string entry) => entry.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);

    private static string Decode(string line)
    {
        var result = new StringBuilder(line.Length);
        for (int i = 0; i < line.Length; i++)
        {
            if (line[i] == '\\' && i + 1 < line.Length)
            {
                i++;
                result.Append(line[i] == 'n' ? '\n' : line[i]);
            }
            else
            {
                result.Append(line[i]);
            }
        }

        return result.ToString();
    }
}
