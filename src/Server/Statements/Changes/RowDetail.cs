using SqlCluster.Execution.Storage;
using SqlCluster.Parser;
using SqlCluster.Parser.Ast;
using SqlCluster.Server.Catalogs;
using SqlCluster.Server.Sessions;

namespace SqlCluster.Server.Statements.Changes;

/// <summary>Shows the row that an error is about.</summary>
internal static class RowDetail
{
    /// <summary>Key (a, b)=(1, x): a row's key.</summary>
    /// <param name="target">The table.</param>
    /// <param name="key">The key.</param>
    /// <param name="rows">Numbered rows of the table.</param>
    /// <param name="row">Number of the row.</param>
    /// <param name="session">Whose statement.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<string> KeyAsync(WrittenTable target, UniqueKey key, TableRows rows, int row, Session session, CancellationToken cancellation)
    {
        string[] names = [.. key.Ordinals.Select(ordinal => target.Columns[ordinal].Name)];
        string?[] values = await ValuesAsync(names, rows, row, session, cancellation).ConfigureAwait(false);
        return $"Key ({string.Join(", ", names)})=({string.Join(", ", values)})";
    }

    /// <summary>Values of a row as text.</summary>
    private static async Task<string?[]> ValuesAsync(IReadOnlyList<string> columns, TableRows rows, int row, Session session, CancellationToken cancellation)
    {
        using StandIns.StandIn standIn = session.Catalog.StandIns.Add(rows);
        TypeName text = SqlParser.ParseTypeName("text");
        NodeList<SelectItem> items = [.. columns.Select(name => new SelectItem(new CastExpression(Column(name), text)))];
        var where = new BinaryExpression(
            new OperatorName("="), Column(TableRows.RowColumn), new NumberLiteral(row.ToString(System.Globalization.CultureInfo.InvariantCulture), NumberKind.Integer));
        var query = new Query(new Select(items) { From = [standIn.As(new TableAlias(new Identifier("row")))], Where = where });
        await using StatementResult.Rows found = session.Pipeline.Run(query, "SELECT", cancellation);
        while (await found.ReadAsync(cancellation).ConfigureAwait(false) is { } batch)
        {
            string?[]? values = batch.RowCount == 0 ? null : RowTexts.First(batch);
            batch.Release();
            if (values != null)
            {
                return values;
            }
        }

        return [];
    }

    private static ColumnReference Column(string name) => new(new QualifiedName([new Identifier(name, true)]));
}
