namespace SqlCluster.SqlCli.Repl;

/// <summary>Shows what \d NAME shows: columns of a table, view or file, and a view's query.</summary>
internal sealed class TableDescription(ReplState state)
{
    /// <exception cref="Parser.Errors.QueryException">There is no such relation.</exception>
    public async Task ShowAsync(string relation)
    {
        IReadOnlyList<ColumnName> columns = await state.Names.ColumnsAsync(relation).ConfigureAwait(false);
        RelationName? listed = (await state.Names.RelationsAsync().ConfigureAwait(false)).FirstOrDefault(entry => entry.Name == StatementTables.Unquote(relation[(relation.LastIndexOf('.') + 1)..]));
        Console.Out.WriteLine($"{Capital(listed?.Kind ?? "file")} {relation}{(listed?.Rows is { } rows ? $", {rows} rows" : "")}");
        Listing.Write(Console.Out, ["column", "type", "nullable"], columns.Select(static column => new[] { column.Name, column.Type, column.IsNullable ? "" : "not null" }));
        if (listed?.Kind == "view")
        {
            string definition = (await state.Names.RowsAsync($"SHOW CREATE VIEW {relation}").ConfigureAwait(false))[0][0]!;
            Console.Out.WriteLine(definition);
        }
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
