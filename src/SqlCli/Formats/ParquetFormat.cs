using SqlCluster.Execution.Storage;
using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Formats;

/// <summary>The rows of one statement as a Parquet file; answers without rows are left out.</summary>
internal sealed class ParquetFormat(ResultOutput output) : IResultFormat
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
            throw CliErrors.OneResult(output.Path!, "Parquet", "parquet");
        }

        IsWritten = true;
        using FileSink sink = FileSink.Create(output.TakeUnfinished(), FileFormat.Parquet, [.. rows.Columns.Select(static column => (column.Name, column.Type))], NoOptions);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            sink.Write(batch);
            batch.Release();
        }

        sink.Finish();
    }

    public Task AbandonAsync() => Task.CompletedTask;
}
