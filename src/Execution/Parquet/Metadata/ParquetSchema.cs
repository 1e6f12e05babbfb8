namespace SqlCluster.Execution.Parquet.Metadata;

/// <summary>Holds the schema as a tree of fields and the list of its leaf columns.</summary>
internal sealed class ParquetSchema
{
    private ParquetSchema(IReadOnlyList<ParquetField> fields, IReadOnlyList<ColumnDescriptor> columns)
    {
        Fields = fields;
        Columns = columns;
    }

    public IReadOnlyList<ParquetField> Fields { get; }

    public IReadOnlyList<ColumnDescriptor> Columns { get; }

    /// <exception cref="ParquetException">The elements do not form a tree.</exception>
    public static ParquetSchema Build(FileMetaData file) => new Builder(file.Schema, file.ColumnOrders).Build();

    // Walks the flattened elements once, depth first, applying the rules for LIST and MAP of LogicalTypes.md (parquet-format),
    // backward compatibility included.
    private sealed class Builder(IReadOnlyList<SchemaElement> elements, IReadOnlyList<ColumnOrder> orders)
    {
        private const int MaxDepth = 100;

        private readonly List<ColumnDescriptor> _columns = [];
        private int _next;

        public ParquetSchema Build()
        {
            SchemaElement root = elements[_next++];
            if (root.Type is not null || root.ChildCount == 0)
                throw new ParquetException("schema has no columns");
            IReadOnlyList<ParquetField> fields = Children(root, new Position("", 0, 0, 0));
            if (_next != elements.Count)
                throw new ParquetException($"schema has {elements.Count - _next} elements outside its tree");
            return new ParquetSchema(fields, _columns);
        }

        private List<ParquetField> Children(SchemaElement group, Position inside)
        {
            List<ParquetField> fields = new(Math.Min(group.ChildCount, elements.Count));
            for (int i = 0; i < group.ChildCount; i++)
                fields.Add(Field(inside));
            return fields;
        }

        private ParquetField Field(Position parent)
        {
            SchemaElement element = Take(parent.Depth);
            Position inside = parent.Enter(element);
            if (element.Repetition == Repetition.Repeated)
            {
                // Without a LIST around it, a repeated field is a required list of required elements.
                return new ListField
                {
                    Name = element.Name,
                    IsNullable = false,
                    DefinitionLevel = parent.Definition,
                    SlotDefinitionLevel = inside.Definition,
                    RepetitionLevel = inside.Repetition,
                    FieldId = element.FieldId,
                    Element = Content(element, inside, isNullable: false),
                };
            }

            return Content(element, inside, element.Repetition == Repetition.Optional);
        }

        // The field that an element describes once its own repetition is dealt with.
        private ParquetField Content(SchemaElement element, Position inside, bool isNullable)
        {
            if (element.Type is { } type)
                return Leaf(element, type, inside, isNullable);
            LogicalKind kind = element.LogicalType.Kind;
            if (kind is LogicalKind.List or LogicalKind.Map && element.ChildCount == 1 && _next < elements.Count
                && elements[_next].Repetition == Repetition.Repeated)
            {
                bool isMap = kind == LogicalKind.Map && elements[_next].Type is null && elements[_next].ChildCount == 2;
                return isMap ? Map(element, inside, isNullable) : List(element, inside, isNullable);
            }

            List<ParquetField> children = Children(element, inside);
            if (children.Count == 0)
                throw new ParquetException($"group has no columns: \"{inside.Path}\"", ParquetException.Unsupported);
            return new StructField
            {
                Name = element.Name,
                IsNullable = isNullable,
                DefinitionLevel = inside.Definition,
                FieldId = element.FieldId,
                Children = children,
            };
        }

        private ListField List(SchemaElement list, Position inside, bool isNullable)
        {
            SchemaElement repeated = Take(inside.Depth);
            Position slot = inside.Enter(repeated);
            return new ListField
            {
                Name = list.Name,
                IsNullable = isNullable,
                DefinitionLevel = inside.Definition,
                SlotDefinitionLevel = slot.Definition,
                RepetitionLevel = slot.Repetition,
                FieldId = list.FieldId,
                Element = IsElementItself(list, repeated) ? Content(repeated, slot, isNullable: false) : Field(slot),
            };
        }

        // Old writers left out the group between a list and its element, so the repeated node is the element.
        private bool IsElementItself(SchemaElement list, SchemaElement repeated) =>
            repeated.Type is not null
            || repeated.ChildCount != 1
            || repeated.Name == "array"
            || repeated.Name == list.Name + "_tuple"
            || repeated.LogicalType.Kind is LogicalKind.List or LogicalKind.Map
            || (_next < elements.Count && elements[_next].Repetition == Repetition.Repeated);

        private MapField Map(SchemaElement map, Position inside, bool isNullable)
        {
            SchemaElement repeated = Take(inside.Depth);
            Position slot = inside.Enter(repeated);
            return new MapField
            {
                Name = map.Name,
                IsNullable = isNullable,
                DefinitionLevel = inside.Definition,
                SlotDefinitionLevel = slot.Definition,
                RepetitionLevel = slot.Repetition,
                FieldId = map.FieldId,
                Element = new StructField
                {
                    Name = repeated.Name,
                    IsNullable = false,
                    DefinitionLevel = slot.Definition,
                    Children = Children(repeated, slot),
                },
            };
        }

        private LeafField Leaf(SchemaElement element, PhysicalType type, Position inside, bool isNullable)
        {
            if (element.ChildCount != 0)
                throw new ParquetException($"column has child columns: \"{inside.Path}\"");
            ColumnDescriptor column = new()
            {
                Index = _columns.Count,
                Path = inside.Path,
                Type = type,
                TypeLength = element.TypeLength,
                LogicalType = element.LogicalType,
                MaxDefinitionLevel = inside.Definition,
                MaxRepetitionLevel = inside.Repetition,
                Order = _columns.Count < orders.Count ? orders[_columns.Count] : ColumnOrder.Undefined,
            };
            _columns.Add(column);
            return new LeafField
            {
                Name = element.Name,
                IsNullable = isNullable,
                DefinitionLevel = inside.Definition,
                FieldId = element.FieldId,
                Column = column,
            };
        }

        private SchemaElement Take(int depth)
        {
            if (depth > MaxDepth)
                throw new ParquetException("schema is nested too deeply", ParquetException.Unsupported);
            if (_next >= elements.Count)
                throw new ParquetException("schema announces more elements than it has");
            return elements[_next++];
        }

        // Where the walk is: path and levels of the elements above.
        private readonly record struct Position(string Path, int Definition, int Repetition, int Depth)
        {
            public Position Enter(SchemaElement element) => new(
                Path.Length == 0 ? element.Name : Path + "." + element.Name,
                Definition + (element.Repetition == Metadata.Repetition.Required ? 0 : 1),
                Repetition + (element.Repetition == Metadata.Repetition.Repeated ? 1 : 0),
                Depth + 1);
        }
    }
}
