namespace SqlCluster.Server.Hosting;

/// <summary>Makes tables of what a folder holds.</summary>
public static class FolderTables
{
    private static readonly string[] Extensions = [".parquet", ".csv", ".json", ".ndjson"];

    /// <summary>Each data file becomes a table, and each subfolder that holds Parquet files; the name is the file's without its extension.</summary>
    /// <returns>How many tables there are.</returns>
    /// <exception cref="Parser.Errors.QueryException">58P01: no such folder; 42P07: two files of one name; or a file cannot be read.</exception>
    public static int Attach(Engine engine, string folder)
    {
        if (!Directory.Exists(folder))
        {
            throw new Parser.Errors.QueryException("58P01", Parser.Errors.ErrorKind.User, $"no such folder: {folder}");
        }

        int count = 0;
        foreach (string path in Directory.EnumerateFiles(folder).Where(static path => Extensions.Contains(Path.GetExtension(path).ToLowerInvariant())).Order(StringComparer.Ordinal))
        {
            engine.Attach(Path.GetFileNameWithoutExtension(path), path);
            count++;
        }

        foreach (string path in Directory.EnumerateDirectories(folder).Where(static path => Directory.EnumerateFiles(path, "*.parquet").Any()).Order(StringComparer.Ordinal))
        {
            engine.Attach(Path.GetFileName(path), path);
            count++;
        }

        return count;
    }
}
