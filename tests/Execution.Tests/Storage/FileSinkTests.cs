using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Parquet.Metadata;
using SqlCluster.Execution.Storage;
using SqlCluster.Execution.Tests.Parquet.Writing;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.Tests.Storage;

public sealed class FileSinkTests : IDisposable
{
    private static readonly IReadOnlyList<(string, SqlType)> Columns = [("j", SqlType.Jsonb), ("n", SqlType.Integer)];

    private readonly string _folder = Directory.CreateTempSubdirectory("sqlcluster-sink-").FullName;
    private readonly MemoryAccount _account = new("test");

    public void Dispose()
    {
        _account.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void A_Parquet_sink_keeps_types_and_options()
    {
        string path = Path.Combine(_folder, "out.parquet");
        var options = new Dictionary<string, string> { ["compression"] = "zstd", ["encodings"] = "compact", ["row_group_size"] = "2", ["bloom_filters"] = "n, j" };
        using (FileSink sink = FileSink.Create(path, FileFormat.Parquet, Columns, options))
        {
            sink.Write(new Batch([RowMaker.Vector(ArrowType.Utf8, ["{}", null, "[1]"], _account), RowMaker.Vector(ArrowType.Int32, [1L, 2L, 3L], _account)], 3));
            Assert.Equal(3, sink.RowCount);
            Assert.False(File.Exists(path));
            sink.Finish();
        }

        using LocalFile file = LocalFile.Open(path);
        FileMetaData footer = FooterReader.Read(file);
        Assert.Equal([2L, 1L], footer.RowGroups.Select(static group => group.RowCount));
        Assert.Equal(LogicalKind.Json, footer.Schema[1].LogicalType.Kind);
        Assert.All(footer.RowGroups.SelectMany(static group => group.Columns), static chunk => Assert.NotNull(chunk.BloomFilterOffset));
    }

    [Theory]
    [InlineData("compression", "lzo")]
    [InlineData("compression_level", "99")]
    [InlineData("row_group_size", "0")]
    [InlineData("encodings", "best")]
    [InlineData("page_version", "3")]
    [InlineData("colour", "red")]
    public void Wrong_options_are_refused_and_leave_nothing(string name, string value)
    {
        var error = Assert.Throws<QueryException>(
            () => FileSink.Create(Path.Combine(_folder, "out.parquet"), FileFormat.Parquet, Columns, new Dictionary<string, string> { [name] = value }));
        Assert.Equal("22023", error.SqlState);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public void A_missing_folder_is_named()
    {
        var error = Assert.Throws<QueryException>(
            () => FileSink.Create(Path.Combine(_folder, "absent", "out.parquet"), FileFormat.Parquet, Columns, new Dictionary<string, string>()));
        Assert.Equal("58P01", error.SqlState);
    }
}
