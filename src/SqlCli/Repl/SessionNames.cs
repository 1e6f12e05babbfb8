using SqlCluster.Parser.Errors;
using SqlCluster.Parser.Tokens;
using SqlCluster.Server.Sessions;
using SqlCluster.SqlCli.Formats;

namespace SqlCluster.SqlCli.Repl;

/// <summary>A table or view as SHOW TABLES lists it.</summary>
internal sealed record RelationName(string Schema, string Name, string Kind, string? Columns, string? Rows);

/// <summary>A column as DESCRIBE lists it.</summary>
internal sealed record ColumnName(string Name, string Type, bool IsNullable);

/// <summary>Asks a session what it knows, by the statements that anyone could use. Only between statements of the user.</summary>
internal sealed class SessionNames(Session session)
{
    private static readonly Lazy<HashSet<string>> NamingKeywords =
        new(static () => [.. Keywords.All.Where(static keyword => keyword.Class is KeywordClass.Unreserved or KeywordClass.ColumnName).Select(static keyword => keyword.Word)]);

    public async Task<IReadOnlyList<RelationName>> RelationsAsync() =>
        [.. (await RowsAsync("SHOW TABLES").ConfigureAwait(false)).Select(static row => new RelationName(row[0]!, row[1]!, row[2]!, row[3], row[4]))];

    public async Task<IReadOnlyList<string>> SchemasAsync() => [.. (await RowsAsync("SHOW SCHEMAS").ConfigureAwait(false)).Select(static row => row[0]!)];

    /// <summary>The columns of a table, view or file.</summary>
    /// <param name="relation">As it is written in FROM.</param>
    /// <exception cref="QueryException">There is no such relation.</exception>
    public async Task<IReadOnlyList<ColumnName>> ColumnsAsync(string relation) =>
        [.. (await RowsAsync($"DESCRIBE SELECT * FROM {relation}").ConfigureAwait(false)).Select(static row => new ColumnName(row[0]!, row[1]!, row[2] == "YES"))];

    /// <summary>The same, but nothing for what cannot be read.</summary>
    public async Task<IReadOnlyList<ColumnName>> FindColumnsAsync(string relation)
    {
        try
        {
            return await ColumnsAsync(relation).ConfigureAwait(false);
        }
        catch (QueryException)
        {
            return [];
        }
    }

    /// <summary>How a name of a table or column is written in SQL: in quotes where it must be.</summary>
    public static string Quote(string name) => Keywords.NeedsQuotes(name) && !NamingKeywords.Value.Contains(name) ? $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : name;

    public async Task<List<string?[]>> RowsAsync(string sql)
    {
        var rows = new List<string?[]>();
        await foreach (StatementResult result in session.ExecuteAsync(sql).ConfigureAwait(false))
        {
            await using (result.ConfigureAwait(false))
            {
                if (result is StatementResult.Rows answer)
                {
                    await foreach (string?[] row in RowReader.ReadAsync(answer, CancellationToken.None).ConfigureAwait(false))
                    {
                        rows.Add(row);
                    }
                }
            }
        }

        return rows;
    }
}
