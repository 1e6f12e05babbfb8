using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Json;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Formats of table files.</summary>
public enum FileFormat
{
    Parquet,
    Csv,
    Json,
}

/// <summary>How files are read as a table.</summary>
/// <param name="Format">The format; null: by the files' ending.</param>
/// <param name="Options">Format options by lower-case name (header, delimiter, ...).</param>
/// <param name="Columns">Columns as declared; null: taken from the files.</param>
public sealed record FileTableOptions(FileFormat? Format, IReadOnlyDictionary<string, string> Options, NodeList<TableColumn>? Columns = null)
{
    public static readonly FileTableOptions Default = new(null, new Dictionary<string, string>());
}

/// <summary>Opens paths as tables and remembers what it has read of them until a file's size or time changes. Thread-safe.</summary>
public sealed class FileTableCache : IDisposable
{
    /// <exception cref="QueryException">58P01: no such file; 0A000: not a format that can be read; 42501: not allowed to read it.</exception>
    public ITable Open(string path, FileTableOptions options)
    {
        IReadOnlyList<string> files = FilePaths.Expand(path);
        string name = Path.GetFileNameWithoutExtension(path.TrimEnd(Path.DirectorySeparatorChar));
        return (options.Format ?? FilePaths.FormatOf(files[0])) switch
        {
            FileFormat.Parquet => ParquetTable.Open(name, files, ParquetOptions(options)),
            FileFormat.Csv => CsvTable.Open(name, files, options.Options, options.Columns),
            FileFormat.Json => JsonTable.Open(name, files, options.Options, options.Columns),
        };
    }

    public void Dispose()
    {
    }

    private static ParquetTableOptions ParquetOptions(FileTableOptions options)
    {
        ParquetTableOptions result = ParquetTableOptions.Default;
        foreach ((string name, string value) in options.Options)
        {
            bool isOn = value.ToLowerInvariant() is "on" or "true" or "1";
            result = name.ToLowerInvariant() switch
            {
                "binary_as_string" => result with { BinaryAsString = isOn },
                "verify_checksums" => result with { VerifyChecksums = isOn },
                _ => throw new QueryException("22023", ErrorKind.User, $"option not recognized for Parquet: \"{name}\""),
            };
        }

        return result;
    }
}
