using SqlCluster.Arrow.Vectors;
using SqlCluster.Catalyst.Catalog;
using SqlCluster.Execution.Storage;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements;

/// <summary>TRUNCATE, and what statements share that fill tables in memory.</summary>
internal static class DataStatements
{
    public static StatementResult Truncate(Truncate truncate, Session session)
    {
        foreach (MemoryTable table in truncate.Tables.Select(table => Target(table, session)).ToArray())
        {
            Clear(table, session);
        }

        foreach (NamedTable table in truncate.RestartIdentity ? truncate.Tables : [])
        {
            if (session.Catalog.Locate(table.Name) is var (database, schema, name))
            {
                foreach (CatalogEntry owned in SequenceStatements.OwnedBy(database, schema, database.FindEntry(schema, name)!.Oid))
                {
                    ((Sequence)((Relation.OfTable)owned.Relation).Table).Restart();
                }
            }
        }

        return new StatementResult.Command("TRUNCATE TABLE");
    }

    /// <summary>Moves all rows of a result into a table's writer.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="rows">The result.</param>
    /// <param name="cancellation">Ends the query.</param>
    /// <param name="ended">Told when all rows have been read; null: nobody asks.</param>
    /// <exception cref="Parser.Errors.QueryException">23502: a null in a NOT NULL column.</exception>
    internal static async Task FillAsync(MemoryTable.Writer writer, StatementResult.Rows rows, CancellationToken cancellation, Action<StatementResult.Rows>? ended = null)
    {
        await using (rows.ConfigureAwait(false))
        {
            while (await rows.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
            {
                writer.Append(batch);
                batch.Release();
            }

            ended?.Invoke(rows);
        }
    }

    /// <summary>A table that can be written.</summary>
    internal static MemoryTable Target(NamedTable name, Session session) =>
        session.Catalog.Find([.. name.Name.Parts.Select(static part => part.Value)]) switch
        {
            Relation.OfTable { Table: MemoryTable table } => table,
            Relation.OfTable { Table: var table } => throw CatalogErrors.ReadOnlyTable(table.Name),
            Relation.OfView => throw CatalogErrors.WrongKind(name.Name.ToString(), "table"),
            _ => throw CatalogErrors.NoRelation("relation", name.Name.ToString()),
        };

    /// <summary>Takes all rows of a table away.</summary>
    internal static void Clear(MemoryTable table, Session session)
    {
        using MemoryTable.Writer writer = table.OpenWriter();
        session.Changes.Replace(writer);
    }
}
