using SqlCluster.Server.Sessions;

namespace SqlCluster.SqlCli.Formats;

/// <summary>How results are written.</summary>
internal enum ResultFormatKind
{
    Table,
    Csv,
    Json,
    Jsonl,
    Markdown,
    Expanded,
}

/// <summary>Writes results.</summary>
internal interface IResultFormat
{
    /// <summary>Writes all of a result; the caller disposes it.</summary>
    Task WriteAsync(StatementResult result, CancellationToken cancellation);
}

/// <summary>Makes the writer of a format.</summary>
internal static class ResultFormats
{
    public static IResultFormat Create(ResultFormatKind kind, ResultOutput output) => kind switch
    {
        ResultFormatKind.Table => new TableFormat(output.Writer),
        ResultFormatKind.Csv => new CsvFormat(output.Writer),
        ResultFormatKind.Json => new JsonFormat(output.Writer, isLines: false),
        ResultFormatKind.Jsonl => new JsonFormat(output.Writer, isLines: true),
        ResultFormatKind.Markdown => new MarkdownFormat(output.Writer),
        ResultFormatKind.Expanded => new ExpandedFormat(output.Writer),
    };
}
