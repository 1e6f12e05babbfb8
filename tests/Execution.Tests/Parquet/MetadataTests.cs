using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;

namespace SqlCluster.Execution.Tests.Parquet;

public class MetadataTests
{
    [Fact]
    public void Thrift_values_are_read_and_unknown_fields_passed_over()
    {
        // 1: i32 -3, 2: list<i64> (1, 2), 3: struct { 1: true, 9: map<i32, binary> }, 5: binary "ab", 300 (long form): double
        byte[] bytes =
        [
            0x15, 5, 0x19, 0x26, 2, 4, 0x1C, 0x11, 0x8B, 1, 0x58, 2, 1, 0x78, 0, 0x28, 2, 97, 98,
            0x07, 0xD8, 0x04, 1, 2, 3, 4, 5, 6, 7, 8, 0,
        ];
        ThriftReader reader = new(bytes);
        short outer = reader.EnterStruct();
        Assert.True(reader.NextField(out int id));
        Assert.Equal((1, -3), (id, reader.Int32()));
        Assert.True(reader.NextField(out _));
        Assert.Equal(2, reader.BeginList(ThriftType.I64));
        Assert.Equal((1, 2), (reader.Int64(), reader.Int64()));
        Assert.True(reader.NextField(out id));
        reader.Skip();
        Assert.True(reader.NextField(out id));
        Assert.Equal((5, "ab"), (id, reader.Text()));
        Assert.True(reader.NextField(out id));
        Assert.Equal(300, id);
        reader.Skip();
        Assert.False(reader.NextField(out _));
        reader.ExitStruct(outer);
        Assert.Equal(bytes.Length, reader.Position);
    }

    [Fact]
    public void Thrift_refuses_what_would_exhaust_memory_or_stack()
    {
        byte[] nested = new byte[1000];
        Array.Fill(nested, (byte)0x1C);
        Assert.Throws<ParquetException>(() => FileMetaData.Parse(nested));
        // A list that announces 2^31 elements in a few bytes.
        Assert.Throws<ParquetException>(() => FileMetaData.Parse(new byte[] { 0x29, 0xFC, 0xFF, 0xFF, 0xFF, 0xFF, 0x07, 0 }));
        // A field of the wrong type.
        Assert.Throws<ParquetException>(() => FileMetaData.Parse(new byte[] { 0x18, 1, 65, 0 }));
        Assert.Throws<ParquetException>(() => FileMetaData.Parse(ReadOnlyMemory<byte>.Empty));
    }

    [Fact]
    public void A_list_with_its_bookkeeping_group_is_one_field()
    {
        ParquetSchema schema = Build(
            Group("schema", 1),
            Group("tags", 1, Repetition.Optional, LogicalKind.List),
            Group("list", 1, Repetition.Repeated),
            Leaf("element", Repetition.Optional));
        ListField list = Assert.IsType<ListField>(Assert.Single(schema.Fields));
        Assert.Equal(("tags", true, 1, 2, 1), (list.Name, list.IsNullable, list.DefinitionLevel, list.SlotDefinitionLevel, list.RepetitionLevel));
        LeafField element = Assert.IsType<LeafField>(list.Element);
        Assert.Equal((true, 3, "tags.list.element"), (element.IsNullable, element.DefinitionLevel, element.Column.Path));
        Assert.Equal((3, 1), (element.Column.MaxDefinitionLevel, element.Column.MaxRepetitionLevel));
    }

    // The five shapes of LogicalTypes.md, "Backward-compatibility rules" of lists.
    [Fact]
    public void Lists_of_old_writers_are_recognized()
    {
        SchemaElement root = Group("schema", 1);
        SchemaElement list = Group("my_list", 1, Repetition.Optional, LogicalKind.List);
        ListField primitive = First(root, list, Leaf("element", Repetition.Repeated));
        Assert.False(Assert.IsType<LeafField>(primitive.Element).IsNullable);
        ListField pairs = First(root, list, Group("element", 2, Repetition.Repeated), Leaf("str"), Leaf("num"));
        Assert.Equal(2, Assert.IsType<StructField>(pairs.Element).Children.Count);
        ListField array = First(root, list, Group("array", 1, Repetition.Repeated), Leaf("str"));
        Assert.IsType<StructField>(array.Element);
        ListField tuple = First(root, list, Group("my_list_tuple", 1, Repetition.Repeated), Leaf("str"));
        Assert.IsType<StructField>(tuple.Element);
        ListField other = First(root, list, Group("element", 1, Repetition.Repeated), Leaf("str", Repetition.Optional));
        Assert.IsType<LeafField>(other.Element);
        ListField bare = First(root, Leaf("numbers", Repetition.Repeated));
        Assert.Equal((false, 0, 1, 1), (bare.IsNullable, bare.DefinitionLevel, bare.SlotDefinitionLevel, bare.RepetitionLevel));
    }

    [Fact]
    public void A_map_has_key_and_value()
    {
        ParquetSchema schema = Build(
            Group("schema", 2),
            Group("m", 1, Repetition.Optional, LogicalKind.Map),
            Group("key_value", 2, Repetition.Repeated),
            Leaf("key"),
            Leaf("value", Repetition.Optional),
            Leaf("after"));
        MapField map = Assert.IsType<MapField>(schema.Fields[0]);
        Assert.Equal((2, 2, 3), (map.SlotDefinitionLevel, map.Key.DefinitionLevel, map.Value.DefinitionLevel));
        Assert.Equal((0, 2), (map.FirstLeaf, map.LeafCount));
        Assert.Equal(2, schema.Fields[1].FirstLeaf);
    }

    [Fact]
    public void Schemas_that_are_no_tree_are_refused()
    {
        Assert.Throws<ParquetException>(() => Build(Group("schema", 2), Leaf("a")));
        Assert.Throws<ParquetException>(() => Build(Group("schema", 1), Leaf("a"), Leaf("b")));
        Assert.Throws<ParquetException>(() => Build(Leaf("a")));
        SchemaElement[] deep = [.. Enumerable.Repeat(Group("g", 1), 500), Leaf("a")];
        Assert.Throws<ParquetException>(() => Build(deep));
    }

    [Fact]
    public void Ranges_are_coalesced()
    {
        FileRange[] ranges = [new(100, 10), new(0, 10), new(10, 5), new(40, 10), new(102, 2)];
        Assert.Equal([new(0, 15), new(40, 10), new(100, 10)], FileRange.Coalesce(ranges, 0, long.MaxValue));
        Assert.Equal([new(0, 50), new(100, 10)], FileRange.Coalesce(ranges, 25, long.MaxValue));
        Assert.Equal([new(0, 15), new(40, 10), new(100, 10)], FileRange.Coalesce(ranges, 25, 20));
    }

    [Fact]
    public void Messages_name_file_column_and_page()
    {
        ParquetException error = new ParquetException("it is bad").At(column: "a.b", page: 3).At(file: "f.parquet", rowGroup: 1, page: 9);
        Assert.Equal("parquet file is damaged: it is bad (file \"f.parquet\", row group 1, column \"a.b\", page 3)", error.Message);
    }

    [Fact]
    public void Footers_of_the_corpus_are_read_and_damaged_ones_refused()
    {
        int files = 0, refused = 0;
        foreach (string path in ParquetCorpus.Files("data"))
        {
            using LocalFile file = LocalFile.Open(path);
            FileMetaData footer = FooterReader.Read(file);
            ParquetSchema schema = ParquetSchema.Build(footer);
            foreach (RowGroup group in footer.RowGroups)
                Assert.Equal(schema.Columns.Count, group.Columns.Count);
            files++;
            refused += FuzzFooter(File.ReadAllBytes(path), files);
        }

        Assert.True(files > 40 && refused > files * 20, $"{files} files, {refused} refused");
        using LocalFile corrupt = LocalFile.Open(ParquetCorpus.File("bad_data/PARQUET-1481.parquet"));
        ParquetException error = Assert.Throws<ParquetException>(() => FooterReader.Read(corrupt));
        Assert.Contains("PARQUET-1481.parquet", error.Message, StringComparison.Ordinal);
    }

    private static int FuzzFooter(byte[] file, int seed)
    {
        int length = BitConverter.ToInt32(file, file.Length - 8);
        byte[] footer = file[(file.Length - 8 - length)..^8];
        return DecoderFuzz.Run(footer, footer.Length > 20_000 ? 60 : 300, seed, static source =>
            ParquetSchema.Build(FileMetaData.Parse(source.ToArray())), padding: 0);
    }

    private static ListField First(params SchemaElement[] elements) => Assert.IsType<ListField>(Build(elements).Fields[0]);

    private static ParquetSchema Build(params SchemaElement[] elements) => ParquetSchema.Build(new FileMetaData
    {
        Version = 1,
        Schema = elements,
        RowCount = 0,
        RowGroups = [],
        KeyValues = [],
        ColumnOrders = [],
    });

    private static SchemaElement Group(string name, int children, Repetition repetition = Repetition.Required, LogicalKind kind = LogicalKind.None) =>
        new() { Name = name, ChildCount = children, Repetition = repetition, LogicalType = new LogicalType(kind) };

    private static SchemaElement Leaf(string name, Repetition repetition = Repetition.Required) =>
        new() { Name = name, Type = PhysicalType.Int32, Repetition = repetition };
}
