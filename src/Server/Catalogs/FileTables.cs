using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Catalogs;

/// <summary>Opens files, folders and globs as tables. Formats are found by the file's ending; metadata is cached until a file changes. Thread-safe.</summary>
public sealed class FileTables : IDisposable
{
    private readonly FileTableCache _cache = new();

    /// <summary>A file, folder or glob by its path.</summary>
    public ITable Open(string path) => _cache.Open(path, FileTableOptions.Default);

    /// <summary>A table of a given format: CREATE EXTERNAL TABLE.</summary>
    public ITable Open(string path, FileTableOptions options) => _cache.Open(path, options);

    /// <summary>read_parquet, read_csv, read_json and their arguments; null when the name is none of them.</summary>
    public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments)
    {
        FileFormat? format = name switch
        {
            "read_parquet" or "parquet_scan" => FileFormat.Parquet,
            "read_csv" or "read_csv_auto" => FileFormat.Csv,
            "read_json" or "read_json_auto" or "read_ndjson" => FileFormat.Json,
            _ => null,
        };
        if (format == null)
        {
            return null;
        }

        if (arguments is not [{ Value: string path }])
        {
            throw new Parser.Errors.QueryException("42883", Parser.Errors.ErrorKind.User, $"function {name} takes one path as text");
        }

        return _cache.Open(path, new FileTableOptions(format, namedArguments.ToDictionary(static pair => pair.Key, static pair => Text(pair.Value), StringComparer.OrdinalIgnoreCase)));
    }

    public void Dispose() => _cache.Dispose();

    private static string Text(Literal literal) => literal.Value is string text ? text : literal.ToString();
}
