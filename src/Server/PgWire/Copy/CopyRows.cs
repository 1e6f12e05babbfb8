using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>COPY ... FROM text, csv or binary, wherever the bytes come from: writes rows of the table's own column types, all of them or none.</summary>
internal static class CopyRows
{
    private static readonly HashSet<string> OptionNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "format", "freeze", "delimiter", "null", "header", "quote", "escape", "force_not_null", "force_null", "encoding", "csv", "text", "binary",
    };

    /// <summary>Whether a COPY says PostgreSQL's formats and options and nothing else.</summary>
    public static bool Takes(Parser.Ast.Copy copy) =>
        copy.Options.All(static option => OptionNames.Contains(option.Name))
        && copy.Options.Any(static option => option.Value is null
            ? option.Name.ToLowerInvariant() is "csv" or "text" or "binary"
            : option.Name.Equals("format", StringComparison.OrdinalIgnoreCase) && Statements.SettingStatements.Text(option.Value).ToLowerInvariant() is "csv" or "text" or "binary");

    /// <summary>Runs the statement.</summary>
    /// <param name="copy">The statement.</param>
    /// <param name="session">Whose tables.</param>
    /// <param name="read">Gives the input all bytes and completes it; it is told how many columns COPY has.</param>
    /// <param name="cancellation">The statement is to end.</param>
    /// <param name="isFile">The bytes are a file's: one that COPY TO wrote has a header.</param>
    /// <exception cref="Parser.Errors.QueryException">The data is wrong, at the line and column that the context names.</exception>
    public static async Task<StatementResult> RunAsync(Parser.Ast.Copy copy, Session session, Func<ICopyInput, int, CopyOptions, Task> read, CancellationToken cancellation, bool isFile = false)
    {
        CopyOptions options = CopyOptions.Of(copy);
        options = options with { FindsHeader = isFile && options is { IsCsv: true, Header: CopyHeader.None } };
        var written = WrittenTable.Of(new NamedTable(copy.Table!), session);
        MemoryTable table = written.Table;

        // With a condition the rows go through a table of their own, from which those that meet it are inserted; and so they do where more is declared than types.
        MemoryTable? all = copy.Where == null && !written.HasDeclarations ? null : new MemoryTable(table.Name, table.Columns.Map(static column => column with { IsNullable = true }));
        using var target = new CopyTarget(all ?? table, copy.Columns, session) { Schema = written.Schema, ValueShown = (line, index) => CopyTextIn.Value(line, index, options) };
        using ICopyInput input = options.IsBinary ? new CopyBinaryIn(target, session) : new CopyTextIn(target, options);
        await read(input, target.Ordinals.Length, options).ConfigureAwait(false);
        if (all == null)
        {
            session.Changes.Add(target.Finish());
            return new StatementResult.Command($"COPY {target.Rows}");
        }

        target.Finish().Fill();
        return new StatementResult.Command($"COPY {await InsertAsync(copy, all, session, cancellation).ConfigureAwait(false)}");
    }

    /// <summary>Inserts the rows that meet COPY's condition.</summary>
    private static async Task<long> InsertAsync(Parser.Ast.Copy copy, MemoryTable all, Session session, CancellationToken cancellation)
    {
        string name = $"copy {all.Name}";
        session.Catalog.Temporary.Put(SessionCatalog.TemporarySchema, name, new Relation.OfTable(all), true);
        try
        {
            var from = new NamedTable(new QualifiedName([new Identifier(SessionCatalog.TemporarySchema), new Identifier(name, true)])) { Alias = new TableAlias(copy.Table!.Last, []) };
            NodeList<SelectItem> items = copy.Columns.IsEmpty
                ? [new SelectItem(new Star(null, [], []))]
                : copy.Columns.Map(static column => new SelectItem(new ColumnReference(new QualifiedName([column]))));
            var rows = new Query(new Select(items) { From = [from], Where = copy.Where });
            var insert = new Insert(new NamedTable(copy.Table!), copy.Columns.Map(static column => new AssignmentTarget(column, [])), rows) { Overriding = InsertOverriding.SystemValue };
            var inserted = (StatementResult.Command)await ChangeStatements.RunAsync(insert, session, cancellation).ConfigureAwait(false);
            return long.Parse(inserted.Tag.AsSpan(inserted.Tag.LastIndexOf(' ') + 1), System.Globalization.CultureInfo.InvariantCulture);
        }
        finally
        {
            session.Catalog.Temporary.Remove(SessionCatalog.TemporarySchema, name);
            all.Drop();
        }
    }
}
