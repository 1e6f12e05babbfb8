using SqlCluster.Arrow.Ipc;
using SqlCluster.Arrow.Memory;
using SqlCluster.Arrow.Schema;
using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.Csv;
using SqlCluster.Execution.Functions;
using SqlCluster.Execution.Parquet.Writing;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Errors;

namespace SqlCluster.Execution.ArrowFiles;

/// <summary>Writes Arrow IPC: a file with footer, or a stream where the path ends in .arrows. Options: compression (none, lz4, zstd), views, uuid_as_text.</summary>
public sealed class ArrowSink : FileSink
{
    private readonly MemoryAccount _account = new("Arrow file");
    private readonly ReplacedFile? _file;
    private readonly Action<Batch> _write;
    private readonly Action _finish;

    internal ArrowSink(string path, IReadOnlyList<(string Name, SqlType Type)> columns, IReadOnlyDictionary<string, string> options)
    {
        IpcOptions ipc = ReadOptions(options);
        _file = new ReplacedFile(path);
        if (path.EndsWith(".arrows", StringComparison.OrdinalIgnoreCase))
        {
            var stream = new ArrowStreamWriter(_file.Stream, SchemaOf(columns), ipc, _account);
            (_write, _finish) = (stream.Write, stream.Finish);
            return;
        }

        var file = new ArrowFileWriter(_file.Stream, SchemaOf(columns), ipc, _account);
        (_write, _finish) = (file.Write, file.Finish);
    }

    /// <summary>Writes a stream, which is the caller's, to anything.</summary>
    public ArrowSink(Stream output, IReadOnlyList<(string Name, SqlType Type)> columns)
    {
        var stream = new ArrowStreamWriter(output, SchemaOf(columns), IpcOptions.Default, _account);
        (_write, _finish) = (stream.Write, stream.Finish);
    }

    protected override void FinishFile()
    {
        _finish();
        _file?.Commit();
    }

    public override void Dispose()
    {
        try
        {
            _file?.Dispose();
        }
        finally
        {
            _account.Dispose();
        }
    }

    protected override void WriteRows(Batch batch) => _write(batch);

    private static ArrowSchema SchemaOf(IReadOnlyList<(string Name, SqlType Type)> columns) => new([.. columns.Select(static column =>
        new ArrowField(column.Name, ArrowTypes.Of(column.Type), Metadata: column.Type.Kind is TypeKind.Json or TypeKind.Jsonb ? ParquetFieldMetadata.Json : null))]);

    private static IpcOptions ReadOptions(IReadOnlyDictionary<string, string> options)
    {
        IpcOptions result = IpcOptions.Default;
        foreach ((string name, string value) in options)
        {
            result = name.ToLowerInvariant() switch
            {
                "compression" or "codec" => result with
                {
                    Compression = value.ToLowerInvariant() switch
                    {
                        "none" or "uncompressed" => IpcCompression.None,
                        "lz4" => IpcCompression.Lz4,
                        "zstd" => IpcCompression.Zstd,
                        _ => throw TextFileErrors.InvalidOption(name, value),
                    },
                },
                "views" => result with { ViewsAsUtf8 = !CsvOptions.Flag(name, value) },
                "uuid_as_text" => result with { UuidAsUtf8 = CsvOptions.Flag(name, value) },
                _ => throw TextFileErrors.UnknownOption("Arrow", name),
            };
        }

        return result;
    }
}
