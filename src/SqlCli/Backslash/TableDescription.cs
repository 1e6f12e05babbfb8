using SqlCluster.Parser.Errors;
using SqlCluster.SqlCli.Connections;

namespace SqlCluster.SqlCli.Backslash;

/// <summary>Shows what \d NAME shows: columns of a table, view or file, keys, checks and indexes, and a view's query.</summary>
internal sealed class TableDescription(Display display)
{
    /// <exception cref="QueryException">There is no such relation.</exception>
    public async Task ShowAsync(string relation)
    {
        IReadOnlyList<ColumnName> columns = await display.Names.ColumnsAsync(relation).ConfigureAwait(false);
        RelationName? listed = (await display.Names.RelationsAsync().ConfigureAwait(false)).FirstOrDefault(entry => entry.Name == SessionNames.Unquote(relation[(relation.LastIndexOf('.') + 1)..]));
        Dictionary<string, string> defaults = listed == null ? [] : await DefaultsAsync(relation).ConfigureAwait(false);
        await display.ShowAsync(
            ["column", "type", "nullable", "default"],
            columns.Select(column => new[] { column.Name, column.Type, column.IsNullable ? "" : "not null", defaults.GetValueOrDefault(column.Name, "") }),
            $"{Capital(listed?.Kind ?? "file")} {relation}{(listed?.Rows is { } rows ? $", {rows} {(rows == "1" ? "row" : "rows")}" : "")}",
            listed?.Kind == "view" ? (await display.Names.RowsAsync($"SHOW CREATE VIEW {relation}").ConfigureAwait(false))[0][0]
            : listed == null ? null
            : await ConstraintsAsync(relation).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task<Dictionary<string, string>> DefaultsAsync(string relation) =>
        (await display.Names.RowsAsync(
            $"""
            SELECT a.attname, CASE WHEN a.attidentity <> '' THEN 'generated as identity' WHEN a.attgenerated <> '' THEN 'generated: ' ELSE '' END || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
            FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE a.attrelid = {Literal(relation)}::regclass AND a.attnum > 0
            """).ConfigureAwait(false)).ToDictionary(static row => row[0]!, static row => row[1] ?? "", StringComparer.Ordinal);

    /// <summary>Keys and checks, a line each; null: there are none.</summary>
    private async Task<string?> ConstraintsAsync(string relation)
    {
        List<string?[]> rows = await display.Names.RowsAsync(
            $"""
            SELECT '    ' || quote_ident(conname) || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = {Literal(relation)}::regclass ORDER BY contype = 'c', contype = 'f', conname
            """).ConfigureAwait(false);
        return rows.Count == 0 ? null : string.Join('\n', ["Keys and checks:", .. rows.Select(static row => row[0]), ""]);
    }

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
