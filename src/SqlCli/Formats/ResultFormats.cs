using SqlCluster.SqlCli.Commands;
using SqlCluster.SqlCli.Connections;

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
    Parquet,
    Arrow,
}

/// <summary>Writes results.</summary>
internal interface IResultFormat
{
    /// <summary>Writes all of a result; the caller disposes it.</summary>
    Task WriteAsync(Answer result, CancellationToken cancellation);

    /// <summary>A statement failed: writes what is still held back of the rows before the error, so that output and errors appear in order.</summary>
    Task AbandonAsync();
}

/// <summary>The reader of the output wants no more of it.</summary>
internal sealed class OutputEndedException() : Exception("the output was ended");

/// <summary>Makes the writer of a format.</summary>
internal static class ResultFormats
{
    public static readonly IReadOnlyList<string> Names = [.. Enum.GetNames<ResultFormatKind>().Select(static name => name.ToLowerInvariant())];

    /// <exception cref="UsageException">There is no such format.</exception>
    public static ResultFormatKind Parse(string name)
    {
        for (int i = 0; i < Names.Count; i++)
        {
            if (Names[i].Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return (ResultFormatKind)i;
            }
        }

        throw new UsageException($"unknown format: {name} (formats are {string.Join(", ", Names)})");
    }

    /// <param name="kind">The format.</param>
    /// <param name="output">Where it is written.</param>
    /// <param name="width">Columns that a table may take, or null for as many as it needs.</param>
    public static IResultFormat Create(ResultFormatKind kind, ResultOutput output, int? width = null) => kind switch
    {
        ResultFormatKind.Table => new TableFormat(output.Writer, width),
        ResultFormatKind.Csv => new CsvFormat(output.Writer),
        ResultFormatKind.Json => new JsonFormat(output.Writer, isLines: false),
        ResultFormatKind.Jsonl => new JsonFormat(output.Writer, isLines: true),
        ResultFormatKind.Markdown => new MarkdownFormat(output.Writer),
        ResultFormatKind.Expanded => new ExpandedFormat(output.Writer),
        ResultFormatKind.Parquet => new ParquetFormat(output),
        ResultFormatKind.Arrow => new ArrowFormat(output),
    };
}
