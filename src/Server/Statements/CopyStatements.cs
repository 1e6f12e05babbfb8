using SqlCluster.Execution;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>COPY between tables, queries and files. COPY over the wire (STDIN, STDOUT) belongs to the endpoints.</summary>
internal static class CopyStatements
{
    public static async Task<StatementResult> CopyAsync(Copy copy, Session session, CancellationToken cancellation)
    {
        if (copy.Endpoint.Path is not { } path || copy.Endpoint.Program)
        {
            throw ExecutionErrors.Unsupported("COPY from or to STDIN, STDOUT and programs outside a client protocol");
        }

        Dictionary<string, string> options = copy.Options.ToDictionary(
            static option => option.Name, static option => option.Value is null ? "on" : SettingStatements.Text(option.Value), StringComparer.OrdinalIgnoreCase);
        if (copy.Direction == CopyDirection.From && path.IndexOfAny(['*', '?', '[']) < 0 && !File.Exists(path) && !Directory.Exists(path))
        {
            throw StatementErrors.NoFileToCopy(path);
        }

        if (Directory.Exists(path) && !options.ContainsKey("format"))
        {
            throw copy.Direction == CopyDirection.From ? StatementErrors.IsFolder(path) : FileWriteErrors.CannotOpen(path, new UnauthorizedAccessException());
        }

        FileFormat format = options.Remove("format", out string? name) ? Format(name) : FilePaths.FormatOf(path);
        return copy.Direction == CopyDirection.To
            ? await ToFileAsync(copy, path, format, options, session, cancellation).ConfigureAwait(false)
            : await FromFileAsync(copy, path, format, options, session, cancellation).ConfigureAwait(false);
    }

    private static async Task<StatementResult> ToFileAsync(
        Copy copy, string path, FileFormat format, Dictionary<string, string> options, Session session, CancellationToken cancellation)
    {
        await using StatementResult.Rows rows = session.Pipeline.Run(copy.Query ?? TableQuery(copy), "COPY", cancellation);
        using FileSink sink = FileSink.Create(path, format, [.. rows.Columns.Select(static column => (column.Name, column.Type))], options);
        while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            sink.Write(batch);
            batch.Release();
        }

        sink.Finish();
        return new StatementResult.Command($"COPY {sink.RowCount}");
    }

    private static async Task<StatementResult> FromFileAsync(
        Copy copy, string path, FileFormat format, Dictionary<string, string> options, Session session, CancellationToken cancellation)
    {
        var table = new NamedTable(copy.Table!);
        string function = format switch { FileFormat.Parquet => "read_parquet", FileFormat.Csv => "read_csv", FileFormat.Json => "read_json", FileFormat.Arrow => "read_arrow" };
        NodeList<FunctionArgument> arguments =
            [new FunctionArgument(new StringLiteral(path)), .. options.Select(static option => new FunctionArgument(new StringLiteral(option.Value), new Identifier(option.Key)))];
        var source = new Select([new SelectItem(new Star(null, [], []))])
        {
            From = [new FunctionTable([new TableFunction(new FunctionCall(QualifiedName.Of(function), arguments), [])])],
            Where = copy.Where,
        };
        var insert = new Insert(table, copy.Columns.Map(static column => new AssignmentTarget(column, [])), new Query(source)) { Overriding = InsertOverriding.SystemValue };
        var inserted = (StatementResult.Command)await ChangeStatements.RunAsync(insert, session, cancellation).ConfigureAwait(false);
        return new StatementResult.Command(inserted.Tag.Replace("INSERT 0", "COPY", StringComparison.Ordinal));
    }

    internal static Query TableQuery(Copy copy)
    {
        NodeList<SelectItem> items = copy.Columns.IsEmpty
            ? [new SelectItem(new Star(null, [], []))]
            : copy.Columns.Map(static column => new SelectItem(new ColumnReference(new QualifiedName([column]))));
        return new Query(new Select(items) { From = [new NamedTable(copy.Table!)] });
    }

    private static FileFormat Format(string name) => name.ToLowerInvariant() switch
    {
        "parquet" => FileFormat.Parquet,
        "csv" => FileFormat.Csv,
        "json" => FileFormat.Json,
        "arrow" => FileFormat.Arrow,
        _ => throw ExecutionErrors.Unsupported($"COPY format {name}"),
    };
}
