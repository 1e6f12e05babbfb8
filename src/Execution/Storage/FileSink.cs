using System.Globalization;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.ArrowFiles;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Json;
using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Storage;

/// <summary>Writes rows to a file that appears under its name when it is complete, or not at all.</summary>
public abstract class FileSink : IDisposable
{
    private string _path = "";

    /// <summary>Rows written so far.</summary>
    public long RowCount { get; private set; }

    /// <summary>Opens a file for writing.</summary>
    /// <param name="path">Where the file appears at the end.</param>
    /// <param name="format">Its format.</param>
    /// <param name="columns">Names and types of the columns.</param>
    /// <param name="options">Format options by lower-case name.</param>
    /// <exception cref="QueryException">22023: an option or its value is unknown; 58P01: no such folder; 42501: not allowed to write there; 42809: it is a folder; 53100: the disk is full.</exception>
    public static FileSink Create(string path, FileFormat format, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options)
    {
        FileSink sink = Open(path, format, columns, options);
        sink._path = path;
        return sink;
    }

    private static FileSink Open(string path, FileFormat format, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options)
    {
        if (Directory.Exists(path) && !options.Keys.Any(static option => option.Equals("partition_by", StringComparison.OrdinalIgnoreCase)))
        {
            throw FileWriteErrors.CannotOpen(path, new UnauthorizedAccessException());
        }

        try
        {
            if (options.FirstOrDefault(static option => option.Key.Equals("partition_by", StringComparison.OrdinalIgnoreCase)) is { Key: not null } partitioning)
            {
                return new PartitionedSink(path, format, columns, options.Where(option => option.Key != partitioning.Key).ToDictionary(StringComparer.OrdinalIgnoreCase), partitioning.Value);
            }

            return format switch
            {
                FileFormat.Parquet => new ParquetSink(path, columns, options),
                FileFormat.Csv => new CsvSink(path, columns, options),
                FileFormat.Json => new JsonSink(path, columns, options),
                FileFormat.Arrow => new ArrowSink(path, columns, options),
            };
        }
        catch (ArgumentOutOfRangeException error) when (!FileWriteErrors.IsOne(error))
        {
            throw new QueryException("22023", ErrorKind.User, $"value out of range for option: {error.Message}", inner: error);
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw FileWriteErrors.CannotOpen(path, error);
        }
    }

    /// <exception cref="QueryException">53100: the disk is full; 58030: another fault of the file system.</exception>
    public void Write(Batch batch)
    {
        RowCount += batch.RowCount;
        try
        {
            WriteRows(batch);
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw FileWriteErrors.CannotWrite(_path, error);
        }
    }

    /// <summary>Completes the file and puts it under its name.</summary>
    /// <exception cref="QueryException">As for <see cref="Write"/>.</exception>
    public void Finish()
    {
        try
        {
            FinishFile();
        }
        catch (Exception error) when (FileWriteErrors.IsOne(error))
        {
            throw FileWriteErrors.CannotWrite(_path, error);
        }
    }

    /// <summary>Writes what is left and puts the file under its name.</summary>
    protected abstract void FinishFile();

    /// <summary>Removes what was written unless <see cref="Finish"/> was called.</summary>
    public abstract void Dispose();

    protected abstract void WriteRows(Batch batch);

    /// <summary>Options: compression, compression_level, encodings (common or compact), row_group_size, page_version, dictionary, checksums, bloom_filters (column names).</summary>
    private sealed class ParquetSink(string path, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options) : FileSink
    {
        private readonly ParquetWriter _writer = ParquetWriter.Create(
            path, new ArrowSchema([.. columns.Select(static column => FieldOf(column.Name, column.Type))]), ReadOptions(options));

        protected override void FinishFile() => _writer.Finish();

        public override void Dispose() => _writer.Dispose();

        protected override void WriteRows(Batch batch) => _writer.Write(batch);

        private static ArrowField FieldOf(string name, SqlType type) =>
            new(name, ArrowTypes.Of(type), Metadata: type.Kind is TypeKind.Json or TypeKind.Jsonb ? ParquetFieldMetadata.Json : null);

        private static ParquetWriteOptions ReadOptions(IReadOnlyDictionary<string, string> options)
        {
            ParquetWriteOptions result = ParquetWriteOptions.Default;
            foreach ((string name, string value) in options)
            {
                result = name.ToLowerInvariant() switch
                {
                    "compression" or "codec" => result with
                    {
                        Compression = ParquetCompressions.TryParse(value, out ParquetCompression? codec) ? codec.Value : throw Invalid(name, value),
                    },
                    "compression_level" => result with { CompressionLevel = Number(name, value) },
                    "row_group_size" => result with { RowGroupRows = Number(name, value) },
                    "encodings" => result with
                    {
                        Encodings = Enum.TryParse(value, ignoreCase: true, out ParquetEncodingChoice choice) && Enum.IsDefined(choice) ? choice : throw Invalid(name, value),
                    },
                    "page_version" => result with { PageVersion = Number(name, value) },
                    "dictionary" => result with { UseDictionaries = value is "on" or "true" },
                    "checksums" => result with { WriteChecksums = value is "on" or "true" },
                    "bloom_filters" => result with { BloomFilterColumns = value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) },
                    _ => throw new QueryException("22023", ErrorKind.User, $"option not recognized for Parquet: \"{name}\""),
                };
            }

            return result;
        }

        private static int Number(string name, string value) =>
            int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number > 0 ? number : throw Invalid(name, value);

        private static QueryException Invalid(string name, string value) => new("22023", ErrorKind.User, $"invalid value for option \"{name}\": \"{value}\"");
    }
}
