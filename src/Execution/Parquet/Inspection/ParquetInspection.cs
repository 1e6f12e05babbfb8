using System.Text.RegularExpressions;
using SqlCluster.Arrow.Memory;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Catalyst.Expressions;
using SqlCluster.Catalyst.Types;
using SqlCluster.Catalyst.Types.Zones;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Functions.Casts;
using SqlCluster.Execution.Kernels;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Parquet.Pruning;
using SqlCluster.Execution.Parquet.Reading;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Parquet.Inspection;

/// <summary>What Parquet files say of themselves, as tables: parquet_file_metadata, parquet_schema, parquet_metadata and parquet_kv_metadata, with DuckDB's columns.</summary>
public static partial class ParquetInspection
{
    private static readonly NodeList<TableColumn> FileColumns =
    [
        Text("file_name"), Text("created_by"), Number("num_rows"), Number("num_row_groups"), Number("format_version"), Number("file_size_bytes"),
    ];

    private static readonly NodeList<TableColumn> SchemaColumns =
    [
        Text("file_name"), Text("name"), Text("type"), Number("type_length"), Text("repetition_type"), Number("num_children"), Text("converted_type"), Number("scale"), Number("precision"), Number("field_id"),
        Text("logical_type"), Number("column_id"),
    ];

    private static readonly NodeList<TableColumn> ChunkColumns =
    [
        Text("file_name"), Number("row_group_id"), Number("row_group_num_rows"), Number("row_group_num_columns"), Number("row_group_bytes"), Number("column_id"), Number("num_values"), Text("path_in_schema"), Text("type"),
        Text("stats_min_value"), Text("stats_max_value"), Number("stats_null_count"), Number("stats_distinct_count"), Flag("min_is_exact"), Flag("max_is_exact"), Text("compression"), Text("encodings"),
        Number("dictionary_page_offset"), Number("data_page_offset"), Number("total_compressed_size"), Number("total_uncompressed_size"), Number("bloom_filter_offset"), Number("bloom_filter_length"),
        Flag("has_page_index"),
    ];

    private static readonly NodeList<TableColumn> KeyValueColumns = [Text("file_name"), Text("key"), Text("value")];

    /// <summary>The table that a function of this name gives for files; null: it is none of them.</summary>
    /// <param name="function">Name in lower case.</param>
    /// <param name="files">Parquet files.</param>
    /// <exception cref="Parser.Errors.QueryException">A file is missing, may not be read, is damaged, or is no Parquet file.</exception>
    public static ITable? Open(string function, IReadOnlyList<string> files)
    {
        (NodeList<TableColumn> columns, Func<ParquetFile, IEnumerable<object?[]>> describe)? found = function switch
        {
            "parquet_file_metadata" => (FileColumns, Files),
            "parquet_schema" => (SchemaColumns, Elements),
            "parquet_metadata" => (ChunkColumns, Chunks),
            "parquet_kv_metadata" => (KeyValueColumns, KeyValues),
            _ => null,
        };
        return found is var (columns, describe)
            ? new RowsTable(function, columns, [.. files.Select(static file => ParquetFileCache.Shared.Open(file, binaryAsString: false)).SelectMany(describe)])
            : null;
    }

    private static TableColumn Text(string name) => new(name, SqlType.Text);

    private static TableColumn Number(string name) => new(name, SqlType.BigInt);

    private static TableColumn Flag(string name) => new(name, SqlType.Boolean);

    private static IEnumerable<object?[]> Files(ParquetFile file) =>
        [[file.Source.Path, file.MetaData.CreatedBy, file.MetaData.RowCount, (long)file.MetaData.RowGroups.Count, (long)file.MetaData.Version, file.Source.LengthBytes]];

    private static IEnumerable<object?[]> Elements(ParquetFile file) => file.MetaData.Schema.Select((element, i) => (object?[])
    [
        file.Source.Path, element.Name, element.Type is { } type ? NameOf(type) : null, element.Type == PhysicalType.FixedLenByteArray ? (long)element.TypeLength : null, i == 0 ? null : NameOf(element.Repetition),
        element.Type == null ? (long)element.ChildCount : null, element.ConvertedType is { } converted ? NameOf(converted) : null,
        element.LogicalType.Kind == LogicalKind.Decimal ? (long)element.LogicalType.Scale : null, element.LogicalType.Kind == LogicalKind.Decimal ? (long)element.LogicalType.Precision : null, (long?)element.FieldId,
        element.LogicalType.Kind == LogicalKind.None ? null : NameOf(element.LogicalType), (long)i,
    ]);

    private static IEnumerable<object?[]> Chunks(ParquetFile file) => file.MetaData.RowGroups.SelectMany((group, groupIndex) => group.Columns.Select((chunk, i) =>
    {
        ColumnDescriptor column = file.Schema.Columns[i];
        LeafType type = file.LeafTypes[i];
        ColumnBounds bounds = BoundsReader.Read(chunk.Statistics, chunk.ValueCount, column, type);
        return (object?[])
        [
            file.Source.Path, (long)groupIndex, group.RowCount, (long)group.Columns.Count, group.TotalSizeBytes, (long)i, chunk.ValueCount, column.Path, NameOf(column.Type),
            TextOf(bounds.Min, type.Sql), TextOf(bounds.Max, type.Sql), chunk.Statistics?.NullCount, chunk.Statistics?.DistinctCount, chunk.Statistics?.IsMinExact, chunk.Statistics?.IsMaxExact, NameOf(chunk.Codec),
            string.Join(", ", Enum.GetValues<Encoding>().Where(encoding => (chunk.EncodingBits >> (int)encoding & 1) != 0).Select(static encoding => NameOf(encoding))),
            chunk.DictionaryPageOffset, chunk.DataPageOffset, chunk.CompressedSizeBytes, chunk.UncompressedSizeBytes, chunk.BloomFilterOffset, (long?)chunk.BloomFilterLengthBytes,
            chunk.OffsetIndex != null,
        ];
    }));

    private static IEnumerable<object?[]> KeyValues(ParquetFile file) => file.MetaData.KeyValues.Select(pair => (object?[])[file.Source.Path, pair.Key, pair.Value]);

    /// <summary>A bound as a cast to text shows it; null: there is none that can be trusted, or of a type that has no order.</summary>
    private static string? TextOf(Bound? bound, SqlType type)
    {
        if (bound is not { } known || ParquetTable.ToLiteral(known, type) is not { } literal)
        {
            return null;
        }

        using var account = new MemoryAccount("parquet_metadata");
        var reader = new VectorReader(LiteralVectors.ToVector(literal, account, out ResultColumn column));
        using (column)
        {
            return TextForms.Format(type, in reader, 0, Zone.Utc);
        }
    }

    /// <summary>A name as parquet.thrift spells it: RLE_DICTIONARY.</summary>
    private static string NameOf<T>(T value)
        where T : struct, Enum => WordStart().Replace(value.ToString(), "_").ToUpperInvariant();

    private static string NameOf(LogicalType type) => type.Kind switch
    {
        LogicalKind.Decimal => $"DECIMAL({type.Precision}, {type.Scale})",
        LogicalKind.Time or LogicalKind.Timestamp => $"{NameOf(type.Kind)}({NameOf(type.Unit)}{(type.IsAdjustedToUtc ? ", UTC" : "")})",
        LogicalKind.Integer => $"{(type.IsSigned ? "INT" : "UINT")}_{type.BitWidth}",
        _ => NameOf(type.Kind),
    };

    [GeneratedRegex("(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex WordStart();
}
