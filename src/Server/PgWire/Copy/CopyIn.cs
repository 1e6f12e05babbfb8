using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.PgWire.Messages;
using SqlCluster.Server.Sessions;
using SqlCluster.Server.Statements.Changes;

namespace SqlCluster.Server.PgWire.Copy;

/// <summary>COPY ... FROM STDIN: asks the client for data and writes it to a table, all of it or nothing.</summary>
internal static class CopyIn
{
    /// <summary>Runs the statement up to CopyDone.</summary>
    /// <param name="copy">The statement.</param>
    /// <param name="session">Whose tables.</param>
    /// <param name="transport">Where the data comes from.</param>
    /// <param name="cancellation">The statement is to end: the client is gone, somebody cancelled it, or it took too long.</param>
    /// <exception cref="Parser.Errors.QueryException">The data is wrong, 57014: the client gave up (CopyFail).</exception>
    public static async Task<StatementResult> RunAsync(Parser.Ast.Copy copy, Session session, PgTransport transport, CancellationToken cancellation)
    {
        CopyOptions options = CopyOptions.Of(copy);
        var written = WrittenTable.Of(new NamedTable(copy.Table!), session);
        MemoryTable table = written.Table;

        // With a condition the rows go through a table of their own, from which those that meet it are inserted; and so they do where more is declared than types.
        MemoryTable? all = copy.Where == null && !written.HasDeclarations ? null : new MemoryTable(table.Name, table.Columns.Map(static column => column with { IsNullable = true }));
        using var target = new CopyTarget(all ?? table, copy.Columns, session) { Schema = written.Schema, ValueShown = (line, index) => CopyTextIn.Value(line, index, options) };
        using ICopyInput input = options.IsBinary ? new CopyBinaryIn(target, session) : new CopyTextIn(target, options);
        await AskAsync(target.Ordinals.Length, options, transport, cancellation).ConfigureAwait(false);
        await ReadAsync(input, transport, cancellation).ConfigureAwait(false);
        if (all == null)
        {
            session.Changes.Add(target.Finish());
            return new StatementResult.Command($"COPY {target.Rows}");
        }

        target.Finish().Fill();
        return new StatementResult.Command($"COPY {await InsertAsync(copy, all, session, cancellation).ConfigureAwait(false)}");
    }

    private static async Task AskAsync(int columns, CopyOptions options, PgTransport transport, CancellationToken cancellation)
    {
        transport.Writer.Begin('G').Byte(options.IsBinary ? (byte)1 : (byte)0).Int16(columns);
        for (int i = 0; i < columns; i++)
        {
            transport.Writer.Int16(options.IsBinary ? 1 : 0);
        }

        transport.Writer.End();
        await transport.Writer.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static async Task ReadAsync(ICopyInput input, PgTransport transport, CancellationToken cancellation)
    {
        while (true)
        {
            (char type, byte[] body) = await transport.Messages.ReadAsync(cancellation).ConfigureAwait(false)
                ?? throw new IOException("the client has closed the connection during COPY");
            switch (type)
            {
                case 'd':
                    input.Add(body);
                    break;
                case 'c':
                    input.Complete();
                    return;
                case 'f':
                    throw CopyErrors.Failed(new PgReader(body).CString());
                case 'H' or 'S':
                    // Clients that do not know what a statement does send them along with it.
                    break;
                default:
                    throw CopyErrors.UnexpectedMessage(type);
            }
        }
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
