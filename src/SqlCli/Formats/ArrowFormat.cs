using SqlCluster.Catalyst.Types;
using SqlCluster.Execution.ArrowFiles;
using SqlCluster.Execution.Storage;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>The rows of one statement in Arrow's IPC format: a file where the output is one, a stream where it ends in .arrows or is standard output.</summary>
internal sealed class ArrowFormat(ResultOutput output) : IResultFormat
{
    private static readonly Dictionary<string, string> NoOptions = [];

    /// <summary>Whether there were rows.</summary>
    public bool IsWritten { get; private set; }

    public async Task WriteAsync(Answer result, CancellationToken cancellation)
    {
        if (result is not Answer.Rows rows)
        {
            return;
        }

        if (IsWritten)
        {
            throw CliErrors.OneResult(output.Path ?? "standard output", "Arrow", "arrow");
        }

        IsWritten = true;
        (string Name, SqlType Type)[] columns = [.. rows.Columns.Select(static column => (column.Name, column.Type))];
        bool isStream = output.Path == null || output.Path.EndsWith(".arrows", StringComparison.OrdinalIgnoreCase);
        using FileSink sink = isStream ? new ArrowSink(output.Writer.BaseStream, columns) : FileSink.Create(output.TakeUnfinished(), FileFormat.Arrow, columns, NoOptions);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            sink.Write(batch);
            batch.Release();
        }

        sink.Finish();
    }

    public Task AbandonAsync() => Task.CompletedTask;
}
