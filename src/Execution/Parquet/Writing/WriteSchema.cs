using SqlCluster.Arrow.Schema;
using SqlCluster.Execution.Parquet.Metadata;

namespace SqlCluster.Execution.Parquet.Writing;

/// <summary>Holds the schema of a file to be written: as fields of batches, as leaf columns, and as the footer lists it.</summary>
/// <remarks>Lists and maps take the three levels that LogicalTypes.md prescribes:
/// <code>
/// optional group tags (LIST) { repeated group list { optional element } }
/// optional group names (MAP) { repeated group key_value { required key; optional value } }
/// </code></remarks>
internal sealed class WriteSchema
{
    private readonly List<SchemaElement> _elements = [];
    private readonly List<WriteColumn> _columns = [];

    /// <exception cref="ParquetException">A type cannot be stored, or there is no column.</exception>
    public WriteSchema(ArrowSchema schema)
    {
        if (schema.Fields.Count == 0)
            throw new ParquetException("writing a file without columns", ParquetException.Unsupported);
        _elements.Add(new SchemaElement { Name = "schema", ChildCount = schema.Fields.Count });
        Fields = [.. schema.Fields.Select(field => Add(field, field.Name, [], 0, 0))];
    }

    public IReadOnlyList<WriteField> Fields { get; }

    public IReadOnlyList<WriteColumn> Columns => _columns;

    /// <summary>Gets the footer's elements, depth first, the root first.</summary>
    public IReadOnlyList<SchemaElement> Elements => _elements;

    private WriteField Add(ArrowField field, string name, string[] parentPath, int definition, int repetition)
    {
        string[] path = [.. parentPath, name];
        int firstLeaf = _columns.Count;
        if (field.Nullable)
            definition++;
        Repetition kind = field.Nullable ? Repetition.Optional : Repetition.Required;
        WriteField[] children = [];
        WriteColumn? leaf = null;
        int ownRepetition = repetition;
        switch (field.Type.Id)
        {
            case ArrowTypeId.Struct:
                children = AddStruct(field, name, kind, path, definition, repetition);
                break;
            case ArrowTypeId.List:
                ownRepetition = repetition + 1;
                AddGroup(name, kind, 1, new LogicalType(LogicalKind.List), ConvertedType.List);
                AddGroup("list", Repetition.Repeated, 1, default, null);
                children = [Add(field.Type.Children![0], "element", [.. path, "list"], definition + 1, ownRepetition)];
                break;
            case ArrowTypeId.Map:
                ownRepetition = repetition + 1;
                AddGroup(name, kind, 1, new LogicalType(LogicalKind.Map), ConvertedType.Map);
                AddGroup("key_value", Repetition.Repeated, 2, default, null);
                ArrowField[] entry = field.Type.Children![0].Type.Children!;
                string[] entryPath = [.. path, "key_value"];
                children =
                [
                    Add(entry[0] with { Nullable = false }, "key", entryPath, definition + 1, ownRepetition),
                    Add(entry[1], "value", entryPath, definition + 1, ownRepetition),
                ];
                break;
            default:
                leaf = AddLeaf(field, name, kind, path, definition, repetition);
                break;
        }

        return new WriteField(field, definition, ownRepetition, children, leaf, firstLeaf, _columns.Count - firstLeaf);
    }

    private WriteField[] AddStruct(ArrowField field, string name, Repetition kind, string[] path, int definition, int repetition)
    {
        ArrowField[] fields = field.Type.Children ?? [];
        if (fields.Length == 0)
            throw new ParquetException("writing a struct without fields", ParquetException.Unsupported).At(column: field.Name);
        AddGroup(name, kind, fields.Length, default, null);
        return Array.ConvertAll(fields, child => Add(child, child.Name, path, definition, repetition));
    }

    private void AddGroup(string name, Repetition kind, int childCount, LogicalType logical, ConvertedType? converted) =>
        _elements.Add(new SchemaElement { Name = name, Repetition = kind, ChildCount = childCount, LogicalType = logical, ConvertedType = converted });

    private WriteColumn AddLeaf(ArrowField field, string name, Repetition kind, string[] path, int definition, int repetition)
    {
        StoredType type = StoredTypes.Of(field);
        _elements.Add(new SchemaElement
        {
            Name = name,
            Type = type.Physical,
            TypeLength = type.Length,
            Repetition = kind,
            LogicalType = type.Logical,
            ConvertedType = type.Converted,
        });
        var column = new WriteColumn(_columns.Count, path, field.Type, type, definition, repetition);
        _columns.Add(column);
        return column;
    }
}
