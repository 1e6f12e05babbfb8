using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution;
using SqlCluster.Execution.Json;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.PgWire.Copy;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.Statements;

/// <summary>COPY between tables, queries and files. COPY over the wire (STDIN, STDOUT) belongs to the endpoints.</summary>
internal static class CopyStatements
{
    private const int BlockBytes = 1 << 18;

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

        if (copy.Direction == CopyDirection.From && File.Exists(path) && CopyRows.Takes(copy))
        {
            return await FromTextAsync(copy, path, session, cancellation).ConfigureAwait(false);
        }

        FileFormat format = options.Remove("format", out string? name) ? Format(name) : copy.Direction == CopyDirection.To && path.EndsWith(".arrows", StringComparison.OrdinalIgnoreCase) ? FileFormat.Arrow
            : FilePaths.FormatOf(path);
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

    /// <summary>PostgreSQL's formats are read as from a client: by the types of the table's columns, with line and column in errors.</summary>
    private static Task<StatementResult> FromTextAsync(Copy copy, string path, Session session, CancellationToken cancellation) => CopyRows.RunAsync(
        copy, session,
        async (input, _, _) =>
        {
            var block = new byte[BlockBytes];
            using Stream file = FilePaths.OpenRead(path);
            while (await file.ReadAsync(block, cancellation).ConfigureAwait(false) is > 0 and int count)
            {
                input.Add(block.AsSpan(0, count));
            }

            input.Complete();
        },
        cancellation,
        isFile: !copy.Options.Any(static option => option.Name.Equals("header", StringComparison.OrdinalIgnoreCase)));

    /// <summary>The types of the columns that COPY fills, for files whose own types are only guessed.</summary>
    private static FunctionArgument TypesOf(Copy copy, Session session)
    {
        string[] types = [.. Filled(copy, session)
            .Select(static column => column.Type).TakeWhile(static type => !type.IsNested).Select(static type => type.IsText ? "text" : type.ToString())];
        return new FunctionArgument(new ArrayExpression([.. types.Select(static type => new StringLiteral(type))]), new Identifier("types"));
    }

    /// <summary>The columns that COPY fills: those that are named, else all.</summary>
    private static TableColumn[] Filled(Copy copy, Session session)
    {
        TableColumn[] columns = [.. WrittenTable.Of(new NamedTable(copy.Table!), session).Table.Columns];
        return copy.Columns.IsEmpty ? columns : [.. copy.Columns.Select(name => Array.Find(columns, column => column.Name == name.Value) ?? throw StatementErrors.NoColumn(name.Value, copy.Table!.Last.Value))];
    }

    /// <summary>A file of other objects would fill the table with nulls.</summary>
    private static void CheckFields(string path, TableColumn[] columns, Copy copy)
    {
        if (!File.Exists(path))
        {
            return;
        }

        string[] fields = [.. JsonTable.Open(path, [path], new Dictionary<string, string>(StringComparer.Ordinal)).Columns.Select(static column => column.Name)];
        // A file without objects has one column, json: it is empty, or its first value will be the error.
        if (fields is not ["json"] && !columns.Any(column => fields.Contains(column.Name, StringComparer.OrdinalIgnoreCase)))
        {
            throw StatementErrors.NoFieldsToCopy(path, copy.Table!.Last.Value, fields);
        }
    }

    private static async Task<StatementResult> FromFileAsync(
        Copy copy, string path, FileFormat format, Dictionary<string, string> options, Session session, CancellationToken cancellation)
    {
        var table = new NamedTable(copy.Table!);
        string function = format switch { FileFormat.Parquet => "read_parquet", FileFormat.Csv => "read_csv", FileFormat.Json => "read_json", FileFormat.Arrow => "read_arrow" };
        NodeList<FunctionArgument> arguments =
            [new FunctionArgument(new StringLiteral(path)), .. options.Select(static option => new FunctionArgument(new StringLiteral(option.Value), new Identifier(option.Key)))];
        if (format == FileFormat.Json && !options.ContainsKey("columns"))
        {
            // Objects have their fields by name: those of the table's columns, in whatever order the file has them.
            TableColumn[] columns = Filled(copy, session);
            CheckFields(path, columns, copy);
            var types = new StructExpression([.. columns.Select(static column => new StructField(column.Name, new StringLiteral(column.Type.IsText ? "text" : column.Type.ToString())))]);
            arguments = [.. arguments, new FunctionArgument(types, new Identifier("columns"))];
        }

        if (format == FileFormat.Csv && !options.Keys.Any(static name => name is "types" or "dtypes" or "column_types" or "columns" or "all_varchar"))
        {
            arguments = [.. arguments, TypesOf(copy, session)];
        }

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
