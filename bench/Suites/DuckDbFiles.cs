namespace SqlCluster.Bench.Suites;

/// <summary>The same tables as DuckDB writes them: its encodings, row groups and compression in place of ours.</summary>
internal static class DuckDbFiles
{
    /// <summary>Makes the files that are not there yet, in a folder beside <paramref name="folder"/> of the same name.</summary>
    /// <returns>The folder with DuckDB's files.</returns>
    public static string Make(string folder)
    {
        string source = Path.TrimEndingDirectorySeparator(folder);
        DirectoryInfo target = Directory.CreateDirectory(Path.Combine(Path.GetDirectoryName(source)!, "duckdb", Path.GetFileName(source)));
        using var duck = new DuckDbProcess();
        foreach (string file in Directory.GetFiles(source, "*.parquet"))
        {
            string written = Path.Combine(target.FullName, Path.GetFileName(file)), unfinished = written + ".unfinished";
            if (!File.Exists(written))
            {
                duck.Setup($"COPY (SELECT * FROM read_parquet('{file}')) TO '{unfinished}' (FORMAT parquet)");
                File.Move(unfinished, written);
            }
        }

        return target.FullName;
    }
}
