using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Types;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>glob('data/*.parquet'): the files that paths and patterns stand for, as a table of one column.</summary>
public static class FileListing
{
    /// <summary>The files; none where nothing matches.</summary>
    /// <exception cref="QueryException">42501: a folder cannot be read.</exception>
    public static ITable Open(IReadOnlyList<string> paths) => new RowsTable("glob", [new TableColumn("file", SqlType.Text)], [.. paths.SelectMany(Find).Select(static file => (object?[])[file])]);

    private static IReadOnlyList<string> Find(string path)
    {
        try
        {
            return FilePaths.Expand(path);
        }
        catch (QueryException error) when (error.SqlState == "58P01")
        {
            return [];
        }
    }
}
