using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical.Serialization;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Parquet.Inspection;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Server.Catalogs;

/// <summary>Opens files, folders and globs as tables. Formats are found by the file's ending; metadata is cached until a file changes. Thread-safe.</summary>
public sealed class FileTables : IDisposable
{
    private readonly FileTableCache _cache = new();

    /// <summary>A file, folder or glob by its path.</summary>
    public ITable Open(string path, CancellationToken cancellation = default) => _cache.Open(path, FileTableOptions.Default, cancellation);

    /// <summary>A table of a given format: CREATE EXTERNAL TABLE.</summary>
    public ITable Open(string path, FileTableOptions options, CancellationToken cancellation = default) => _cache.Open(path, options, cancellation);

    /// <summary>read_parquet, read_csv, read_json, read_arrow, what describes files (parquet_metadata and its like, glob), and their arguments; null when the name is none of them.</summary>
    public ITable? CallTableFunction(string name, IReadOnlyList<Literal> arguments, IReadOnlyDictionary<string, Literal> namedArguments, CancellationToken cancellation = default)
    {
        FileFormat? format = name switch
        {
            "read_parquet" or "parquet_scan" => FileFormat.Parquet,
            "read_csv" or "read_csv_auto" => FileFormat.Csv,
            "read_json" or "read_json_auto" or "read_ndjson" => FileFormat.Json,
            "read_arrow" => FileFormat.Arrow,
            _ => null,
        };
        bool isInspection = name is "parquet_metadata" or "parquet_schema" or "parquet_file_metadata" or "parquet_kv_metadata" or "glob";
        if (format == null && !isInspection)
        {
            return null;
        }

        string[] paths = arguments switch
        {
            [{ Value: string path }] => [path],
            [{ Value: NodeList<Literal> items }] when items.Count > 0 && items.All(static item => item.Value is string) => [.. items.Select(static item => (string)item.Value!)],
            _ => throw new Parser.Errors.QueryException("42883", Parser.Errors.ErrorKind.User, $"function {name} takes one path, or an array of paths, as text"),
        };
        if (isInspection)
        {
            return namedArguments.Count > 0
                ? throw new Parser.Errors.QueryException("42883", Parser.Errors.ErrorKind.User, $"function {name} takes no options")
                : name == "glob" ? FileListing.Open(paths) : ParquetInspection.Open(name, [.. paths.SelectMany(FilePaths.Expand)]);
        }

        return _cache.Open(paths, new FileTableOptions(format, namedArguments.ToDictionary(static pair => pair.Key, static pair => Text(pair.Value), StringComparer.OrdinalIgnoreCase)), cancellation);
    }

    /// <summary>What stands for a table in a plan that travels; null for a table that was not opened here.</summary>
    internal TableReference? ReferenceTo(ITable table) => _cache.ReferenceTo(table);

    /// <summary>Opens the files of a plan that has travelled.</summary>
    internal ITable Open(TableReference.OfFiles reference) => _cache.Open(reference);

    public void Dispose() => _cache.Dispose();

    private static string Text(Literal literal) => literal.Value switch
    {
        string text => text,
        NodeList<Literal> fields when literal.Type.Kind == TypeKind.Row => System.Text.Json.JsonSerializer.Serialize(
            fields.Select((field, i) => (literal.Type.Fields![i].Name, Text(field))).ToDictionary(static pair => pair.Name, static pair => pair.Item2, StringComparer.Ordinal)),
        NodeList<Literal> items => $"[{string.Join(',', items.Select(Text))}]",
        _ => literal.ToString(),
    };
}
