using System.Text.Json;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Physical;
using SqlCluster.Catalyst.Trees;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Executors;
using SqlCluster.Execution.Operators;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Json;

/// <summary>What a user says about a JSON file.</summary>
internal sealed record JsonOptions(JsonLayout? Layout = null, int SampleRows = 20_480, bool IgnoresErrors = false, int BlockBytes = TextBlockSource.DefaultBlockBytes)
{
    /// <exception cref="Parser.Errors.QueryException">22023: an option or its value is unknown.</exception>
    public static JsonOptions Read(IReadOnlyDictionary<string, string> options)
    {
        var result = new JsonOptions();
        foreach ((string name, string value) in options)
        {
            result = name.ToLowerInvariant() switch
            {
                "format" => result with
                {
                    Layout = value.ToLowerInvariant() switch
                    {
                        "auto" => null,
                        "newline_delimited" or "nd" => JsonLayout.Lines,
                        "array" => JsonLayout.Array,
                        "unstructured" => JsonLayout.Sequence,
                        _ => throw TextFileErrors.InvalidOption(name, value),
                    },
                },
                "sample_size" => result with { SampleRows = CsvOptions.Number(name, value, -1) },
                "ignore_errors" => result with { IgnoresErrors = CsvOptions.Flag(name, value) },
                "buffer_size" => result with { BlockBytes = Math.Max(CsvOptions.Number(name, value, 1), 16) },
                "compression" or "auto_detect" => result,
                _ => throw TextFileErrors.UnknownOption("JSON", name),
            };
        }

        return result;
    }
}

/// <summary>One or more JSON files as a table: an object is a row. Immutable and thread-safe.</summary>
/// <remarks>The first file's values decide on names and types. Files whose values are not objects have one column, json.</remarks>
public sealed class JsonTable : IScannableTable
{
    private const int SampleBytes = 4 << 20;
    private readonly IReadOnlyList<string> _files;
    private readonly long _estimatedRows;

    private JsonTable(string name, IReadOnlyList<string> files, JsonOptions options, JsonFormat format, NodeList<TableColumn> columns, bool hasObjects, long estimatedRows)
    {
        Name = name;
        Columns = columns;
        Options = options;
        Format = format;
        HasObjects = hasObjects;
        _files = files;
        _estimatedRows = estimatedRows;
    }

    public string Name { get; }

    public NodeList<TableColumn> Columns { get; }

    public string ContentVersion => FileVersions.Of(_files);

    public TableStatistics Statistics => new(_estimatedRows, IsExact: false, Columns.Map(static column => new ColumnStatistics(null, null, AverageBytes: column.Type.IsNumber ? 8 : 16)));

    internal JsonOptions Options { get; }

    internal JsonFormat Format { get; }

    /// <summary>Whether values are objects whose fields are the columns; otherwise the value itself is the one column.</summary>
    internal bool HasObjects { get; }

    /// <summary>Opens files as one table.</summary>
    /// <param name="name">Name for EXPLAIN and errors.</param>
    /// <param name="files">At least one.</param>
    /// <param name="options">Options by name: format, sample_size, ignore_errors.</param>
    /// <param name="declared">Columns as declared; null: found by looking at the first file.</param>
    /// <exception cref="Parser.Errors.QueryException">The first file cannot be read, or an option is wrong.</exception>
    public static JsonTable Open(string name, IReadOnlyList<string> files, IReadOnlyDictionary<string, string> options, NodeList<TableColumn>? declared = null)
    {
        JsonOptions known = JsonOptions.Read(options);
        int size = known.SampleRows >= 0 ? SampleBytes : (int)Math.Min(int.MaxValue / 4, Math.Max(new FileInfo(files[0]).Length * 20, 1024));
        (byte[] bytes, bool isWhole) = TextBlockSource.ReadSample(files[0], size);
        var format = new JsonFormat(known.Layout ?? FindLayout(bytes));
        var shape = new JsonShape();
        int count = Sample(files[0], bytes, isWhole, format, known, shape);
        long fileBytes = files.Sum(static file => new FileInfo(file).Length);
        long rows = isWhole && files.Count == 1 ? count : (long)(fileBytes * (count / (double)Math.Max(1, bytes.Length)));
        bool hasObjects = shape.IsObject && shape.Fields.Any();
        NodeList<TableColumn> columns = declared ?? (hasObjects
            ? [.. shape.Fields.Select(static field => new TableColumn(field.Name, field.Shape.ToType()))]
            : [new TableColumn("json", count == 0 ? SqlType.Json : shape.ToType())]);
        return new JsonTable(name, files, known, format, columns, hasObjects || declared != null, rows);
    }

    /// <summary>Other files as a table of the same columns, read the same way.</summary>
    internal JsonTable WithFiles(IReadOnlyList<string> files) => new(Name, files, Options, Format, Columns, HasObjects, _estimatedRows);

    public bool CanPushFilter(Expression predicate) => !predicate.HasSubquery() && !predicate.IsVolatile();

    public IScanSource OpenScan(ScanExec scan, QueryContext query) => new TextScanSource(
        scan, new TextBlockSource(_files, Format, Options.BlockBytes, query.Share), (source, context, metrics) => new JsonScanReader(this, source, context, metrics));

    // A file whose first line is a whole value has one a line, unless that is an array and the only line.
    private static JsonLayout FindLayout(byte[] bytes)
    {
        ReadOnlySpan<byte> text = bytes.AsSpan().TrimStart(" \t\r\n"u8);
        int line = text.IndexOf((byte)'\n');
        ReadOnlySpan<byte> first = line < 0 ? text : text[..line], rest = line < 0 ? default : text[line..].Trim(" \t\r\n"u8);
        bool isWhole = IsValue(first);
        return text.StartsWith("["u8) && (!isWhole || rest.IsEmpty) ? JsonLayout.Array : isWhole ? JsonLayout.Lines : JsonLayout.Sequence;
    }

    private static bool IsValue(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, JsonScanReader.ReaderOptions);
            while (reader.Read())
            {
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static int Sample(string path, byte[] bytes, bool isWhole, JsonFormat format, JsonOptions options, JsonShape shape)
    {
        int position = Math.Max(0, format.PrologueLength(bytes, isWhole)), count = 0;
        while ((options.SampleRows < 0 || count < options.SampleRows) && format.ValueStart(bytes, position) is var start and >= 0)
        {
            int end = format.ValueEnd(bytes, start);
            if (end == 0 && !isWhole)
            {
                break;
            }

            end = end == 0 ? bytes.Length : end;
            try
            {
                var reader = new Utf8JsonReader(bytes.AsSpan(start, end - start), JsonScanReader.ReaderOptions);
                reader.Read();
                shape.Add(ref reader);
                while (reader.Read())
                {
                }
            }
            catch (JsonException error)
            {
                if (!options.IgnoresErrors)
                {
                    throw TextFileErrors.BadJson(path, 1 + bytes.AsSpan(0, start).Count((byte)'\n') + (error.LineNumber ?? 0), error);
                }
            }

            position = end;
            count++;
        }

        return count;
    }
}
