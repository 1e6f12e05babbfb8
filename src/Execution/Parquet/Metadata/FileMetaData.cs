namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Holds a file's footer: schema, row groups, and what the writer says about itself.</summary>
internal sealed class FileMetaData
{
    public required int Version { get; init; }

    /// <summary>Gets the schema's elements, depth first; the first one is the root.</summary>
    public required IReadOnlyList<SchemaElement> Schema { get; init; }

    public required long RowCount { get; init; }

    public required IReadOnlyList<RowGroup> RowGroups { get; init; }

    /// <summary>Gets free-form metadata; a key may come without a value.</summary>
    public required IReadOnlyList<KeyValuePair<string, string?>> KeyValues { get; init; }

    public string? CreatedBy { get; init; }

    /// <summary>Gets the order of each leaf's statistics; empty when the writer states none.</summary>
    public required IReadOnlyList<ColumnOrder> ColumnOrders { get; init; }

    /// <summary>Parses the footer's Thrift bytes. Statistics stay slices of <paramref name="footer"/>, which must not change.</summary>
    /// <exception cref="ParquetException">The bytes are damaged.</exception>
    public static FileMetaData Parse(ReadOnlyMemory<byte> footer)
    {
        ThriftReader reader = new(footer);
        int version = 0;
        long rowCount = -1;
        SchemaElement[]? schema = null;
        RowGroup[]? rowGroups = null;
        KeyValuePair<string, string?>[] keyValues = [];
        ColumnOrder[] orders = [];
        string? createdBy = null;
        short outer = reader.EnterStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: version = reader.Int32(); break;
                case 2:
                    schema = new SchemaElement[reader.BeginList(ThriftType.Struct)];
                    for (int i = 0; i < schema.Length; i++)
                        schema[i] = SchemaElement.Read(ref reader);
                    break;
                case 3: rowCount = reader.Int64(); break;
                case 4:
                    rowGroups = new RowGroup[reader.BeginList(ThriftType.Struct)];
                    for (int i = 0; i < rowGroups.Length; i++)
                        rowGroups[i] = RowGroup.Read(ref reader);
                    break;
                case 5:
                    keyValues = new KeyValuePair<string, string?>[reader.BeginList(ThriftType.Struct)];
                    for (int i = 0; i < keyValues.Length; i++)
                        keyValues[i] = ReadKeyValue(ref reader);
                    break;
                case 6: createdBy = reader.Text(); break;
                case 7:
                    orders = new ColumnOrder[reader.BeginList(ThriftType.Struct)];
                    for (int i = 0; i < orders.Length; i++)
                        orders[i] = ReadOrder(ref reader);
                    break;
                case 8:
                    throw new ParquetException("file is encrypted", ParquetException.Unsupported);
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        if (schema is null || schema.Length == 0 || rowGroups is null || rowCount < 0)
            throw new ParquetException("footer lacks schema, row groups or row count");
        CheckRowGroups(schema, rowGroups, rowCount);
        return new FileMetaData
        {
            Version = version,
            Schema = schema,
            RowCount = rowCount,
            RowGroups = rowGroups,
            KeyValues = keyValues,
            CreatedBy = createdBy,
            ColumnOrders = orders,
        };
    }

    private static void CheckRowGroups(SchemaElement[] schema, RowGroup[] rowGroups, long rowCount)
    {
        List<PhysicalType> leaves = new(schema.Length);
        foreach (SchemaElement element in schema)
        {
            if (element.Type is { } type)
                leaves.Add(type);
        }

        long rows = 0;
        for (int group = 0; group < rowGroups.Length; group++)
        {
            IReadOnlyList<ColumnChunk> columns = rowGroups[group].Columns;
            if (columns.Count != leaves.Count)
                throw new ParquetException($"row group has {columns.Count} columns, the schema {leaves.Count}").At(rowGroup: group);
            for (int i = 0; i < columns.Count; i++)
            {
                if (columns[i].Type != leaves[i])
                    throw new ParquetException($"column chunk {i} has another physical type than the schema").At(rowGroup: group);
            }

            rows = unchecked(rows + rowGroups[group].RowCount);
            if (rows < 0)
                throw new ParquetException("row counts overflow").At(rowGroup: group);
        }

        if (rows != rowCount)
            throw new ParquetException($"file states {rowCount} rows, its row groups {rows}");
    }

    private static KeyValuePair<string, string?> ReadKeyValue(ref ThriftReader reader)
    {
        string key = "";
        string? value = null;
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            switch (id)
            {
                case 1: key = reader.Text(); break;
                case 2: value = reader.Text(); break;
                default: reader.Skip(); break;
            }
        }

        reader.ExitStruct(outer);
        return new KeyValuePair<string, string?>(key, value);
    }

    private static ColumnOrder ReadOrder(ref ThriftReader reader)
    {
        ColumnOrder order = ColumnOrder.Undefined;
        short outer = reader.EnterListStruct();
        while (reader.NextField(out int id))
        {
            order = id switch
            {
                1 => ColumnOrder.TypeDefined,
                2 => ColumnOrder.Ieee754TotalOrder,
                _ => ColumnOrder.Undefined,
            };
            reader.Skip();
        }

        reader.ExitStruct(outer);
        return order;
    }
}
