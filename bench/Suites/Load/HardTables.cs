namespace SqlCluster.Bench.Suites.Load;

/// <summary>Tables that are hard on who holds rows for a slow client, written by DuckDB: it makes row groups, pages and dictionaries as large as it is told.</summary>
internal static class HardTables
{
    /// <summary>Names of the tables, and what makes each hard.</summary>
    public static readonly (string Name, string What)[] All =
    [
        ("large_groups", "one row group of 1,000,000 rows"),
        ("wide_texts", "100 columns of texts"),
        ("large_rows", "rows of 1 MB"),
        ("large_dictionary", "a dictionary of 100,000 texts of 500 characters"),
    ];

    /// <summary>Makes the files that are not there yet.</summary>
    /// <returns>Their folder, in that of temporary files; 400 MB.</returns>
    public static DirectoryInfo Make()
    {
        DirectoryInfo folder = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "sqlcluster-hard-tables"));
        (string Name, string Query, string Options)[] tables =
        [
            ("large_groups", "SELECT i AS a, i * 7 AS b, i / 3.0 AS c, 'row ' || i || ' of a million, and its text' AS t FROM range(1000000) AS r(i)", "ROW_GROUP_SIZE 1000000"),
            ("wide_texts", $"SELECT {string.Join(", ", Enumerable.Range(0, 100).Select(static column => $"'column {column}, row ' || (i * {column + 1}) AS c{column}"))} FROM range(50000) AS r(i)", "ROW_GROUP_SIZE 122880"),
            ("large_rows", "SELECT i AS a, lpad(i::varchar, 1000000, chr((97 + i % 26)::integer)) AS t FROM range(500) AS r(i)", "ROW_GROUP_SIZE 2048"),
            ("large_dictionary", "SELECT i AS a, lpad((i * 7919 % 100000)::varchar, 500, 'dictionary ') AS t FROM range(1000000) AS r(i)", "ROW_GROUP_SIZE 1000000, DICTIONARY_SIZE_LIMIT 200000, STRING_DICTIONARY_PAGE_SIZE_LIMIT 200000000"),
        ];
        using var duck = new DuckDbProcess();
        foreach ((string name, string query, string options) in tables)
        {
            string file = Path.Combine(folder.FullName, name + ".parquet"), unfinished = file + ".unfinished";
            if (!File.Exists(file))
            {
                duck.Setup($"COPY ({query}) TO '{unfinished}' (FORMAT parquet, {options})");
                File.Move(unfinished, file);
            }
        }

        return folder;
    }
}
